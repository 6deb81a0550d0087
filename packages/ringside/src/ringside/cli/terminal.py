"""What people see: results on stdout, talk on stderr, a progress bar on a terminal and plain lines in a log."""

import re
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from ringside.errors import hides_values, told

_START = time.perf_counter()
_TERSE = ContextVar("terse", default=False)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, colours it, or turns the direction of a text; not the ends of lines and tabs."""


def plain(text: str) -> str:
    """A text in which control characters, as names in somebody's data may hold them, are escaped as in JSON."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say(text: str) -> None:
    """One line of talk."""
    print(plain(text), file=sys.stderr, flush=True)


def say_where(error: BaseException) -> None:
    """Where an error that nobody expected came from; what it says, which may quote a row, where that may be shown."""
    if not hides_values():
        traceback.print_exception(error, file=sys.stderr)
        return
    for line in traceback.format_tb(error.__traceback__):
        print(plain(line), end="", file=sys.stderr)
    say(f"{type(error).__name__}: {told(error)}")


def result(text: str) -> None:
    """What the command was asked for."""
    print(plain(text), flush=True)


def elapsed() -> float:
    """Seconds since the command started."""
    return time.perf_counter() - _START


def seconds() -> str:
    """The time since the command started, as text."""
    return f"{elapsed():.1f} s"


def track(items: Iterable[str], label: str) -> Iterator[str]:
    """Iterate over names; a bar on a terminal, one line a name in a log, nothing where there is nothing."""
    names = list(items)
    if not names:
        return
    if _TERSE.get():
        yield from names
        return
    if not sys.stderr.isatty():
        for position, name in enumerate(names, start=1):
            say(f"{label}: {name} ({position} of {len(names)})")
            yield name
        return
    # Imported here because a log, a pipe and `--help` have no use for it.
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(label, total=len(names))
        for name in names:
            progress.update(bar, description=f"{label}: {name}")
            yield name
            progress.advance(bar)


@contextmanager
def terse() -> Iterator[None]:
    """Within this, `track` shows nothing: one line for each partition of many steps is no answer to anything."""
    before = _TERSE.set(True)
    try:
        yield
    finally:
        _TERSE.reset(before)


@contextmanager
def working(label: str) -> Iterator[None]:
    """Show that one long step is under way: a spinner with the time on a terminal, one line in a log."""
    if not sys.stderr.isatty():
        say(f"{label} ...")
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(label)
        yield


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned as text: the first to the left, the others to the right."""
    cells = [list(header), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    lines = []
    for row in cells:
        first, *others = row
        aligned = [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)
