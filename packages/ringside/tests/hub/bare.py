"""Git's side of the double: bare repositories, asked and changed by Git itself."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ZERO = "0" * 40

_WHO = {
    "GIT_AUTHOR_NAME": "GitHub",
    "GIT_AUTHOR_EMAIL": "noreply@github.com",
    "GIT_COMMITTER_NAME": "GitHub",
    "GIT_COMMITTER_EMAIL": "noreply@github.com",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
}

# Who pushes is known by the token in the environment of the push, which Git hands on to the hooks of a folder.
_UPDATE = """#!/bin/sh
# A workflow's token pushes only with the right to, and no commit whose workflows stand on no branch.
here=$(git rev-parse --git-dir)
token=${RINGSIDE_HUB_TOKEN:-$GH_TOKEN}
[ -z "$token" ] && exit 0
if grep -qsxF "$token" "$here/hub/readers"; then
  echo "Permission denied to github-actions[bot]. (403: this token has no contents: write)" >&2
  exit 1
fi
grep -qsxF "$token" "$here/hub/apps" || exit 0
[ "$3" = 0000000000000000000000000000000000000000 ] && exit 0
workflows=$(git rev-parse -q --verify "$3^{commit}:.github/workflows" || echo none)
for tip in $(git for-each-ref --format='%(objectname)' refs/heads); do
  [ "$workflows" = "$(git rev-parse -q --verify "$tip:.github/workflows" || echo none)" ] && exit 0
done
[ "$workflows" = none ] && exit 0
echo "refusing to allow a GitHub App to create or update workflow without \\`workflows\\` permission" >&2
exit 1
"""
_POST = """#!/bin/sh
here=$(git rev-parse --git-dir)
while read -r old new ref; do echo "$old $new ${RINGSIDE_HUB_TOKEN:-${GH_TOKEN:--}} $ref" >>"$here/hub/pushes"; done
"""


@dataclass(frozen=True)
class Push:
    """One ref that somebody moved."""

    old: str
    new: str
    ref: str
    token: str


@dataclass(frozen=True)
class Bare:
    """A bare repository."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, *, source: Path | None = None, branch: str = "main") -> "Bare":
        """A new one; with all branches and tags of `source`, if one is given."""
        folder.mkdir(parents=True)
        bare = cls(folder)
        bare.run("init", "--quiet", "--bare", f"--initial-branch={branch}")
        bare.run("config", "uploadpack.allowAnySHA1InWant", "true")
        bare.run("config", "http.receivepack", "true")
        (folder / "hub").mkdir()
        if source:
            bare.run("fetch", "--quiet", str(source), "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        for name, script in (("update", _UPDATE), ("post-receive", _POST)):
            hook = folder / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(script, encoding="utf-8")
            hook.chmod(0o755)
        return bare

    def run(self, *command: str, code: int = 0, stdin: str = "") -> str:
        """What a Git command writes to stdout, which must end with `code`."""
        done = self.ask(*command, stdin=stdin)
        assert done.returncode == code, f"git {' '.join(command)}: {done.stderr}"
        return done.stdout.strip()

    def ask(self, *command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """A Git command, however it ends."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        return subprocess.run(
            ["git", *command],
            cwd=self.folder,
            env=inherited | _WHO,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            input=stdin,
        )

    def sha(self, name: str) -> str | None:
        """The commit of a ref, tag or SHA."""
        if name.startswith("-") or not name:
            return None
        done = self.ask("rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}")
        return done.stdout.strip() if done.returncode == 0 else None

    def object(self, name: str) -> tuple[str, str] | None:
        """SHA and type of what a ref points at, a tag object included."""
        done = self.ask("for-each-ref", "--format=%(objectname) %(objecttype)", name)
        line = done.stdout.splitlines()
        return (line[0].split()[0], line[0].split()[1]) if len(line) == 1 and self.exists(name) else None

    def exists(self, ref: str) -> bool:
        """Whether there is a ref of exactly this name."""
        return self.ask("show-ref", "--verify", "--quiet", ref).returncode == 0

    def refs(self, prefix: str = "refs/") -> list[tuple[str, str, str]]:
        """Name, SHA and type of all refs that begin with `prefix`."""
        rows = self.run("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)").splitlines()
        found = [tuple(row.split(" ")) for row in rows]
        return [row for row in found if row[0].startswith(prefix)]  # type: ignore[misc]

    def set(self, ref: str, sha: str) -> None:
        """Point a ref at an object."""
        self.run("update-ref", ref, sha)

    def drop(self, ref: str) -> None:
        """Remove a ref."""
        self.run("update-ref", "-d", ref)

    def fetch(self, other: "Bare", source: str, target: str) -> None:
        """Take a ref over from another repository."""
        self.run("fetch", "--quiet", "--no-tags", str(other.folder), f"+{source}:{target}")

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `new` holds `old`."""
        return self.ask("merge-base", "--is-ancestor", old, new).returncode == 0

    def merge(self, base: str, head: str, message: str, *, squash: bool = False) -> str | None:
        """A merge commit of two commits; None where they conflict."""
        done = self.ask("merge-tree", "--write-tree", base, head)
        if done.returncode:
            return None
        parents = ["-p", base] if squash else ["-p", base, "-p", head]
        return self.run("commit-tree", done.stdout.split()[0], *parents, "-m", message)

    def commit(self, sha: str) -> dict[str, Any]:
        """Author, message, tree and parents of a commit."""
        text = self.run("show", "--no-patch", "--format=%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B", sha)
        rows = [*text.split("\n"), *[""] * 9]
        return {
            "sha": rows[0],
            "tree": rows[1],
            "parents": rows[2].split(),
            "author": {"name": rows[3], "email": rows[4], "date": rows[5]},
            "committer": {"name": rows[6], "email": rows[7], "date": rows[8]},
            "message": "\n".join(rows[9:]).strip(),
        }

    def commits(self, span: str, most: int = 250) -> list[str]:
        """SHAs of a range, newest first."""
        return self.run("rev-list", f"--max-count={most}", span).split()

    def files(self, base: str, head: str) -> list[dict[str, Any]]:
        """The files that differ between the common ancestor and `head`."""
        names = self.run("diff", "--name-status", "-z", "-M", f"{base}...{head}").split("\0")
        words = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "changed", "C": "copied"}
        found = []
        fields = iter(names)
        for letter in fields:
            if not letter:
                continue
            entry = {"status": words[letter[0]], "filename": next(fields)}
            if letter[0] in "RC":
                entry = entry | {"previous_filename": entry["filename"], "filename": next(fields)}
            found.append(entry)
        return found

    def pushes(self) -> list[Push]:
        """What was pushed since the last look."""
        log = self.folder / "hub" / "pushes"
        if not log.exists():
            return []
        taken = log.with_suffix(".taken")
        log.rename(taken)
        rows = [line.split(" ", 3) for line in taken.read_text(encoding="utf-8").splitlines()]
        return [Push(old, new, ref, "" if token == "-" else token) for old, new, token, ref in rows]  # noqa: S105
