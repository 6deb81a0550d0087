"""Run all checks and format their results, for a terminal and for a run's summary."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ringside.doctor import release_checks, repository_checks, settings_checks
from ringside.doctor.checks import Check, CheckContext, CheckDefinition, State
from ringside.errors import GitHubError
from ringside.git import Repository
from ringside.github.api import GitHub
from ringside.github.releases import repository_at
from ringside.github.run import Run

QUESTIONS: tuple[CheckDefinition, ...] = (
    *repository_checks.QUESTIONS[:1],
    *settings_checks.QUESTIONS,
    *repository_checks.QUESTIONS[1:-1],
    *release_checks.QUESTIONS,
    *repository_checks.QUESTIONS[-1:],
)
_ORDER: tuple[State, ...] = ("problem", "off", "unknown", "on")
_ALL = "RINGSIDE_VARIABLES"
_ASK = {"runner", "cache"}
"""Checks of this checkout that also need GitHub."""
_TRIES, _SECONDS = 1, 30


def sight(run: Run, root: Path, remote: str) -> CheckContext:
    """Return the context of a checkout."""
    name = run.repository or repository_at(Repository(root).configured(remote))
    github = GitHub(name, tries=_TRIES, seconds=_SECONDS) if name else None
    return CheckContext(root, run.server, github, remote, _variables(run, github))


def look(seen: CheckContext) -> list[Check]:
    """Run all checks; one that fails is `unknown`, with the reason."""
    if seen.github is not None:
        return [question.answer(seen) for question in QUESTIONS]
    how = "push it to GitHub, or name another remote with --remote."
    nowhere = Check(
        "GitHub", "off", f"the remote {seen.remote} is not on github.com", "everything the workflows do", how
    )
    here = [question for question in repository_checks.QUESTIONS if question.name not in _ASK]
    return [nowhere, *(question.answer(seen) for question in here)]


def _variables(run: Run, github: GitHub | None) -> Mapping[str, str] | None:
    """Return the repository's variables: from the workflow, or from GitHub if you run the command yourself."""
    if given := run.environ.get(_ALL):
        # GitHub shows the names in upper case.
        return {str(name).upper(): str(value) for name, value in json.loads(given).items()}
    if run.in_actions or github is None:
        return {name: value for name, value in run.environ.items() if name.startswith("RINGSIDE_")}
    try:
        return {one["name"]: one["value"] for one in github.pages("actions/variables", "variables")}
    except GitHubError:
        return None


def is_broken(checks: Sequence[Check]) -> bool:
    """Return whether two things that must agree do not."""
    return any(check.state == "problem" for check in checks)


def sentence(checks: Sequence[Check]) -> str:
    """Return the number of checks per state as a sentence."""
    counts = {state: sum(check.state == state for check in checks) for state in _ORDER}
    problems = counts["problem"]
    first = f"{problems} problem{'s' * (problems != 1)}" if problems else "no problem"
    return f"{first}, {counts['on']} on, {counts['off']} off, {counts['unknown']} unknown"


def in_order(checks: Sequence[Check]) -> list[Check]:
    """Sort checks, problems first."""
    return sorted(checks, key=lambda check: _ORDER.index(check.state))


def markdown(checks: Sequence[Check]) -> str:
    """Return a table for a run's summary."""
    lines = [
        "## Doctor",
        "",
        f"{sentence(checks).capitalize()}.",
        "",
        "| | | found | benefit | what to do |",
        "|---|---|---|---|---|",
    ]
    for check in in_order(checks):
        state = f"**{check.state}**" if check.state == "problem" else check.state
        cells = state, check.name, check.found, check.gain, check.remedy
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Escape a text for a table cell; findings may contain untrusted text."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;").replace("@", "@<!-- -->")
