"""`params.yaml` of a new task, each key with what it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import number, yaml
from ringside.init.write.model import parameters

METRIC = {"binary": "log_loss", "multiclass": "log_loss", "regression": "mae"}
GUARD = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}
"""Beside the metric that decides, one that fails the verdict where it gets worse."""
FLOOR = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "r2"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the policy asks of a model; before the data were measured, only the machinery's defaults."""

    tolerance: float | None = None
    """Of the metric that decides, on its scale; None for a tenth of the gain."""
    why: str = "a tenth of the champion's gain over a model without features; see `ringside plan`"
    guardrails: Mapping[str, float] = field(default_factory=dict)
    floors: Mapping[str, float] = field(default_factory=dict)


def params_file(draft: TaskDraft, *, store: str, public: bool, limits: Limits) -> str:
    """The text of the file."""
    lines = [
        "# Every key, what it means and what it allows: docs/params.md. Change one, run `make run`, see the verdict.",
        "",
        _key(f"task: {draft.name}", "the package under src/ that states the problem"),
        _key("live: true", "publish what is merged and retrain by schedule; false: both by hand alone"),
        "",
        "data:",
        _key(f"  store: {store}", "where the rows are kept: git, remote (DVC's), or source (read again)"),
        _key(f"  public: {str(public).lower()}", "whether the data may be seen by whoever sees this repository"),
        "",
        "validate:",
        _key("  max_quarantined: 0.02", "share of a partition's labelled rows that may fail the schema"),
        "",
        *_split(draft),
        "",
        _key("train:", f"the task's own keys: src/{draft.name}/__init__.py"),
        _key("  seed: 0", "another seed makes another model of the same kind"),
        *(_key(f"  {p.name}: {number(p.value)}", p.says) for p in parameters(draft)),
        "",
        "evaluate:",
        _key("  bins: 10", "of the calibration curve, and of each number in the profile"),
        "",
        *_policy(draft, limits),
        "",
        "publish:",
        _key("  reference_rows: 0", "test rows that a release carries to be verified by; 0 where data are private"),
        "",
        "retrain:",
        _key("  when: [new_data, drift, performance]", "what makes a new model, where there are data to learn from"),
        _key("  effect: medium", "from this effect size on a column has drifted: small, medium or large"),
        _key("  share: 0.1", "of the columns must have drifted"),
        "",
    ]
    return "\n".join(lines)


_WAITING = ", whose labels came when it had begun"


def _key(key: str, says: str) -> str:
    return f"{key:<27} # {says}"


def _split(draft: TaskDraft) -> list[str]:
    lines = [
        "split:",
        _key(f"  strategy: {draft.strategy}", "time: by partitions; group: by the group column; random: by row"),
    ]
    if draft.strategy == "time":
        return [
            *lines,
            _key(f"  test: {draft.test}", "the last partitions; more of them show smaller differences"),
            _key(f"  gap: {draft.gap}", "partitions left out before the test" + (_WAITING if draft.gap else "")),
        ]
    what = "of the groups, about" if draft.strategy == "group" else "of the rows, about"
    return [*lines, _key(f"  test: {draft.test}", f"a share {what}"), _key("  seed: 0", "which of them")]


def _policy(draft: TaskDraft, limits: Limits) -> list[str]:
    tolerance = "10%" if limits.tolerance is None else number(limits.tolerance)
    lines = [
        _key("policy:", "what a pull request's model must show; read from the branch that it wants to join"),
        _key(f"  metric: {METRIC[draft.kind]}", "decides; the others guard or are shown (docs/metrics.md)"),
        _key(f"  tolerance: {yaml(tolerance) if tolerance == '10%' else tolerance}", limits.why),
    ]
    if limits.guardrails:
        lines.append("  guardrails:")
        lines += [
            _key(
                f"    {name}: {number(value)}", "fails the verdict where the challenger is worse by more, beyond chance"
            )
            for name, value in limits.guardrails.items()
        ]
    if limits.floors:
        lines.append("  floors:")
        lines += [
            _key(f"    {name}: {number(value)}", "whatever the champion does") for name, value in limits.floors.items()
        ]
    if draft.slices:
        lines += [
            "  slices:",
            _key(
                "    min_rows: 200", "smaller ones are shown and not judged; `tolerance:` beside it judges the others"
            ),
        ]
    groups = "groups" if draft.group else "rows"
    return [
        *lines,
        "  confidence: 0.95",
        _key("  uses: 5", "verdicts that one test window may give"),
        _key("  min_groups: 10", f"{groups}, as if of equal size, below which nothing is said"),
    ]
