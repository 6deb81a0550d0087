"""What an update brings, for people: the changelog's new entries, and how many files of each room differ."""

from collections import Counter
from collections.abc import Iterator

from ringside.scaffold.update.git import Tree, changed

_ROOMS = (
    (".github/", "workflows and GitHub's files"),
    ("packages/ringside/src/", "machinery"),
    ("packages/ringside/tests/", "the machinery's tests"),
    ("docs/", "documents"),
    ("requirements/", "locks"),
    ("packages/ringside/bench/", "benchmarks"),
)
_OTHER = "other files"


def rooms(before: Tree, after: Tree) -> list[str]:
    """One line a room: its files that are changed, new and removed."""
    counts: dict[str, Counter[str]] = {}
    for path in changed(before, after):
        kind = "new" if path not in before else "changed" if path in after else "removed"
        counts.setdefault(_room(path), Counter())[kind] += 1
    names = [*(name for _, name in _ROOMS), _OTHER]
    return [f"{name}: {_counted(counts[name])}" for name in names if name in counts]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[kind]} {kind}" for kind in ("changed", "new", "removed") if counts[kind])


def _room(path: str) -> str:
    return next((name for folder, name in _ROOMS if path.startswith(folder)), _OTHER)


def news(before: str, after: str) -> list[str]:
    """The entries of a changelog that came since, each under its headings, as Markdown.

    An entry that only moved from `Unreleased` to a version is none.
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
    """Each item of a list, with its further lines joined, and the headings that it stands under."""
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
