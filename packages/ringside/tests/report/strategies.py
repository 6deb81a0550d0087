"""Any report that the model allows, for tests that must hold for all of them."""

from typing import get_args

from hypothesis import strategies as st

from examples import ALL
from ringside.report import model as m

NAMES = st.text("aB9_.-", min_size=1, max_size=12) | st.sampled_from(
    ["www.example.com", "GH-12", "deadbeef00", "__init__", "-", ".", "_x_", "a" * 64, "log_loss", "roc_auc"]
)
NUMBERS = st.floats(-1e15, 1e15) | st.sampled_from([0.0, -0.0, 1e15, -1e15, 5e-324, 0.1 + 0.2]) | st.floats(-1, 1)
SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 10**12) | st.integers(0, 3)
VERSIONS = st.sampled_from(["v0.0.0", "v1.2.0", "v999999.999999.999999"])
COMMITS = st.sampled_from(["0" * 40, "deadbeef" * 5])
HASHES = st.sampled_from(["0" * 64, "cafe" * 16])
KEYS = NAMES | st.just("k" * 128)
POINTS = st.tuples(NUMBERS, NUMBERS)


def some(strategy, most=4):
    """A short list."""
    return st.lists(strategy, max_size=most)


def maybe(strategy):
    """The thing, or None."""
    return st.none() | strategy


def of(literal):
    """One of the words of a `Literal`, or of a union of them."""
    words = [word for part in get_args(literal) for word in (get_args(part) or (part,))]
    return st.sampled_from(words)


