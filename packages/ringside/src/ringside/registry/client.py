"""Using a released version: fetch, verify, load, predict."""

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
"""What the version in production is also called."""
RECORD = "release.json"
Opener = Callable[[Path, str], Registry]
_REMEDY = "take the release again (`ringside fetch`)."


@dataclass(frozen=True)
class Verification:
    """What `verify` found to be in order."""

    metadata: ReleaseMetadata
    files: int
    """Files with the hashes that were published."""
    reference_rows: int
    """Rows whose predictions were compared; 0 where the release carries none, or has them no more."""
    largest: float | None
    """The largest difference of a prediction, relative; None without reference rows."""
    erased: bool
    """It was published with reference rows, and they were erased since."""
    own_environment: bool
    """The predictions were made by the version's own code and packages."""


class Model:
    """A released version, ready to predict.

    Its files were compared with their hashes. `predict` uses the version's own code and packages: in this process
    where they are those of the checkout, else in an environment of its own.
    """

    def __init__(self, folder: Path, metadata: ReleaseMetadata, workspace: Workspace, task: "Task") -> None:
        self.metadata = metadata
        self.folder = folder
        self._workspace = workspace
        self._task = task

    @property
    def version(self) -> str:
        """As in `v1.2.0`."""
        return self.metadata.version

    @functools.cached_property
    def estimator(self) -> Any:  # noqa: ANN401  # scikit-learn's estimators share no base type
        """The fitted estimator, loaded into this process with trusted types only.

        Raises:
            ModelError: it holds types that are not trusted, or this process's packages cannot load it.
        """
        from ringside.common.model_file import load_model
        from ringside.registry.scoring import MODEL

        path = self.folder / MODEL
        return load_model(read_bytes(path, remedy=_REMEDY), where=str(path), trusted_types=self._task.trusted_types)

    def rows(self, found: "Iterable[Mapping[str, object]] | pd.DataFrame") -> "pd.DataFrame":
        """Rows from JSON or a database, in the types that the model takes.

        Raises:
            DataError: a value is none of its column's type.
        """
        from ringside.registry.rows import in_types

        return in_types(found, self.metadata.columns)

    def predict(self, frame: "pd.DataFrame", *, check: bool = False) -> "pd.DataFrame":
        """The predictions for rows.

        Args:
            frame: `(n_rows, n_columns)`, as `metadata.columns` says; not changed.
            check: hold the rows against the version's schema first.

        Returns:
            `prediction`, or `prediction:<class>` for each class, under the index of `frame`.

        Raises:
            DataError: a row is not what the schema says (with `check`).
            RegistryError: the version cannot predict these rows, or its environment cannot be made.
        """
        from ringside.registry.scoring import predict_with

        return predict_with(self.folder, self.metadata, frame, self._workspace, self._task, check=check)


def load(
    version: str | Path, *, root: str | Path = ".", remote: str = "origin", opened: Opener = Registry.open
) -> Model:
    """A released version.

    Args:
        version: `champion` or `latest`, a version as in `v1.2.0`, or the folder that `ringside fetch` made.
        root: the checkout, or a folder in it.
        remote: the Git remote whose releases are asked.
        opened: opens the registry of a checkout and a remote.

    Raises:
        UsageError: it is no version and no folder.
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
    """The task that the checkout's params.yaml names.

    Raises:
        UsageError: params.yaml is not in order.
        TaskError: there is no such task.
    """
    from ringside.loader import load_task
    from ringside.params import read_params

    return load_task(workspace.root, read_params(workspace.params).task)


def is_folder(name: str | Path) -> bool:
    """Whether a release is named by its folder: a path, or a name that is no version's and that is there."""
    if isinstance(name, Path):
        return True
    return name not in PRODUCTION and not re.fullmatch(r"v[0-9.]+", name) and Path(name).is_dir()


def read_metadata(folder: Path) -> ReleaseMetadata:
    """The `release.json` in a folder.

    Raises:
        DataError: it is missing.
        RegistryError: it is none; state `files_damaged`.
    """
    path = folder / RECORD
    try:
        return ReleaseMetadata.model_validate_json(read_bytes(path, remedy=_REMEDY))
    except ValueError:
        found = "it is no record of a release"
        raise RegistryError(found, where=str(path), remedy=_REMEDY, state="files_damaged") from None


