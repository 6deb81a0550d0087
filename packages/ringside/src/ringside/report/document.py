"""What a page is made of, without a format: the renderers write each block in their own."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Mono:
    """A name, a command or a hash, written as code."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that must not be missed."""

    text: str


Run = str | Mono | Strong
Cell = Run
Tone = Literal["good", "open", "bad"]


@dataclass(frozen=True)
class Text:
    """A paragraph, of runs that follow each other without a space."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Table:
    """A table whose first column names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: int = 1
    """So many columns are aligned to the left, the others, numbers, to the right."""


@dataclass(frozen=True)
class Code:
    """Lines to type."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """One line or row of marks of a chart."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Chart:
    """Lines over a number, or bars over bins.

    `series` are the challenger and, where there is one, the rival.
    """

    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    says: str
    """What there is to see, in one or two sentences, for who cannot see it."""
    shape: Literal["line", "steps"] = "line"
    diagonal: bool = False
    """A thin line from corner to corner: the worst ROC curve, the best calibration."""
    ends: tuple[str, str] | None = None
    """What stands at the ends of the horizontal axis instead of numbers."""
    only: Literal["markdown", "html"] | None = None
    """The one format that draws it: what the charts of Markdown can show is little."""


@dataclass(frozen=True)
class Dot:
    """One row of a dot plot: two values, and the bounds of their difference."""

    name: str
    challenger: float | None
    rival: float | None
    difference: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Dots:
    """A dot plot, of the values to the left and of the differences to the right."""

    title: str
    names: tuple[str, str]
    """Of the challenger and of the rival."""
    dots: tuple[Dot, ...]
    says: str


Block = Text | Table | Code | Chart | Dots


@dataclass(frozen=True)
class ReportSection:
    """One titled part of a page."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    note: str = ""
    """A few words beside the title, so that a folded section says what is in it."""
    loud: bool = False
    """Never folded and never left out."""
