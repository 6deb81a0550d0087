"""Sections of the results: metrics, slices, rules."""

from ringside import messages
from ringside.report import words
from ringside.report.document import Block, Cell, Dot, Dots, Mono, ReportSection, Strong, Table, Text
from ringside.report.model import FloorRecord, Report, ResultRecord, SliceRecord
from ringside.report.number_format import count, difference, exact, percent, places, plain

MOST_DOTS = 12
"""Maximum number of slices in the dot plot; the table has all that moved."""

_BADNESS = {"worse": 0, "inconclusive": 1, None: 2, "no_worse": 3, "better": 4}


def table_results(report: Report, most: int) -> list[ResultRecord]:
    """Return the deciding metric, then the guardrails, the worst first, then metrics that are only shown."""
    deciding, others = report.metrics[:1], report.metrics[1:]
    ranked = sorted(others, key=lambda r: (r.tolerance is None, _BADNESS[r.outcome]))
    return [*deciding, *ranked][:most]


def first_table(report: Report) -> Table | None:
    """Return the table of the deciding metric and two more; None without metrics."""
    results = table_results(report, 3)
    return _metrics_table(report, "The deciding metric and two more", results) if results else None


def notes(report: Report) -> list[str]:
    """Return the warnings beside the verdict.

    They are about data that are not ingested, cautions of judged metrics, submissions to the test set, changed columns,
    and dvc.lock.
    """
    judged = [r for r in report.metrics if r.outcome is not None and r.cautions]
    warnings = [f"{words.capital(words.metric_name(r.metric))}: {words.cautions(r)}." for r in judged[:4]]
    given = [
        count(number, noun)
        for number, noun in ((report.window.releases, "release"), (report.window.pull_requests, "pull request"))
        if number
    ]
    if given:
        allowed = f"The policy allows {count(report.policy.uses, 'submission')}."
        warnings.append(f"Earlier submissions to this test set: {' and '.join(given)}. {allowed}")
    if (columns := _other_columns(report)) and report.challenger_version is None:
        warnings.append(f"{columns}. Callers of the model must adapt, so it becomes a major version.")
    if report.reproduce.lock not in (None, "same"):
        warnings.append(messages.LOCKS[report.reproduce.lock])
    if report.unread is not None:
        warnings.insert(0, messages.UNREAD[report.unread.state] + _named(report.unread.partitions))
    return warnings


def _named(partitions: list[str], most: int = 6) -> str:
    """Return a sentence with the first partitions; empty if there are none."""
    more = f" and {count(len(partitions) - most, 'other')}" if len(partitions) > most else ""
    return f" New or changed: {', '.join(partitions[:most])}{more}." if partitions else ""


def _other_columns(report: Report) -> str:
    """Return the columns that differ from the rival's; empty if there are none."""
    if report.data is None or report.against != "rival":
        return ""
    diff, most = report.data, 5
    kinds = (
        ("added", diff.columns_added),
        ("removed", diff.columns_removed),
        ("of another type", diff.columns_retyped),
    )
    changed = [f"{name} ({kind})" for kind, names in kinds for name in names]
    more = f" and {count(len(changed) - most, 'other')}" if len(changed) > most else ""
    columns = f"{', '.join(changed[:most])}{more}"
    return f"The columns differ from those of {words.rival_name(report)}: {columns}" if changed else ""


def metrics(report: Report) -> ReportSection:
    """Return the section of all metrics, the anchor and the floors."""
    blocks: list[Block] = []
    if report.metrics:
        blocks.append(_metrics_table(report, "All metrics", report.metrics))
    blocks.append(Text((words.confidence_note(report) + " Intervals hold for groups like those of this test set.",)))
    blocks += _context(report)
    if report.floors:
        rows = tuple(_floor_row(report, floor) for floor in report.floors)
        blocks.append(Table("Floors", ("metric", "value", "limit", "reached"), rows))
    return ReportSection("metrics", "All metrics", tuple(blocks), count(len(report.metrics), "metric"))


def slices(report: Report) -> ReportSection | None:
    """Return the section of the slices that moved, the worst first; None without slices."""
    if not report.slices:
        return None
    moved = sorted((part for part in report.slices if _moved(part)), key=_by_harm)
    rows = tuple(_slice_row(part) for part in moved)
    name = words.metric_name(report.policy.metric)
    header = ("slice", "outcome", words.DIFFERENCE, words.challenger_name(report), words.rival_name(report), "rows")
    blocks: list[Block] = []
    if rows:
        blocks += [_dots(report, moved), Table(f"Slices that moved, by {name}, the worst first", header, rows, left=2)]
    others = len(report.slices) - len(moved)
    rest = f"{count(others, 'other slice')} did not move beyond chance." if moved else "No slice moved beyond chance."
    if report.slices_left_out:
        rest += f" {count(report.slices_left_out, 'more slice')} left out of the report."
    blocks.append(Text((rest,)))
    return ReportSection("slices", "Slices", tuple(blocks), f"{len(moved):,} of {len(report.slices):,} moved")


