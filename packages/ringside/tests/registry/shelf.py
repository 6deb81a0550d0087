"""Repositories with releases that are small: a release needs no model to be published, listed and rolled back."""

import itertools
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ringside.registry.checksums import write_sums
from ringside.registry.models import ReleaseMetadata
from ringside.registry.publish import Candidate, Published, publish
from ringside.registry.registry import Registry

SHA = "0123456789abcdef" * 4


def metadata(**changes: object) -> ReleaseMetadata:
    """The metadata of a version that nothing is special about."""
    usual: dict[str, object] = {
        "version": "v0.0.0",
        "commit": "0" * 40,
        "published": datetime(2026, 1, 2, tzinfo=UTC),
        "task": "toy",
        "kind": "regression",
        "target": "y",
        "columns": {"x": "float64", "z": "float64?"},
        "model": SHA,
        "code": SHA,
        "inputs": SHA,
        "python": "3.11.7",
        "threshold": 0.5,
        "verdict": "pass",
        "deciding": None,
        "champion": None,
        "window": SHA,
        "metrics": {"mae": 1.25, "rmse": 2.5, "r2": 0.5},
        "first": "2026-01",
        "last": "2026-06",
        "rows": 100,
    }
    return ReleaseMetadata(**usual | changes)


def digest(number: int) -> str:
    """A hash that is another one for another number."""
    return f"{number:064x}"


def git(root: Path, *command: str) -> str:
    """Type a command of Git's at `root`; it must succeed. What it wrote to stdout."""
    done = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def repository(root: Path) -> Path:
    """A repository of its own name and address with one commit."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--template=", "--initial-branch=main")
    git(root, "config", "user.name", "t")
    git(root, "config", "user.email", "t@example.org")
    commit(root)
    return root


_NUMBERS = itertools.count(1)


def commit(root: Path) -> str:
    """One more commit, which is no other's within the same second; its hash."""
    git(root, "commit", "--quiet", "--allow-empty", "--message", f"more {next(_NUMBERS)}")
    return git(root, "rev-parse", "HEAD")


def with_remote(folder: Path) -> Path:
    """A repository `checkout` whose remote is the bare repository `bare` beside it, which has its branch."""
    root = repository(folder / "checkout")
    git(folder, "init", "--quiet", "--template=", "--bare", "--initial-branch=main", "bare")
    git(root, "remote", "add", "origin", str(folder / "bare"))
    git(root, "push", "--quiet", "origin", "main")
    return root


def fill(made: ReleaseMetadata, folder: Path) -> None:
    """All that a release needs to be whole."""
    (folder / "model.skops").write_bytes(f"the model of {made.version}".encode())
    write_sums(folder)


def approve() -> None:
    """Every candidate is fine."""


def notes(made: ReleaseMetadata) -> str:
    """What people read first."""
    return f"# {made.version}\n"


@dataclass(frozen=True)
class Shelf:
    """A checkout that publishes to its registry."""

    root: Path

    @property
    def registry(self) -> Registry:
        """The registry, asked anew."""
        return Registry.open(self.root)

    def publish(self, *, fill: Callable[[ReleaseMetadata, Path], None] = fill, **changes: object) -> Published:
        """Publish a new commit, whose inputs are new too, judged against what is in production."""
        head = commit(self.root)
        usual = {"commit": head, "inputs": head.ljust(64, "0"), "champion": self.registry.production()}
        return self.again(metadata(**usual | changes), fill=fill)

    def again(self, made: ReleaseMetadata, *, fill: Callable[[ReleaseMetadata, Path], None] = fill) -> Published:
        """Publish just these metadata."""
        return publish(self.registry, Candidate(made, approve, fill, notes), self.root / ".git" / "draft")

    @property
    def releases(self) -> Path:
        """The folder of the releases."""
        return Path(self.registry.releases.where)

    def tree(self) -> list[str]:
        """All files of the registry but its lock."""
        found = (path.relative_to(self.releases).as_posix() for path in self.releases.rglob("*") if path.is_file())
        return sorted(name for name in found if name != ".lock")


def no_identity() -> dict[str, str]:
    """An environment in which Git knows no name for who commits, as on a build machine."""
    gone = {"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"}
    kept = {key: value for key, value in os.environ.items() if key not in gone}
    config = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    only = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.useConfigOnly", "GIT_CONFIG_VALUE_0": "true"}
    return kept | config | only