RESULTS = st.builds(
    m.ResultRecord,
    metric=NAMES,
    better=of(m.ResultRecord.model_fields["better"].annotation),
    challenger=maybe(NUMBERS),
    rival=maybe(NUMBERS),
    difference=maybe(NUMBERS),
    lower=maybe(NUMBERS),
    upper=maybe(NUMBERS),
    tolerance=maybe(NUMBERS),
    relative=maybe(SHARES),
    outcome=maybe(of(m.Outcome)),
    reason=maybe(of(m.ResultReason)),
    cautions=some(st.sampled_from(["real_loss", "one_group", "autocorrelated"]), 3),
    method=maybe(st.sampled_from(["jackknife", "cosine"])),
    standard_error=maybe(NUMBERS),
    groups=COUNTS,
    effective_groups=NUMBERS,
    smallest=maybe(NUMBERS),
    more_groups=maybe(COUNTS),
    p_worse=maybe(SHARES),
)
SLICES = st.builds(m.SliceRecord, column=NAMES, value=NAMES, rows=COUNTS, result=RESULTS)
RULES = st.builds(
    m.RuleRecord,
    code=st.sampled_from([*(f"RS00{i}" for i in range(1, 10)), "RS101", "RS999"]),
    name=NAMES,
    severity=st.sampled_from(["decides", "note"]),
    state=st.sampled_from(["passed", "failed", "undecided", "not_applicable"]),
    reason=maybe(of(m.RuleReason)),
    subjects=some(st.tuples(NAMES) | st.tuples(NAMES, NAMES), 8),
    value=maybe(NUMBERS),
    limit=maybe(NUMBERS),
)
MODELS = st.builds(m.ModelRecord, sha256=HASHES, bytes=COUNTS, rows=COUNTS, first=NAMES, last=NAMES)
RIVALS = st.builds(
    m.RivalRecord,
    source=st.sampled_from(["champion", "adopted"]),
    version=maybe(VERSIONS),
    commit=maybe(COMMITS),
    published=maybe(st.just("2026-10-30")),
    model=maybe(MODELS),
    own_environment=st.booleans(),
    left_out=COUNTS,
)
STATES = of(m.RivalState)
ANCHORS = st.builds(
    m.AnchorRecord,
    version=maybe(VERSIONS),
    pinned=st.booleans(),
    state=STATES | st.just("same_as_champion"),
    result=maybe(RESULTS),
)
WINDOWS = st.builds(
    m.TestSetRecord,
    rows=COUNTS,
    left_out=COUNTS,
    groups=COUNTS,
    effective_groups=NUMBERS,
    first=NAMES,
    last=NAMES,
    sha256=HASHES,
    releases=maybe(COUNTS),
    pull_requests=maybe(COUNTS),
)
VALUES = st.none() | NAMES | NUMBERS | st.booleans()
CHANGES = st.builds(m.ParamChangeRecord, key=KEYS, before=VALUES, after=VALUES, shown=st.booleans())
POLICIES = st.builds(
    m.PolicyRecord,
    metric=NAMES,
    confidence=SHARES,
    uses=COUNTS,
    min_groups=NUMBERS,
    threshold=SHARES,
    top=SHARES,
    inconclusive=st.sampled_from(["merge_only", "block"]),
    origin=st.sampled_from(["checkout", "ref"]),
    changes=some(CHANGES, 20),
)
COLUMNS = st.builds(
    m.ColumnChangeRecord,
    column=NAMES,
    stability=maybe(NUMBERS),
    distance=maybe(NUMBERS),
    effect=maybe(st.sampled_from(["distance_d", "distance_v"])),
    missing_before=maybe(SHARES),
    missing_after=maybe(SHARES),
)
PARTITIONS = st.builds(
    m.PartitionChangeRecord,
    partition=NAMES,
    change=st.sampled_from(["added", "removed", "changed"]),
    rows_before=maybe(COUNTS),
    rows_after=maybe(COUNTS),
)
DATA = st.builds(
    m.DataDiffRecord,
    rows_before=COUNTS,
    rows_after=COUNTS,
    duplicates_before=maybe(COUNTS),
    duplicates_after=maybe(COUNTS),
    partitions=some(PARTITIONS),
    columns_added=some(NAMES),
    columns_removed=some(NAMES),
    columns_retyped=some(NAMES),
    labels=some(st.tuples(NAMES, NUMBERS, NUMBERS)),
    columns=some(COLUMNS),
)
CURVES = st.builds(
    m.CurvesRecord,
    roc=some(POINTS),
    calibration=some(st.tuples(NUMBERS, NUMBERS, COUNTS)),
    scores=some(st.tuples(NUMBERS, COUNTS)),
)
GROUPS = st.builds(m.GroupRecord, group=NAMES, rows=COUNTS, challenger=maybe(NUMBERS), rival=maybe(NUMBERS))
STAGES = st.builds(
    m.StageCostRecord,
    stage=NAMES,
    seconds=maybe(NUMBERS),
    peak_mib=maybe(NUMBERS),
    cached=st.booleans(),
    rival_seconds=maybe(NUMBERS),
)
AMOUNTS = st.floats(0, 1e15) | st.sampled_from([0.0, 0.006, 5e-324])
COSTS = st.builds(
    m.CostRecord,
    runner=NAMES,
    usd_per_minute=maybe(AMOUNTS),
    free=st.booleans(),
    seconds=AMOUNTS,
    minutes=COUNTS,
    dollars=maybe(AMOUNTS),
    rival_seconds=maybe(AMOUNTS),
    rival_dollars=maybe(AMOUNTS),
)
REPRODUCE = st.builds(
    m.ReproduceRecord,
    lock=maybe(of(m.LockRecord)),
    commit=maybe(COMMITS),
    dirty=st.booleans(),
    model_lock=HASHES,
    data=HASHES,
    python=st.just("3.11.9"),
)
UNREAD = st.builds(m.PendingDataRecord, state=of(m.UnreadState), partitions=some(NAMES, 10))
FIELDS = {
    "task": NAMES,
    "unread": maybe(UNREAD),
    "kind": of(m.Kind),
    "verdict": of(m.Verdict),
    "champion": STATES,
    "challenger": MODELS,
    "challenger_version": maybe(VERSIONS),
    "rival": maybe(RIVALS),
    "window": WINDOWS,
    "policy": POLICIES,
    "rules": some(RULES, 6),
    "metrics": some(RESULTS, 6),
    "against": st.sampled_from(["rival", "baseline"]),
    "baseline": maybe(RESULTS),
    "anchor": maybe(ANCHORS),
    "floors": some(st.builds(m.FloorRecord, metric=NAMES, value=maybe(NUMBERS), limit=NUMBERS, reached=st.booleans())),
    "slices": some(SLICES),
    "slices_left_out": COUNTS,
    "params": some(CHANGES),
    "data": maybe(DATA),
    "curves": CURVES,
    "rival_curves": maybe(CURVES),
    "groups": some(GROUPS),
    "calibration_error": maybe(SHARES),
    "rival_calibration_error": maybe(SHARES),
    "stages": some(STAGES),
    "cost": maybe(COSTS),
    "latency_ms": maybe(NUMBERS),
    "rival_latency_ms": maybe(NUMBERS),
    "reproduce": REPRODUCE,
}


def _with(base, given):
    return m.Report(**({name: getattr(base, name) for name in m.Report.model_fields} | given))


# Most fields of one report stay what an example has, so that a draw is quick and what it finds can be read.
REPORTS = st.builds(
    _with,
    st.sampled_from([make() for name, make in ALL.items() if name != "huge"]),
    st.fixed_dictionaries({}, optional=FIELDS),
)
