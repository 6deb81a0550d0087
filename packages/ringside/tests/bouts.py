"""Checkouts of a toy task beside a bare remote, in which challengers are judged.

Commands are typed in this process, which has the libraries loaded already; each runs as `ringside` itself does.
"""

import contextlib
import io
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import warm
from harness import Checkout
from ringside.cli.main import main
from ringside.registry.checksums import write_sums
from ringside.report.model import Report
from ringside.report.read import read_report

STAGES = ("validate", "split", "train", "evaluate")


@dataclass(frozen=True)
class Typed:
    """What a command wrote."""

    out: str
    err: str


def typed(root: Path, *words: str, code: int = 0) -> Typed:
    """Type `ringside ...` in a folder; it must end with this exit code."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["ringside", *words])
        # What a command puts in front of the path goes when it ends.
        patch.setattr(sys, "path", [*sys.path])
        # What it starts beside itself, as `dvc repro`, starts warm.
        patch.setattr(sys, "executable", str(warm.folder() / "python-warm"))
        with (
            contextlib.chdir(root),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as end,
        ):
            main()
    assert (end.value.code or 0) == code, f"{' '.join(words)} exited {end.value.code}\n{out.getvalue()}{err.getvalue()}"
    return Typed(out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Ring:
    """A folder with a checkout and the bare repository that is its remote and its registry."""

    folder: Path

    @classmethod
    def of(cls, folder: Path, task: str, *edits: tuple[str, str]) -> "Ring":
        """A new one with a toy task whose params.yaml is edited; its pipeline ran and is committed and pushed."""
        checkout = Checkout.of_project(folder / "checkout")
        checkout.use_task(task)
        ring = cls(folder)
        for old, new in edits:
            checkout.edit("params.yaml", old, new)
        checkout.ok("git", "config", "user.name", "t")
        checkout.ok("git", "config", "user.email", "t@example.org")
        # What a verdict does not read; each test copies the rest.
        for name in ("docs", "tests", *(f"packages/ringside/{part}" for part in ("bench", "docs", "tests"))):
            shutil.rmtree(checkout.root / name)
        typed(checkout.root, "ingest")
        ring.rerun(*STAGES)
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(ring.bare)], check=True)
        checkout.ok("git", "remote", "add", "origin", str(ring.bare))
        checkout.ok("git", "push", "--quiet", "origin", "main")
        checkout.ok("git", "gc", "--quiet")
        return ring

    @property
    def checkout(self) -> Checkout:
        """The checkout."""
        return Checkout(self.folder / "checkout")

    @property
    def root(self) -> Path:
        """The checkout's folder."""
        return self.folder / "checkout"

    @property
    def bare(self) -> Path:
        """The remote."""
        return self.folder / "bare"

    def release(self, version: str) -> Path:
        """The folder with the files of a version."""
        return self.bare / "releases" / f"model@{version}"

    def copy(self, folder: Path) -> "Ring":
        """Checkout and remote once more, to do anything with; without the releases and predictions that were kept."""
        kept = shutil.ignore_patterns("ringside-rivals", "ringside-releases")
        shutil.copytree(self.folder, folder, symlinks=True, ignore=kept)
        ring = Ring(folder)
        ring.points_at(str(ring.bare))
        return ring

    def points_at(self, address: str) -> None:
        """Let the checkout's remote be another one."""
        self.checkout.ok("git", "remote", "set-url", "origin", address)

    def rerun(self, *stages: str) -> None:
        """Run some stages, let DVC take down everything as it stands, and commit."""
        for stage in stages:
            typed(self.root, stage)
        self.checkout.ok("dvc", "commit", "--force", "--quiet")
        self.checkout.commit("run")

    def retrain(self, old: str, new: str, *, stages: tuple[str, ...] = ("train", "evaluate")) -> None:
        """Edit params.yaml and run what follows from it."""
        self.checkout.edit("params.yaml", old, new)
        self.rerun(*stages)

    def recode(self) -> None:
        """Put a table into the task's package, so that its code is no longer the champion's and does the same."""
        (self.root / "src" / "diabetes" / "regions.csv").write_text("a,b\n", encoding="utf-8")

    def policy(self, text: str) -> None:
        """Give params.yaml, which has none, the section `policy`."""
        with (self.root / "params.yaml").open("a", encoding="utf-8") as params:
            params.write(f"policy: {text}\n")

    def verdict(self, *options: str, code: int = 0) -> Report:
        """Type `ringside verdict`, which must end with this exit code; its report."""
        typed(self.root, "verdict", *options, code=code)
        return self.report

    def judged(self, code: int) -> tuple[Report, Typed]:
        """As `verdict`, with what was written to the terminal."""
        said = typed(self.root, "verdict", code=code)
        return self.report, said

    @property
    def report(self) -> Report:
        """The report that the last verdict wrote, read as anybody's is."""
        return read_report((self.root / "reports" / "report.json").read_bytes())

    def publish(self, *options: str) -> str:
        """Judge and publish what is here; the version."""
        self.checkout.ok("git", "push", "--quiet", "origin", "HEAD:main")
        typed(self.root, "verdict", "--exit-zero")
        return typed(self.root, "publish", *options).out.strip()

    def damage(self, version: str, name: str, content: bytes) -> None:
        """Change a file of a release, and SHA256SUMS with it, as a publisher's own mistake would."""
        folder = self.release(version)
        (folder / name).write_bytes(content)
        (folder / "SHA256SUMS").unlink()
        write_sums(folder)


def rule(report: Report, code: str) -> tuple[str, str | None]:
    """What a report says of a rule: state and reason."""
    return next((found.state, found.reason) for found in report.rules if found.code == code)
