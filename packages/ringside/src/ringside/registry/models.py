"""Records of the registry, and the protocol of a place for releases: a folder or GitHub Releases."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

Version = Annotated[str, Field(pattern=r"^v(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class CostRecord(_Record):
    """Cost of a version: ingest, training and evaluation."""

    runner: Annotated[str, Field(max_length=64)]
    """Label of the runner."""
    usd_per_minute: Annotated[float, Field(ge=0)] | None
    """US dollars per minute; None if the price is unknown."""
    seconds: Annotated[float, Field(ge=0)]


class ReleaseMetadata(_Record):
    """`release.json`: the description of a version for programs."""

    format: Literal[1] = 1
    version: Version
    """Version, such as `v1.2.0`."""
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    """Merged commit with the version's tag."""
    published: datetime
    """Time of the release, in UTC and to the second."""
    task: str
    kind: Literal["binary", "multiclass", "regression"]
    target: str
    columns: dict[str, str]
    """Features of the model: column and dtype as in the schema, with `?` after the dtype if it is nullable."""
    model: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of model.skops."""
    code: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of the task's files and model.txt: equal if the code that makes predictions is equal."""
    inputs: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of data, parameters and code: equal if publishing again would publish the same."""
    python: str
    """Python version of the run that published, such as `3.11.7`."""
    threshold: float
    """The policy's threshold at the time of the release, used for this version's decisions."""
    verdict: Literal["pass", "fail", "inconclusive"]
    deciding: Literal["better", "no_worse", "worse", "inconclusive"] | None
    """Outcome of the deciding metric against the champion at that time; None for a first version."""
    champion: Version | None
    """Version that it was compared with."""
    accepted: str | None = None
    """Reason to publish it without a pass."""
    window: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of the identities of the test rows."""
    metrics: dict[str, float]
    """Metrics on the test rows at that time."""
    first: str
    """First and last partition of the training data."""
    last: str
    rows: int
    """Number of training rows."""
    latency_ms: float | None = None
    """Milliseconds to predict 1,000 rows, measured by the evaluation."""
    stages: dict[str, float] = {}
    """Seconds per stage, if they were measured."""
    cost: CostRecord | None = None
    """Cost; None if it was made on your own machine, or published by an older Ringside."""


class PromotionFreeze(_Record):
    """Stop of automatic promotion after a rollback: no new version goes to production until it is lifted."""

    rejected: Version
    """Version that was rolled back."""
    reason: str
    since: datetime


class Move(_Record):
    """One change of the version in production; the newest is in effect."""

    version: Version
    at: datetime
    reason: str | None = None


class Releases(Protocol):
    """A place for releases: files per tag, one of which is in production.

    Every method raises `RegistryError` if the place cannot be reached or returns an invalid response.
    """

    where: str
    """Name of the place in messages."""

    def tags(self) -> list[str]:
        """Return the tags of all published releases, unordered and without drafts."""
        ...

    def metadata(self, tag: str) -> ReleaseMetadata:
        """Return the `release.json` of a release."""
        ...

    def files(self, tag: str) -> dict[str, int]:
        """Return the files of a release and their sizes in bytes."""
        ...

    def fetch(self, tag: str, names: Sequence[str], folder: Path) -> None:
        """Copy files of a release into the existing folder `folder`; the caller compares their hashes."""
        ...

    def publish(self, tag: str, commit: str, folder: Path, notes: str) -> None:
        """Publish all files in `folder` as one release, or nothing: draft, upload, verify, publish.

        Raises:
            ReleaseExistsError: there is a release with this tag.
        """
        ...

    def moves(self) -> list[Move]:
        """Return the changes of production, the oldest first; empty if there was none."""
        ...

    def mark_latest(self, move: Move) -> None:
        """Put a version in production."""
        ...

    def promotion_freeze(self) -> PromotionFreeze | None:
        """Return the promotion freeze in effect; None if there is none."""
        ...

    def set_freeze(self, freeze: PromotionFreeze | None) -> None:
        """Set the promotion freeze, or lift it if `freeze` is None."""
        ...

    def clean(self) -> list[str]:
        """Remove the leftovers of killed publishers; return what was removed."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Lock out other publishers; the lock is freed when the process ends."""
        ...


@runtime_checkable
class TagsByCall(Protocol):
    """A place that can also create tags through its API."""

    def tag(self, name: str, commit: str, message: str) -> bool:
        """Create an annotated tag; return False if the place refuses."""
        ...
