"""Install the rules of .github/rulesets on GitHub: the checks and reviews that changes of main need."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ringside.errors import GitHubError, UsageError
from ringside.github.api import GitHub

PLACEHOLDER = "owner@example.com"
"""Placeholder in .github/CODEOWNERS until you name reviewers."""
_FORBIDDEN = (403, 404)


@dataclass(frozen=True)
class Installed:
    """The result for one file."""

    name: str
    """Name of the ruleset."""
    done: Literal["made", "updated"]


def read_rulesets(root: Path) -> list[dict[str, Any]]:
    """Return the rulesets of a checkout, sorted by file name.

    Raises:
        UsageError: there is none, or a file is not a ruleset.
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
    """Create each ruleset, or update the one of the same name; a second run changes nothing.

    Raises:
        GitHubError: GitHub refuses or does not respond; also if the plan has no rulesets, or you are not an
            administrator.
    """
    try:
        # By default GitHub also lists rulesets of the organisation, which cannot be changed through the repository.
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
    """Return whether .github/CODEOWNERS names no reviewer, so that GitHub requests no review."""
    place = root / ".github" / "CODEOWNERS"
    if not place.exists():
        return True
    lines = [line.split("#")[0] for line in place.read_text(encoding="utf-8").splitlines()]
    owned = [line.split() for line in lines if line.strip()]
    return not owned or any(PLACEHOLDER in names for names in owned)
