"""Git, asked without a shell and without a person: nothing here can wait for a password."""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import RegistryError
from ringside.registry.version_numbers import ARTIFACT

SECONDS = 30
"""A question that takes longer has no answer."""

_QUIET = ("-c", "core.askPass=", "-c", "credential.interactive=false")
_LINE = re.compile(r"([0-9a-f]{40})\t(\S+)")
_ZERO = "0" * 40

INPUTS = (
    "params.yaml",
    "dvc.yaml",
    "pyproject.toml",
    "requirements/model.txt",
    "data/manifest.json",
    "src",
    "packages/ringside/src",
)
"""What decides how a model comes out and what its wheel holds; outputs that Git tracks (dvc.lock, reports/) do not."""


@dataclass(frozen=True)
class GitResult:
    """What a command of Git's said."""

    code: int
    out: str
    said: str
    """On stderr, in one line."""


@dataclass(frozen=True)
class Repository:
    """A Git repository on this machine: a checkout, or a bare one."""

    path: Path

    def run(self, *command: str, stdin: str | bytes | None = None) -> GitResult:
        """One command; it ends after `SECONDS` at the latest, with everything that it started.

        Raises:
            RegistryError: Git is not installed, or gave no answer in time.
        """
        where = f"git {command[0]} in {self.path}"
        try:
            process = subprocess.Popen(
                ["git", "-C", str(self.path), *_QUIET, *command],  # noqa: S607  # the Git that a person types
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Without a terminal, Git and ssh fail where they would ask for a password.
                start_new_session=True,
            )
        except FileNotFoundError:
            remedy = "install Git and run again."
            raise RegistryError("there is no git", where=where, remedy=remedy, state="unreachable") from None
        try:
            given = stdin.encode() if isinstance(stdin, str) else stdin
            out, said = (part.decode(errors="replace") for part in process.communicate(given, SECONDS))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            found, remedy = f"no answer within {SECONDS} s", "see that the remote can be reached and run again."
            raise RegistryError(found, where=where, remedy=remedy, state="unreachable") from None
        return GitResult(process.returncode, out, " ".join(said.split()))

    def ok(self, *command: str, stdin: str | bytes | None = None, remedy: str) -> str:
        """The answer of a command that must succeed, without the line's end.

        Raises:
            RegistryError: it failed; the error carries what Git said, and `remedy`.
        """
        answer = self.run(*command, stdin=stdin)
        if answer.code != 0:
            where = f"git {command[0]} in {self.path}"
            raise RegistryError(answer.said or f"exit code {answer.code}", where=where, remedy=remedy)
        return answer.out.rstrip("\n")

    def head(self) -> str:
        """The commit that is checked out, 40 hex digits.

        Raises:
            RegistryError: there is no commit yet, or no repository.
        """
        return self.ok("rev-parse", "--verify", "HEAD^{commit}", remedy="commit your work and run again.")

    def changed_inputs(self) -> list[str]:
        """Files of `INPUTS` that differ from the commit, untracked ones included.

        Raises:
            RegistryError: this is no repository.
        """
        remedy = "run the command inside your copy of the repository."
        listed = self.ok("status", "--porcelain", "--untracked-files=all", "--", *INPUTS, remedy=remedy)
        return [line[3:] for line in listed.splitlines()]

    def same_inputs(self, before: str, after: str) -> bool:
        """Whether two commits have the same files of `INPUTS`; False where one of them is not here."""
        return self.run("diff", "--quiet", before, after, "--", *INPUTS).code == 0

    def differs_since(self, record: str, folder: str) -> bool:
        """Whether a folder is not as it was when a file last changed in a commit, untracked files included.

        Args:
            record: the file, from the root. Where no commit has it, whatever is in the folder is newer.
            folder: of the same repository; False where there is none, or no repository.
        """
        listed = self.run("ls-files", "--others", "--exclude-standard", "--", folder)
        commit = self.run("log", "-1", "--format=%H", "--", record)
        if listed.code != 0 or listed.out:
            return listed.code == 0
        if not commit.out.strip():
            return bool(self.run("ls-files", "--", folder).out)
        return self.run("diff", "--quiet", commit.out.strip(), "--", folder).code == 1

    def has_commit(self, commit: str) -> bool:
        """Whether the commit's content is here."""
        return self.run("cat-file", "-e", f"{commit}^{{commit}}").code == 0

    def is_ancestor(self, commit: str, of: str) -> bool | None:
        """Whether `of` holds `commit`; None where `of` is not here, so that it cannot be told."""
        return {0: True, 1: False}.get(self.run("merge-base", "--is-ancestor", commit, of).code)

    def is_shallow(self) -> bool:
        """Whether history, and so tags, may be cut off."""
        return self.run("rev-parse", "--is-shallow-repository").out.strip() == "true"

    def folder(self) -> Path:
        """Where Git keeps the repository: `.git`, or a bare repository itself; one for all its work trees.

        Raises:
            RegistryError: there is no repository, or it may not be read.
        """
        answer = self.run("rev-parse", "--git-common-dir")
        if answer.code != 0:
            remedy = "see that the path is a Git repository which you may read."
            raise RegistryError(answer.said, where=str(self.path), remedy=remedy, state="unreachable")
        return (self.path / answer.out.rstrip("\n")).resolve()

    def remotes(self) -> dict[str, str]:
        """Each remote's name and address."""
        names = self.run("remote").out.split()
        return {name: self.run("remote", "get-url", "--", name).out.partition("\n")[0] for name in names}

    def configured(self, remote: str) -> str:
        """A remote's address as it is written down: the place that people mean, wherever Git is led instead."""
        return self.run("config", "--get", f"remote.{remote}.url").out.partition("\n")[0]

    def tags(self, place: str) -> dict[str, str]:
        """Each tag of the registry at `place` (a remote's name or a path) with the commit that it is on.

        Where a tag's own object is missing there, it is on the object's hash, which is no commit.

        Raises:
            RegistryError: the place gave no answer; state `unreachable`.
        """
        answer = self.run("ls-remote", "--", place, f"refs/tags/{ARTIFACT}@*", f"refs/tags/{ARTIFACT}#*")
        if answer.code != 0:
            remedy = "see that the remote can be reached and that you may read it, then run again."
            raise RegistryError(answer.said, where=f"remote {place}", remedy=remedy, state="unreachable")
        found = [match.groups() for line in answer.out.splitlines() if (match := _LINE.fullmatch(line))]
        # The line of the commit, `<tag>^{}`, follows the line of the tag's own object.
        return {name.removeprefix("refs/tags/").removesuffix("^{}"): commit for commit, name in found}

    def default_branch(self, place: str) -> str | None:
        """The newest commit of the default branch at `place`; None where it has none."""
        found = _LINE.search(self.run("ls-remote", "--", place, "HEAD").out)
        return found[1] if found else None

    def make_tag(self, name: str, commit: str, message: str) -> str:
        """A new annotated tag, which no name refers to yet; its object's hash.

        GTO reads annotated tags only. `git tag` would ask for a key where people sign all tags, and make the tag here
        before the remote has it.

        Raises:
            RegistryError: the commit is not here, or Git refuses.
        """
        text = f"object {commit}\ntype commit\ntag {name}\ntagger {self.who()}\n\n{message}\n"
        return self.ok(
            "mktag", stdin=text, remedy=f"bring the commit here (`git fetch origin {commit}`) and run again."
        )

    def who(self) -> str:
        """Name, address and time as an object of Git's states them."""
        ident = self.run("var", "GIT_COMMITTER_IDENT")
        # A build machine may know no name for its account.
        return ident.out.strip() if ident.code == 0 else f"ringside <> {int(time.time())} +0000"

    def name_tag(self, name: str, thing: str) -> bool:
        """Let the tag `name` refer to `thing` in this repository; False where there is one of that name."""
        return self.run("update-ref", f"refs/tags/{name}", thing, _ZERO).code == 0

    def push_tag(self, remote: str, name: str, thing: str) -> GitResult:
        """Push an object as the tag `name`; a remote refuses where it has one of that name.

        A person's hook for pushes may run tests or send data; a tag on a commit that was pushed needs neither.
        """
        return self.run("push", "--no-verify", "--", remote, f"{thing}:refs/tags/{name}")


def local_path(address: str, root: Path) -> Path | None:
    """The folder that a remote's address means; None where it is on another machine.

    As Git decides it: a colon before the first slash is a host's.
    """
    if address.startswith("file://"):
        return Path(address.removeprefix("file://"))
    if "://" in address or re.match(r"[^/]*:", address):
        return None
    return root / address
