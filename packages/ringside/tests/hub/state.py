"""What the double of GitHub remembers: plain records, changed by the endpoints and by tests alike."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BOT = "github-actions[bot]"
"""Whom a workflow's own token acts as."""


@dataclass
class Token:
    """Who asks, and what they may do."""

    text: str
    user: str
    repository: str
    """The only one that a workflow's token opens; empty: a person's."""
    rights: dict[str, str] | None
    """`{"contents": "write"}` of a workflow's token; None: a person, who may what their role says."""

    @property
    def is_app(self) -> bool:
        """Whether this is a workflow's own token: what it does starts no workflow."""
        return self.rights is not None


@dataclass
class Comment:
    """A comment on an issue, a pull request or a commit."""

    id: int
    user: str
    body: str
    created: str
    updated: str
    seq: int


@dataclass
class Pull:
    """What a pull request has beyond an issue."""

    head_repository: str
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool = False
    merge_sha: str | None = None
    """The merge commit at refs/pull/N/merge; None on a conflict."""
    mergeable: bool = True
    merged: bool = False
    merged_at: str | None = None
    merged_by: str | None = None
    merged_as: str | None = None
    """The commit on the base's branch."""
    requested: list[str] = field(default_factory=list)
    """Whose review was asked for."""


@dataclass
class Issue:
    """An issue, or a pull request."""

    number: int
    id: int
    title: str
    body: str
    user: str
    created: str
    updated: str
    seq: int
    state: str = "open"
    reason: str | None = None
    closed: str | None = None
    locked: bool = False
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    pull: Pull | None = None


@dataclass
class Asset:
    """A file of a release."""

    id: int
    name: str
    content: bytes
    content_type: str
    digest: str
    uploader: str
    created: str
    label: str = ""
    downloads: int = 0


@dataclass
class Release:
    """A release, published or a draft."""

    id: int
    tag: str
    target: str
    name: str
    body: str
    draft: bool
    prerelease: bool
    user: str
    created: str
    seq: int
    published: str | None = None
    immutable: bool = False
    assets: list[Asset] = field(default_factory=list)


@dataclass
class Check:
    """A check run."""

    id: int
    name: str
    sha: str
    status: str
    conclusion: str | None
    title: str
    summary: str
    created: str
    seq: int
    run: int | None = None
    """Of which workflow's run it is a job."""
    annotations: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Run:
    """A workflow's run."""

    id: int
    number: int
    name: str
    path: str
    event: str
    sha: str
    branch: str | None
    head_repository: str
    actor: str
    created: str
    updated: str
    seq: int
    status: str = "queued"
    conclusion: str | None = None
    attempt: int = 1
    summaries: dict[str, str] = field(default_factory=dict)
    """Markdown by the job's name."""


@dataclass
class Artifact:
    """Files that a run left."""

    id: int
    run: int
    name: str
    content: bytes
    """A zip."""
    created: str
    expired: bool = False


@dataclass
class Repository:
    """A repository, whose Git data lie in a bare folder."""

    id: int
    owner: str
    name: str
    folder: Path
    created: str
    visibility: str = "public"
    default_branch: str = "main"
    is_template: bool = False
    fork_of: str | None = None
    made_from: str | None = None
    """The template, of a copy by "Use this template"."""
    description: str = ""
    may_propose: bool = False
    """Whether Actions may create pull requests; off in a new repository."""
    default_rights: str = "read"
    immutable_releases: bool = False
    rulesets_allowed: bool = True
    """Not in a private repository of the free plan."""
    roles: dict[str, str] = field(default_factory=dict)
    """`read`, `write` or `admin` by person; the owner is an admin."""
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    latest: int | None = None
    """Which release was marked latest; None: the newest."""
    burned: set[str] = field(default_factory=set)
    """Tags of deleted immutable releases."""
    statuses: list[dict[str, Any]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    commit_comments: dict[str, list[Comment]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    workflows: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By file; `state` may be set to `disabled_manually`."""
    variables: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    rulesets: list[dict[str, Any]] = field(default_factory=list)
    protection: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Classic protection by branch."""
    deployments: list[dict[str, Any]] = field(default_factory=list)
    owner_errors: list[dict[str, Any]] = field(default_factory=list)
    """What GitHub says is wrong with CODEOWNERS."""
    runners: list[dict[str, Any]] = field(default_factory=list)
    """Self-hosted ones."""
    cache_bytes: int = 0

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    def role(self, user: str) -> str | None:
        """What a person may: `admin`, `write`, `read` or None."""
        role = "admin" if user == self.owner else self.roles.get(user)
        return role or ("read" if self.visibility == "public" else None)

    def pulls(self) -> list[Issue]:
        """All pull requests."""
        return [issue for issue in self.issues.values() if issue.pull]


@dataclass(frozen=True)
class Call:
    """One request and its answer."""

    method: str
    host: str
    path: str
    """With its query."""
    status: int
    """0: the connection was cut before an answer."""
    user: str | None
    token: str | None
    body: bytes


@dataclass
class Fault:
    """What goes wrong for the next requests of a kind."""

    method: str
    pattern: str
    """A regular expression, searched in path and query."""
    times: int
    status: int | None
    message: str
    headers: dict[str, str]
    cut: bool
    slow: float
    after: bool
    skip: int


class Clock:
    """Times that GitHub writes, to the second."""

    ahead = timedelta()
    """How far this clock is ahead of that of the machine."""

    def now(self) -> str:
        """This moment."""
        return (datetime.now(UTC) + self.ahead).strftime("%Y-%m-%dT%H:%M:%SZ")
