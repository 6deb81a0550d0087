"""Where stories begin."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from arena import Arena
from harness import Checkout


@contextlib.contextmanager
def as_it_is(folder: Path) -> Iterator[Arena]:
    """GitHub with this project as it is, nothing run: for stories that train nothing."""
    checkout = Checkout.of_project(folder / "checkout")
    with Arena.of(folder / "arena", checkout.root) as arena:
        yield arena