def find(registry: Registry, name: str) -> ReleaseMetadata:
    """The version that a person names.

    Args:
        registry: where to look.
        name: `latest` or `champion` for the one in production, or as in `v1.2.0`.

    Raises:
        UsageError: it is none of these.
        RegistryError: there is no such release, or none at all.
    """
    if name in PRODUCTION:
        state = registry.champion()
        if state.metadata is None:
            found = "there is no version in production" if state.state == "no_champion" else f"it is {state.state}"
            remedy = "publish one (`ringside publish`), name another --remote, or mend what the message names."
            raise RegistryError(found, where=state.where, remedy=remedy, state=state.state)
        return state.metadata
    tag = tag_of(name)
    if tag not in registry.releases.tags():
        found = f"there is no release of {name}"
        remedy = "name one that `ringside versions` lists."
        raise RegistryError(found, where=registry.releases.where, remedy=remedy, state="files_missing")
    return registry.releases.metadata(tag)


def release_folder(registry: Registry, metadata: ReleaseMetadata, workspace: Workspace) -> Path:
    """A folder with all files of a version, their hashes compared; kept below `.dvc/tmp` and used again.

    Raises:
        RegistryError: a file is missing (state `files_missing`) or damaged (`files_damaged`), or the registry gave no
            answer.
    """
    target = workspace.fetched / metadata.version
    if target.exists() and _is_current(registry, metadata, target):
        return target
    with _download(registry, metadata, target) as aside:
        remove(target)
        move(aside, target)
    return target


def fetch(registry: Registry, metadata: ReleaseMetadata, target: Path) -> bool:
    """Bring all files of a version into the folder `target`; False where they are there already.

    They come aside first, and get their name when every hash is right.

    Raises:
        UsageError: there is something else at `target`.
        RegistryError: as `release_folder`.
    """
    if target.exists():
        if target.is_dir() and (target / SUMS).exists() and _is_current(registry, metadata, target):
            return False
        remedy = "remove it, or name another folder with -o."
        raise UsageError(f"there is something else than {metadata.version}", where=str(target), remedy=remedy)
    with _download(registry, metadata, target) as aside:
        move(aside, target)
    return True


def verify(folder: Path, workspace: Workspace, task: "Task") -> Verification:
    """Check a fetched version: every hash, the types in the model file, and the predictions on the reference rows.

    Raises:
        RegistryError: a file is missing, damaged or unknown, predictions differ, or the version cannot predict.
        ModelError: the model file holds types that are not trusted.
    """
    from ringside.common.tables import read_table
    from ringside.registry.card import REFERENCE
    from ringside.registry.rows import compare
    from ringside.registry.scoring import predict_with, runs_here

    sums = check_folder(folder)
    metadata = read_metadata(folder)
    model = Model(folder, metadata, workspace, task)
    here = runs_here(metadata, workspace, task)
    if here:
        # Else the version's own machinery loads it, with its own list.
        _ = model.estimator
    path = folder / REFERENCE
    if not path.exists():
        there = {name for name in sums if (folder / name).exists()}
        return Verification(metadata, len(there), 0, None, erased=REFERENCE in sums, own_environment=not here)
    reference = read_table(path, remedy=_REMEDY).to_pandas()
    features = [name for name in metadata.columns if name in reference and name != metadata.target]
    stored = reference.drop(columns=features)
    found = predict_with(folder, metadata, reference[features], workspace, task)
    largest = compare(stored, found, where=str(path), remedy=_REMEDY)
    return Verification(metadata, len(sums), len(reference), largest, erased=False, own_environment=not here)


def _is_current(registry: Registry, metadata: ReleaseMetadata, folder: Path) -> bool:
    """Whether the folder holds what the registry has under this version, byte by byte."""
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
    """All files of a version, in a folder beside `target` that is removed where it does not get a name."""
    tag = tag_of(metadata.version)
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        make_folder(aside)
        registry.releases.fetch(tag, sorted(registry.releases.files(tag)), aside)
        check_folder(aside, where=f"{registry.releases.where}/{tag}")
        if read_metadata(aside) != metadata:
            found = "its release.json is not the one that the registry answered"
            raise RegistryError(found, where=registry.releases.where, remedy=_REMEDY, state="files_damaged")
        yield aside
    finally:
        remove(aside)
