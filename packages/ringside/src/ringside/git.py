"""Git commands, run without a shell and without a prompt: no command can wait for a password.

`ringside.github.changes` imports this module in a job that installs nothing, so it needs only the standard library.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import RegistryError

SECONDS = 30
"""Time limit of a command."""

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
"""Files that determine the model and the content of its wheel, without tracked outputs (dvc.lock, reports/)."""


@dataclass(frozen=True)
class GitResult:
    """The exit code and the output of a Git command."""

    code: int
    raw: bytes
    """Standard output."""
    message: str
    """Standard error, in one line."""

    @property
    def out(self) -> str:
        """Standard output as text, with replacement characters for invalid UTF-8."""
        return self.raw.decode(errors="replace")


@dataclass(frozen=True)
class Repository:
    """A Git repository on this machine: a checkout, or a bare one."""

    path: Path

    def run(self, *command: str, stdin: str | bytes | None = None, env: Mapping[str, str] | None = None) -> GitResult:
        """Run one command. After `SECONDS` it is killed with all processes that it started.

        Args:
            command: the subcommand and its arguments.
            stdin: text or bytes for its standard input.
            env: the environment variables of Git; None for those of this process.

        Raises:
            RegistryError: Git cannot be started, or did not finish in time.
        """
        where = f"git {command[0]} in {self.path}"
        try:
            process = subprocess.Popen(
                ["git", "-C", str(self.path), *_QUIET, *command],  # noqa: S607  # the `git` on PATH, as in a shell
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=env,
                # Without a terminal, Git and ssh fail instead of waiting for a password.
                start_new_session=True,
            )
        except OSError as error:
            message, remedy = f"Git cannot be started ({error.strerror})", "install Git and run again."
            raise RegistryError(message, where=where, remedy=remedy, state="unreachable") from None
        try:
            sent = stdin.encode() if isinstance(stdin, str) else stdin
            out, messages = process.communicate(sent, SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            message = f"no answer within {SECONDS} s"
            remedy = "check that the remote can be reached and run again."
            raise RegistryError(message, where=where, remedy=remedy, state="unreachable") from None
        return GitResult(process.returncode, out, " ".join(messages.decode(errors="replace").split()))

    def ok(self, *command: str, stdin: str | bytes | None = None, remedy: str) -> str:
        """Run a command that must succeed; return its output without the trailing newline.

        Raises:
            RegistryError: it failed; the error contains Git's message and `remedy`.
        """
        result = self.run(*command, stdin=stdin)
        if result.code != 0:
            where = f"git {command[0]} in {self.path}"
            raise RegistryError(result.message or f"exit code {result.code}", where=where, remedy=remedy)
        return result.out.rstrip("\n")

    def head(self) -> str:
        """Return the hash of the commit that is checked out, 40 hex digits.

        Raises:
            RegistryError: there is no commit yet, or no repository.
        """
        return self.ok("rev-parse", "--verify", "HEAD^{commit}", remedy="commit your work and run again.")

    def changed_inputs(self) -> list[str]:
        """Return the files of `INPUTS` that differ from the commit, untracked ones included.

        Raises:
            RegistryError: this is no repository.
        """
        remedy = "run the command inside your repository."
        listed = self.ok("status", "--porcelain", "--untracked-files=all", "--", *INPUTS, remedy=remedy)
        return [line[3:] for line in listed.splitlines()]

    def same_inputs(self, before: str, after: str) -> bool:
        """Return whether two commits have the same files of `INPUTS`; False if one of them is not in this clone."""
        return self.run("diff", "--quiet", before, after, "--", *INPUTS).code == 0

    def differs_since(self, record: str, folder: str) -> bool:
        """Return whether a folder changed since the last commit that changed a file, untracked files included.

        Args:
            record: the file, relative to the root. If no commit has it, any file in the folder counts as newer.
            folder: a folder of the same repository.

        Returns:
            True if it changed; False also if there is no such folder or no repository.
        """
        listed = self.run("ls-files", "--others", "--exclude-standard", "--", folder)
        commit = self.run("log", "-1", "--format=%H", "--", record)
        if listed.code != 0 or listed.out:
            return listed.code == 0
        if not commit.out.strip():
            return bool(self.run("ls-files", "--", folder).out)
        return self.run("diff", "--quiet", commit.out.strip(), "--", folder).code == 1

    def has_commit(self, commit: str) -> bool:
        """Return whether this clone has the commit."""
        return self.run("cat-file", "-e", f"{commit}^{{commit}}").code == 0

    def is_ancestor(self, commit: str, of: str) -> bool | None:
        """Return whether `of` contains `commit`; None if this clone lacks one of them."""
        return {0: True, 1: False}.get(self.run("merge-base", "--is-ancestor", commit, of).code)

    def is_shallow(self) -> bool:
        """Return whether the clone is shallow, so that commits and tags may be missing."""
        return self.run("rev-parse", "--is-shallow-repository").out.strip() == "true"

    def folder(self) -> Path:
        """Return the folder of Git's data: `.git`, or the bare repository itself; shared by all work trees.

        Raises:
            RegistryError: there is no repository, or it may not be read.
        """
        result = self.run("rev-parse", "--git-common-dir")
        if result.code != 0:
            remedy = "check that the path is a Git repository which you may read."
            raise RegistryError(result.message, where=str(self.path), remedy=remedy, state="unreachable")
        return (self.path / result.out.rstrip("\n")).resolve()

    def remotes(self) -> dict[str, str]:
        """Return the name and address of each remote."""
        names = self.run("remote").out.split()
        return {name: self.run("remote", "get-url", "--", name).out.partition("\n")[0] for name in names}

    def configured(self, remote: str) -> str:
        """Return a remote's address as configured, before Git applies `url.<base>.insteadOf`."""
        return self.run("config", "--get", f"remote.{remote}.url").out.partition("\n")[0]

    def tags(self, place: str, *patterns: str) -> dict[str, str]:
        """Return the tags at `place` (a remote's name or a path), each with its commit.

        If the tag's own object is missing there, the value is the object's hash, which is not a commit.

        Args:
            place: a remote's name, or a path.
            patterns: globs of tag names, such as `model@*`; all tags if there are none.

        Raises:
            RegistryError: the place does not respond; state `unreachable`.
        """
        result = self.run("ls-remote", "--", place, *(f"refs/tags/{pattern}" for pattern in patterns or ("*",)))
        if result.code != 0:
            remedy = "check that the remote can be reached and that you may read it, then run again."
            raise RegistryError(result.message, where=f"remote {place}", remedy=remedy, state="unreachable")
        lines = [match.groups() for line in result.out.splitlines() if (match := _LINE.fullmatch(line))]
        # The line of the commit, `<tag>^{}`, follows the line of the tag's own object.
        return {name.removeprefix("refs/tags/").removesuffix("^{}"): commit for commit, name in lines}

    def default_branch(self, place: str) -> str | None:
        """Return the newest commit of the default branch at `place`; None if it has none."""
        match = _LINE.search(self.run("ls-remote", "--", place, "HEAD").out)
        return match[1] if match else None

    def make_tag(self, name: str, commit: str, message: str) -> str:
        """Create the object of an annotated tag, without a ref; return its hash.

        GTO reads annotated tags only. `git tag` would request a key if you sign all tags, and it would create the tag
        in this clone before the remote has it.

        Raises:
            RegistryError: this clone lacks the commit, or Git refuses.
        """
        text = f"object {commit}\ntype commit\ntag {name}\ntagger {self.who()}\n\n{message}\n"
        return self.ok("mktag", stdin=text, remedy=f"fetch the commit (`git fetch origin {commit}`) and run again.")

    def who(self) -> str:
        """Return name, address and time in the format of a Git object."""
        ident = self.run("var", "GIT_COMMITTER_IDENT")
        # A build machine may have no user.name.
        return ident.out.strip() if ident.code == 0 else f"ringside <> {int(time.time())} +0000"

    def name_tag(self, name: str, thing: str) -> bool:
        """Create the ref of the tag `name` in this repository; False if there is one of that name."""
        return self.run("update-ref", f"refs/tags/{name}", thing, _ZERO).code == 0

    def push_tag(self, remote: str, name: str, thing: str) -> GitResult:
        """Push an object as the tag `name`; a remote that has a tag of that name refuses.

        The pre-push hook is skipped: it may run tests or send data, which a tag on a pushed commit does not need.
        """
        return self.run("push", "--no-verify", "--", remote, f"{thing}:refs/tags/{name}")


def local_path(address: str, root: Path) -> Path | None:
    """Return the folder of a remote's address; None if it is on another machine.

    This follows Git's rule: a colon before the first slash belongs to a host name.
    """
    if address.startswith("file://"):
        return Path(address.removeprefix("file://"))
    if "://" in address or re.match(r"[^/]*:", address):
        return None
    return root / address
