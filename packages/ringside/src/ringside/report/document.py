"""The blocks of a page, independent of the output format."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Mono:
    """A name, a command or a hash, shown as code."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Emphasised text."""

    text: str


Run = str | Mono | Strong
Cell = Run
Tone = Literal["good", "open", "bad"]


@dataclass(frozen=True)
class Text:
    """A paragraph of runs, joined without a space."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Table:
    """A table whose first column names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: int = 1
    """Number of left-aligned columns; the others are right-aligned."""


@dataclass(frozen=True)
class Code:
    """Commands to type."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """One series of a chart."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Chart:
    """Lines over a number, or steps over bins.

    `series` are the challenger and, if there is one, the rival.
    """

    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    says: str
    """Text alternative in one or two sentences."""
    shape: Literal["line", "steps"] = "line"
    diagonal: bool = False
    """True for a diagonal: a random ROC curve, perfect calibration."""
    ends: tuple[str, str] | None = None
    """Labels at the ends of the horizontal axis, instead of numbers."""
    only: Literal["markdown", "html"] | None = None
    """The only format that draws the chart; None for both."""


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
    """A dot plot: values on the left, differences on the right."""

    title: str
    names: tuple[str, str]
    """Names of challenger and rival."""
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
    """Short summary beside the title of a folded section."""
    loud: bool = False
    """True if the section is never folded or left out."""
