"""Data model of report.json, a file that untrusted code writes and trusted code reads.

The model is strict: no unknown field, no free text, short names of harmless characters, finite numbers, bounded lists.
The renderers make the sentences from codes and numbers, so no text of a pull request reaches a page or a comment.
docs/report.schema.json is this module as a JSON schema.
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
"""Version of the file format; a reader refuses any other."""
MAX_BYTES = 2_000_000
"""Maximum size of a file that is read."""

_OTHER = re.compile(r"[^A-Za-z0-9_.-]")
_LENGTH = 64
"""Maximum length of a name, in characters."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""Name of a metric, column, value, partition or stage; `name_of` rewrites names with other characters."""
Version = Annotated[str, Field(pattern=r"^v(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$")]
Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Number = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
LockRecord = Literal["same", "differs", "absent"]
"""The committed dvc.lock compared with the one that the code produces."""
UnreadState = Literal["newer", "refused", "unknown"]
"""data/source has more data than data/manifest.json, data that source.py refuses, or data that cannot be read."""


def name_of(text: object) -> str:
    """Return `text` if it is a `Name`, else its harmless characters and eight digits of its hash.

    The hash keeps the names of two similar texts different.

    Args:
        text: Any value; its `str` is used.

    Returns:
        A text that `Name` accepts.
    """
    whole = str(text)
    clean = _OTHER.sub("_", whole)
    if clean == whole and 0 < len(whole) <= _LENGTH:
        return whole
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{clean[: _LENGTH - 9]}-{digest}"


class Part(BaseModel):
    """Base class of all parts of a report."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ResultRecord(Part):
    """One metric of challenger and rival; differences and bounds are positive if the challenger is better."""

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
    """Tolerance on the metric's scale; None if the metric is only shown."""
    relative: Share | None = None
    """The tolerance as a share of the rival's gain over the baseline."""
    outcome: Outcome | None = None
    reason: ResultReason | None = None
    cautions: Annotated[list[Caution], Field(max_length=3)] = []
    method: Method | None = None
    standard_error: Number | None = None
    degrees_of_freedom: Number | None = None
    groups: Count = 0
    effective_groups: Number = 0.0
    smallest: Number | None = None
    """Smallest true difference that this test set detects in four of five cases."""
    more_groups: Count | None = None
    p_worse: Share | None = None


class SliceRecord(Part):
    """The deciding metric on the rows with one value of a column."""

    column: Name
    value: Name
    rows: Count
    result: ResultRecord


class RuleRecord(Part):
    """State of one rule."""

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
    """Number of training rows."""
    first: Name
    """First partition of the training data."""
    last: Name
    """Last partition of the training data."""


class RivalRecord(Part):
    """The rival of the challenger: a released version, or predictions that the team adopted."""

    source: Literal["champion", "adopted"]
    version: Version | None
    commit: Commit | None
    published: Date | None
    model: ModelRecord | None
    own_environment: bool
    """True if it ran in its own environment, because its code or packages differ from this checkout's."""
    left_out: Count
    """Number of test rows that it was trained on or has no prediction for."""


class AnchorRecord(Part):
    """The anchor: the version that limits the sum of small losses."""

    version: Version | None
    pinned: bool
    state: RivalState | Literal["same_as_champion"]
    result: ResultRecord | None


class TestSetRecord(Part):
    """The test set: rows that both models are scored on."""

    rows: Count
    left_out: Count
    groups: Count
    effective_groups: Number
    first: Name
    """First partition of the test set."""
    last: Name
    """Last partition of the test set."""
    sha256: Sha256
    """Hash of the row identities: equal for equal test sets."""
    releases: Count | None
    """Number of versions judged on this test set before; None if the registry could not be read."""
    pull_requests: Count | None
    """Number of pull requests judged on it; None if they were not counted."""


class FloorRecord(Part):
    """Minimum of a metric in the policy, or maximum if lower is better."""

    metric: Name
    value: Number | None
    limit: Number
    reached: bool


class ParamChangeRecord(Part):
    """A key of params.yaml that differs; `shown` is false if a value is neither a short name nor a number."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
    before: Name | Number | int | bool | None
    after: Name | Number | int | bool | None
    shown: bool = True


class PolicyRecord(Part):
    """The policy of the verdict."""

    metric: Name
    confidence: Share
    uses: Count
    min_groups: Number
    threshold: Share
    top: Share
    inconclusive: Literal["merge_only", "block"]
    origin: Literal["checkout", "ref"]
    """Source of the policy: this checkout, or the ref of `--policy-from`."""
    changes: Annotated[list[ParamChangeRecord], Field(max_length=100)] = []
    """Differences of this checkout's policy from the policy of the verdict."""


