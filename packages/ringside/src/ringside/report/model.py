"""The report's data: the one file that crosses from untrusted to trusted code.

Strict: no unknown field, no free text, every name short and of harmless characters, every number finite, every list
bounded. Sentences are made by the renderers from codes and numbers, so nothing that a pull request writes is ever read
as text by a person or as markup by a page. docs/report.schema.json is this module as a JSON schema.
"""

import hashlib
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ringside.codes import (
    Better,
    Caution,
    Kind,
    Method,
    Outcome,
    ResultReason,
    RivalState,
    RuleReason,
    Severity,
    State,
    Verdict,
)

FORMAT = 1
"""Of the file; a reader refuses another one."""
MAX_BYTES = 2_000_000
"""A file larger than this is not read."""

_OTHER = re.compile(r"[^A-Za-z0-9_.-]")
_LENGTH = 64
"""Characters of a name."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""Metrics, columns, values, partitions, stages. What has other characters is rewritten by `name_of` before."""
Version = Annotated[str, Field(pattern=r"^v(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
LockRecord = Literal["same", "differs", "absent"]
"""The dvc.lock that was committed, beside the one that the code makes."""
UnreadState = Literal["newer", "refused", "unknown"]
"""What data/source has beside data/manifest.json: more, or what source.py refuses, or what could not be looked at."""


def name_of(text: object) -> str:
    """`text` where it is a `Name` already; else its harmless characters and eight digits of its hash.

    The hash keeps two texts that look alike two names.

    Args:
        text: any value; its `str` counts.
    """
    whole = str(text)
    clean = _OTHER.sub("_", whole)
    if clean == whole and 0 < len(whole) <= _LENGTH:
        return whole
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{clean[: _LENGTH - 9]}-{digest}"


class Part(BaseModel):
    """What every part of a report keeps to."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ResultRecord(Part):
    """One metric of challenger and rival; differences and bounds are positive where the challenger is better."""

    metric: Name
    better: Better
    challenger: Number | None
    rival: Number | None
    difference: Number | None = None
    lower: Number | None = None
    """One-sided bound that decides better and no worse."""
    upper: Number | None = None
    """One-sided bound that decides worse."""
    tolerance: Number | None = None
    """None where the metric is only shown."""
    relative: Share | None = None
    """The share of the rival's gain over the baseline that the tolerance is."""
    outcome: Outcome | None = None
    reason: ResultReason | None = None
    cautions: Annotated[list[Caution], Field(max_length=3)] = []
    method: Method | None = None
    standard_error: Number | None = None
    degrees_of_freedom: Number | None = None
    groups: Count = 0
    effective_groups: Number = 0.0
    smallest: Number | None = None
    """The true difference that a window like this shows in four of five cases."""
    more_groups: Count | None = None
    p_worse: Share | None = None


class SliceRecord(Part):
    """The deciding metric on the rows with one value of a column."""

    column: Name
    value: Name
    rows: Count
    result: ResultRecord


class RuleRecord(Part):
    """One coded rule."""

    code: Annotated[str, Field(pattern=r"^RS[0-9]{3}$")]
    name: Name
    severity: Severity
    state: State
    reason: RuleReason | None = None
    subjects: Annotated[list[tuple[Name] | tuple[Name, Name]], Field(max_length=1000)] = []
    """Metrics (`[name]`) or slices (`[column, value]`)."""
    value: Number | None = None
    limit: Number | None = None


class ModelRecord(Part):
    """One trained model."""

    sha256: Sha256
    bytes: Count
    rows: Count
    """Trained on."""
    first: Name
    """First and last partition trained on."""
    last: Name


class RivalRecord(Part):
    """What the challenger was put against: a released version, or predictions that the team adopted."""

    source: Literal["champion", "adopted"]
    version: Version | None
    commit: Commit | None
    published: Date | None
    model: ModelRecord | None
    own_environment: bool
    """Its code or packages differ from this checkout's, so it ran in an environment made of its own."""
    left_out: Count
    """Test rows that it was trained on, or has no prediction for."""


class AnchorRecord(Part):
    """The version that small losses are measured against."""

    version: Version | None
    pinned: bool
    state: RivalState | Literal["same_as_champion"]
    result: ResultRecord | None


class TestSetRecord(Part):
    """The rows that the models are judged on."""

    rows: Count
    left_out: Count
    groups: Count
    effective_groups: Number
    first: Name
    """First and last partition."""
    last: Name
    sha256: Sha256
    """Of the row identities: equal for equal windows."""
    releases: Count | None
    """Versions that were judged on this window before; None where the registry could not be asked."""
    pull_requests: Count | None
    """Pull requests that were judged on it; None where nobody counted."""


class FloorRecord(Part):
    """The least that the policy asks of a metric."""

    metric: Name
    value: Number | None
    limit: Number
    reached: bool


class ParamChangeRecord(Part):
    """A key of params.yaml that differs; a value that is no short name or number stands as None, `shown` false."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
    before: Name | Number | int | bool | None
    after: Name | Number | int | bool | None
    shown: bool = True


class PolicyRecord(Part):
    """The policy that judged."""

    metric: Name
    confidence: Share
    uses: Count
    min_groups: Number
    threshold: Share
    top: Share
    inconclusive: Literal["merge_only", "block"]
    origin: Literal["checkout", "ref"]
    """Read from this checkout, or from the ref that `--policy-from` names."""
    changes: Annotated[list[ParamChangeRecord], Field(max_length=100)] = []
    """How this checkout's policy differs from the one that judged."""


class ColumnChangeRecord(Part):
    """One column of the data, the rival's training data against what came since."""

    column: Name
    stability: Number | None
    """Population stability index."""
    distance: Number | None
    """Effect size: Cohen's d for numbers (absolute), Cramér's V for categories."""
    effect: Literal["distance_d", "distance_v"] | None = None
    missing_before: Share | None
    missing_after: Share | None


class PartitionChangeRecord(Part):
    """A partition that was added, removed, or has another content."""

    partition: Name
    change: Literal["added", "removed", "changed"]
    rows_before: Count | None
    rows_after: Count | None


class DataDiffRecord(Part):
    """Data of the rival against data of the challenger."""

    rows_before: Count
    rows_after: Count
    duplicates_before: Count | None
    """Rows that repeat another but for the identity; None where a profile does not say."""
    duplicates_after: Count | None
    partitions: Annotated[list[PartitionChangeRecord], Field(max_length=200)] = []
    columns_added: Annotated[list[Name], Field(max_length=500)] = []
    columns_removed: Annotated[list[Name], Field(max_length=500)] = []
    columns_retyped: Annotated[list[Name], Field(max_length=500)] = []
    labels: Annotated[list[tuple[Name, Number, Number]], Field(max_length=100)] = []
    """Label, and its share before and after; for regression `mean` and `std`."""
    columns: Annotated[list[ColumnChangeRecord], Field(max_length=500)] = []
    """The ones that moved most first."""


Points = Annotated[list[tuple[Number, Number]], Field(max_length=200)]


class CurvesRecord(Part):
    """One model's curves."""

    roc: Points = []
    """False and true positive rate."""
    calibration: Annotated[list[tuple[Number, Number, Count]], Field(max_length=100)] = []
    """Mean prediction, mean outcome, rows."""
    scores: Annotated[list[tuple[Number, Count]], Field(max_length=200)] = []
    """Lower edge of a bin of the prediction, rows."""


class GroupRecord(Part):
    """The deciding metric in one group; neighbours are joined where there are more than 400."""

    group: Name
    rows: Count
    challenger: Number | None
    rival: Number | None


class StageCostRecord(Part):
    """One stage: seconds and peak memory of this run and of the rival's; None where it was not measured."""

    stage: Name
    seconds: Number | None
    peak_mib: Number | None
    cached: bool
    """Nothing ran: DVC had the result."""
    rival_seconds: Number | None = None


class CostRecord(Part):
    """What bringing the data, making and judging the model took, and what that costs on this runner.

    A job's set-up is not in it.
    """

    runner: Name
    """Its label."""
    usd_per_minute: Amount | None
    """Of a started minute; None where nobody knows the price."""
    free: bool
    """A standard runner of a public repository: nothing is paid, the price is a private repository's."""
    seconds: Amount
    minutes: Count
    """Started ones."""
    dollars: Amount | None
    rival_seconds: Amount | None = None
    """As its release states it; of an older release the stages alone."""
    rival_dollars: Amount | None = None
    """By the price of its own runner, or where its release names none by this one's."""


class PendingDataRecord(Part):
    """Rows of the repository's own source that were not ingested, so that nothing here knows them."""

    state: UnreadState
    partitions: Annotated[list[Name], Field(max_length=200)] = []


class ReproduceRecord(Part):
    """What is needed to make this again."""

    commit: Commit | None
    dirty: bool
    """The checkout has changes that no commit has."""
    model_lock: Sha256
    """Of requirements/model.txt."""
    data: Sha256
    """Of data/manifest.json."""
    python: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    lock: LockRecord | None = None
    """None where dvc.lock was not compared."""


class Report(Part):
    """The whole."""

    format: Literal[1]
    task: Name
    kind: Kind
    verdict: Verdict
    champion: RivalState
    challenger: ModelRecord
    live: bool = True
    """Whether what is merged is published by itself."""
    unread: PendingDataRecord | None = None
    challenger_version: Version | None = None
    """Where the challenger is itself a released version: two versions side by side, and nothing to merge."""
    rival: RivalRecord | None
    window: TestSetRecord
    policy: PolicyRecord
    rules: Annotated[list[RuleRecord], Field(max_length=50)]
    metrics: Annotated[list[ResultRecord], Field(max_length=100)]
    """Against the rival, the deciding metric first; without a rival against the baseline."""
    against: Literal["rival", "baseline"]
    baseline: ResultRecord | None
    """The deciding metric against a model that knows no feature."""
    anchor: AnchorRecord | None
    floors: Annotated[list[FloorRecord], Field(max_length=50)] = []
    slices: Annotated[list[SliceRecord], Field(max_length=1000)] = []
    slices_left_out: Count = 0
    params: Annotated[list[ParamChangeRecord], Field(max_length=500)] = []
    data: DataDiffRecord | None = None
    curves: CurvesRecord = CurvesRecord()
    rival_curves: CurvesRecord | None = None
    groups: Annotated[list[GroupRecord], Field(max_length=400)] = []
    calibration_error: Share | None = None
    """Expected calibration error of the challenger; shown, never judged."""
    rival_calibration_error: Share | None = None
    stages: Annotated[list[StageCostRecord], Field(max_length=50)] = []
    cost: CostRecord | None = None
    """None where no runner's price was reckoned with, as on a person's machine."""
    latency_ms: Number | None = None
    """Milliseconds for 1,000 rows, the challenger."""
    rival_latency_ms: Number | None = None
    reproduce: ReproduceRecord
