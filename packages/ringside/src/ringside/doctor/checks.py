"""Types of a check: its definition, its context and its result."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ringside.errors import GitHubError, RingsideError
from ringside.git import Repository
from ringside.github.api import GitHub

State = Literal["on", "off", "unknown", "problem"]


@dataclass(frozen=True)
class Check:
    """The result of a check, with its name and benefit."""

    name: str
    state: State
    """`off` is a choice; `problem` means that two things that must agree do not."""
    found: str
    gain: str
    """Benefit when it is on."""
    remedy: str
    """Next step; empty if there is none."""


@dataclass(frozen=True)
class CheckResult:
    """The state and the finding of a check."""

    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class CheckContext:
    """The checkout to examine, and its repository on GitHub if it has one."""

    root: Path
    server: str
    github: GitHub | None
    """None if the remote is not on GitHub."""
    remote: str
    variables: Mapping[str, str] | None
    """Variables of the repository; None if this token may not read them."""

    @property
    def asked(self) -> GitHub:
        """The repository on GitHub.

        Raises:
            GitHubError: there is none.
        """
        if self.github is None:
            remedy = "push it to GitHub, or name the remote with --remote."
            raise GitHubError("it is not on github.com", where=f"remote {self.remote}", remedy=remedy)
        return self.github

    @property
    def page(self) -> str:
        """Address of the repository's page."""
        return f"{self.server}/{self.asked.repository}"

    @functools.cached_property
    def facts(self) -> Mapping[str, Any]:
        """GitHub's description of the repository.

        Raises:
            GitHubError: GitHub does not respond.
        """
        facts: Mapping[str, Any] = self.asked.get("")
        return facts

    @property
    def public(self) -> bool:
        """Return whether the repository is public."""
        return self.facts.get("visibility") == "public"

    def may(self, right: str) -> bool:
        """Return whether the token certainly has a right (`admin`, `push`); unknown for a workflow's own token."""
        return self.facts.get("permissions", {}).get(right) is True

    @property
    def git(self) -> Repository:
        """The checkout."""
        return Repository(self.root)

    def variable(self, name: str) -> str:
        """Return a variable of the repository; empty if it is not set.

        Raises:
            GitHubError: this token may not read variables.
        """
        if self.variables is None:
            remedy = f"see {self.page}/settings/variables/actions, or run `gh variable list`."
            raise GitHubError("this token may not read variables", where=name, remedy=remedy)
        return self.variables.get(name, "")


@dataclass(frozen=True)
class CheckDefinition:
    """One check."""

    name: str
    gain: str
    ask: Callable[[CheckContext], CheckResult]
    look: str
    """Instruction to look it up yourself if the token may not; `{page}` is the repository's page."""

    def answer(self, seen: CheckContext) -> Check:
        """Run the check; an error becomes the state `unknown`."""
        try:
            found = self.ask(seen)
        except GitHubError as error:
            where = self.look.format(page=seen.page) if seen.github else error.remedy
            found = CheckResult("unknown", _why(error), where)
        except RingsideError as error:
            found = CheckResult("unknown", f"{error.found} ({error.where})", error.remedy)
        return Check(self.name, found.state, found.found, self.gain, found.remedy)


def _why(error: GitHubError) -> str:
    if error.status in (401, 403, 404):
        return f"this token may not read it (GitHub responds with {error.status})"
    return error.found
