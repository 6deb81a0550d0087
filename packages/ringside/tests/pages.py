"""The documents: what they tell people to type, and where they point."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness import PACKAGE, PROJECT

GENERATED = {"docs/reference.md", "docs/metrics.md"}
"""Written from the code, and compared with it by test_cli_help.py."""

TYPED = {"console"}
"""Languages of fences whose lines are typed; where lines begin with `$ `, the others are what is answered."""

SHOWN = {"python", "json", "yaml", "text", "mermaid"}
"""Languages of fences that nobody types."""

PROGRAMS = ("ringside", "make", "dvc", "gto", "gh", "git", "cml", "mlflow", "docker", "gcloud", "uv", "uvicorn")
PROGRAMS += ("pip", "pytest", "python", "perl", "sha256sum", "export", "cd")
_INLINE = re.compile(rf"^(?:[A-Z_]+=\S+ )*(?:\S*/)?(?:{'|'.join(PROGRAMS)})3? \S")
_SHELL = re.compile(rf"^\(?(?:[A-Z_]+=\S+ )*(?:{'|'.join(PROGRAMS)})3? ")
_FENCE = re.compile(r"^ *```(?P<language>\S*)\n(?P<content>(?s:.*?))^ *```$", re.MULTILINE)
_INDENTED = re.compile(r"(?<=\n\n)(?P<indented>(?: {4,}\S.*\n(?:\n(?= {4}\S))?)+)")
_CODE = re.compile(rf"{_FENCE.pattern}|{_INDENTED.pattern}|`(?P<inline>[^`]+)`", re.MULTILINE)


def names() -> list[str]:
    """The documents, by their paths in the repository: the README first, then the root's and the package's."""
    found = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md"), *PACKAGE.glob("*.md"), *PACKAGE.glob("docs/*.md")]
    return sorted((str(path.relative_to(PROJECT)) for path in found), key=lambda name: (name != "README.md", name))


def text_of(page: str) -> str:
    """What a document says."""
    return (PROJECT / page).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Command:
    """A command that a document names."""

    page: str
    text: str
    """As a person types it, on one line and without a comment."""

    block: int | None
    """Which block of the document it stands in; None within a sentence."""

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def fences(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a document: language and content."""
    return [(found["language"], found["content"]) for found in _FENCE.finditer(text_of(page))]


def indented(page: str) -> list[str]:
    """The blocks that are code because they are indented, without the indent."""
    found = _INDENTED.findall(_FENCE.sub("", text_of(page)))
    return [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in found]


def is_shell(line: str) -> bool:
    """Whether a line of an indented block is one that a person types."""
    return bool(_SHELL.match(line))


def commands(page: str) -> list[Command]:
    """The commands of a document, from its top to its end."""
    if page in GENERATED:
        return []
    return list(_commands(page))


def _commands(page: str) -> Iterator[Command]:
    block = 0
    for found in _CODE.finditer(text_of(page)):
        if found["inline"] is not None:
            words = " ".join(found["inline"].split())
            if _INLINE.match(words):
                yield Command(page, words, None)
        elif found["indented"] is not None or found["language"] in TYPED:
            yield from (Command(page, line, block) for line in _typed(found["indented"] or found["content"]))
            block += 1


def _typed(content: str) -> list[str]:
    """The lines of a block that are typed: joined where they go on, and without comments."""
    lines = [line.strip() for line in re.sub(r"\\\n\s*", "", content).splitlines()]
    if any(line.startswith("$ ") for line in lines):
        lines = [line[2:] for line in lines if line.startswith("$ ")]
    return [re.sub(r"\s+# .*$", "", line) for line in lines if line and not line.startswith("#")]


def tables(page: str) -> Iterator[list[str]]:
    """The tables of a document, each as its lines."""
    rows: list[str] = []
    for line in [*_FENCE.sub("", text_of(page)).splitlines(), ""]:
        if line.startswith("|"):
            rows.append(line.rstrip())
        elif rows:
            yield rows
            rows = []


def cells(row: str) -> int:
    """How many cells GitHub makes of a line of a table: a bare `|` ends one, even within code."""
    return len(re.findall(r"(?<!\\)\|", row)) - 1


def links(page: str) -> list[str]:
    """Where a document points to within the repository: a path, an anchor, or both."""
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text_of(page)))
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'\bsrc(?:set)?="([^"]+)"', text)
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors(page: str) -> set[str]:
    """The anchors that GitHub gives the headings of a document."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", _FENCE.sub("", text_of(page)), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        plain = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        anchor, count = plain, 0
        while anchor in found:
            count += 1
            anchor = f"{plain}-{count}"
        found.add(anchor)
    return found
