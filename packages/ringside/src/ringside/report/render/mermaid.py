"""Charts as Mermaid, which GitHub draws itself, so that no other host gets the numbers.

The language is `xychart-beta` as Mermaid 11 and 12 read it: quoted titles, numbers without exponents, one horizontal
scale for all lines. Colours are given since only newer ones draw a legend.
"""

from ringside.report.document import Chart
from ringside.report.number_format import decimals_of
from ringside.report.render.svg import scale

COLOURS = (("blue", "#0969da"), ("orange", "#bf8700"))
"""Line colours: contrast of at least 3:1 in GitHub's light and dark theme, different in brightness."""

_HEAD = """---
config:
  themeVariables:
    xyChart:
      plotColorPalette: "{palette}"
---
xychart-beta
"""


def to_mermaid(chart: Chart) -> str:
    """Return the Mermaid text of a chart; lines are drawn at points that all series have."""
    known = [dict(series.points) for series in chart.series]
    xs = sorted(set(known[0]).intersection(*known[1:]))
    values = [[points[x] for x in xs] for points in known]
    low, high = _range([v for line in values for v in line])
    decimals = _decimals(high - low)
    left, right = chart.ends or ("", "")
    title = f"{left} to {right}" if chart.ends else chart.x
    first, last = (1, max(2, len(xs))) if chart.ends else (xs[0], xs[-1])
    lines = [
        f'    title "{chart.title}"',
        f'    x-axis "{title}" {_number(first, 6)} --> {_number(last, 6)}',
        f'    y-axis "{chart.y}" {_number(low, decimals)} --> {_number(high, decimals)}',
        *(
            f'    line "{series.name}" [{", ".join(_number(v, decimals) for v in line)}]'
            for series, line in zip(chart.series, values, strict=True)
        ),
    ]
    return _HEAD.format(palette=", ".join(code for _, code in COLOURS)) + "\n".join(lines)


def drawable(chart: Chart) -> bool:
    """Return whether the lines have two points in common."""
    return len(set.intersection(*(set(dict(series.points)) for series in chart.series))) > 1


def legend(chart: Chart) -> str:
    """Return the legend as text."""
    return ", ".join(f"{series.name} {colour}" for series, (colour, _) in zip(chart.series, COLOURS, strict=False))


def _range(values: list[float]) -> tuple[float, float]:
    found = scale(values, 0, 1, margin=0.05)
    return found.low, found.high


def _decimals(span: float) -> int:
    """Return the decimals that show a thousandth of the span."""
    return max(0, decimals_of(span, digits=4))


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
