"""A person's clone of a repository on the double of GitHub."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from acting import tool


@dataclass(frozen=True)
class Desk:
    """A person's clone."""

    root: Path
    env: dict[str, str]

    def git(self, *command: str) -> str:
        """Type a Git command that must succeed; what it wrote to stdout."""
        return self.type("git", *command)

    def type(self, program: str, *words: str) -> str:
        """Type any command that must succeed; what it wrote to stdout."""
        env = {"PATH": os.environ["PATH"]} | self.env
        command = [tool(program), *words]
        done = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program} {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def branch(self, name: str) -> None:
        """Be on a branch: the remote's, where it has it, else a new one at main."""
        known = self.git("branch", "--remotes", "--list", f"origin/{name}")
        self.git("checkout", "--quiet", "-B", name, f"origin/{name}" if known else "origin/main")

    def edit(self, file: str, edit: str | tuple[str, str] | None) -> None:
        """Change a file, as `Arena.change` says."""
        path = self.root / file
        if edit is None:
            path.unlink()
            return
        if isinstance(edit, tuple):
            old, new = edit
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
            edit = text.replace(old, new)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(edit, encoding="utf-8")

    def push(self, message: str, branch: str) -> str:
        """Commit everything and push; the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD")
