"""One thing that a repository can have switched on: what was found, what it would add, and what to do."""

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
    """What the doctor says of one thing."""

    name: str
    state: State
    """`off` is a choice; `problem` means that two things that must agree do not."""
    found: str
    gain: str
    """What it adds where it is on."""
    remedy: str
    """The one thing to do; empty where nothing is."""


@dataclass(frozen=True)
class CheckResult:
    """What a look at one thing found."""

    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class CheckContext:
    """What there is to look at: a checkout, and its repository on GitHub where it has one."""

    root: Path
    server: str
    github: GitHub | None
    """None where the remote is not on GitHub."""
    remote: str
    variables: Mapping[str, str] | None
    """The repository's; None where this token may not read them."""

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
        """The repository's page."""
        return f"{self.server}/{self.asked.repository}"

    @functools.cached_property
    def facts(self) -> Mapping[str, Any]:
        """What GitHub says of the repository.

        Raises:
            GitHubError: no answer.
        """
        facts: Mapping[str, Any] = self.asked.get("")
        return facts

    @property
    def public(self) -> bool:
        """Whether everybody may read it."""
        return self.facts.get("visibility") == "public"

    def may(self, right: str) -> bool:
        """Whether the token surely has a right (`admin`, `push`); of a workflow's own token, GitHub does not say."""
        return self.facts.get("permissions", {}).get(right) is True

    @property
    def git(self) -> Repository:
        """The checkout."""
        return Repository(self.root)

    def variable(self, name: str) -> str:
        """A variable of the repository; empty where it is not set.

        Raises:
            GitHubError: this token may not read variables.
        """
        if self.variables is None:
            remedy = f"see {self.page}/settings/variables/actions, or run `gh variable list`."
            raise GitHubError("variables cannot be read with this token", where=name, remedy=remedy)
        return self.variables.get(name, "")


@dataclass(frozen=True)
class CheckDefinition:
    """One thing to look at."""

    name: str
    gain: str
    ask: Callable[[CheckContext], CheckResult]
    look: str
    """How a person sees it where the token may not; `{page}` is the repository's page."""

    def answer(self, seen: CheckContext) -> Check:
        """What is there; never an error."""
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
        return f"cannot be read with this token (GitHub answers {error.status})"
    return error.found
