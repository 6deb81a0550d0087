"""Released versions in MLflow's model registry."""

from collections.abc import Iterable
from pathlib import Path

from ringside.errors import UsageError
from ringside.registry.models import ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.registry.version_numbers import ARTIFACT, tag_of
from ringside.store.folders import make_folder

PRODUCTION = "production"
"""Alias of the version in production."""
RECENT = 5
"""Number of the newest versions that are kept registered, besides the one in production."""
_LONGEST = 200


def registered_name(task: str, given: str = "") -> str:
    """Return the name in MLflow's registry; it contains the task, since a server may serve many repositories.

    Args:
        task: such as `flights`, which gives `flights-model`.
        given: another name; empty for the default.

    Raises:
        UsageError: `given` is not a valid name in MLflow.
    """
    if not given:
        return f"{task}-{ARTIFACT}"
    if len(given) > _LONGEST or not given.isprintable() or set(given) & set("/:'\"%"):
        remedy = "use letters, digits, spaces and . _ - (CATALOG.SCHEMA.NAME in Unity Catalog)."
        raise UsageError(
            "it is not a valid name of a registered model", where="variable RINGSIDE_MLFLOW_MODEL", remedy=remedy
        )
    return given


def wanted(registry: Registry) -> tuple[list[ReleaseMetadata], str | None]:
    """Return the versions that MLflow should have, the oldest first, and the one in production.

    Raises:
        RegistryError: the registry does not respond.
    """
    versions, production = registry.versions(), registry.production()
    recent = {metadata.version for metadata in versions[-RECENT:]} | {production}
    return [metadata for metadata in versions if metadata.version in recent], production


def question(name: str) -> dict[str, object]:
    """Return the order to `ringside.tracking.wire` that lists the registered versions."""
    return {"do": "known", "model": name}


def registration(
    name: str,
    missing: Iterable[tuple[ReleaseMetadata, Path]],
    production: ReleaseMetadata | None,
    *,
    experiment: str = "",
) -> dict[str, object]:
    """Return the order to `ringside.tracking.wire` that registers versions and moves the alias.

    Args:
        name: the name of the registered model.
        missing: the versions to register, the oldest first, each with a folder of its files.
        production: the version in production; None leaves the alias unchanged.
        experiment: the experiment of their runs; empty for the task's name.
    """
    versions = [_version(metadata, folder, experiment or metadata.task) for metadata, folder in missing]
    alias = None if production is None else {"alias": PRODUCTION, **_known_by(production)}
    return {"do": "register", "model": name, "versions": versions, "production": alias}


def bring(registry: Registry, metadata: ReleaseMetadata, folder: Path) -> None:
    """Download all files of a version into a new folder.

    Raises:
        RegistryError: a file is missing or damaged, or the registry does not respond.
    """
    from ringside.registry.checksums import check_folder

    make_folder(folder)
    tag = tag_of(metadata.version)
    registry.releases.fetch(tag, sorted(registry.releases.files(tag)), folder)
    check_folder(folder, where=f"{registry.releases.where}/{tag}")


def is_known(metadata: ReleaseMetadata, known: Iterable[dict[str, str]]) -> bool:
    """Return whether a version is among the registered ones that MLflow returned."""
    return any(_known_by(metadata).items() <= tags.items() for tags in known)


def _known_by(metadata: ReleaseMetadata) -> dict[str, str]:
    """Return the tags that identify a version; the version alone could match an earlier repository of that name."""
    return {"ringside.version": metadata.version, "ringside.model": metadata.model}


def _version(metadata: ReleaseMetadata, folder: Path, experiment: str) -> dict[str, object]:
    tags = {
        **_known_by(metadata),
        "ringside.commit": metadata.commit,
        "ringside.verdict": metadata.verdict,
        "ringside.inputs": metadata.inputs,
        "ringside.published": metadata.published.isoformat(),
        "mlflow.source.git.commit": metadata.commit,
    }
    return {
        "tags": tags,
        "experiment": experiment,
        "metrics": metadata.metrics,
        "files": {path.name: str(path) for path in sorted(folder.iterdir())},
    }
