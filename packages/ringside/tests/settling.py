"""What the tests of `init` from real places share: customers, and copies of the project that become theirs."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from drafting import customers
from harness import Checkout

NOWHERE = "127.0.0.1:9"
"""Where nobody listens."""


def later(rows: int = 30) -> pd.DataFrame:
    """The customers of a month that was not there before."""
    more = customers(600 + rows).tail(rows)
    day = pd.date_range("2026-09-01", periods=rows, freq="D").strftime("%Y-%m-%d")
    return more.assign(customer=np.arange(9000, 9000 + rows), signup=day)


def csv(*frames: pd.DataFrame) -> bytes:
    """Customers as a file has them."""
    return pd.concat(frames).to_csv(index=False).encode()


@dataclass(frozen=True)
class Typing:
    """A checkout in which commands find a place."""

    checkout: Checkout
    environment: dict[str, str] = field(default_factory=dict)

    def ok(self, *command: str) -> str:
        """Type a command that must succeed."""
        return self.checkout.ok(*command, env=self.environment)

    def init(self, *words: str) -> str:
        """Make it a task that says who left."""
        return self.ok("ringside", "init", "churn", "--target", "left", "--yes", *words)

    def refuses(self, *words: str, **env: str) -> str:
        """Type an `init` that must fail, and prove that it left everything as it was; what it said."""
        before = everything(self.checkout)
        done = self.checkout.run("ringside", "init", "churn", "--yes", *words, env=self.environment | env)

        assert done.returncode in (1, 2), done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert self.checkout.status() == ""
        assert everything(self.checkout) == before
        return done.stderr

    def partitions(self) -> list[dict[str, Any]]:
        """What the manifest says of each."""
        return self.checkout.json("data/manifest.json")["partitions"]

    def clone(self, root: Path, **environment: str) -> "Typing":
        """A fresh clone of what is committed."""
        return Typing(self.checkout.clone(root), environment)

    def runs(self) -> None:
        """What `make run` types."""
        self.ok("ringside", "ingest", "--frozen")
        self.ok("dvc", "repro")
        assert "first model" in self.ok("ringside", "verdict", "--exit-zero")


def everything(checkout: Checkout) -> dict[str, bytes]:
    """All files but Git's and what tools remember for themselves."""
    own = {".git", "__pycache__", "cache", "tmp"}
    files = (path for path in checkout.root.rglob("*") if path.is_file())
    return {
        name.as_posix(): path.read_bytes()
        for path in files
        if not own & set((name := path.relative_to(checkout.root)).parts)
    }


def committed(checkout: Checkout) -> dict[str, bytes]:
    """What `git add -A` would commit."""
    names = checkout.ok("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return {name: path.read_bytes() for name in filter(None, names) if (path := checkout.root / name).exists()}
