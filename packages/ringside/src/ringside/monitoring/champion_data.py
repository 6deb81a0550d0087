"""Brings the champion, its release and the newest rows together, for `ringside.monitoring.triggers` to compare."""

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
    """A released version with the files that watching needs."""

    facts: ReleaseMetadata
    folder: Path
    profile: dict[str, Any]

    @cached_property
    def baseline(self) -> dict[str, float]:
        """What a model without features had on the release's window."""
        found = read_json(self.folder / "metrics.json", remedy=_AGAIN).get("baseline", {})
        return {name: value for name, value in found.items() if isinstance(value, float)}

    def knows(self, name: str, content: str) -> bool:
        """Whether the partition was there, with the same values, when the version was made."""
        part = self.profile["partitions"].get(name)
        return part is not None and part["content"] == content


_AGAIN = "publish the version again."


@dataclass(frozen=True)
class Watched:
    """What watching the champion needs."""

    workspace: Workspace
    task: Task
    policy: Policy
    retrain: RetrainParams
    registry: Registry | RegistryError
    """What was opened, or why it could not be."""
    partitions: Partitions
    own: tuple[MetricDefinition, ...] = ()
    say: Any = print
    """Takes one line of talk."""

    def monitor(self) -> Monitor:
        """How the champion does on the newest partition; every reason why that cannot be told is a state.

        Raises:
            DataError: the data here are not what the manifest says.
            UsageError: the policy names what there is not.
        """
        found = self._champion()
        if isinstance(found, Monitor):
            return found
        newer = [name for name, entry in self.partitions.entries.items() if not found.knows(name, entry.content)]
        drift = self._drift(found, newer)
        if not newer:
            return self._without("nothing_newer", found.facts.version)
        ripe = [name for name in newer if self.partitions.arrived(name)]
        if not ripe:
            return self._without("waiting", found.facts.version, **drift)
        try:
            return self._judged(found, ripe[-1], drift)
        except RegistryError as error:
            self.say(f"monitor: {error}")
            return self._without(_state(error, "cannot_predict"), found.facts.version, **drift)

    def _champion(self) -> _Model | Monitor:
        """The champion's files, or what to say where there is none to be had."""
        if isinstance(self.registry, RegistryError):
            self.say(f"monitor: {self.registry}")
            return self._without(_state(self.registry, "unreachable"))
        state = self.registry.champion()
        if state.metadata is None:
            self.say(f"monitor: {state.where}")
            return self._without("unreachable" if state.state == "found" else state.state)
        facts = state.metadata
        if (facts.task, facts.kind, facts.target) != (self.task.name, self.task.kind, self.task.target):
            return self._without("another_target", facts.version)
        try:
            return self._model(self.registry, facts)
        except RingsideError as error:
            self.say(f"monitor: {error}")
            return self._without(_state(error, "files_missing"), facts.version)

    def _model(self, registry: Registry, facts: ReleaseMetadata) -> _Model:
        folder = release_folder(registry, facts, self.workspace)
        profile = read_json(folder / "profile.json", remedy=_AGAIN)
        check_profile(profile, where=f"profile.json of {facts.version}")
        return _Model(facts, folder, profile)

    def _judged(self, model: _Model, name: str, drift: Mapping[str, Any]) -> Monitor:
        rows = self._unseen(self._rows([name]), [model])
        if rows.empty:
            return self._without("no_rows", model.facts.version, partition=name_of(name), **drift)
        window = self._window(rows, model)
        released = Released(self._release_window(model), model.facts.metrics, model.baseline)
        floors = floors_now(window.challenger, self.policy, self.own)
        repeat = self._repeat(model, rows)
        return self._without(
            "judged",
            model.facts.version,
            partition=name_of(name),
            rows=len(rows),
            groups=window.truth.n_groups,
            metrics=metrics_now(window.challenger, released, self.policy, self.own),
            floors=floors,
            repeat=repeat,
            alarms=alarms(floors, repeat),
            **drift,
        )

    def _without(self, state: MonitorState, champion: str | None = None, **found: Any) -> Monitor:  # noqa: ANN401
        """What was found, with what every answer states."""
        return Monitor(
            task=name_of(self.task.name),
            kind=self.task.kind,
            state=state,
            champion=champion,
            confidence=self.policy.confidence,
            effect=self.retrain.effect,
            share=self.retrain.share,
            **found,
        )

    def _rows(self, names: Sequence[str]) -> pd.DataFrame:
        """The valid rows of some partitions, with a column that says which one each is from."""
        frames = [self.partitions.validated(name).valid.assign(**{PARTITION: name}) for name in names]
        return pd.concat(frames, ignore_index=True)

    def _unseen(self, rows: pd.DataFrame, models: Sequence[_Model]) -> pd.DataFrame:
        """Those rows that none of the models was trained on."""
        hashes = row_hashes(
            pa.Table.from_pandas(rows[list(self.task.identity)], preserve_index=False), self.task.identity
        )
        for model in models:
            seen = contains(model.profile["trained_on"], hashes)
            rows, hashes = rows[~seen], hashes[~seen]
        return rows.reset_index(drop=True)

    def _window(self, rows: pd.DataFrame, model: _Model) -> TestSet:
        """The rows with a model's predictions, as the verdict has a test window."""
        predictions = self._predictions(rows, model)
        kept = dict.fromkeys([*self.task.identity, *([self.task.group] if self.task.group else []), *self.task.slices])
        labels = rows[self.task.target].rename("y")
        table = pd.concat([rows[[*kept, PARTITION]].rename(columns=NAMES), labels, predictions], axis=1)
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        return TestSet.of(arrow, self.task, threshold=model.facts.threshold, top=self.policy.top)

    def _predictions(self, rows: pd.DataFrame, model: _Model) -> pd.DataFrame:
        features = rows.drop(columns=[self.task.target, PARTITION])
        return predict_with(model.folder, model.facts, features, self.workspace, self.task)

    def _release_window(self, model: _Model) -> Any:  # noqa: ANN401  # Scored or None
        """The champion on the very rows that it was released by; None where they are not all here any more."""
        entries = self.partitions.entries
        tested = [name for name, part in model.profile["partitions"].items() if "test" in part["sides"]]
        if not tested or any(name not in entries or not model.knows(name, entries[name].content) for name in tested):
            return None
        rows = self._unseen(self._rows(tested), [model])
        if rows.empty:
            return None
        try:
            window = self._window(rows, model)
        except RegistryError as error:
            self.say(f"monitor: {error}")
            return None
        return window.challenger if window.sha256 == model.facts.window else None

    def _repeat(self, model: _Model, rows: pd.DataFrame) -> Repeat | None:
        """The champion against the version before it; None where there was none."""
        assert isinstance(self.registry, Registry)  # noqa: S101  # there would be no model
        try:
            version = _before(self.registry, model.facts)
            if version is None:
                return None
            facts = self.registry.releases.metadata(tag_of(version))
        except RegistryError as error:
            self.say(f"monitor: {error}")
            return None
        if (facts.task, facts.kind, facts.target) != (self.task.name, self.task.kind, self.task.target):
            return Repeat(version=version, state="another_target")
        try:
            previous = self._model(self.registry, facts)
            return self._compared(model, previous, self._unseen(rows, [previous]))
        except RingsideError as error:
            self.say(f"monitor: {error}")
            return Repeat(version=version, state=_state(error, "cannot_predict"))

    def _compared(self, model: _Model, previous: _Model, rows: pd.DataFrame) -> Repeat:
        version = previous.facts.version
        if rows.empty:
            return Repeat(version=version, state="too_few_rows")
        window = self._window(rows, model)
        table = pa.Table.from_pandas(self._predictions(rows, previous), preserve_index=False)
        rival = window.scored(window.values(table, PREDICTION), previous.facts.threshold)
        released = Released(None, previous.facts.metrics, previous.baseline)
        return repeated(Pair(window.challenger, rival, self.policy), version, released, self.own)

    def _drift(self, model: _Model, newer: Sequence[str]) -> dict[str, Any]:
        """The drift of the newest partition, whether or not its labels have arrived."""
        if not newer:
            return {}
        valid = self.partitions.validated(newer[-1]).valid
        if valid.empty:
            return {}
        bins = {name: each for name, each in model.profile["bins"].items() if name in valid}
        counts = partition_profile(valid, bins, self.task)["columns"]
        found: list[DriftNow] = drift_now(model.profile, counts, new_by_design(self.task), self.retrain.effect)
        return {"drift": found[:MOST_COLUMNS], "columns_left_out": max(len(found) - MOST_COLUMNS, 0)}


def _before(registry: Registry, facts: ReleaseMetadata) -> str | None:
    """The version that was in production before the champion, or that it was judged against."""
    line = in_production(registry.releases.moves())
    earlier = line[:-1] if line and line[-1] == facts.version else []
    return earlier[-1] if earlier else facts.champion


def _state(error: RingsideError, other: RivalState) -> RivalState:
    """The state that an error carries, or the one that is likely where it was raised."""
    state: RivalState = getattr(error, "state", None) or other
    return state
