"""For programs: a released version, wherever the remote keeps releases."""

from pathlib import Path

from ringside.github.releases import open_registry
from ringside.registry.client import Model
from ringside.registry.client import load as load_from
from ringside.registry.offline_release import Release

__all__ = ["Model", "Release", "load"]


def load(version: str | Path, *, root: str | Path = ".", remote: str = "origin") -> Model:
    """A released version.

    Args:
        version: `champion` or `latest`, a version as in `v1.2.0`, or the folder that `ringside fetch` made.
        root: the checkout, or a folder in it.
        remote: the Git remote whose releases are asked; on github.com through `gh`.

    Raises:
        UsageError: it is no version and no folder.
        RegistryError: there is no such release, or a file of it is missing or damaged, or no answer.
    """
    return load_from(version, root=root, remote=remote, opened=open_registry)
