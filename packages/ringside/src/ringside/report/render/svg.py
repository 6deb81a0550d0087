"""Charts as inline SVG: no script, no font, no file of its own.

The challenger is a solid line with discs, the rival a dashed one with hollow squares, so that colour is never the only
difference; each chart has a title and a description.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from ringside.report.document import Chart, Dot, Dots, Series
from ringside.report.number_format import plain

WIDTH, HEIGHT = 340, 250
"""Size of the drawing, in about one unit per pixel of a phone."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 328, 30, 206
_MOST_MARKS = 32
_LONGEST_NAME = 46
_NOISE, _TINY, _SHARE = 1e-9, 1e-12, 0.05
_KINDS = ("ours", "theirs")


@dataclass(frozen=True)
class Scale:
    """Scale from numbers to positions in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the position of `value`."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int = 5) -> list[float]:
        """Return round numbers within the scale."""
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
        first = math.ceil(self.low / step)
        return [i * step for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


def scale(values: Iterable[float], start: float, end: float, *, margin: float = 0.0) -> Scale:
    """Return a scale for all `values`, with a share of their range as margin; equal values are centred."""
    known = list(values)
    low, high = min(known), max(known)
    largest = max(abs(low), abs(high))
    # If the values differ by rounding only, a scale would show noise.
    flat = high - low <= max(largest * _NOISE, _TINY)
    pad = max(largest * _SHARE, _TINY * 1000) if flat else (high - low) * margin
    return Scale(low - pad, high + pad, start, end)


def line_chart(chart: Chart, key: str) -> str:
    """Draw lines or steps over a number.

    Args:
        chart: with at least one point.
        key: a word that no other chart of the page has; the ids of title and description begin with it.
    """
    points = [point for series in chart.series for point in series.points]
    steps = chart.shape == "steps"
    width = _bin(chart.series[0]) if steps else 0.0
    xs = [x for x, _ in points] + [points[-1][0] + width]
    ys = [y for _, y in points] + ([0.0] if steps else [])
    if chart.diagonal:
        xs, ys = xs + ys, ys + xs
    across, up = scale(xs, _LEFT, _RIGHT), scale(ys, _BOTTOM, _TOP, margin=0.0 if chart.diagonal else 0.05)
    parts = [_axes(chart, across, up), _legend([series.name for series in chart.series])]
    if chart.diagonal:
        parts.append(f'<path class="zero" d="M{_LEFT} {_BOTTOM}L{_RIGHT} {_TOP}"/>')
    for kind, series in reversed(list(zip(_KINDS, chart.series, strict=False))):
        parts.append(_steps(kind, series, across, up, width) if steps else _line(kind, series, across, up))
    return _svg(key, chart.title, chart.says, HEIGHT, parts)


def dot_chart(dots: Dots, key: str) -> str:
    """Draw a row for each name: both values on the left, the difference with its bounds on the right."""
    values = [v for dot in dots.dots for v in (dot.challenger, dot.rival) if v is not None]
    differences = [v for dot in dots.dots for v in (dot.difference, dot.lower, dot.upper) if v is not None]
    if not values:
        return ""
    left, right = scale(values, 10, 158, margin=0.05), scale([*differences, 0.0], 182, 330, margin=0.05)
    height = 72 + 30 * len(dots.dots)
    bottom = height - 30
    parts = [
        _legend(list(dots.names)),
        f'<path class="axis" d="M10 {bottom}H158M182 {bottom}H330"/>',
        f'<path class="zero" d="M{right(0):.1f} 34V{bottom}"/>',
        *(_row(dot, 48 + 30 * i, left, right) for i, dot in enumerate(dots.dots)),
        *_ticks(left.ticks(3), left, bottom + 14),
        *_ticks(right.ticks(3), right, bottom + 14),
        _text(84, height - 3, "value", "middle", "soft"),
        _text(256, height - 3, "difference, + is better", "middle", "soft"),
    ]
    return _svg(key, dots.title, dots.says, height, parts)


def _svg(key: str, title: str, says: str, height: float, parts: Iterable[str]) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height:.0f}" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(says)}</desc>'
        + "".join(parts)
        + "</svg>"
    )


def _axes(chart: Chart, across: Scale, up: Scale) -> str:
    parts = [f'<path class="axis" d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}"/>']
    for tick in up.ticks():
        parts.append(f'<path class="axis" d="M{_LEFT} {up(tick):.1f}h-4"/>')
        parts.append(_text(_LEFT - 7, up(tick) + 4, plain(tick, _places(up)), "end"))
    if chart.ends:
        parts += [
            _text(_LEFT, _BOTTOM + 16, chart.ends[0][:22], "start"),
            _text(_RIGHT, _BOTTOM + 16, chart.ends[1][:22], "end"),
        ]
    else:
        parts += _ticks(across.ticks(), across, _BOTTOM + 16)
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 34, chart.x, "middle", "soft"))
    middle = (_TOP + _BOTTOM) / 2
    turned = f'transform="rotate(-90 11 {middle:.0f})"'
    parts.append(
        f'<text class="soft" x="11" y="{middle:.0f}" text-anchor="middle" {turned}>{escape(chart.y[:30])}</text>'
    )
    return "".join(parts)


def _ticks(values: Sequence[float], along: Scale, y: float) -> list[str]:
    return [_text(along(value), y, plain(value, _places(along)), "middle") for value in values]


def _places(along: Scale) -> int:
    """Return the decimals that distinguish the ticks of a scale."""
    ticks = along.ticks()
    step = ticks[1] - ticks[0] if len(ticks) > 1 else along.high - along.low
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _legend(names: list[str]) -> str:
    parts, x = [], 10.0
    for kind, name in zip(_KINDS, names, strict=False):
        parts.append(f'<path class="{kind}" d="M{x:.0f} 12h22"/>' + _mark(kind, x + 11, 12))
        parts.append(_text(x + 28, 16, name, "start"))
        x += 46 + 6.3 * len(name)
    return "".join(parts)


def _line(kind: str, series: Series, across: Scale, up: Scale) -> str:
    places = [(across(x), up(y)) for x, y in series.points]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    marks = "".join(_mark(kind, x, y) for x, y in places) if len(places) <= _MOST_MARKS else ""
    return f'<path class="{kind}" d="{path}"/>{marks}'


def _steps(kind: str, series: Series, across: Scale, up: Scale, width: float) -> str:
    path = f"M{across(series.points[0][0]):.1f} {up(0):.1f}"
    for x, y in series.points:
        path += f"L{across(x):.1f} {up(y):.1f}H{min(across(x + width), _RIGHT):.1f}"
    return f'<path class="{kind}" d="{path}V{up(0):.1f}"/>'


def _bin(series: Series) -> float:
    """Return the common width of the bins."""
    edges = [x for x, _ in series.points]
    return edges[1] - edges[0] if len(edges) > 1 else 1.0


def _mark(kind: str, x: float, y: float) -> str:
    if kind == "ours":
        return f'<circle class="ours-mark" cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>'
    return f'<rect class="theirs-mark" x="{x - 2.8:.1f}" y="{y - 2.8:.1f}" width="5.6" height="5.6"/>'


def _row(dot: Dot, y: float, left: Scale, right: Scale) -> str:
    name = dot.name if len(dot.name) <= _LONGEST_NAME else dot.name[: _LONGEST_NAME - 1] + "…"
    parts = [_text(10, y, name, "start"), f'<path class="axis" d="M10 {y + 10}H158M182 {y + 10}H330"/>']
    for kind, value in (("theirs", dot.rival), ("ours", dot.challenger)):
        if value is not None:
            parts.append(_mark(kind, left(value), y + 10))
    if dot.lower is not None and dot.upper is not None:
        parts.append(f'<path class="bar" d="M{right(dot.lower):.1f} {y + 10}H{right(dot.upper):.1f}"/>')
    if dot.difference is not None:
        parts.append(f'<circle class="mark" cx="{right(dot.difference):.1f}" cy="{y + 10}" r="3.2"/>')
    return "".join(parts)


def _text(x: float, y: float, text: str, anchor: str, style: str = "") -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
