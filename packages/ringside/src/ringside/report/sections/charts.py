"""The section of curves and of the deciding metric by group."""

from ringside.report import words
from ringside.report.document import Block, Chart, ReportSection, Series, Text
from ringside.report.model import CurvesRecord, Report
from ringside.report.number_format import count, percent, plain


def curves(report: Report) -> ReportSection | None:
    """Return the section of the charts for this kind of task; None if there are none."""
    charts = [chart for make in (_groups, _gaps, _calibration, _roc, _scores) if (chart := make(report)) is not None]
    if not charts:
        return None
    blocks: tuple[Block, ...] = tuple(charts)
    skipped = sum(point.challenger is None for point in report.groups)
    if skipped:
        blocks += (Text((f"{count(skipped, 'group')} cannot define the metric alone; not drawn.",)),)
    return ReportSection("curves", "Curves", blocks)


def _groups(report: Report) -> Chart | None:
    """Return the chart of the deciding metric in each group, in order."""
    points = [(i, p) for i, p in enumerate(report.groups, start=1) if p.challenger is not None]
    if len(points) < 2:  # noqa: PLR2004  # a line has two points
        return None
    ours = tuple((float(i), p.challenger) for i, p in points if p.challenger is not None)
    theirs = tuple((float(i), p.rival) for i, p in points if p.rival is not None)
    series = _series(report, ours, theirs)
    name = words.metric_name(report.policy.metric)
    says = f"{words.capital(name)} in {count(len(points), 'group')}."
    if len(series) > 1:
        sign = next((1 if r.better == "higher" else -1 for r in report.metrics[:1]), 1)
        wins = sum(sign * ((p.challenger or 0) - p.rival) > 0 for _, p in points if p.rival is not None)
        says += f" {words.capital(series[0].name)} is better in {wins} of {len(theirs)}."
    ends = (report.groups[0].group, report.groups[-1].group)
    return Chart(f"{words.capital(name)} by group", "group", name, series, says, ends=ends)


def _calibration(report: Report) -> Chart | None:
    """Return the chart of the mean outcome against the mean prediction, by bins of the prediction."""
    ours = tuple((x, y) for x, y, _ in report.curves.calibration)
    if not ours:
        return None
    theirs = tuple((x, y) for x, y, _ in report.rival_curves.calibration) if report.rival_curves else ()
    says = f"{count(len(ours), 'bin')} of the prediction; on the diagonal, mean prediction and mean outcome are equal."
    if report.calibration_error is not None:
        says += f" Expected calibration error {percent(report.calibration_error, 2)}."
    series = _series(report, ours, theirs)
    return Chart("Calibration", "mean prediction", "mean outcome", series, says, diagonal=True, only="html")


def _gaps(report: Report) -> Chart | None:
    """Return calibration by bin number: a Mermaid chart has one horizontal scale for all lines."""
    ours = report.curves.calibration
    if len(ours) < 2:  # noqa: PLR2004  # a line has two points
        return None
    theirs = report.rival_curves.calibration if report.rival_curves else []
    series = [tuple((float(i), y - x) for i, (x, y, _) in enumerate(bins, start=1)) for bins in (ours, theirs)]
    says = "Mean outcome minus mean prediction, by bin of the prediction: 0 is calibrated."
    ends = ("lowest predictions", "highest")
    chart = _series(report, series[0], series[1])
    return Chart("Calibration", "bin", "outcome minus prediction", chart, says, ends=ends, only="markdown")


def _roc(report: Report) -> Chart | None:
    if not report.curves.roc:
        return None
    theirs = tuple(report.rival_curves.roc) if report.rival_curves else ()
    says = "The further above the diagonal, the better the ranking."
    for result in report.metrics:
        if result.metric == "roc_auc" and result.challenger is not None:
            says += f" ROC AUC {plain(result.challenger)} against {plain(result.rival)}."
    series = _series(report, tuple(report.curves.roc), theirs)
    x, y = "false positive rate", "true positive rate"
    return Chart("ROC", x, y, series, says, diagonal=True, only="html")


def _scores(report: Report) -> Chart | None:
    ours = _shares(report.curves)
    if not ours:
        return None
    theirs = _shares(report.rival_curves) if report.rival_curves else ()
    says = f"Share of rows by prediction, in {count(len(ours), 'bin')}."
    series = _series(report, ours, theirs)
    return Chart("Predictions", "prediction", "share of rows", series, says, shape="steps", only="html")


def _shares(curves: CurvesRecord) -> tuple[tuple[float, float], ...]:
    total = sum(rows for _, rows in curves.scores)
    return tuple((low, rows / total) for low, rows in curves.scores) if total else ()


def _series(
    report: Report, ours: tuple[tuple[float, float], ...], theirs: tuple[tuple[float, float], ...]
) -> tuple[Series, ...]:
    series = (Series(words.challenger_name(report), ours),)
    return (*series, Series(words.rival_name(report), theirs)) if theirs else series
