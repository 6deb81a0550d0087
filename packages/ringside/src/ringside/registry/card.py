"""The model card and the release notes, as Markdown.

Text that a pull request can write (column names, parameter values, a reason) is put into code spans, with every
character of Markdown and HTML escaped as an entity, so that it is never read as markup.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringside.common.manifest import PartitionEntry
from ringside.registry.models import ReleaseMetadata
from ringside.registry.version_numbers import tag_of
from ringside.report.model import Report, ResultRecord, SliceRecord

REFERENCE = "reference.parquet"
"""File of test rows with the evaluated predictions."""

_PLAIN = re.compile(r"[A-Za-z0-9_.:,+%/=()\[\]' -]{1,120}")
_LONGEST = 200
"""Maximum characters of a text that are shown."""
_WORST = 10
"""Maximum slices that are shown."""
_DRIFTED = 0.25
"""Population stability index above which a column is named: a convention, not a test."""

_ELSEWHERE = (
    "Without the repository: check the files with `sha256sum --check SHA256SUMS`, install "
    "`pip install --require-hashes -r model.txt`, and load model.skops with the five lines of the release notes."
)
_OUTCOMES = {"better": "better", "no_worse": "no worse", "worse": "worse", "inconclusive": "inconclusive", None: ""}


@dataclass(frozen=True)
class Material:
    """Content of a card beyond the metadata and the report."""

    params: Mapping[str, Any]
    """The sections of params.yaml that stages read."""
    entries: Sequence[PartitionEntry]
    """The partitions of the manifest."""
    trusted: Sequence[str]
    """Types in the model file that skops does not trust by default."""
    reference_rows: int


@dataclass(frozen=True)
class Lines:
    """Lines that load a released model with scikit-learn and skops only."""

    text: str
    complete: bool
    """True if scikit-learn, skops and pandas suffice: no type of the model belongs to the task."""


def text(value: object) -> str:
    """Return a value as a code span that cannot become markup."""
    whole = " ".join(str(value).split())
    shown = whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"
    if _PLAIN.fullmatch(shown) and shown == shown.strip():
        return f"`{shown}`"
    # An element instead of backticks, which have no escape.
    return f"<code>{''.join(_entity(character) for character in shown) or '&nbsp;'}</code>"


def _entity(character: str) -> str:
    return character if character.isalnum() or character == " " else f"&#{ord(character)};"


def card(metadata: ReleaseMetadata, report: Report, material: Material) -> str:
    """Return the model card as Markdown."""
    sections = [
        f"# Model card: {text(metadata.task)} {metadata.version}",
        _verdict(metadata, report),
        f"## What it predicts\n\n{_meaning(metadata)}",
        f"## Data\n\n{_data(metadata, report, material.entries)}",
        f"## Training\n\n{_training(metadata, material.params)}",
        f"## Metrics\n\n{_metrics(report)}",
        f"## Slices\n\n{_slices(report)}",
        f"## Limits\n\n{_limits(report)}",
        f"## Loading and checking it\n\n{_loading(metadata, material)}",
    ]
    return "\n\n".join(sections) + "\n"


def notes(metadata: ReleaseMetadata, report: Report, lines: Lines) -> str:
    """Return the release notes: the verdict, the metrics and a loader of five lines.

    Args:
        metadata: the metadata of the version.
        report: the report that it was published with.
        lines: the loader.
    """
    wheel = "" if lines.complete else " and the wheels, which have types of the model"
    how = "Load it with scikit-learn and skops alone, in the folder of its files"
    more = "compares files, types and predictions with what was published"
    sections = [
        _verdict(metadata, report),
        _metrics(report),
        f"{how} (`pip install --require-hashes -r model.txt`{wheel}):",
        f"```python\n{lines.text}\n```",
        f"`ringside verify {metadata.version}` {more}. MODEL_CARD.md describes its training data and its limits.",
    ]
    return "\n\n".join(sections) + "\n"


def asked_types(content: bytes) -> list[str]:
    """Return the types in a model file that skops trusts only on request, sorted by name."""
    # Imported here because it loads scikit-learn.
    from skops.io import get_untrusted_types

    return sorted(get_untrusted_types(data=content))


def loader_lines(content: bytes, kind: str, *, has_rows: bool) -> Lines:
    """Return a loader for the model file with these bytes, which `load_model` has checked before.

    Args:
        content: the bytes of `model.skops`.
        kind: the task's kind.
        has_rows: whether the release has reference rows.
    """
    trusted = asked_types(content)
    call = {
        "binary": "model.predict_proba(rows)[:, 1]",
        "multiclass": "model.predict_proba(rows)",
        "regression": "model.predict(rows)",
    }
    file = REFERENCE if has_rows else "rows.parquet"
    lines = "\n".join(
        [
            "import pandas as pd",
            "from skops.io import load",
            f'model = load("model.skops", trusted={trusted!r})',
            f'rows = pd.read_parquet("{file}", columns=list(model.feature_names_in_))',
            f"print({call[kind]})",
        ]
    )
    return Lines(lines, all(name.partition(".")[0] in ("sklearn", "numpy", "scipy", "functools") for name in trusted))


def _verdict(metadata: ReleaseMetadata, report: Report) -> str:
    against = f" against {metadata.champion}" if metadata.champion else ", the first version"
    when = f"Published {metadata.published:%Y-%m-%d} from commit `{metadata.commit[:12]}`."
    lines = [f"{when} Verdict: **{metadata.verdict}**{against}."]
    if metadata.accepted:
        lines.append(f"Published without a pass, for this reason: {text(metadata.accepted)}.")
    if report.champion not in ("compared", "no_champion"):
        lines.append(f"The champion could not be compared: {text(report.champion)}.")
    return "\n".join(lines)


def _meaning(metadata: ReleaseMetadata) -> str:
    answers = {
        "binary": "`prediction`, the probability that it is true",
        "multiclass": "a column `prediction:<class>` for each class, which add up to 1",
        "regression": "`prediction`, a number",
    }
    rows = [
        (text(name), text(dtype.removesuffix("?")), _yes(dtype.endswith("?"))) for name, dtype in _features(metadata)
    ]
    return (
        f"{text(metadata.target)} of task {text(metadata.task)} ({metadata.kind}). "
        f"It returns {answers[metadata.kind]}.\n\n" + _table(("column", "type", "may be missing"), rows)
    )


def _features(metadata: ReleaseMetadata) -> list[tuple[str, str]]:
    return [(name, dtype) for name, dtype in metadata.columns.items() if name != metadata.target]


def _data(metadata: ReleaseMetadata, report: Report, entries: Sequence[PartitionEntry]) -> str:
    trained = f"{metadata.rows:,} rows from {text(metadata.first)} to {text(metadata.last)} to train on"
    test_set = report.window
    tested = (
        f"{test_set.rows:,} rows in {test_set.groups:,} groups from {text(test_set.first)} to {text(test_set.last)} "
        "to test on"
    )
    rows = [(text(entry.partition), f"{entry.rows:,}", text(entry.content)) for entry in entries]
    return f"{trained}; {tested}. The partitions, by the hash of their content:\n\n" + _table(
        ("partition", "rows", "content"), rows
    )


def _training(metadata: ReleaseMetadata, params: Mapping[str, Any]) -> str:
    took = ", ".join(f"{text(stage)} {seconds:.1f} s" for stage, seconds in metadata.stages.items())
    rows = [(text(key), text(value)) for key, value in _flat(params)]
    return (
        f"Python {text(metadata.python)}; the packages are those of model.txt. Model file: SHA-256 `{metadata.model}`."
        + (f" It took: {took}." if took else "")
        + "\n\n"
        + _table(("parameter", "value"), rows)
    )


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _metrics(report: Report) -> str:
    other = "champion" if report.against == "rival" else "baseline"
    rows = [
        (
            text(result.metric),
            _number(result.challenger),
            _number(result.rival),
            _interval(result),
            _number(result.tolerance),
            _OUTCOMES[result.outcome],
        )
        for result in report.metrics
    ]
    confidence = f"{report.policy.confidence:.0%}"
    head = ("metric", "this model", other, "difference (bounds)", "tolerance", "outcome")
    explained = f"Differences are positive if this model is better; each bound is one-sided at {confidence}, before"
    return f"{_table(head, rows)}\n\n{explained} the correction for the {report.policy.uses} submissions to a test set."


def _interval(result: ResultRecord) -> str:
    if result.difference is None:
        return ""
    bounds = f" ({result.lower:+.4g} to {result.upper:+.4g})" if None not in (result.lower, result.upper) else ""
    return f"{result.difference:+.4g}{bounds}"


def _slices(report: Report) -> str:
    if not report.slices:
        return "No slice was large enough to be evaluated, or the task defines none."
    worst = sorted(report.slices, key=_badness, reverse=True)[:_WORST]
    rows = [
        (text(f"{part.column}={part.value}"), f"{part.rows:,}", _number(part.result.challenger), _interval(part.result))
        for part in worst
    ]
    metric = text(worst[0].result.metric)
    shown = f"The {len(worst)} of {len(report.slices):,} slices with the worst {metric}:"
    return f"{shown}\n\n{_table(('slice', 'rows', 'this model', 'difference (bounds)'), rows)}"


def _badness(part: SliceRecord) -> float:
    value = part.result.challenger
    if value is None:
        return float("-inf")
    return value if part.result.better == "lower" else -value


def _limits(report: Report) -> str:
    test_set = report.window
    span = f"{text(test_set.first)} to {text(test_set.last)}"
    groups = f"{test_set.groups:,} groups, worth {test_set.effective_groups:.0f} of equal size"
    lines = [
        f"Its metrics apply to rows like those of {span} ({test_set.rows:,} rows in {groups}), not to other times."
    ]
    if test_set.left_out:
        lines.append(f"{test_set.left_out:,} test rows are left out, because the champion was trained on them.")
    if report.slices_left_out:
        lines.append(f"{report.slices_left_out:,} slices are not shown in the report.")
    for rule in report.rules:
        if rule.state in ("undecided", "not_applicable", "failed"):
            reason = f" ({text(rule.reason)})" if rule.reason else ""
            lines.append(f"Rule {rule.code} {text(rule.name)}: {rule.state.replace('_', ' ')}{reason}.")
    drifted = [c.column for c in report.data.columns if (c.stability or 0) > _DRIFTED] if report.data else []
    if drifted:
        lines.append(f"Columns that have drifted since the champion was trained: {', '.join(map(text, drifted))}.")
    return "\n".join(f"- {line}" for line in lines)


def _loading(metadata: ReleaseMetadata, material: Material) -> str:
    trusted = ", ".join(map(text, material.trusted)) or "none"
    checked = (
        f"{material.reference_rows:,} test rows with their predictions are in {REFERENCE}."
        if material.reference_rows
        else "The release has no rows (params.yaml, `publish.reference_rows`), so predictions cannot be compared."
    )
    commands = [
        f"ringside verify {metadata.version}",
        f"ringside predict --model {metadata.version} rows.parquet -o out.parquet",
    ]
    parts = [
        f"The tag is `{tag_of(metadata.version)}`. In a checkout of the repository:",
        "\n".join(["```", *commands, "```"]),
        f"In a program: `ringside.load({metadata.version!r}).predict(frame)`.",
        _ELSEWHERE,
        checked,
        f"Types in the model file beyond those that skops trusts by default: {trusted}.",
    ]
    return "\n\n".join(parts)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
