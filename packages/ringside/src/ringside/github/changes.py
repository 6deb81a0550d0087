"""Whether a pull request can change a model, so that one has to be trained.

    python3 -m ringside.github.changes [BASE]

compares the commit that is checked out with its base and sets the output `model`. It needs the standard library alone:
the job that runs it installs nothing. If the base is not known, the output is true: too much work, never too little.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ringside.github.run import Run

MODEL = (
    ".dvc/",
    ".dvcignore",
    "data/",
    "dvc.lock",
    "dvc.yaml",
    "packages/ringside/src/",
    "params.yaml",
    "requirements/model.txt",
    "requirements/tools.txt",
    "src/",
)
"""What can change a model or its verdict; a path that ends with `/` is a folder."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SECONDS = 60


@dataclass(frozen=True)
class Changes:
    """The answer for a pull request."""

    model: bool
    because: str
    """One sentence, without a word that the pull request wrote."""


def changes(root: Path, run: Run, base: str | None = None) -> Changes:
    """Return whether a difference between the checked-out commit and its base can change a model.

    Args:
        root: a Git repository.
        run: the event, which states the base.
        base: a commit, in place of the event's.
    """
    if base is None and run.event_name not in ("pull_request", "merge_group"):
        return Changes(model=True, because="This run does not belong to a pull request, so a model is trained.")
    before = _known(root, base) if base is not None else _base(root, run)
    touched = _diff(root, before) if before else None
    if touched is None:
        return Changes(model=True, because="The changes are unknown: the base is not here. So a model is trained.")
    model = _of(touched, MODEL)
    return Changes(model=bool(model), because=_sentence(len(touched), model))


def _sentence(touched: int, model: list[str]) -> str:
    many = f"{touched:,} file{' differs' if touched == 1 else 's differ'} from the base"
    if not model:
        return f"{many}, none of which matters to the model: nothing is trained."
    return f"{many}, some of which matter to the model ({', '.join(model)}): it is made and judged."


def _of(touched: Iterable[bytes], places: tuple[str, ...]) -> list[str]:
    """Those of `places` that something touched is, or is in; a place that became a file or a link counts as itself."""
    names = list(touched)
    return [
        place
        for place in places
        if any(name == (bare := place.rstrip("/").encode()) or name.startswith(bare + b"/") for name in names)
    ]


def _base(root: Path, run: Run) -> str | None:
    """The commit that the event's is to be compared with; None where it is not here."""
    if run.event_name == "merge_group":
        stated = run.at("merge_group", "base_sha")
        return _known(root, stated) if isinstance(stated, str) and _COMMIT.fullmatch(stated) else None
    # A pull request is checked out as its merge with the base. Anything else has the pull request's own history before
    # it, in which the base is no first parent.
    return _known(root, "HEAD^1") if _known(root, "HEAD^2") else None


def _known(root: Path, name: str) -> str | None:
    """The hash of a commit; None where there is none of this name."""
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    text = (found or b"").decode("ascii", "replace").strip()
    return text if _COMMIT.fullmatch(text) else None


def _diff(root: Path, before: str) -> set[bytes] | None:
    """The files that differ, names as Git keeps them; of a renamed one the old name and the new."""
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    found = _git(root, "diff", *options, before, "HEAD", "--")
    return None if found is None else {name for name in found.split(b"\0") if name}


def _git(root: Path, *command: str) -> bytes | None:
    """What Git answers; None where it fails."""
    # A blob that a partial clone lacks is not fetched: names are enough.
    quiet = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    line = ["git", "-C", str(root), "-c", "core.quotePath=off", *command]
    try:
        done = subprocess.run(line, capture_output=True, timeout=_SECONDS, check=False, env={**os.environ, **quiet})
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def main(words: list[str]) -> int:
    """Set the output and write why; return the exit code, 2 for anything but one base."""
    if len(words) > 1 or any(word.startswith("-") for word in words):
        print("usage: python3 -m ringside.github.changes [BASE]", file=sys.stderr)
        return 2
    run = Run.here()
    found = changes(Path.cwd(), run, words[0] if words else None)
    run.output("model", str(found.model).lower())
    run.summary(found.because)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
