"""What is on, what is off, and what each switch would add: for a person at a terminal and for a run's summary."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ringside.doctor import release_checks as checkup_releases
from ringside.doctor import repository_checks as checkup_repository
from ringside.doctor import settings_checks as checkup_settings
from ringside.doctor.checks import Check, CheckContext, CheckDefinition, State
from ringside.errors import GitHubError
from ringside.git import Repository
from ringside.github.api import GitHub
from ringside.github.releases import repository_at
from ringside.github.run import Run

QUESTIONS: tuple[CheckDefinition, ...] = (
    *checkup_repository.QUESTIONS[:1],
    *checkup_settings.QUESTIONS,
    *checkup_repository.QUESTIONS[1:-1],
    *checkup_releases.QUESTIONS,
    *checkup_repository.QUESTIONS[-1:],
)
_ORDER: tuple[State, ...] = ("problem", "off", "unknown", "on")
_ALL = "RINGSIDE_VARIABLES"
_ASK = {"runner", "cache"}
"""Questions about this checkout that are about GitHub, too."""
_TRIES, _SECONDS = 1, 30


def sight(run: Run, root: Path, remote: str) -> CheckContext:
    """What there is to look at from a checkout."""
    name = run.repository or repository_at(Repository(root).configured(remote))
    github = GitHub(name, tries=_TRIES, seconds=_SECONDS) if name else None
    return CheckContext(root, run.server, github, remote, _variables(run, github))


def look(seen: CheckContext) -> list[Check]:
    """All checks; one that cannot be made is `unknown`, with the reason."""
    if seen.github is not None:
        return [question.answer(seen) for question in QUESTIONS]
    how = "push it to GitHub, or name another remote with --remote."
    nowhere = Check("GitHub", "off", f"the remote {seen.remote} is not on github.com", "all that the workflows do", how)
    here = [question for question in checkup_repository.QUESTIONS if question.name not in _ASK]
    return [nowhere, *(question.answer(seen) for question in here)]


def _variables(run: Run, github: GitHub | None) -> Mapping[str, str] | None:
    """The repository's variables: a workflow hands them on, a person may ask."""
    if given := run.environ.get(_ALL):
        # The names are upper case wherever GitHub shows them.
        return {str(name).upper(): str(value) for name, value in json.loads(given).items()}
    if run.in_actions or github is None:
        return {name: value for name, value in run.environ.items() if name.startswith("RINGSIDE_")}
    try:
        return {one["name"]: one["value"] for one in github.pages("actions/variables", "variables")}
    except GitHubError:
        return None


def is_broken(checks: Sequence[Check]) -> bool:
    """Whether two things that must agree do not."""
    return any(check.state == "problem" for check in checks)


def sentence(checks: Sequence[Check]) -> str:
    """How many there are of each kind."""
    counts = {state: sum(check.state == state for check in checks) for state in _ORDER}
    problems = counts["problem"]
    first = f"{problems} problem{'s' * (problems != 1)}" if problems else "no problem"
    return f"{first}, {counts['on']} on, {counts['off']} off, {counts['unknown']} unknown"


def in_order(checks: Sequence[Check]) -> list[Check]:
    """What needs somebody first."""
    return sorted(checks, key=lambda check: _ORDER.index(check.state))


def markdown(checks: Sequence[Check]) -> str:
    """A table for a run's summary."""
    lines = [
        "## Doctor",
        "",
        f"{sentence(checks).capitalize()}.",
        "",
        "| | | found | what it adds | what to do |",
        "|---|---|---|---|---|",
    ]
    for check in in_order(checks):
        state = f"**{check.state}**" if check.state == "problem" else check.state
        cells = state, check.name, check.found, check.gain, check.remedy
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A text that stays in its cell: what was found may hold what others wrote."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("@", "@<!-- -->")