def rules(report: Report) -> ReportSection:
    """Return the section of the rules that apply, with state and reason."""
    applied = [rule for rule in report.rules if rule.state != "not_applicable"]
    rows = tuple(
        (
            Mono(rule.code),
            words.rule_title(rule),
            Strong(words.rule_state(rule)) if rule.state == "failed" else words.rule_state(rule),
            "decides" if rule.severity == "decides" else "note",
            words.rule_reason(rule),
        )
        for rule in applied
    )
    table = Table("Rules", ("code", "rule", "state", "weight", "why"), rows, left=5)
    states = [rule.state for rule in applied if rule.severity == "decides"]
    failed, undecided = states.count("failed"), states.count("undecided")
    return ReportSection("rules", "Rules", (table,), f"{failed} failed, {undecided} undecided, of {len(states)}")


def not_applicable(report: Report) -> ReportSection | None:
    """Return the section of the rules that do not apply, with the reason; None if all apply."""
    skipped = [rule for rule in report.rules if rule.state == "not_applicable"]
    if not skipped:
        return None
    rows = tuple((Mono(r.code), words.rule_title(r), words.rule_reason(r)) for r in skipped)
    table = Table("Not applicable", ("code", "rule", "because"), rows, left=3)
    return ReportSection("not_applicable", "Not applicable, and why", (table,), count(len(skipped), "rule"))


def _metrics_table(report: Report, caption: str, results: list[ResultRecord]) -> Table:
    names = words.challenger_name(report), words.rival_name(report)
    # The outcome is the second column, because a phone shows only the first columns.
    header = ("metric", "outcome", words.DIFFERENCE, *names, "tolerance")
    return Table(caption, header, tuple(_metric_row(report, result) for result in results), left=2)


def _metric_row(report: Report, result: ResultRecord) -> tuple[Cell, ...]:
    decimals, name = places(result), words.metric_name(result.metric)
    decides = result.metric == report.policy.metric
    return (
        Strong(f"{name} (decides)") if decides else name,
        Strong(words.outcome(result)) if result.outcome == "worse" else words.outcome(result),
        difference(result),
        plain(result.challenger, decimals),
        plain(result.rival, decimals),
        words.tolerance(result) if result.tolerance is not None else "none",
    )


def _context(report: Report) -> list[Block]:
    """Return the lines on baseline, anchor, calibration error and the method of the interval."""
    lines: list[str] = []
    if report.baseline is not None and report.against == "rival":
        lines.append(f"Against {messages.BASELINE}: {words.compared(report.baseline)}.")
    if report.anchor is not None:
        lines.append(_anchor_words(report))
    if report.calibration_error is not None:
        against = report.rival_calibration_error
        beside = "" if against is None else f", {words.rival_name(report)} {percent(against, 2)}"
        error = percent(report.calibration_error, 2)
        lines.append(f"Expected calibration error, never judged: {words.challenger_name(report)} {error}{beside}.")
    result = words.deciding(report)
    if result is not None and result.method is not None:
        groups = f"{count(result.groups, 'group')} ({plain(result.effective_groups, 1)} effective)"
        lines.append(f"Interval of {words.metric_name(result.metric)}: {messages.METHODS[result.method]}, {groups}.")
    return [Text((text,)) for text in lines]


def _anchor_words(report: Report) -> str:
    anchor = report.anchor
    if anchor is None:
        return ""
    which = f"Anchor{' ' + anchor.version if anchor.version else ''}{', pinned' if anchor.pinned else ''}"
    if anchor.result is None:
        return f"{which}: {messages.ANCHORS[anchor.state].sentence}."
    return f"{which}: {words.compared(anchor.result)}, {words.outcome(anchor.result)}."


def _floor_row(report: Report, floor: FloorRecord) -> tuple[Cell, ...]:
    lower = next((r.better == "lower" for r in report.metrics if r.metric == floor.metric), False)
    limit = f"at {'most' if lower else 'least'} {exact(floor.limit)}"
    return words.metric_name(floor.metric), plain(floor.value), limit, "yes" if floor.reached else Strong("no")


def _moved(part: SliceRecord) -> bool:
    """Return whether the interval of a slice excludes 0 or its outcome is `worse`."""
    result = part.result
    beyond = (result.lower is not None and result.lower > 0) or (result.upper is not None and result.upper < 0)
    return beyond or result.outcome == "worse"


def _by_harm(part: SliceRecord) -> tuple[bool, float, str, str]:
    return part.result.outcome != "worse", part.result.difference or 0.0, part.column, part.value


def _slice_row(part: SliceRecord) -> tuple[Cell, ...]:
    result, decimals = part.result, places(part.result)
    outcome = words.outcome(result)
    return (
        Mono(f"{part.column}={part.value}"),
        Strong(outcome) if result.outcome == "worse" else outcome,
        difference(result),
        plain(result.challenger, decimals),
        plain(result.rival, decimals),
        count(part.rows),
    )


def _dots(report: Report, moved: list[SliceRecord]) -> Dots:
    shown = moved[:MOST_DOTS]
    results = [(f"{part.column}={part.value}", part.result) for part in shown]
    dots = tuple(Dot(name, r.challenger, r.rival, r.difference, r.lower, r.upper) for name, r in results)
    name = words.metric_name(report.policy.metric)
    worse = sum((dot.difference or 0.0) < 0 for dot in dots)
    says = f"Of the {count(len(dots), 'slice')} drawn, {worse} lost and {len(dots) - worse} gained."
    return Dots(
        f"{words.capital(name)} by slice", (words.challenger_name(report), words.rival_name(report)), dots, says
    )
