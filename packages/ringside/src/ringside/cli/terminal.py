"""Output of the commands: results on stdout, messages and progress on stderr."""

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
"""Control characters of terminals and of text direction, without line ends and tabs."""


def plain(text: str) -> str:
    """Return the text with control characters escaped as in JSON; names in data may contain them."""
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def say(text: str) -> None:
    """Print a message to stderr."""
    print(plain(text), file=sys.stderr, flush=True)


def say_where(error: BaseException) -> None:
    """Print the traceback of an unexpected error; without its message, which may quote rows, if values are hidden."""
    if not hides_values():
        traceback.print_exception(error, file=sys.stderr)
        return
    for line in traceback.format_tb(error.__traceback__):
        print(plain(line), end="", file=sys.stderr)
    say(f"{type(error).__name__}: {told(error)}")


def result(text: str) -> None:
    """Print the result of the command to stdout."""
    print(plain(text), flush=True)


def elapsed() -> float:
    """Return the seconds since the command started."""
    return time.perf_counter() - _START


def seconds() -> str:
    """Return the time since the command started, as text."""
    return f"{elapsed():.1f} s"


def track(items: Iterable[str], label: str) -> Iterator[str]:
    """Iterate over names with a progress bar on a terminal and one line per name in a log."""
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
    # Logs, pipes and `--help` do not need it.
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
    """Silence `track` within this context, for commands that run many steps."""
    before = _TERSE.set(True)
    try:
        yield
    finally:
        _TERSE.reset(before)


@contextmanager
def working(label: str) -> Iterator[None]:
    """Show that a long step runs: a spinner with the time on a terminal, one line in a log."""
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
    """Return a text table: the first column is aligned to the left, the others to the right."""
    cells = [list(header), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    cells.insert(1, ["-" * width for width in widths])
    lines = []
    for row in cells:
        first, *others = row
        aligned = [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)
