"""What a pull request touches: whether a model has to be trained, and whether the machinery has to be tested.

    python3 -m ringside.github.changes [BASE]

compares the commit that is checked out with its base and sets the outputs `model` and `machinery`. Standard library
only: the job that runs it installs nothing. Where the base cannot be told, both are true: too much work, never too
little. In a copy whose machinery is the template's, by its record, the machinery needs no test, whatever is touched: an
update brings what was tested there.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ringside.github.run import Run
from ringside.scaffold.machinery import is_as_recorded

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

MACHINERY = (
    ".devcontainer/",
    ".github/",
    "Makefile",
    "dvc.yaml",
    "packages/",
    "pyproject.toml",
    "requirements/",
)
"""What the machinery's tests test; the scripts in docs/, too, but not its pages."""

_TESTS = "packages/ringside/tests"
_SCRIPT = re.compile(rb"docs/[^/]+\.(?:py|json)")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NOTHING = "0" * 40
"""What a push says was there before the branch."""
_SECONDS = 60


@dataclass(frozen=True)
class Changes:
    """What is touched."""

    model: bool
    machinery: bool
    because: str
    """One sentence, without a word that the pull request wrote."""


def changes(root: Path, run: Run, base: str | None = None) -> Changes:
    """What differs between the commit that is checked out at `root` and its base.

    Args:
        root: a Git repository.
        run: the event says which commit is the base.
        base: a commit, in place of the event's.
    """
    if base is None and run.event_name == "push":
        return _pushed(root, run)
    if base is None and run.event_name not in ("pull_request", "merge_group"):
        return _all(root, "This run is no pull request's, so all of it is done.")
    before = _known(root, base) if base is not None else _base(root, run)
    touched = _diff(root, before) if before else None
    if touched is None:
        return _all(root, "What this changes cannot be told, since its base is not here; so all of it is done.")
    model = _of(touched, MODEL)
    return Changes(model=bool(model), machinery=_needs_test(root, touched), because=_sentence(len(touched), model))


def _pushed(root: Path, run: Run) -> Changes:
    """What a push touches: all that a model is made of, and of the machinery what the push's commits touch."""
    if _is_fresh_copy(root, run):
        because = "This is the first commit of a copy, whose machinery the template has tested."
        return Changes(model=True, machinery=False, because=because)
    stated = run.at("before")
    before = _known(root, stated) if isinstance(stated, str) and _COMMIT.fullmatch(stated) else None
    touched = _diff(root, before) if before else None
    if touched is None:
        return _all(root, "This run is no pull request's, so all of it is done.")
    because = f"{len(touched):,} file{' differs' if len(touched) == 1 else 's differ'} from what was there before."
    return Changes(model=True, machinery=_needs_test(root, touched), because=because)


def _is_fresh_copy(root: Path, run: Run) -> bool:
    """Whether this is what "Use this template" pushes: one commit without a parent, to a branch that was not there."""
    if run.at("before") != _NOTHING or run.at("repository", "is_template") is not False:
        return False
    listed = (_git(root, "rev-list", "--parents", "--max-count=1", "HEAD") or b"").split()
    return len(listed) == 1 and _git(root, "rev-parse", "--is-shallow-repository") == b"false\n"


def _needs_test(root: Path, touched: set[bytes]) -> bool:
    """Whether the machinery is to be tested: it is touched, not what the record of a copy says, and has tests here."""
    scripts = any(_SCRIPT.fullmatch(path) for path in touched)
    return bool(scripts or _of(touched, MACHINERY)) and _has_tests(root) and not is_as_recorded(root)


def _has_tests(root: Path) -> bool:
    """Whether a copy kept the machinery's tests; pytest fails where it is sent into a folder that is gone."""
    return (root / _TESTS).is_dir()


def _all(root: Path, because: str) -> Changes:
    return Changes(model=True, machinery=_has_tests(root), because=because)


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
    """Set the outputs and say why; the exit code, 2 where more than a base is given."""
    if len(words) > 1 or any(word.startswith("-") for word in words):
        print("usage: python3 -m ringside.github.changes [BASE]", file=sys.stderr)
        return 2
    run = Run.here()
    found = changes(Path.cwd(), run, words[0] if words else None)
    run.output("model", str(found.model).lower())
    run.output("machinery", str(found.machinery).lower())
    run.summary(found.because)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
