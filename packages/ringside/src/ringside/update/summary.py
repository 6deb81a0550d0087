"""Summary of an update for people: new entries of the changelog, and how many files change."""

from collections import Counter
from collections.abc import Iterator

from ringside.init.record import PACKAGE
from ringside.update.trees import Tree, changed

_AREAS = (
    (PACKAGE, PACKAGE.rstrip("/")),
    (".github/", ".github"),
    ("docs/", "docs"),
    ("examples/", "examples"),
)
_OTHER = "other files"


def areas(before: Tree, after: Tree) -> list[str]:
    """Return one line for each part of the repository: how many files are changed, new and removed."""
    counts: dict[str, Counter[str]] = {}
    for path in changed(before, after):
        kind = "new" if path not in before else "changed" if path in after else "removed"
        area = next((name for folder, name in _AREAS if path.startswith(folder)), _OTHER)
        counts.setdefault(area, Counter())[kind] += 1
    names = [*(name for _, name in _AREAS), _OTHER]
    return [f"{name}: {_counted(counts[name])}" for name in names if name in counts]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[kind]} {kind}" for kind in ("changed", "new", "removed") if counts[kind])


def news(before: str, after: str) -> list[str]:
    """Return the new entries of a changelog, each under its headings, as Markdown.

    An entry that only moved from `Unreleased` to a version is not new.
    """
    known = {entry for _, entry in _entries(before)}
    lines: list[str] = []
    last: tuple[str, ...] = ()
    for headings, entry in _entries(after):
        if entry in known:
            continue
        lines += [
            heading for position, heading in enumerate(headings) if last[: position + 1] != headings[: position + 1]
        ]
        last = headings
        lines.append(entry)
    return lines


def _entries(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each list item as one line, with the headings above it."""
    version, section, entry = "", "", ""
    for line in [*text.splitlines(), "#"]:
        if entry and line.startswith("  "):
            entry = f"{entry} {line.strip()}"
            continue
        if entry:
            yield tuple(filter(None, (version, section))), entry
        entry = line.rstrip() if line.startswith("- ") else ""
        if line.startswith("## "):
            version, section = line, ""
        elif line.startswith("### "):
            section = line
