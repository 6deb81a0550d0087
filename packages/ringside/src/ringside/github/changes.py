"""Decide whether a pull request can change a model, so that one has to be trained.

    python3 -m ringside.github.changes [BASE]

This command compares the checked-out commit with its base and sets the output `model`. It needs only the standard
library, because the job that runs it installs nothing. If the base is unknown, the output is true.
"""

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import RegistryError
from ringside.git import Repository
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
"""Paths that can change a model or its verdict; a path that ends with `/` is a folder."""

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Changes:
    """The effect of a pull request on the model, with the reason."""

    model: bool
    """True if the pull request can change a model."""
    because: str
    """One sentence, without text from the pull request."""


def changes(root: Path, run: Run, base: str | None = None) -> Changes:
    """Return whether the difference between the checked-out commit and its base can change a model.

    Args:
        root: a Git repository.
        run: the run, whose event contains the base.
        base: a commit; None for the event's.
    """
    if base is None and run.event_name not in ("pull_request", "merge_group"):
        return Changes(model=True, because="This run does not belong to a pull request, so a model is trained.")
    before = _known(root, base) if base is not None else _base(root, run)
    touched = _diff(root, before) if before else None
    if touched is None:
        return Changes(
            model=True, because="The changes are unknown because this clone lacks the base, so a model is trained."
        )
    model = _of(touched, MODEL)
    return Changes(model=bool(model), because=_sentence(len(touched), model))


def _sentence(touched: int, model: list[str]) -> str:
    many = f"{touched:,} file{' differs' if touched == 1 else 's differ'} from the base"
    if not model:
        return f"{many}, none of which matters to the model: nothing is trained."
    return f"{many}, some of which matter to the model ({', '.join(model)}): it is trained and evaluated."


def _of(touched: Iterable[bytes], places: tuple[str, ...]) -> list[str]:
    """Return the `places` that contain a touched path; a folder that became a file or a link counts as itself."""
    names = list(touched)
    return [
        place
        for place in places
        if any(name == (bare := place.rstrip("/").encode()) or name.startswith(bare + b"/") for name in names)
    ]


def _base(root: Path, run: Run) -> str | None:
    """Return the commit to compare with; None if this clone lacks it."""
    if run.event_name == "merge_group":
        stated = run.at("merge_group", "base_sha")
        return _known(root, stated) if isinstance(stated, str) and _COMMIT.fullmatch(stated) else None
    # A pull request is checked out as its merge with the base. In any other commit, the first parent is not the base.
    return _known(root, "HEAD^1") if _known(root, "HEAD^2") else None


def _known(root: Path, name: str) -> str | None:
    """Return the hash of a commit; None if there is none of this name."""
    output = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    text = (output or b"").decode("ascii", "replace").strip()
    return text if _COMMIT.fullmatch(text) else None


def _diff(root: Path, before: str) -> set[bytes] | None:
    """Return the paths that differ, as bytes; of a renamed file both the old and the new one."""
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    output = _git(root, "diff", *options, before, "HEAD", "--")
    return None if output is None else {name for name in output.split(b"\0") if name}


def _git(root: Path, *command: str) -> bytes | None:
    """Return the output of a Git command; None if it fails."""
    # A partial clone does not have to fetch missing blobs: names are enough.
    env = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    try:
        result = Repository(root).run(*command, env=env)
    except RegistryError:
        return None
    return result.raw if result.code == 0 else None


def main(words: list[str]) -> int:
    """Set the output and write the reason; return the exit code, 2 for wrong arguments."""
    if len(words) > 1 or any(word.startswith("-") for word in words):
        print("usage: python3 -m ringside.github.changes [BASE]", file=sys.stderr)
        return 2
    run = Run.here()
    result = changes(Path.cwd(), run, words[0] if words else None)
    run.output("model", str(result.model).lower())
    run.summary(result.because)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
