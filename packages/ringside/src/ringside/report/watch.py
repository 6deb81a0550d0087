"""Data model of monitoring: the champion on newer data, the decision to retrain, and alarms.

It is as strict as a report, because the job that trains passes it to the job with write access: states and reasons
are codes, and `ringside.report.watch_text` makes the sentences.
"""

from typing import Annotated, Literal

from pydantic import Field

from ringside.codes import Better, Kind, ResultReason, RivalState, Verdict
from ringside.report.model import Commit, Count, Name, Number, Part, ResultRecord, Share, Version
from ringside.report.read import dump_part, read_part

MAX_BYTES = 500_000
"""Maximum size of a file that is read."""

MonitorState = Literal["judged", "nothing_newer", "waiting", "no_rows"] | RivalState
"""`nothing_newer`: the champion was made with every partition; `waiting`: labels of newer partitions have not arrived;
`no_rows`: no row of the newest partition has a label and fits the schema; others: why the champion is unavailable."""
AlarmCode = Literal["below_floor", "worse", "data", "performance", "drift"]
"""`below_floor`: the champion surely misses a floor; `worse`: it is worse than the previous version; `data`: new data
are invalid; `performance` and `drift`: a loss or drift without new data to train on."""
Reason = Literal["new_data", "drift", "performance"]
Decided = Literal["retrain", "nothing", "nothing_to_learn", "not_live"]
DataProblem = Literal["too_many_quarantined", "schema", "source_differs", "refused"]


class Estimate(Part):
    """A metric on one test set, with one-sided bounds at the policy's confidence if available."""

    value: Number
    lower: Number | None = None
    upper: Number | None = None


class MetricNow(Part):
    """One metric of the champion: on the newest partition, and on the test set of its release."""

    metric: Name
    better: Better
    now: Estimate | None
    """Estimate on the newest partition; None if undefined on these rows."""
    release: Estimate | None
    """Estimate on the release's test set; without bounds if its rows are unavailable and only the value is known."""
    difference: Number | None = None
    """Difference between both; positive if the champion is better now."""
    lower: Number | None = None
    upper: Number | None = None
    degrees_of_freedom: Number | None = None
    tolerance: Number | None = None
    """Tolerance of the policy; None if it has none for this metric."""
    lost: bool = False
    """True if the loss exceeds the tolerance, and not by chance."""
    reason: ResultReason | None = None
    """Reason for missing bounds of the newest partition."""


class FloorNow(Part):
    """A floor of the policy, and whether the champion reaches it."""

    metric: Name
    limit: Number
    value: Number | None
    state: Literal["reached", "near", "below", "undefined"]
    """`near`: misses the limit, which could be chance; `below`: misses it, and not by chance."""


class DriftNow(Part):
    """Drift of one column from the champion's training rows."""

    column: Name
    stability: Number | None
    by_chance: Number | None
    """Average stability index of two samples of the same population."""
    distance: Number | None
    effect: Literal["distance_d", "distance_v"] | None
    moved: bool


class Repeat(Part):
    """Comparison of the champion with the previous version, on rows that no model was tuned on."""

    version: Version
    """The previous version."""
    state: RivalState
    results: Annotated[list[ResultRecord], Field(max_length=100)] = Field(default_factory=list)
    """The deciding metric first; the champion is the challenger."""

    @property
    def worse(self) -> bool:
        """True if the champion is worse than the previous version by more than the tolerance."""
        return bool(self.results) and self.results[0].outcome == "worse"


class Monitor(Part):
    """The result of `ringside monitor`."""

    format: Literal[1] = 1
    task: Name
    kind: Kind
    state: MonitorState
    champion: Version | None = None
    partition: Name | None = None
    """Newest partition that is newer than the champion and has its labels."""
    rows: Count = 0
    groups: Count = 0
    confidence: Share
    effect: Literal["small", "medium", "large"]
    share: Share
    """Minimum share of drifted columns that counts as drift."""
    metrics: Annotated[list[MetricNow], Field(max_length=100)] = Field(default_factory=list)
    """Metrics: the deciding metric, the guardrails, the others."""
    floors: Annotated[list[FloorNow], Field(max_length=100)] = Field(default_factory=list)
    drift: Annotated[list[DriftNow], Field(max_length=1000)] = Field(default_factory=list)
    """Columns, largest drift first."""
    columns_left_out: Count = 0
    repeat: Repeat | None = None
    alarms: Annotated[list[AlarmCode], Field(max_length=5)] = Field(default_factory=list)

    @property
    def lost(self) -> bool:
        """True if the champion lost more than the tolerance in the deciding metric or a guardrail."""
        return any(metric.lost for metric in self.metrics)

    @property
    def drifted(self) -> bool:
        """True if the share of drifted columns reaches the limit of the policy."""
        moved = sum(column.moved for column in self.drift)
        return moved > 0 and moved >= self.share * len(self.drift)


class Decision(Part):
    """The decision, with its reasons."""

    decided: Decided
    reasons: Annotated[list[Reason], Field(max_length=3)] = Field(default_factory=list)


class Watch(Part):
    """One run of the scheduled monitoring."""

    format: Literal[1] = 1
    commit: Commit
    """Commit of the default branch."""
    brought: Annotated[list[Name], Field(max_length=1000)] = Field(default_factory=list)
    """Valid partitions that are new to the default branch."""
    waiting: Annotated[list[Name], Field(max_length=1000)] = Field(default_factory=list)
    """Partitions that are not ingested because their labels are missing."""
    ended: bool = False
    """True if every partition of the source is already ingested or waiting."""
    data_problem: DataProblem | None = None
    data_partition: Name | None = None
    """The invalid partition, if known."""
    monitor: Monitor
    decision: Decision
    verdict: Verdict | None = None
    """Verdict on the new model; None if no model was trained."""
    alarms: Annotated[list[AlarmCode], Field(max_length=5)] = Field(default_factory=list)


def read_watch(content: bytes) -> Watch:
    """Read a watch from bytes that another job wrote.

    Raises:
        ReportError: As in `ringside.report.read.read_report`.
    """
    return read_part(content, Watch, most=MAX_BYTES)


def dump_watch(watch: Watch | Monitor) -> bytes:
    """Return the bytes of a watch; equal objects have equal bytes."""
    return dump_part(watch)
