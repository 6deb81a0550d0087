"""What a place that keeps releases offers. A folder beside a bare repository is one, GitHub Releases is another."""

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
    """What bringing the data, making and judging a version took."""

    runner: Annotated[str, Field(max_length=64)]
    """The label of the machine."""
    usd_per_minute: Annotated[float, Field(ge=0)] | None
    """None where nobody knew the price."""
    seconds: Annotated[float, Field(ge=0)]


class ReleaseMetadata(_Record):
    """`release.json`: what a program needs to know of a version without reading its other files."""

    format: Literal[1] = 1
    version: Version
    """`v1.2.0`."""
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    """The merged commit that the tag is on."""
    published: datetime
    """UTC, to the second."""
    task: str
    kind: Literal["binary", "multiclass", "regression"]
    target: str
    columns: dict[str, str]
    """What the model takes: column and dtype as the schema states them, `?` after the dtype where it may be missing."""
    model: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of model.skops."""
    code: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of the task's files and of model.txt: equal where the code that makes predictions is."""
    inputs: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of data, parameters and code: equal where publishing again would publish the same."""
    python: str
    """`3.11.7`, of the run that published."""
    threshold: float
    """The policy's, when it was published: decisions of this version use it."""
    verdict: Literal["pass", "fail", "inconclusive"]
    deciding: Literal["better", "no_worse", "worse", "inconclusive"] | None
    """The outcome of the deciding metric against the champion of that day; None for a first version."""
    champion: Version | None
    """The version that it was judged against."""
    accepted: str | None = None
    """Why people published it without a pass."""
    window: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Hash of the identities of the test rows."""
    metrics: dict[str, float]
    """On the test rows of that day."""
    first: str
    """First and last partition trained on."""
    last: str
    rows: int
    """Trained on."""
    latency_ms: float | None = None
    """Milliseconds that the model took for 1,000 rows when it was evaluated."""
    stages: dict[str, float] = {}
    """Seconds by stage, where they were measured."""
    cost: CostRecord | None = None
    """None where it was made on a person's machine, or published by an older Ringside."""


class PromotionFreeze(_Record):
    """Keeps the next merge from bringing a rejected model back: while it stands, nothing is marked latest."""

    rejected: Version
    """The version that was rolled back."""
    reason: str
    since: datetime


class Move(_Record):
    """One change of what is in production; the newest is what counts."""

    version: Version
    at: datetime
    reason: str | None = None


class Releases(Protocol):
    """A place that keeps releases: files under a tag, one of which is production.

    Every method raises `RegistryError` where the place cannot be reached or answers what it must not.
    """

    where: str
    """For people: what was asked."""

    def tags(self) -> list[str]:
        """The tags of all published releases, in no order; drafts are none."""
        ...

    def metadata(self, tag: str) -> ReleaseMetadata:
        """The `release.json` of a release."""
        ...

    def files(self, tag: str) -> dict[str, int]:
        """The files of a release and their bytes."""
        ...

    def fetch(self, tag: str, names: Sequence[str], folder: Path) -> None:
        """Copy files of a release into `folder`, which exists; who uses them compares their hashes."""
        ...

    def publish(self, tag: str, commit: str, folder: Path, notes: str) -> None:
        """Make a release of all files in `folder`: drafted, filled, verified, then published, or not at all.

        Raises:
            ReleaseExistsError: there is a release of this tag.
        """
        ...

    def moves(self) -> list[Move]:
        """What was in production, the oldest first; none where nothing ever was."""
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
        """Remove what publishers that were killed left behind; what was removed."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Keep other publishers out; freed when the process ends, however it ends."""
        ...


@runtime_checkable
class TagsByCall(Protocol):
    """A place that takes tags by another way than a push, too."""

    def tag(self, name: str, commit: str, message: str) -> bool:
        """Make an annotated tag; False where the place refuses."""
        ...
