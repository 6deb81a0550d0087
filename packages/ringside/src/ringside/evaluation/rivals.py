"""The rivals of a challenger on the same rows: champion, anchor, and predictions that a team adopted."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ringside.codes import RivalState
from ringside.common.files import read_json
from ringside.common.fingerprint import row_hashes
from ringside.common.tables import read_table, write_table
from ringside.common.task import Task
from ringside.errors import DataError, RegistryError, RingsideError
from ringside.evaluation.test_set import PREDICTION, TestSet, refuse_doubled
from ringside.pipeline.evaluate.profile import contains
from ringside.registry.client import release_folder
from ringside.registry.models import ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.registry.scoring import predict_with
from ringside.store.workspace import Workspace
from ringside.verdict.intervals import effective_groups
from ringside.verdict.policy import Policy
from ringside.verdict.rows import Bools, Floats, Scored

if TYPE_CHECKING:
    import pandas as pd

_ADOPTED = "data/adopted.parquet"
_ADOPT = "run `ringside adopt FILE` with complete predictions."

TestRows = Callable[[], "pd.DataFrame"]
"""Function that reads the features of the test rows, in the order of the test set; called only if a model predicts."""


@dataclass(frozen=True)
class Rival:
    """A rival, or the reason why it could not be compared."""

    state: RivalState
    where: str = ""
    """Place of the search for the rival, and the problem, for error messages."""
    facts: ReleaseMetadata | None = None
    folder: Path | None = None
    """Folder of its release files."""
    profile: dict[str, Any] | None = None
    test_set: TestSet | None = None
    """The test set without its training rows."""
    scored: Scored | None = None
    own_environment: bool = False
    left_out: int = 0

    def require_scored(self, name: str) -> "ScoredRival":
        """Return this rival with its scores.

        Raises:
            RegistryError: The rival could not be compared; the error has the reason.
        """
        if not (self.facts and self.folder and self.profile and self.test_set and self.scored):
            remedy = "name another version, or fix the problem above."
            raise RegistryError(f"it cannot be compared: {self.where or self.state}", where=name, remedy=remedy)
        return ScoredRival(self, self.facts, self.folder, self.profile, self.test_set, self.scored)


@dataclass(frozen=True)
class ScoredRival:
    """A released rival with its scores."""

    rival: Rival
    facts: ReleaseMetadata
    folder: Path
    profile: dict[str, Any]
    test_set: TestSet
    scored: Scored


@dataclass(frozen=True)
class RivalLoader:
    """Loader of rivals and their predictions."""

    workspace: Workspace
    task: Task
    policy: Policy
    test_set: TestSet
    registry: Registry | RegistryError
    """The registry, or the error on opening it."""
    test_rows: TestRows
    code: str
    """Hash of this checkout's code and packages."""

    def champion(self) -> Rival:
        """Return the model in production; if it is unavailable, the state has the reason."""
        if isinstance(self.registry, RegistryError):
            return Rival(_state(self.registry, "unreachable"), str(self.registry))
        champion = self.registry.champion()
        if champion.metadata is not None:
            return self.released(champion.metadata)
        return Rival("unreachable" if champion.state == "found" else champion.state, champion.where)

    def anchor(self) -> ReleaseMetadata | None:
        """Return the anchor; None if there is none.

        Raises:
            RegistryError: The pinned version does not exist.
        """
        return None if isinstance(self.registry, RegistryError) else self.registry.anchor(self.policy.anchor)

    def judged_before(self) -> int | None:
        """Return the number of versions judged on this test set; None if the registry cannot be read."""
        try:
            return None if isinstance(self.registry, RegistryError) else self.registry.judged_on(self.test_set.sha256)
        except RegistryError:
            return None

    def released(self, metadata: ReleaseMetadata) -> Rival:
        """Return a released version with its predictions of the rows outside its training data."""
        if (metadata.task, metadata.kind, metadata.target) != (self.task.name, self.task.kind, self.task.target):
            return Rival(
                "another_target", f"{metadata.version} predicts {metadata.target} of {metadata.task}", metadata
            )
        try:
            folder = self._folder(metadata)
        except RegistryError as error:
            return Rival(_state(error, "files_missing"), str(error), metadata)
        own_environment = metadata.code != self.code
        try:
            profile = read_json(folder / "profile.json", remedy="publish the version again.")
            values = self._predictions(folder, metadata)
        except RingsideError as error:
            return Rival(_state(error, "cannot_predict"), str(error), metadata, folder, own_environment=own_environment)
        unseen = ~contains(profile["trained_on"], self.test_set.identities)
        return self._on(unseen, values, Rival("compared", "", metadata, folder, profile, None, None, own_environment))

    def _folder(self, metadata: ReleaseMetadata) -> Path:
        if isinstance(self.registry, RegistryError):
            raise self.registry
        return release_folder(self.registry, metadata, self.workspace)

    def adopted(self, table: pa.Table) -> Rival:
        """Return adopted predictions as a rival, on the rows that they cover.

        Raises:
            DataError: The table lacks the identity or predictions of these rows.
        """
        if missing := [name for name in self.task.identity if name not in table.column_names]:
            raise DataError(f"it lacks the column {', '.join(missing)}", where=_ADOPTED, remedy=_ADOPT)
        identities = row_hashes(table, self.task.identity)
        refuse_doubled(identities, where=_ADOPTED)
        covered, positions = self.test_set.places(identities)
        try:
            values = self.test_set.values(table, PREDICTION)
            whole = np.zeros((len(covered), *values.shape[1:]))
            whole[covered] = values[positions]
            return self._on(covered, whole, Rival("compared", _ADOPTED))
        except DataError as error:
            raise DataError(error.found, where=_ADOPTED, remedy=_ADOPT) from error

    def _on(self, rows: Bools, values: Floats, rival: Rival) -> Rival:
        """Return the rival on some rows of the test set, or `too_few_rows`."""
        left_out = int((~rows).sum())
        metadata = (rival.facts, rival.folder, rival.profile)
        sizes = np.bincount(self.test_set.truth.groups[rows], minlength=self.test_set.truth.n_groups).astype(float)
        if left_out and effective_groups(sizes) < self.policy.min_groups:
            where = f"{left_out:,} of {len(rows):,} test rows are left out; the others have too few groups"
            return Rival("too_few_rows", where, *metadata, own_environment=rival.own_environment, left_out=left_out)
        test_set = self.test_set.take(rows)
        threshold = rival.facts.threshold if rival.facts else None
        scored = test_set.scored(values[rows], threshold)
        return Rival("compared", rival.where, *metadata, test_set, scored, rival.own_environment, left_out)

    def _predictions(self, folder: Path, metadata: ReleaseMetadata) -> Floats:
        """Return the version's predictions of the test set, cached for the next verdict."""
        kept = self.workspace.rivals / f"{self._key(metadata)}.parquet"
        if not kept.exists():
            frame = predict_with(folder, metadata, self.test_rows(), self.workspace, self.task)
            write_table(kept, pa.Table.from_pandas(frame, preserve_index=False))
        return self.test_set.values(read_table(kept, remedy=f"remove {kept.name} and run again."), PREDICTION)

    def _key(self, metadata: ReleaseMetadata) -> str:
        """Return a key that is equal for the same model and the same rows."""
        digest = hashlib.sha256(f"{metadata.model} {metadata.code} {self.test_set.sha256}".encode())
        for name in self.test_set.partitions:
            path = self.workspace.partition(self.workspace.valid, name)
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def _state(error: RingsideError, other: RivalState) -> RivalState:
    """Return the state of an error, or `other` if it has none."""
    state: RivalState = getattr(error, "state", None) or other
    return state
