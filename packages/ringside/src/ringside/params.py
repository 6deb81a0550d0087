"""`params.yaml`, read and checked against a typed model; every command reads the file by this module."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from ringside.common.params import (
    FLOAT,
    EvaluateParams,
    Section,
    SplitParams,
    StageParams,
    ValidateParams,
    checked,
    parse_sections,
    read_sections,
    train_params,
)

__all__ = [
    "FLOAT",
    "DataParams",
    "EvaluateParams",
    "Params",
    "PolicyParams",
    "PublishParams",
    "RetrainParams",
    "SlicePolicyParams",
    "SplitParams",
    "StageParams",
    "ValidateParams",
    "parse_params",
    "read_params",
    "read_sections",
    "train_params",
]

_LARGEST = 1e15
"""Largest number that the policy accepts; a report cannot contain a larger one."""


Store = Literal["source", "git", "remote"]


class DataParams(Section):
    """The `data` section."""

    store: Store = Field(
        default="source",
        description="where partitions are kept: read again from the source; in Git; in the DVC remote",
    )
    public: bool = Field(default=False, description="whether anyone may see the rows of the data")


def _is_tolerance(value: object) -> float | str:
    """Return a number above 0, or a text such as `10%`."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LARGEST:
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?%", value) and float(value[:-1]) > 0:
        return value
    raise ValueError("allowed is a number above 0 on the metric's scale, or a share of the gain below 100%, as '10%'")


def _is_version(value: object) -> str | None:
    """Return a version such as `v1.2.0`, or None."""
    if value is None or (isinstance(value, str) and re.fullmatch(r"v[0-9]+\.[0-9]+\.[0-9]+", value)):
        return value
    raise ValueError("allowed is a version, as v1.2.0")


_Tolerance = Annotated[float | str, PlainValidator(_is_tolerance)]
"""Tolerance on the metric's scale, or as a share of the champion's gain over the baseline."""


class SlicePolicyParams(Section):
    """The `policy.slices` section."""

    tolerance: _Tolerance | None = Field(
        default=None, description="of the deciding metric within a slice; without one, slices are shown and not judged"
    )
    columns: list[str] | None = Field(
        default=None, description="the slices of the task that are judged; without it all, the others are only shown"
    )
    min_rows: int = Field(default=200, ge=1, description="a slice with fewer rows is shown and not judged")


class PolicyParams(Section):
    """The `policy` section."""

    metric: str | None = Field(default=None, description="the metric that decides; log_loss, or mae for a regression")
    tolerance: _Tolerance = Field(
        default="10%",
        description="the accepted loss against the champion: on the metric's scale, or as 10% of its gain",
    )
    guardrails: dict[str, _Tolerance] = Field(
        default_factory=dict, description="metrics that fail the verdict where the challenger is worse by more"
    )
    floors: dict[str, Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]] = Field(
        default_factory=dict,
        description="what a metric must reach (for a loss: stay below), whatever the champion does",
    )
    slices: SlicePolicyParams = Field(default_factory=SlicePolicyParams, description="what holds within slices")
    confidence: float = Field(default=0.95, ge=0.5, lt=1, description="of each bound, one-sided")
    uses: int = Field(default=5, ge=1, le=1000, description="how many verdicts a test window may give")
    min_groups: float = Field(
        default=10, ge=3, le=_LARGEST, description="groups, as if of equal size, that an interval needs"
    )
    threshold: float = Field(default=0.5, ge=0, le=1, description="binary: from this probability on a row is positive")
    top: float = Field(default=0.1, gt=0, lt=1, description="binary: the share of rows that the top metrics look at")
    inconclusive: Literal["merge_only", "block"] = Field(
        default="merge_only", description="whether an inconclusive verdict lets a pull request merge"
    )
    anchor: Annotated[str | None, PlainValidator(_is_version)] = Field(
        default=None,
        description="the version that small losses are added up against; without one, the last that was judged better",
    )


class PublishParams(Section):
    """The `publish` section."""

    reference_rows: int = Field(
        default=0, ge=0, le=1000, description="test rows that a release carries to be verified by; 0 for private data"
    )


RetrainReason = Literal["new_data", "drift", "performance"]


class RetrainParams(Section):
    """The `retrain` section."""

    when: list[RetrainReason] = Field(
        default=["new_data", "drift", "performance"], description="what makes a new model, given data to learn from"
    )
    effect: Literal["small", "medium", "large"] = Field(
        default="medium", description="from this effect size on a column has drifted"
    )
    share: float = Field(default=0.1, gt=0, le=1, description="the share of columns that must have drifted")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.when)) < len(self.when):
            raise ValueError("when names each reason once")
        return self


class Params(StageParams):
    """All of params.yaml except `train`, whose keys are the task's own."""

    live: bool = Field(default=False, description="publish what is merged and retrain by schedule")
    data: DataParams = Field(default_factory=DataParams)
    policy: PolicyParams = Field(default_factory=PolicyParams)
    publish: PublishParams = Field(default_factory=PublishParams)
    retrain: RetrainParams = Field(default_factory=RetrainParams)


def read_params(path: Path) -> Params:
    """Read params.yaml; leave `train` unchecked until `train_params` checks it against the task.

    Raises:
        UsageError: the file is missing or not a YAML mapping, or a key is unknown, of the wrong type or invalid; the
            error names each key and the allowed values.
    """
    return checked(Params, read_sections(path), where=path.name)


def parse_params(text: str, *, where: str) -> Params:
    """Parse the text of a params.yaml; see `read_params`.

    Raises:
        UsageError: see `read_params`.
    """
    return checked(Params, parse_sections(text, where=where), where=where)
