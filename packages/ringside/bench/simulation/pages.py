"""Write tables in Markdown into the pages that publish them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
PAGE = PACKAGE.parents[1] / "docs" / "statistics.md"
"""Page for users: the summaries."""
CELLS = PACKAGE / "docs" / "simulations.md"
"""Page of the package: every cell."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> list[str]:
    """Return the lines of a table; columns after the first `texts` are aligned right."""
    rule = ["---"] * texts + ["--:"] * (len(header) - texts)
    return ["| " + " | ".join(header) + " |", "|" + "|".join(rule) + "|", *("| " + " | ".join(r) + " |" for r in rows)]


def replaced(text: str, name: str, lines: Iterable[str]) -> str:
    """Return `text` with `lines` between the comments `<!-- name -->` and `<!-- /name -->`.

    Raises:
        ValueError: one of the comments is missing.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    head, found, rest = text.partition(start)
    _, ended, tail = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"{start.strip()} or {end.strip()} is missing")
    return "".join([head, start, *(f"{line}\n" for line in lines), end, tail])


def publish(name: str, lines: Sequence[str]) -> None:
    """Print the lines and write them between the comments `<!-- name -->` of the page that has them.

    Raises:
        ValueError: no page has these comments.
    """
    print("\n".join(lines), flush=True)
    page = next((page for page in (PAGE, CELLS) if f"<!-- {name} -->\n" in page.read_text(encoding="utf-8")), PAGE)
    page.write_text(replaced(page.read_text(encoding="utf-8"), name, lines), encoding="utf-8")


def percent(share: float, digits: int = 0) -> str:
    """Format a share as a percentage, without the sign."""
    return f"{100 * share:.{digits}f}"
