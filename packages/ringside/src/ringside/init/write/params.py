"""The text of a new task's `params.yaml`, with a comment on each key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import number, yaml
from ringside.init.write.model import parameters

METRIC = {"binary": "log_loss", "multiclass": "log_loss", "regression": "mae"}
GUARD = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}
"""The guardrail of each kind: a second metric that fails the verdict if it gets worse."""
FLOOR = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "r2"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The policy's limits for a model; the package's defaults until the data are measured."""

    tolerance: float | None = None
    """Tolerance of the deciding metric, on its scale; None for a tenth of the champion's gain."""
    why: str = "a tenth of the champion's gain over a model without features; see `ringside plan`"
    guardrails: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)


def params_file(draft: TaskDraft, *, store: str, public: bool, limits: Limits) -> str:
    """Return the text of the file."""
    lines = [
        "# All keys and their values: docs/params.md. After a change, `make run` shows the verdict.",
        "",
        _key(f"task: {draft.name}", "the package under src/ that defines the task"),
        _key("live: true", "publish merged models and retrain by schedule; false: both only by hand"),
        "",
        "data:",
        _key(f"  store: {store}", "where the rows are stored: git, remote (DVC's), or source (read again)"),
        _key(f"  public: {str(public).lower()}", "whether readers of this repository may see the data"),
        "",
        "validate:",
        _key("  max_quarantined: 0.02", "largest share of a partition's labelled rows that may fail the schema"),
        "",
        *_split(draft),
        "",
        _key("train:", f"the task's own keys, defined in src/{draft.name}/__init__.py"),
        _key("  seed: 0", "random seed of the training"),
        *(_key(f"  {p.name}: {number(p.value)}", p.description) for p in parameters(draft)),
        "",
        "evaluate:",
        _key("  bins: 10", "number of bins of the calibration curve and of each numeric column in the profile"),
        "",
        *_policy(draft, limits),
        "",
        "publish:",
        _key("  reference_rows: 0", "test rows in a release, to verify its predictions; 0 if the data are private"),
        "",
        "retrain:",
        _key("  when: [new_data, drift, performance]", "reasons to retrain, if there are new data to train on"),
        _key("  effect: medium", "smallest effect size that counts as drift of a column: small, medium or large"),
        _key("  share: 0.1", "smallest share of drifted columns that causes a retraining"),
        "",
    ]
    return "\n".join(lines)


_WAITING = ": their labels were not known when it begins"


def _key(key: str, comment: str) -> str:
    return f"{key:<27} # {comment}"


def _split(draft: TaskDraft) -> list[str]:
    lines = [
        "split:",
        _key(f"  strategy: {draft.strategy}", "time: by partition; group: by the group column; random: by row"),
    ]
    if draft.strategy == "time":
        return [
            *lines,
            _key(
                f"  test: {draft.test}", "number of last partitions to test on; more of them detect smaller differences"
            ),
            _key(f"  gap: {draft.gap}", "partitions left out before the test set" + (_WAITING if draft.gap else "")),
        ]
    units = "groups" if draft.strategy == "group" else "rows"
    return [
        *lines,
        _key(f"  test: {draft.test}", f"approximate share of the {units} to test on"),
        _key("  seed: 0", f"random seed of the choice of test {units}"),
    ]


def _policy(draft: TaskDraft, limits: Limits) -> list[str]:
    tolerance = "10%" if limits.tolerance is None else number(limits.tolerance)
    lines = [
        _key("policy:", "the rules of the verdict; a pull request is judged by the policy of its target branch"),
        _key(f"  metric: {METRIC[draft.kind]}", "the deciding metric (docs/metrics.md)"),
        _key(f"  tolerance: {yaml(tolerance) if tolerance == '10%' else tolerance}", limits.why),
    ]
    if limits.guardrails:
        lines.append("  guardrails:")
        lines += [
            _key(f"    {name}: {number(value)}", "fails the verdict if the challenger is significantly worse by more")
            for name, value in limits.guardrails.items()
        ]
    if limits.floors:
        lines.append("  floors:")
        lines += [
            _key(f"    {name}: {number(value)}", "limit for every challenger, whatever the champion's value")
            for name, value in limits.floors.items()
        ]
    if draft.slices:
        lines += [
            "  slices:",
            _key("    min_rows: 200", "smaller slices are shown but not judged; add `tolerance:` to judge the others"),
        ]
    groups = "groups" if draft.group else "rows"
    return [
        *lines,
        "  confidence: 0.95",
        _key("  uses: 5", "submissions allowed on one test set"),
        _key("  min_groups: 10", f"with fewer {groups} (effective number) the verdict is inconclusive"),
    ]