class ColumnChangeRecord(Part):
    """One column: the rival's training data compared with newer data."""

    column: Name
    stability: Number | None
    """Population stability index."""
    distance: Number | None
    """Effect size: Cohen's d for numbers (absolute), Cramér's V for categories."""
    effect: Literal["distance_d", "distance_v"] | None = None
    missing_before: Share | None
    missing_after: Share | None


class PartitionChangeRecord(Part):
    """A partition that was added, removed or changed."""

    partition: Name
    change: Literal["added", "removed", "changed"]
    rows_before: Count | None
    rows_after: Count | None


class DataDiffRecord(Part):
    """Data of the rival compared with data of the challenger."""

    rows_before: Count
    rows_after: Count
    duplicates_before: Count | None
    """Number of rows equal to another except for the identity; None if the profile lacks it."""
    duplicates_after: Count | None
    partitions: Annotated[list[PartitionChangeRecord], Field(max_length=200)] = []
    columns_added: Annotated[list[Name], Field(max_length=500)] = []
    columns_removed: Annotated[list[Name], Field(max_length=500)] = []
    columns_retyped: Annotated[list[Name], Field(max_length=500)] = []
    labels: Annotated[list[tuple[Name, Number, Number]], Field(max_length=100)] = []
    """Each label with its share before and after; for regression `mean` and `std`."""
    columns: Annotated[list[ColumnChangeRecord], Field(max_length=500)] = []
    """Columns, largest change first."""


Points = Annotated[list[tuple[Number, Number]], Field(max_length=200)]


class CurvesRecord(Part):
    """Curves of one model."""

    roc: Points = []
    """False and true positive rate."""
    calibration: Annotated[list[tuple[Number, Number, Count]], Field(max_length=100)] = []
    """Mean prediction, mean outcome, rows."""
    scores: Annotated[list[tuple[Number, Count]], Field(max_length=200)] = []
    """Lower edge of a bin of the prediction, rows."""


class GroupRecord(Part):
    """The deciding metric in one group; neighbours are joined if there are more than 400."""

    group: Name
    rows: Count
    challenger: Number | None
    rival: Number | None


class StageCostRecord(Part):
    """Seconds and peak memory of one stage, and seconds of the rival's; None if not measured."""

    stage: Name
    seconds: Number | None
    peak_mib: Number | None
    cached: bool
    """True if DVC had the result, so that the stage did not run."""
    rival_seconds: Number | None = None


class CostRecord(Part):
    """Time and price of ingesting the data, training and judging the model on this runner.

    The setup of the job is not included.
    """

    runner: Name
    """Label of the runner."""
    usd_per_minute: Amount | None
    """Price of a started minute; None if unknown."""
    free: bool
    """True if the run is free: a standard runner of a public repository. The price is that of a private one."""
    seconds: Amount
    minutes: Count
    """Started minutes."""
    dollars: Amount | None
    rival_seconds: Amount | None = None
    """Seconds in the rival's release; older releases include the stages only."""
    rival_dollars: Amount | None = None
    """Price by the rival's own runner, or by this runner if its release names none."""


class PendingDataRecord(Part):
    """Rows in data/source that are not ingested and therefore unused."""

    state: UnreadState
    partitions: Annotated[list[Name], Field(max_length=200)] = []


class ReproduceRecord(Part):
    """Inputs that reproduce the model."""

    commit: Commit | None
    dirty: bool
    """True if the checkout has uncommitted changes."""
    model_lock: Sha256
    """Hash of requirements/model.txt."""
    data: Sha256
    """Hash of data/manifest.json."""
    python: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
    lock: LockRecord | None = None
    """State of the committed dvc.lock; None if it was not compared."""


class Report(Part):
    """The content of report.json."""

    format: Literal[1]
    task: Name
    kind: Kind
    verdict: Verdict
    champion: RivalState
    challenger: ModelRecord
    live: bool = True
    """True if a merged model is published automatically."""
    unread: PendingDataRecord | None = None
    challenger_version: Version | None = None
    """Version of the challenger if it is already released; then there is nothing to merge."""
    rival: RivalRecord | None
    window: TestSetRecord
    policy: PolicyRecord
    rules: Annotated[list[RuleRecord], Field(max_length=50)]
    metrics: Annotated[list[ResultRecord], Field(max_length=100)]
    """Results against the rival, or against the baseline if there is no rival; the deciding metric first."""
    against: Literal["rival", "baseline"]
    baseline: ResultRecord | None
    """The deciding metric against a baseline without features."""
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
    """Expected calibration error of the challenger; only shown."""
    rival_calibration_error: Share | None = None
    stages: Annotated[list[StageCostRecord], Field(max_length=50)] = []
    cost: CostRecord | None = None
    """Time and price of the job; None without a runner, for example on your machine."""
    latency_ms: Number | None = None
    """Milliseconds for 1,000 predictions of the challenger."""
    rival_latency_ms: Number | None = None
    reproduce: ReproduceRecord
