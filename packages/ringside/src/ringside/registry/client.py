"""Use a released version: fetch, verify, load, predict."""

import functools
import re
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringside.common.files import move, read_bytes, remove
from ringside.errors import RegistryError, UsageError
from ringside.registry.checksums import SUMS, check_folder, parse_sums
from ringside.registry.models import ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.registry.version_numbers import tag_of
from ringside.store.folders import make_folder
from ringside.store.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from ringside.common.task import Task

PRODUCTION = ("latest", "champion")
"""Names of the version in production."""
RECORD = "release.json"
Opener = Callable[[Path, str], Registry]
_REMEDY = "fetch the release again (`ringside fetch`)."


@dataclass(frozen=True)
class Verification:
    """The result of `verify`."""

    metadata: ReleaseMetadata
    files: int
    """Number of files whose hash matches the published one."""
    reference_rows: int
    """Number of rows whose predictions were compared; 0 if the release has none, or has them no longer."""
    largest: float | None
    """Largest relative difference of a prediction; None without reference rows."""
    erased: bool
    """True if the reference rows were erased after the release."""
    own_environment: bool
    """True if a separate environment with the version's own code and packages made the predictions."""


class Model:
    """A released version, ready to predict.

    Its files were compared with their hashes. `predict` uses the version's own code and packages: in this process if
    they equal those of the checkout, else in a separate environment.
    """

    def __init__(self, folder: Path, metadata: ReleaseMetadata, workspace: Workspace, task: "Task") -> None:
        self.metadata = metadata
        self.folder = folder
        self._workspace = workspace
        self._task = task

    @property
    def facts(self) -> ReleaseMetadata:
        """The metadata, under its name in releases before 0.1.0, for programs that load those."""
        return self.metadata

    @property
    def version(self) -> str:
        """The version, such as `v1.2.0`."""
        return self.metadata.version

    @functools.cached_property
    def estimator(self) -> Any:  # noqa: ANN401  # scikit-learn's estimators share no base type
        """The fitted estimator, loaded into this process with trusted types only.

        Raises:
            ModelError: the file contains types that are not trusted, or this process's packages cannot load it.
        """
        from ringside.common.model_file import load_model
        from ringside.registry.scoring import MODEL

        path = self.folder / MODEL
        return load_model(read_bytes(path, remedy=_REMEDY), where=str(path), trusted_types=self._task.trusted_types)

    def rows(self, records: "Iterable[Mapping[str, object]] | pd.DataFrame") -> "pd.DataFrame":
        """Convert rows from JSON or a database to the types of the model's features.

        Raises:
            DataError: a value cannot be converted to its column's type.
        """
        from ringside.registry.rows import in_types

        return in_types(records, self.metadata.columns)

    def predict(self, frame: "pd.DataFrame", *, check: bool = False) -> "pd.DataFrame":
        """Return the predictions for rows.

        Args:
            frame: `(n_rows, n_columns)`, with the columns of `metadata.columns`; not changed.
            check: validate the rows with the version's schema first.

        Returns:
            `prediction`, or `prediction:<class>` for each class, with the index of `frame`.

        Raises:
            DataError: a row does not match the schema (with `check`).
            RegistryError: the version cannot predict these rows, or its environment cannot be made.
        """
        from ringside.registry.scoring import predict_with

        return predict_with(self.folder, self.metadata, frame, self._workspace, self._task, check=check)


def load(
    version: str | Path, *, root: str | Path = ".", remote: str = "origin", opened: Opener = Registry.open
) -> Model:
    """Load a released version.

    Args:
        version: `champion`, `latest`, a version such as `v1.2.0`, or a folder made by `ringside fetch`.
        root: the checkout, or a folder in it.
        remote: the Git remote that has the releases.
        opened: opens the registry of a checkout and a remote.

    Raises:
        UsageError: `version` is neither a version nor a folder.
        RegistryError: there is no such release, or a file of it is missing or damaged.
    """
    workspace = Workspace.find(Path(root))
    task = task_of(workspace)
    if is_folder(version):
        folder = Path(version)
        check_folder(folder)
        return Model(folder, read_metadata(folder), workspace, task)
    registry = opened(workspace.root, remote)
    metadata = find(registry, str(version))
    return Model(release_folder(registry, metadata, workspace), metadata, workspace, task)


def task_of(workspace: Workspace) -> "Task":
    """Return the task that the checkout's params.yaml names.

    Raises:
        UsageError: params.yaml is not in order.
        TaskError: there is no such task.
    """
    from ringside.loader import load_task
    from ringside.params import read_params

    return load_task(workspace.root, read_params(workspace.params).task)


def is_folder(name: str | Path) -> bool:
    """Return whether `name` is a release folder: a path, or an existing folder whose name is not a version."""
    if isinstance(name, Path):
        return True
    return name not in PRODUCTION and not re.fullmatch(r"v[0-9.]+", name) and Path(name).is_dir()


def read_metadata(folder: Path) -> ReleaseMetadata:
    """Read the `release.json` in a folder.

    Raises:
        DataError: it is missing.
        RegistryError: it is invalid; state `files_damaged`.
    """
    path = folder / RECORD
    try:
        return ReleaseMetadata.model_validate_json(read_bytes(path, remedy=_REMEDY))
    except ValueError:
        message = "it is not a valid release.json"
        raise RegistryError(message, where=str(path), remedy=_REMEDY, state="files_damaged") from None


