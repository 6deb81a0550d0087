"""Texts of monitoring, for the terminal and as Markdown for summaries, pull requests and issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringside import messages
from ringside.report.number_format import count, decimals_of, difference, exact, percent, plain, signed
from ringside.report.render.markdown import escape
from ringside.report.watch import DriftNow, Estimate, MetricNow, Monitor
from ringside.report.words import capital, metric_name, outcome

SHOWN_COLUMNS = 12
"""Maximum number of columns in the drift table; `--json` has all."""

_STATES: Mapping[str, str] = {
    "nothing_newer": "{champion} was made with every partition, so there are no new data to judge it by",
    "waiting": "the labels of the newest partitions have not arrived, so {champion} cannot be judged yet",
    "no_rows": "no row of {partition} has a label and fits the schema, so it cannot judge {champion}",
    "no_champion": "there is no champion yet: no version is published",
}
_FLOORS: Mapping[str, str] = {
    "reached": "reached",
    "near": messages.reason("near_floor"),
    "below": messages.reason("below_floor"),
    "undefined": messages.reason("undefined"),
}


@dataclass(frozen=True)
class Sheet:
    """A table with plain cells."""

    caption: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def headline(found: Monitor) -> str:
    """Return the state of the champion in one sentence."""
    if found.state != "judged":
        return f"{capital(_state(found))}."
    name, where = found.champion or "the champion", found.partition or "the newest partition"
    if "below_floor" in found.alarms:
        beyond = " and ".join(metric_name(floor.metric) for floor in found.floors if floor.state == "below")
        return f"Alarm: on {where}, {name} is below the floor of the policy ({beyond})."
    if found.repeat is not None and found.repeat.worse:
        return f"Alarm: on {where}, {name} is worse than {found.repeat.version}, the previous version."
    if found.lost:
        lost = " and ".join(metric_name(metric.metric) for metric in found.metrics if metric.lost)
        return f"On {where}, {name} lost more than the tolerance ({lost})."
    if not found.metrics or found.metrics[0].now is None or found.metrics[0].now.lower is None:
        why = messages.reason(found.metrics[0].reason or "undefined") if found.metrics else "there is no metric"
        return f"Undecided: there is no interval for {name} on {where} ({why})."
    return f"On {where}, {name} has no problem."


def _state(found: Monitor) -> str:
    names = {"champion": found.champion or "the champion", "partition": found.partition or "the newest partition"}
    return (_STATES.get(found.state) or messages.RIVALS[found.state].sentence).format(**names)


def sentences(found: Monitor) -> list[str]:
    """Return the sentences below the headline."""
    lines = []
    if found.rows:
        lines.append(f"{count(found.rows, 'row')} in {count(found.groups, 'group')} that no model was tuned on.")
    if found.metrics and any(metric.release and metric.release.lower is None for metric in found.metrics[:1]):
        lines.append("The test set of the release is no longer available here: only its stated values are shown.")
    if found.drift:
        moved = sum(column.moved for column in found.drift)
        what = "which counts as drift" if found.drifted else "which does not count as drift"
        share = percent(found.share)
        words = f"{moved} of {count(len(found.drift), 'column')} moved by a {found.effect} effect or more, {what}"
        lines.append(f"{words} (limit: {share}).")
    if found.repeat is not None and found.repeat.state != "compared":
        lines.append(f"{found.repeat.version} was not compared: {messages.RIVALS[found.repeat.state].sentence}.")
    if found.repeat is not None and found.repeat.worse:
        lines.append(f"To roll back: ringside rollback --to {found.repeat.version} (or the workflow Rollback).")
    return lines


def sheets(found: Monitor) -> list[Sheet]:
    """Return the tables."""
    pages = []
    if found.metrics:
        header = ("metric", "now", "at its release", "change (+ is better)", "tolerance")
        pages.append(Sheet("Champion now and then", header, [_metric(metric) for metric in found.metrics]))
    if found.floors:
        rows = [
            (metric_name(floor.metric), plain(floor.value), exact(floor.limit), _FLOORS[floor.state])
            for floor in found.floors
        ]
        pages.append(Sheet("Floors", ("metric", "now", "limit", ""), rows))
    if found.repeat is not None and found.repeat.results:
        before = found.repeat.version
        again = [
            (metric_name(r.metric), plain(r.challenger), plain(r.rival), difference(r), outcome(r))
            for r in found.repeat.results
        ]
        header = ("metric", found.champion or "champion", before, "difference (+ is better)", "outcome")
        pages.append(Sheet("Champion and the previous version", header, again))
    if found.drift:
        header = ("column", "stability", "by chance", "distance", "")
        pages.append(Sheet("Drift since training", header, [_drift(each) for each in found.drift[:SHOWN_COLUMNS]]))
    return pages


def _metric(metric: MetricNow) -> tuple[str, ...]:
    scale = [abs(x - metric.difference) for x in (metric.lower,) if x is not None and metric.difference is not None]
    digits = decimals_of(scale[0], digits=2) if scale and scale[0] else 4
    moved = "none" if metric.difference is None else signed(metric.difference, digits)
    if metric.lower is not None and metric.upper is not None:
        moved += f" ({signed(metric.lower, digits)} to {signed(metric.upper, digits)})"
    lost = ", lost" if metric.lost else ""
    tolerance = "none" if metric.tolerance is None else f"{plain(metric.tolerance)}{lost}"
    return metric_name(metric.metric), _estimate(metric.now), _estimate(metric.release), moved, tolerance


def _estimate(found: Estimate | None) -> str:
    if found is None:
        return "none"
    if found.lower is None or found.upper is None:
        return plain(found.value)
    digits = decimals_of(found.upper - found.lower, digits=2) if found.upper > found.lower else 4
    return f"{plain(found.value, digits)} ({plain(found.lower, digits)} to {plain(found.upper, digits)})"


def _drift(found: DriftNow) -> tuple[str, ...]:
    kind = {"distance_d": "d", "distance_v": "V", None: ""}[found.effect]
    far = "none" if found.distance is None else f"{kind} {plain(found.distance)}"
    return found.column, plain(found.stability), plain(found.by_chance), far, "moved" if found.moved else ""


def to_terminal(found: Monitor) -> list[str]:
    """Return the lines for a terminal."""
    lines = [headline(found), *sentences(found)]
    for sheet in sheets(found):
        cells = [sheet.header, *sheet.rows]
        widths = [max(len(row[column]) for row in cells) for column in range(len(sheet.header))]
        cells.insert(1, tuple("-" * width for width in widths))
        lines += ["", sheet.caption]
        lines += [_line(row, widths) for row in cells]
    return lines


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def to_markdown(found: Monitor) -> str:
    """Return Markdown with the headline, the sentences and the folded tables."""
    parts = [f"**{escape(headline(found))}**"]
    if lines := sentences(found):
        parts.append("\n".join(f"- {escape(line)}" for line in lines))
    return "\n\n".join([*parts, *(_folded(sheet) for sheet in sheets(found))]) + "\n"


def _folded(sheet: Sheet) -> str:
    header = "| " + " | ".join(escape(name) or " " for name in sheet.header) + " |"
    rows = ["| " + " | ".join(escape(cell) or " " for cell in row) + " |" for row in sheet.rows]
    table = "\n".join([header, "|" + "---|" * len(sheet.header), *rows])
    return f"<details>\n<summary><b>{escape(sheet.caption)}</b></summary>\n\n{table}\n\n</details>"
