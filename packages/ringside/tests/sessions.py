"""A person at a terminal who types what a document says, command after command, in one shell."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness import Checkout
from pages import Command

_SECONDS = 900
_SHOWN = 3000
_MARK = "@@ "

ENDS = {
    "ringside verdict": (0, 3, 4),
    "ringside monitor": (0, 3, 4),
    "ringside compare": (0, 3, 4),
}
"""Verbs that answer by their exit code; all others must end with 0."""


@dataclass(frozen=True)
class Session:
    """A shell in a checkout."""

    checkout: Checkout
    env: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    """What stands in place of the words that a document leaves open, by regular expressions."""

    before: str = ""
    """Shell that is run first."""

    def types(self, commands: Sequence[Command]) -> str:
        """Type commands one after the other, each block at the root of the repository; what was shown.

        A command that ends as it must not fails the test, with what it said.
        """
        lines, block = [self.before], -1
        for number, command in enumerate(commands):
            if command.block != block:
                # A page's next block is typed where its first one began, or in the clone that one made.
                lines.append('cd "$(git rev-parse --show-toplevel)"')
                block = command.block
            lines.append(f"echo '{_MARK}{number}'")
            lines.append(self.filled(command.text))
            good = "|".join(str(code) for code in self._codes(command.text))
            lines.append(f'code=$?; case $code in {good}) ;; *) echo "it ended with $code"; exit 99 ;; esac')
        done = subprocess.run(
            ["bash", "-c", "\n".join(lines)],
            cwd=self.checkout.root,
            env=self.checkout.warm_environment(dict(self.env)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        said, _, last = done.stdout.rpartition(_MARK)
        if done.returncode != 0:
            number, _, words = last.partition("\n")
            culprit = commands[int(number)] if number.isdigit() else "the set-up"
            raise AssertionError(f"{culprit}\n(typed as {self.filled(str(culprit))})\n{(words or said)[-_SHOWN:]}")
        return done.stdout

    def filled(self, text: str) -> str:
        """A command without words that are left open."""
        for pattern, value in self.fill.items():
            text = re.sub(pattern, value.replace("\\", r"\\"), text)
        return text

    @staticmethod
    def _codes(text: str) -> tuple[int, ...]:
        if "--exit-zero" in text:
            return (0,)
        return next((codes for verb, codes in ENDS.items() if text.startswith(verb)), (0,))


def ready_for_make(root: Path) -> None:
    """Let `make` find its environment: this interpreter's, in place of one that takes minutes to install."""
    venv = root / ".venv"
    venv.mkdir()
    (venv / "bin").symlink_to(Path(sys.executable).parent)
    for marker in (".run", ".test", ".report"):
        (venv / marker).touch()
