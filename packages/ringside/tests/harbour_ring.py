"""A ring with the toy task `harbour`, whose months arrive when a test lets them."""

import os
from pathlib import Path

import pytest

from bouts import STAGES, Ring, Typed, typed
from harbour_months import write_month

FIRST = ("2025-01", "2025-02", "2025-03")
NEXT = "2025-04"
NAMED = ("HARBOUR",)
"""The variable by which the task finds its months; a test may forget it."""


class Harbour:
    """A ring and the folder that its months arrive in."""

    def __init__(self, ring: Ring, folder: Path) -> None:
        self.ring = ring
        self.folder = folder

    @classmethod
    def made(cls, place: Path) -> "Harbour":
        """With three months, of which the last is the test, and v1.0.0 made of them."""
        folder = place / "months"
        for month in FIRST:
            write_month(folder, month)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HARBOUR", str(folder))
            ring = Ring.of(place / "ring", "harbour")
            # A lock as DVC writes it when it runs, which no later run finds out of date.
            ring.publish()
        return cls(ring, folder)

    def copy(self, place: Path) -> "Harbour":
        """Once more, to do anything with."""
        folder = place / "months"
        folder.mkdir(parents=True)
        for path in self.folder.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        return Harbour(self.ring.copy(place / "ring"), folder)

    @property
    def root(self) -> Path:
        """The checkout."""
        return self.ring.root

    def arrives(self, name: str = NEXT, **how: float) -> None:
        """Let a month arrive."""
        write_month(self.folder, name, **how)

    def type(self, *words: str, code: int = 0, **environ: str) -> Typed:
        """Type `ringside ...` in the checkout, with the months' folder and other variables."""
        with pytest.MonkeyPatch.context() as patch:
            given = {
                **dict.fromkeys(NAMED, str(self.folder)),
                "PYTHONPATH": str(self.root / "packages/ringside/src"),
                **environ,
            }
            for key, value in given.items():
                patch.setenv(key, value)
            for key in [key for key in os.environ if key.startswith("GITHUB_") and key not in environ]:
                patch.delenv(key)
            return typed(self.root, *words, code=code)

    def edit(self, old: str, new: str) -> None:
        """Edit params.yaml and commit."""
        self.ring.checkout.edit("params.yaml", old, new)
        self.ring.checkout.commit("params")

    def merge(self) -> None:
        """Run the pipeline on what is here and put it on the default branch, without publishing it."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HARBOUR", str(self.folder))
            self.ring.rerun(*STAGES)
        self.ring.checkout.ok("git", "push", "--quiet", "origin", "HEAD:main")
