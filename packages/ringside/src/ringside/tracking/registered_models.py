"""Released versions as MLflow's model registry knows them."""

from collections.abc import Iterable
from pathlib import Path

from ringside.errors import UsageError
from ringside.registry.models import ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.registry.version_numbers import ARTIFACT, tag_of
from ringside.store.folders import make_folder

PRODUCTION = "production"
"""The alias of the version in production."""
RECENT = 5
"""So many of the newest versions are looked after, and the one in production."""
_LONGEST = 200


def registered_name(task: str, given: str = "") -> str:
    """The name in MLflow's registry: the artifact's under the task's, since a server may serve many repositories.

    Args:
        task: as `flights`, which makes `flights-model`.
        given: another name, as a person set it.

    Raises:
        UsageError: `given` is none that MLflow takes.
    """
    if not given:
        return f"{task}-{ARTIFACT}"
    if len(given) > _LONGEST or not given.isprintable() or set(given) & set("/:'\"%"):
        remedy = "choose one of letters, digits, spaces and . _ - (CATALOG.SCHEMA.NAME in Unity Catalog)."
        raise UsageError("it is no name of a registered model", where="variable RINGSIDE_MLFLOW_MODEL", remedy=remedy)
    return given


def wanted(registry: Registry) -> tuple[list[ReleaseMetadata], str | None]:
    """The versions that MLflow is to know, the oldest first, and the one in production.

    Raises:
        RegistryError: the registry gave no answer.
    """
    versions, production = registry.versions(), registry.production()
    recent = {metadata.version for metadata in versions[-RECENT:]} | {production}
    return [metadata for metadata in versions if metadata.version in recent], production


def question(name: str) -> dict[str, object]:
    """What `ringside.tracking.wire` is told to learn which versions are registered."""
    return {"do": "known", "model": name}


def registration(
    name: str,
    missing: Iterable[tuple[ReleaseMetadata, Path]],
    production: ReleaseMetadata | None,
    *,
    experiment: str = "",
) -> dict[str, object]:
    """What `ringside.tracking.wire` is told to register versions and to move the alias.

    Args:
        name: of the registered model.
        missing: the versions that are not registered, the oldest first, each with a folder of its files.
        production: the version in production; None leaves the alias as it is.
        experiment: in which their runs are; the task's where empty.
    """
    versions = [_version(metadata, folder, experiment or metadata.task) for metadata, folder in missing]
    alias = None if production is None else {"alias": PRODUCTION, **_known_by(production)}
    return {"do": "register", "model": name, "versions": versions, "production": alias}


def bring(registry: Registry, metadata: ReleaseMetadata, folder: Path) -> None:
    """All files of a version, into a new folder.

    Raises:
        RegistryError: a file is missing or damaged, or no answer.
    """
    from ringside.registry.checksums import check_folder

    make_folder(folder)
    tag = tag_of(metadata.version)
    registry.releases.fetch(tag, sorted(registry.releases.files(tag)), folder)
    check_folder(folder, where=f"{registry.releases.where}/{tag}")


def is_known(metadata: ReleaseMetadata, known: Iterable[dict[str, str]]) -> bool:
    """Whether a version is among those that MLflow answered."""
    return any(_known_by(metadata).items() <= tags.items() for tags in known)


def _known_by(metadata: ReleaseMetadata) -> dict[str, str]:
    """By version alone, a repository that was made anew would find the old one's."""
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
