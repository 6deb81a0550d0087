"""The rules of .github/rulesets, installed on GitHub: which checks and reviews a change of the main branch needs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ringside.errors import GitHubError, UsageError
from ringside.github.api import GitHub

PLACEHOLDER = "owner@example.com"
"""Stands in .github/CODEOWNERS until somebody writes who reviews."""
_FORBIDDEN = (403, 404)


@dataclass(frozen=True)
class Installed:
    """What became of one file."""

    name: str
    """The ruleset's."""
    done: Literal["made", "updated"]


def read_rulesets(root: Path) -> list[dict[str, Any]]:
    """The rulesets of a checkout, by the names of their files.

    Raises:
        UsageError: there is none, or a file is no ruleset.
    """
    places = sorted((root / ".github" / "rulesets").glob("*.json"))
    if not places:
        remedy = "restore it with `git checkout .github/rulesets`."
        raise UsageError("there is no ruleset", where=".github/rulesets", remedy=remedy)
    return [_read(place) for place in places]


def _read(place: Path) -> dict[str, Any]:
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except ValueError as error:
        remedy = f"mend it, or restore it with `git checkout .github/rulesets/{place.name}`."
        raise UsageError(f"it is no JSON ({error})", where=f".github/rulesets/{place.name}", remedy=remedy) from None
    if not isinstance(found, dict) or not isinstance(found.get("name"), str) or not found["name"]:
        remedy = 'give the ruleset a name, as in `"name": "main"`.'
        raise UsageError("it has no name", where=f".github/rulesets/{place.name}", remedy=remedy)
    return found


def install(github: GitHub, rulesets: Sequence[dict[str, Any]]) -> list[Installed]:
    """Make each ruleset, or bring the one of the same name up to date; run twice it says the same once.

    Raises:
        GitHubError: GitHub refuses or does not answer; also where the plan has no rulesets, or the asker is no
            administrator.
    """
    try:
        # Those of an organisation are listed too, unless they are left out, and cannot be changed from here.
        known = {one["name"]: one["id"] for one in github.pages("rulesets?includes_parents=false")}
        return [_install(github, wanted, known.get(wanted["name"])) for wanted in rulesets]
    except GitHubError as error:
        if error.status not in _FORBIDDEN:
            raise
        remedy = (
            "let an administrator of the repository run it, logged in with `gh auth login`; a private repository "
            "needs a paid plan for rulesets. Until then, look at the checks before you merge."
        )
        raise GitHubError(error.found, where=error.where, remedy=remedy, status=error.status) from None


def _install(github: GitHub, wanted: dict[str, Any], number: int | None) -> Installed:
    if number is None:
        github.post("rulesets", wanted)
        return Installed(wanted["name"], "made")
    github.put(f"rulesets/{number}", wanted)
    return Installed(wanted["name"], "updated")


def nobody_reviews(root: Path) -> bool:
    """Whether .github/CODEOWNERS still names nobody, so that GitHub asks no owner for a review."""
    place = root / ".github" / "CODEOWNERS"
    if not place.exists():
        return True
    lines = [line.split("#")[0] for line in place.read_text(encoding="utf-8").splitlines()]
    owned = [line.split() for line in lines if line.strip()]
    return not owned or any(PLACEHOLDER in names for names in owned)
