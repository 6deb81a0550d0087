"""Loader of the champion, its release and the newest rows for `ringside.monitoring.triggers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from ringside.codes import RivalState
from ringside.common.files import read_json
from ringside.common.fingerprint import row_hashes
from ringside.common.task import Task
from ringside.data.diff import check_profile
from ringside.data.drift import new_by_design
from ringside.errors import RegistryError, RingsideError
from ringside.evaluation.test_set import PREDICTION, TestSet
from ringside.monitoring.new_partitions import Partitions
from ringside.monitoring.triggers import (
    MOST_COLUMNS,
    Released,
    alarms,
    drift_now,
    floors_now,
    metrics_now,
    repeated,
)
from ringside.params import RetrainParams
from ringside.pipeline.evaluate.evaluation import NAMES, PARTITION
from ringside.pipeline.evaluate.profile import contains, partition_profile
from ringside.registry.client import release_folder
from ringside.registry.models import ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.registry.scoring import predict_with
from ringside.registry.version_numbers import in_production, tag_of
from ringside.report.model import name_of
from ringside.report.watch import DriftNow, Monitor, MonitorState, Repeat
from ringside.store.workspace import Workspace
from ringside.verdict.metrics import MetricDefinition
from ringside.verdict.outcomes import Pair
from ringside.verdict.policy import Policy


@dataclass(frozen=True)
class _Model:
    """A released version with its files."""

    metadata: ReleaseMetadata
    folder: Path
    profile: dict[str, Any]

    @cached_property
    def baseline(self) -> dict[str, float]:
        """Metrics of the baseline on the release's test set."""
        metrics = read_json(self.folder / "metrics.json", remedy=_AGAIN).get("baseline", {})
        return {name: value for name, value in metrics.items() if isinstance(value, float)}

    def knows(self, name: str, content: str) -> bool:
        """Return whether the version was made with this partition and the same content."""
        part = self.profile["partitions"].get(name)
        return part is not None and part["content"] == content


_AGAIN = "publish the version again."


