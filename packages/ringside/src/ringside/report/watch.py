"""What watching found: how the champion does on data that came since, what was decided, and what is wrong.

As strict as a report, for it crosses from the job that trains to the one that may write: states and reasons are codes,
and every sentence is made in `ringside.report.watch_text`.
"""

from typing import Annotated, Literal

from pydantic import Field

from ringside.codes import Better, Kind, ResultReason, RivalState, Verdict
from ringside.report.model import Commit, Count, Name, Number, Part, ResultRecord, Share, Version
from ringside.report.read import dump_part, read_part

MAX_BYTES = 500_000
"""A file larger than this is not read."""

MonitorState = Literal["judged", "nothing_newer", "waiting", "no_rows"] | RivalState
"""`nothing_newer`: every partition was there when the champion was made; `waiting`: labels of the newer ones have not
arrived; `no_rows`: no row of a newer one has a label and fits the schema; else why there is no champion to judge."""
AlarmCode = Literal["below_floor", "worse", "data", "performance", "drift"]
"""`below_floor`: the champion, surely; `worse`: than the version before it; `data`: new data are not as they must be;
`performance` and `drift`: lost or drifted, and nothing new to learn from."""
Reason = Literal["new_data", "drift", "performance"]
Decided = Literal["retrain", "nothing", "nothing_to_learn", "not_live"]
DataProblem = Literal["too_many_quarantined", "schema", "source_differs", "refused"]


class Estimate(Part):
    """A metric on one window, with one-sided bounds at the policy's confidence where the window can give them."""

    value: Number
    lower: Number | None = None
    upper: Number | None = None


class MetricNow(Part):
    """One metric of the champion: on the newest partition, and on the window that it was released by."""

    metric: Name
    better: Better
    now: Estimate | None
    """None where these rows do not define it."""
    release: Estimate | None
    """Without bounds where the release's rows cannot be had and only the value that it states is known."""
    difference: Number | None = None
    """Positive where the champion does better now."""
    lower: Number | None = None
    upper: Number | None = None
    degrees_of_freedom: Number | None = None
    tolerance: Number | None = None
    """Of the policy; None where it has none for this metric."""
    lost: bool = False
    """The loss is beyond the tolerance, and not by chance."""
    reason: ResultReason | None = None
    """Why the newest partition gives no bounds."""


class FloorNow(Part):
    """A floor of the policy, and where the champion stands to it."""

    metric: Name
    limit: Number
    value: Number | None
    state: Literal["reached", "near", "below", "undefined"]
    """`near`: beyond the limit, which could be chance; `below`: surely beyond it."""


class DriftNow(Part):
    """How far one column moved from the champion's training rows."""

    column: Name
    stability: Number | None
    by_chance: Number | None
    """The stability that two samples of one population have on average."""
    distance: Number | None
    effect: Literal["distance_d", "distance_v"] | None
    moved: bool


class Repeat(Part):
    """The last comparison once more, on rows that nobody could tune on: the champion against the version before it."""

    version: Version
    """The one before."""
    state: RivalState
    results: Annotated[list[ResultRecord], Field(max_length=100)] = Field(default_factory=list)
    """The deciding metric first; the champion is the challenger."""

    @property
    def worse(self) -> bool:
        """Whether the champion is worse than the version before it, beyond the tolerance."""
        return bool(self.results) and self.results[0].outcome == "worse"


class Monitor(Part):
    """What `ringside monitor` found."""

    format: Literal[1] = 1
    task: Name
    kind: Kind
    state: MonitorState
    champion: Version | None = None
    partition: Name | None = None
    """The newest whose labels have arrived and that is newer than the champion."""
    rows: Count = 0
    groups: Count = 0
    confidence: Share
    effect: Literal["small", "medium", "large"]
    share: Share
    """Of the columns that must have drifted."""
    metrics: Annotated[list[MetricNow], Field(max_length=100)] = Field(default_factory=list)
    """The deciding one first, then the guardrails."""
    floors: Annotated[list[FloorNow], Field(max_length=100)] = Field(default_factory=list)
    drift: Annotated[list[DriftNow], Field(max_length=1000)] = Field(default_factory=list)
    """The ones that moved most first."""
    columns_left_out: Count = 0
    repeat: Repeat | None = None
    alarms: Annotated[list[AlarmCode], Field(max_length=5)] = Field(default_factory=list)

    @property
    def lost(self) -> bool:
        """Whether the champion lost more than is tolerated, in the deciding metric or a guardrail."""
        return any(found.lost for found in self.metrics)

    @property
    def drifted(self) -> bool:
        """Whether as large a share of the columns drifted as the policy names."""
        moved = sum(column.moved for column in self.drift)
        return moved > 0 and moved >= self.share * len(self.drift)


class Decision(Part):
    """What was decided, and why."""

    decided: Decided
    reasons: Annotated[list[Reason], Field(max_length=3)] = Field(default_factory=list)


class Watch(Part):
    """One run of the watch."""

    format: Literal[1] = 1
    commit: Commit
    """Of the default branch, that was watched."""
    brought: Annotated[list[Name], Field(max_length=1000)] = Field(default_factory=list)
    """Partitions that are new to the default branch and in order."""
    waiting: Annotated[list[Name], Field(max_length=1000)] = Field(default_factory=list)
    """Partitions that wait for their labels and were not taken."""
    ended: bool = False
    """The source has no partition that was not taken or is waiting."""
    data_problem: DataProblem | None = None
    data_partition: Name | None = None
    """The partition that is not in order, where one can be named."""
    monitor: Monitor
    decision: Decision
    verdict: Verdict | None = None
    """On the model that was trained, if one was."""
    alarms: Annotated[list[AlarmCode], Field(max_length=5)] = Field(default_factory=list)


def read_watch(content: bytes) -> Watch:
    """A watch from bytes that another job wrote.

    Raises:
        ReportError: as `ringside.report.read.read_report`.
    """
    return read_part(content, Watch, most=MAX_BYTES)


def dump_watch(watch: Watch | Monitor) -> bytes:
    """The bytes of a watch; equal ones have equal bytes."""
    return dump_part(watch)