def find(registry: Registry, name: str) -> ReleaseMetadata:
    """Return the metadata of the version with this name.

    Args:
        registry: the registry to search.
        name: `latest` or `champion` for the version in production, or a version such as `v1.2.0`.

    Raises:
        UsageError: `name` is not a version.
        RegistryError: there is no such release, or none at all.
    """
    if name in PRODUCTION:
        state = registry.champion()
        if state.metadata is None:
            message = (
                "there is no version in production"
                if state.state == "no_champion"
                else f"the champion is not available ({state.state})"
            )
            remedy = "publish one (`ringside publish`), name another --remote, or fix what the message names."
            raise RegistryError(message, where=state.where, remedy=remedy, state=state.state)
        return state.metadata
    tag = tag_of(name)
    if tag not in registry.releases.tags():
        message = f"there is no release of {name}"
        remedy = "name one that `ringside versions` lists."
        raise RegistryError(message, where=registry.releases.where, remedy=remedy, state="files_missing")
    return registry.releases.metadata(tag)


def release_folder(registry: Registry, metadata: ReleaseMetadata, workspace: Workspace) -> Path:
    """Return a folder with all files of a version, verified and cached below `.dvc/tmp`.

    Raises:
        RegistryError: a file is missing (state `files_missing`) or damaged (`files_damaged`), or the registry does
            not respond.
    """
    target = workspace.fetched / metadata.version
    if target.exists() and _is_current(registry, metadata, target):
        return target
    with _download(registry, metadata, target) as aside:
        remove(target)
        move(aside, target)
    return target


def fetch(registry: Registry, metadata: ReleaseMetadata, target: Path) -> bool:
    """Download all files of a version into the folder `target`; return False if they are there already.

    The files are downloaded into a temporary folder, which is renamed after every hash was verified.

    Raises:
        UsageError: `target` exists and is something else.
        RegistryError: as in `release_folder`.
    """
    if target.exists():
        if target.is_dir() and (target / SUMS).exists() and _is_current(registry, metadata, target):
            return False
        remedy = "remove it, or choose another folder with -o."
        raise UsageError(f"it exists and is not {metadata.version}", where=str(target), remedy=remedy)
    with _download(registry, metadata, target) as aside:
        move(aside, target)
    return True


def verify(folder: Path, workspace: Workspace, task: "Task") -> Verification:
    """Check a fetched version: the hashes, the types in the model file, and the predictions on the reference rows.

    Raises:
        RegistryError: a file is missing, damaged or unknown, predictions differ, or the version cannot predict.
        ModelError: the model file contains types that are not trusted.
    """
    from ringside.common.tables import read_table
    from ringside.registry.card import REFERENCE
    from ringside.registry.rows import compare
    from ringside.registry.scoring import predict_with, runs_here

    sums = check_folder(folder)
    metadata = read_metadata(folder)
    model = Model(folder, metadata, workspace, task)
    same_code = runs_here(metadata, workspace, task)
    if same_code:
        # Otherwise the version's own package loads it, with its own list of trusted types.
        _ = model.estimator
    path = folder / REFERENCE
    if not path.exists():
        existing = {name for name in sums if (folder / name).exists()}
        return Verification(metadata, len(existing), 0, None, erased=REFERENCE in sums, own_environment=not same_code)
    reference = read_table(path, remedy=_REMEDY).to_pandas()
    features = [name for name in metadata.columns if name in reference and name != metadata.target]
    stored = reference.drop(columns=features)
    predictions = predict_with(folder, metadata, reference[features], workspace, task)
    largest = compare(stored, predictions, where=str(path), remedy=_REMEDY)
    return Verification(metadata, len(sums), len(reference), largest, erased=False, own_environment=not same_code)


def _is_current(registry: Registry, metadata: ReleaseMetadata, folder: Path) -> bool:
    """Return whether the folder equals what the registry has for this version, byte by byte."""
    try:
        ours = check_folder(folder)
    except RegistryError:
        return False
    tag = tag_of(metadata.version)
    with tempfile.TemporaryDirectory(prefix="ringside-sums-") as aside:
        registry.releases.fetch(tag, [SUMS], Path(aside))
        text = read_bytes(Path(aside) / SUMS, remedy=_REMEDY).decode("ascii", "replace")
    return parse_sums(text, where=f"{registry.releases.where}/{tag}/{SUMS}") == ours


@contextmanager
def _download(registry: Registry, metadata: ReleaseMetadata, target: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `target` with all files of a version; remove it if it is not renamed."""
    tag = tag_of(metadata.version)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        make_folder(aside)
        registry.releases.fetch(tag, sorted(registry.releases.files(tag)), aside)
        check_folder(aside, where=f"{registry.releases.where}/{tag}")
        if read_metadata(aside) != metadata:
            message = "its release.json differs from the registry's"
            raise RegistryError(message, where=registry.releases.where, remedy=_REMEDY, state="files_damaged")
        yield aside
    finally:
        remove(aside)