@dataclass(frozen=True)
class Watched:
    """Inputs of monitoring the champion."""

    workspace: Workspace
    task: Task
    policy: Policy
    retrain: RetrainParams
    registry: Registry | RegistryError
    """The registry, or the error on opening it."""
    partitions: Partitions
    own: tuple[MetricDefinition, ...] = ()
    say: Any = print
    """Function that prints one line."""

    def monitor(self) -> Monitor:
        """Monitor the champion on the newest partition; if that is impossible, the state has the reason.

        Raises:
            DataError: The data differ from the manifest.
            UsageError: The policy names a metric that does not exist.
        """
        champion = self._champion()
        if isinstance(champion, Monitor):
            return champion
        newer = [name for name, entry in self.partitions.entries.items() if not champion.knows(name, entry.content)]
        drift = self._drift(champion, newer)
        if not newer:
            return self._without("nothing_newer", champion.metadata.version)
        ripe = [name for name in newer if self.partitions.arrived(name)]
        if not ripe:
            return self._without("waiting", champion.metadata.version, **drift)
        try:
            return self._judged(champion, ripe[-1], drift)
        except RegistryError as error:
            self.say(f"monitor: {error}")
            return self._without(_state(error, "cannot_predict"), champion.metadata.version, **drift)

    def _champion(self) -> _Model | Monitor:
        """Return the champion's files, or the result if they are unavailable."""
        if isinstance(self.registry, RegistryError):
            self.say(f"monitor: {self.registry}")
            return self._without(_state(self.registry, "unreachable"))
        state = self.registry.champion()
        if state.metadata is None:
            self.say(f"monitor: {state.where}")
            return self._without("unreachable" if state.state == "found" else state.state)
        metadata = state.metadata
        if (metadata.task, metadata.kind, metadata.target) != (self.task.name, self.task.kind, self.task.target):
            return self._without("another_target", metadata.version)
        try:
            return self._model(self.registry, metadata)
        except RingsideError as error:
            self.say(f"monitor: {error}")
            return self._without(_state(error, "files_missing"), metadata.version)

    def _model(self, registry: Registry, metadata: ReleaseMetadata) -> _Model:
        folder = release_folder(registry, metadata, self.workspace)
        profile = read_json(folder / "profile.json", remedy=_AGAIN)
        check_profile(profile, where=f"profile.json of {metadata.version}")
        return _Model(metadata, folder, profile)

    def _judged(self, model: _Model, name: str, drift: Mapping[str, Any]) -> Monitor:
        rows = self._unseen(self._rows([name]), [model])
        if rows.empty:
            return self._without("no_rows", model.metadata.version, partition=name_of(name), **drift)
        test_set = self._test_set(rows, model)
        released = Released(self._release_test_set(model), model.metadata.metrics, model.baseline)
        floors = floors_now(test_set.challenger, self.policy, self.own)
        repeat = self._repeat(model, rows)
        return self._without(
            "judged",
            model.metadata.version,
            partition=name_of(name),
            rows=len(rows),
            groups=test_set.truth.n_groups,
            metrics=metrics_now(test_set.challenger, released, self.policy, self.own),
            floors=floors,
            repeat=repeat,
            alarms=alarms(floors, repeat),
            **drift,
        )

    def _without(self, state: MonitorState, champion: str | None = None, **fields: Any) -> Monitor:  # noqa: ANN401
        """Return the result with the fields that every result has."""
        return Monitor(
            task=name_of(self.task.name),
            kind=self.task.kind,
            state=state,
            champion=champion,
            confidence=self.policy.confidence,
            effect=self.retrain.effect,
            share=self.retrain.share,
            **fields,
        )

    def _rows(self, names: Sequence[str]) -> pd.DataFrame:
        """Return the valid rows of some partitions, with the partition as a column."""
        frames = [self.partitions.validated(name).valid.assign(**{PARTITION: name}) for name in names]
        return pd.concat(frames, ignore_index=True)

    def _unseen(self, rows: pd.DataFrame, models: Sequence[_Model]) -> pd.DataFrame:
        """Return the rows that none of the models was trained on."""
        hashes = row_hashes(
            pa.Table.from_pandas(rows[list(self.task.identity)], preserve_index=False), self.task.identity
        )
        for model in models:
            seen = contains(model.profile["trained_on"], hashes)
            rows, hashes = rows[~seen], hashes[~seen]
        return rows.reset_index(drop=True)

    def _test_set(self, rows: pd.DataFrame, model: _Model) -> TestSet:
        """Return the rows with the predictions of a model, as a test set."""
        predictions = self._predictions(rows, model)
        kept = dict.fromkeys([*self.task.identity, *([self.task.group] if self.task.group else []), *self.task.slices])
        labels = rows[self.task.target].rename("y")
        table = pd.concat([rows[[*kept, PARTITION]].rename(columns=NAMES), labels, predictions], axis=1)
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        return TestSet.of(arrow, self.task, threshold=model.metadata.threshold, top=self.policy.top)

    def _predictions(self, rows: pd.DataFrame, model: _Model) -> pd.DataFrame:
        features = rows.drop(columns=[self.task.target, PARTITION])
        return predict_with(model.folder, model.metadata, features, self.workspace, self.task)

    def _release_test_set(self, model: _Model) -> Any:  # noqa: ANN401  # Scored or None
        """Return the champion on the test set of its release; None if rows are no longer available."""
        entries = self.partitions.entries
        tested = [name for name, part in model.profile["partitions"].items() if "test" in part["sides"]]
        if not tested or any(name not in entries or not model.knows(name, entries[name].content) for name in tested):
            return None
        rows = self._unseen(self._rows(tested), [model])
        if rows.empty:
            return None
        try:
            test_set = self._test_set(rows, model)
        except RegistryError as error:
            self.say(f"monitor: {error}")
            return None
        return test_set.challenger if test_set.sha256 == model.metadata.window else None

    def _repeat(self, model: _Model, rows: pd.DataFrame) -> Repeat | None:
        """Compare the champion with the previous version; None if there is none."""
        assert isinstance(self.registry, Registry)  # noqa: S101  # checked by `_champion`
        try:
            version = _before(self.registry, model.metadata)
            if version is None:
                return None
            metadata = self.registry.releases.metadata(tag_of(version))
        except RegistryError as error:
            self.say(f"monitor: {error}")
            return None
        if (metadata.task, metadata.kind, metadata.target) != (self.task.name, self.task.kind, self.task.target):
            return Repeat(version=version, state="another_target")
        try:
            previous = self._model(self.registry, metadata)
            return self._compared(model, previous, self._unseen(rows, [previous]))
        except RingsideError as error:
            self.say(f"monitor: {error}")
            return Repeat(version=version, state=_state(error, "cannot_predict"))

    def _compared(self, model: _Model, previous: _Model, rows: pd.DataFrame) -> Repeat:
        version = previous.metadata.version
        if rows.empty:
            return Repeat(version=version, state="too_few_rows")
        test_set = self._test_set(rows, model)
        table = pa.Table.from_pandas(self._predictions(rows, previous), preserve_index=False)
        rival = test_set.scored(test_set.values(table, PREDICTION), previous.metadata.threshold)
        released = Released(None, previous.metadata.metrics, previous.baseline)
        return repeated(Pair(test_set.challenger, rival, self.policy), version, released, self.own)

    def _drift(self, model: _Model, newer: Sequence[str]) -> dict[str, Any]:
        """Return the drift of the newest partition, with or without labels."""
        if not newer:
            return {}
        valid = self.partitions.validated(newer[-1]).valid
        if valid.empty:
            return {}
        bins = {name: each for name, each in model.profile["bins"].items() if name in valid}
        counts = partition_profile(valid, bins, self.task)["columns"]
        drift: list[DriftNow] = drift_now(model.profile, counts, new_by_design(self.task), self.retrain.effect)
        return {"drift": drift[:MOST_COLUMNS], "columns_left_out": max(len(drift) - MOST_COLUMNS, 0)}


def _before(registry: Registry, metadata: ReleaseMetadata) -> str | None:
    """Return the version in production before the champion, or the one it was compared with."""
    line = in_production(registry.releases.moves())
    earlier = line[:-1] if line and line[-1] == metadata.version else []
    return earlier[-1] if earlier else metadata.champion


def _state(error: RingsideError, other: RivalState) -> RivalState:
    """Return the state of an error, or `other` if it has none."""
    state: RivalState = getattr(error, "state", None) or other
    return state
