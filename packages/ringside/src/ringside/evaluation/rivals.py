"""The rivals of a challenger: the champion, the anchor, and predictions that a team adopted, on the same rows."""

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
_ADOPT = "adopt the predictions again by `ringside adopt FILE`."

TestRows = Callable[[], "pd.DataFrame"]
"""Reads the features of the test rows, in the order of the test set; called only where a model has to predict them."""


@dataclass(frozen=True)
class Rival:
    """A rival, compared or not."""

    state: RivalState
    where: str = ""
    """For people: where it was looked for, and what was found instead."""
    facts: ReleaseMetadata | None = None
    folder: Path | None = None
    """Its release's files."""
    profile: dict[str, Any] | None = None
    test_set: TestSet | None = None
    """The rows that it may judge on."""
    scored: Scored | None = None
    own_environment: bool = False
    left_out: int = 0

    def require_scored(self, name: str) -> "ScoredRival":
        """This rival, which must have been compared.

        Raises:
            RegistryError: it was not; the error says why.
        """
        if not (self.facts and self.folder and self.profile and self.test_set and self.scored):
            remedy = "name another version, or mend what the message names."
            raise RegistryError(f"it cannot be compared: {self.where or self.state}", where=name, remedy=remedy)
        return ScoredRival(self, self.facts, self.folder, self.profile, self.test_set, self.scored)


@dataclass(frozen=True)
class ScoredRival:
    """A released rival that was compared, with all that it has for it."""

    rival: Rival
    facts: ReleaseMetadata
    folder: Path
    profile: dict[str, Any]
    test_set: TestSet
    scored: Scored


@dataclass(frozen=True)
class RivalLoader:
    """What bringing a rival in needs."""

    workspace: Workspace
    task: Task
    policy: Policy
    test_set: TestSet
    registry: Registry | RegistryError
    """What was opened, or why it could not be."""
    test_rows: TestRows
    code: str
    """The hash of this checkout's code and packages."""

    def champion(self) -> Rival:
        """The model in production, if it can be had; every reason why not is a state and no error."""
        if isinstance(self.registry, RegistryError):
            return Rival(_state(self.registry, "unreachable"), str(self.registry))
        found = self.registry.champion()
        if found.metadata is not None:
            return self.released(found.metadata)
        return Rival("unreachable" if found.state == "found" else found.state, found.where)

    def anchor(self) -> ReleaseMetadata | None:
        """The version that small losses are measured against, if there is one.

        Raises:
            RegistryError: the pinned version is not there.
        """
        return None if isinstance(self.registry, RegistryError) else self.registry.anchor(self.policy.anchor)

    def judged_before(self) -> int | None:
        """How many versions were judged on this test set; None where the registry cannot be asked."""
        try:
            return None if isinstance(self.registry, RegistryError) else self.registry.judged_on(self.test_set.sha256)
        except RegistryError:
            return None

    def released(self, facts: ReleaseMetadata) -> Rival:
        """A version on the rows that it was not trained on."""
        if (facts.task, facts.kind, facts.target) != (self.task.name, self.task.kind, self.task.target):
            return Rival("another_target", f"{facts.version} predicts {facts.target} of {facts.task}", facts)
        try:
            folder = self._folder(facts)
        except RegistryError as error:
            return Rival(_state(error, "files_missing"), str(error), facts)
        own_environment = facts.code != self.code
        try:
            profile = read_json(folder / "profile.json", remedy="publish the version again.")
            values = self._predictions(folder, facts)
        except RingsideError as error:
            return Rival(_state(error, "cannot_predict"), str(error), facts, folder, own_environment=own_environment)
        unseen = ~contains(profile["trained_on"], self.test_set.identities)
        return self._on(unseen, values, Rival("compared", "", facts, folder, profile, None, None, own_environment))

    def _folder(self, facts: ReleaseMetadata) -> Path:
        if isinstance(self.registry, RegistryError):
            raise self.registry
        return release_folder(self.registry, facts, self.workspace)

    def adopted(self, table: pa.Table) -> Rival:
        """Predictions that the team has, on the rows that they cover.

        Raises:
            DataError: the table has no identity or no predictions of these rows.
        """
        if lacking := [name for name in self.task.identity if name not in table.column_names]:
            raise DataError(f"it lacks the column {', '.join(lacking)}", where=_ADOPTED, remedy=_ADOPT)
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
        """The rival on some rows of the test set, or that too few are left."""
        left_out = int((~rows).sum())
        facts = (rival.facts, rival.folder, rival.profile)
        sizes = np.bincount(self.test_set.truth.groups[rows], minlength=self.test_set.truth.n_groups).astype(float)
        if left_out and effective_groups(sizes) < self.policy.min_groups:
            where = f"{left_out:,} of {len(rows):,} test rows are left out; the others are too few groups"
            return Rival("too_few_rows", where, *facts, own_environment=rival.own_environment, left_out=left_out)
        test_set = self.test_set.take(rows)
        threshold = rival.facts.threshold if rival.facts else None
        scored = test_set.scored(values[rows], threshold)
        return Rival("compared", rival.where, *facts, test_set, scored, rival.own_environment, left_out)

    def _predictions(self, folder: Path, facts: ReleaseMetadata) -> Floats:
        """The version's predictions of the test set's rows; kept, for the next verdict is often on the same ones."""
        kept = self.workspace.rivals / f"{self._key(facts)}.parquet"
        if not kept.exists():
            frame = predict_with(folder, facts, self.test_rows(), self.workspace, self.task)
            write_table(kept, pa.Table.from_pandas(frame, preserve_index=False))
        return self.test_set.values(read_table(kept, remedy=f"remove {kept.name} and run again."), PREDICTION)

    def _key(self, facts: ReleaseMetadata) -> str:
        """Equal where the same model meets the same rows."""
        digest = hashlib.sha256(f"{facts.model} {facts.code} {self.test_set.sha256}".encode())
        for name in self.test_set.partitions:
            path = self.workspace.partition(self.workspace.valid, name)
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def _state(error: RingsideError, other: RivalState) -> RivalState:
    """The state that an error carries, or the one that is likely where it was raised."""
    state: RivalState = getattr(error, "state", None) or other
    return state
