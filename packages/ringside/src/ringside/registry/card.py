"""The model card, and the release notes with the lines that load the model: Markdown made from metadata and numbers.

What a pull request can write (names of columns, values of parameters, a reason) stands in code spans with every
character of Markdown and HTML as an entity, so that it is read as text and as nothing else.
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
"""Test rows with the predictions that were judged."""

_PLAIN = re.compile(r"[A-Za-z0-9_.:,+%/=()\[\]' -]{1,120}")
_LONGEST = 200
"""Characters of a text that are shown."""
_WORST = 10
"""Slices that are shown."""
_DRIFTED = 0.25
"""A column with a larger population stability index is named; the index of a convention, not of a test."""

_ELSEWHERE = (
    "Without the repository: check the files with `sha256sum --check SHA256SUMS`, install "
    "`pip install --require-hashes -r model.txt`, and load model.skops by the five lines of the release notes."
)
_OUTCOMES = {"better": "better", "no_worse": "no worse", "worse": "worse", "inconclusive": "inconclusive", None: ""}


@dataclass(frozen=True)
class Material:
    """What a card says beyond metadata and report."""

    params: Mapping[str, Any]
    """The sections of params.yaml that stages read."""
    entries: Sequence[PartitionEntry]
    """The partitions of the manifest."""
    trusted: Sequence[str]
    """The types in the model file that skops asks for."""
    reference_rows: int


@dataclass(frozen=True)
class Lines:
    """The lines that load a released model with scikit-learn and skops alone."""

    text: str
    complete: bool
    """They need nothing but scikit-learn, skops and pandas: no type of the model is the task's own."""


def text(value: object) -> str:
    """Any value as a code span that cannot become markup."""
    whole = " ".join(str(value).split())
    shown = whole if len(whole) <= _LONGEST else whole[: _LONGEST - 1] + "…"
    if _PLAIN.fullmatch(shown) and shown == shown.strip():
        return f"`{shown}`"
    # In an element and not in backticks, since those have no escape.
    return f"<code>{''.join(_entity(character) for character in shown) or '&nbsp;'}</code>"


def _entity(character: str) -> str:
    return character if character.isalnum() or character == " " else f"&#{ord(character)};"


def card(metadata: ReleaseMetadata, report: Report, material: Material) -> str:
    """The whole model card, Markdown."""
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
    """The release notes: the verdict, the metrics and a loader of five lines.

    Args:
        metadata: the version.
        report: what it was published by.
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
        f"`ringside verify {metadata.version}` {more}. MODEL_CARD.md says what it was trained on and its limits.",
    ]
    return "\n\n".join(sections) + "\n"


def asked_types(content: bytes) -> list[str]:
    """The types in a model file that skops trusts only when it is told to, in order of their names."""
    # Imported here because it brings scikit-learn.
    from skops.io import get_untrusted_types

    return sorted(get_untrusted_types(data=content))


def loader_lines(content: bytes, kind: str, *, has_rows: bool) -> Lines:
    """A loader for the model file with these bytes, which was checked before (`ringside.common.model_file.load_model`).

    Args:
        content: the bytes of `model.skops`.
        kind: the task's kind.
        has_rows: the release carries reference rows.
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
        f"{text(metadata.target)} of task {text(metadata.task)} ({metadata.kind}). It answers {answers[metadata.kind]}.\n\n"
        + _table(("column", "type", "may be missing"), rows)
    )


def _features(metadata: ReleaseMetadata) -> list[tuple[str, str]]:
    return [(name, dtype) for name, dtype in metadata.columns.items() if name != metadata.target]


def _data(metadata: ReleaseMetadata, report: Report, entries: Sequence[PartitionEntry]) -> str:
    trained = f"{metadata.rows:,} rows from {text(metadata.first)} to {text(metadata.last)} to train on"
    window = report.window
    tested = (
        f"{window.rows:,} rows in {window.groups:,} groups from {text(window.first)} to {text(window.last)} to test on"
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
    explained = (
        f"Differences are positive where this model is better; each bound is one-sided, {confidence} before its share"
    )
    return f"{_table(head, rows)}\n\n{explained} of the window's {report.policy.uses} uses."


def _interval(result: ResultRecord) -> str:
    if result.difference is None:
        return ""
    bounds = f" ({result.lower:+.4g} to {result.upper:+.4g})" if None not in (result.lower, result.upper) else ""
    return f"{result.difference:+.4g}{bounds}"


def _slices(report: Report) -> str:
    if not report.slices:
        return "No slice was large enough to be judged, or the task names none."
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
    window = report.window
    span = f"{text(window.first)} to {text(window.last)}"
    groups = f"{window.groups:,} groups, worth {window.effective_groups:.0f} of equal size"
    lines = [
        f"Its metrics hold for rows like those of {span} ({window.rows:,} rows in {groups}), and for no other time."
    ]
    if window.left_out:
        lines.append(f"{window.left_out:,} test rows judge nothing, since the champion was trained on them.")
    if report.slices_left_out:
        lines.append(f"{report.slices_left_out:,} slices are not shown in the report.")
    for rule in report.rules:
        if rule.state in ("undecided", "not_applicable", "failed"):
            reason = f" ({text(rule.reason)})" if rule.reason else ""
            lines.append(f"Rule {rule.code} {text(rule.name)}: {rule.state.replace('_', ' ')}{reason}.")
    drifted = [c.column for c in report.data.columns if (c.stability or 0) > _DRIFTED] if report.data else []
    if drifted:
        lines.append(f"Columns that have moved since the champion was trained: {', '.join(map(text, drifted))}.")
    return "\n".join(f"- {line}" for line in lines)


def _loading(metadata: ReleaseMetadata, material: Material) -> str:
    held = ", ".join(map(text, material.trusted)) or "none"
    checked = (
        f"{material.reference_rows:,} test rows with their predictions are in {REFERENCE}."
        if material.reference_rows
        else "The release carries no rows (params.yaml, `publish.reference_rows`), so predictions cannot be compared."
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
        f"Types in the model file beyond those that skops trusts by itself: {held}.",
    ]
    return "\n\n".join(parts)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
