"""Functions for programs that load a released version from any remote."""

from pathlib import Path

from ringside.github.releases import open_registry
from ringside.registry.client import Model
from ringside.registry.client import load as load_from
from ringside.registry.offline_release import Release

__all__ = ["Model", "Release", "load"]


def load(version: str | Path, *, root: str | Path = ".", remote: str = "origin") -> Model:
    """Return the model of a released version.

    Args:
        version: `champion` or `latest`, a version such as `v1.2.0`, or the folder that `ringside fetch` created.
        root: the checkout, or a folder in it.
        remote: the Git remote with the releases; on github.com they are read by `gh`.

    Raises:
        UsageError: `version` is neither a version nor a folder.
        RegistryError: the release does not exist, a file of it is missing or damaged, or the remote does not respond.
    """
    return load_from(version, root=root, remote=remote, opened=open_registry)
