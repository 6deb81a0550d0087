"""The registry of a checkout, wherever its remote keeps releases: the only place where the two rooms meet."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringside.registry.registry import Registry


def open_registry(root: Path, remote: str = "origin") -> "Registry":
    """The registry that a remote is: on github.com with GitHub's releases, else as `Registry.open` says.

    Raises:
        RegistryError: as `Registry.open`.
    """
    from ringside.github.releases import releases_at
    from ringside.registry.registry import Registry

    return Registry.open(root, remote, releases_at)
