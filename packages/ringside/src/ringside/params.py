"""`params.yaml`, checked at once against a typed model: every command reads it here and nowhere else."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ringside.errors import UsageError
from ringside.task import TrainParams

_M = TypeVar("_M", bound=BaseModel)

_LARGEST = 1e15
"""A number of the policy beyond it is none that a report can hold."""


FLOAT = ("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789"))
"""What PyYAML's `add_implicit_resolver` has to be told for `1e-06`, as DVC writes it, to be a number."""


class _Loader(yaml.SafeLoader):
    """YAML as DVC reads it: `1e-3` is a number (YAML 1.2), and a key that stands twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of `node`, whose keys stand once each."""
        seen: list[Any] = []
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
            seen.append(key.value)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(*FLOAT)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Store = Literal["source", "git", "remote"]


class DataParams(_Section):
    """The `data` section."""

    store: Store = Field(
        default="source",
        description="where partitions are kept: read again from the source; in Git; in the DVC remote",
    )
    public: bool = Field(default=False, description="whether anyone may see the rows of the data")


class ValidateParams(_Section):
    """The `validate` section."""

    max_quarantined: float = Field(ge=0, le=1, description="share of a partition's labelled rows")


class SplitParams(_Section):
    """The `split` section."""

    strategy: Literal["time", "group", "random"]
    test: int | float = Field(gt=0, description="time: the last partitions; group and random: a share of the rows")
    gap: int = Field(default=0, ge=0, description="time: partitions left out between train and test")
    seed: int = Field(default=0, ge=0, lt=2**32, description="group and random: which rows")

    @model_validator(mode="after")
    def _test_fits_strategy(self) -> Self:
        if self.strategy == "time" and not isinstance(self.test, int):
            raise ValueError("test counts partitions where strategy is time: a whole number of 1 or more")
        if self.strategy != "time" and self.test >= 1:
            raise ValueError(f"test is a share of the rows where strategy is {self.strategy}: between 0 and 1")
        if self.strategy != "time" and self.gap:
            raise ValueError("gap counts partitions and has a meaning only where strategy is time")
        return self


class EvaluateParams(_Section):
    """The `evaluate` section."""

    bins: int = Field(default=10, ge=2, le=100, description="bins of the calibration curve and of the profile")


def _is_tolerance(value: object) -> float | str:
    """A number above 0, or a text such as `10%`."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LARGEST:
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?%", value) and float(value[:-1]) > 0:
        return value
    raise ValueError("allowed is a number above 0 on the metric's scale, or a share of the gain below 100%, as '10%'")


def _is_version(value: object) -> str | None:
    """`v1.2.0`, or nothing."""
    if value is None or (isinstance(value, str) and re.fullmatch(r"v[0-9]+\.[0-9]+\.[0-9]+", value)):
        return value
    raise ValueError("allowed is a version, as v1.2.0")


_Tolerance = Annotated[float | str, PlainValidator(_is_tolerance)]
"""On the metric's scale, or a share of the champion's gain over the baseline."""


class SlicePolicyParams(_Section):
    """The `policy.slices` section."""

    tolerance: _Tolerance | None = Field(
        default=None, description="of the deciding metric within a slice; without one, slices are shown and not judged"
    )
    columns: list[str] | None = Field(
        default=None, description="the slices of the task that are judged; without it all, the others are only shown"
    )
    min_rows: int = Field(default=200, ge=1, description="a slice with fewer rows is shown and not judged")


class PolicyParams(_Section):
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


class PublishParams(_Section):
    """The `publish` section."""

    reference_rows: int = Field(
        default=0, ge=0, le=1000, description="test rows that a release carries to be verified by; 0 for private data"
    )


RetrainReason = Literal["new_data", "drift", "performance"]


class RetrainParams(_Section):
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


class Params(_Section):
    """The whole of params.yaml, but for `train`, whose keys are the task's own."""

    task: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    live: bool = Field(default=False, description="publish what is merged and retrain by schedule")
    data: DataParams = Field(default_factory=DataParams)
    validate_: ValidateParams = Field(alias="validate")
    split: SplitParams
    train: dict[str, Any]
    evaluate: EvaluateParams
    policy: PolicyParams = Field(default_factory=PolicyParams)
    publish: PublishParams = Field(default_factory=PublishParams)
    retrain: RetrainParams = Field(default_factory=RetrainParams)


def read_params(path: Path) -> Params:
    """Read params.yaml; `train` stays as it stands until `train_params` checks it against the task.

    Raises:
        UsageError: the file is missing or no YAML mapping, or a key is unknown, of the wrong type or impossible; the
            error names each key and what is allowed.
    """
    return _checked(Params, read_sections(path), where=path.name, prefix="")


def parse_params(text: str, *, where: str) -> Params:
    """As `read_params`, of a text that is no file here.

    Raises:
        UsageError: as `read_params`.
    """
    return _checked(Params, _sections(text, where=where), where=where, prefix="")


def read_sections(path: Path) -> dict[str, Any]:
    """The sections of params.yaml as they stand.

    Raises:
        UsageError: the file is missing or no YAML mapping.
    """
    try:
        return _sections(path.read_text(encoding="utf-8"), where=path.name)
    except FileNotFoundError:
        raise UsageError("it is missing", where=path.name, remedy=_RESTORE) from None
    except UnicodeDecodeError as error:
        raise _no_yaml(error, path.name) from None


_RESTORE = "restore it from Git (`git checkout params.yaml`) or write the sections that docs/params.md shows."


def _sections(text: str, *, where: str) -> dict[str, Any]:
    try:
        values = yaml.load(text, _Loader)  # noqa: S506  # derived from SafeLoader
    except yaml.YAMLError as error:
        raise _no_yaml(error, where) from None
    if not isinstance(values, dict):
        raise UsageError("it is no mapping of sections", where=where, remedy=_RESTORE)
    return values


def _no_yaml(error: Exception, where: str) -> UsageError:
    return UsageError(f"it is not YAML ({' '.join(str(error).split())})", where=where, remedy=_RESTORE)


def train_params(params: Params, model: type[TrainParams], *, where: str = "params.yaml") -> TrainParams:
    """The `train` section as the task's own type.

    Raises:
        UsageError: as `read_params`.
    """
    return _checked(model, params.train, where=where, prefix="train.")


def _checked(model: type[_M], values: dict[str, Any], *, where: str, prefix: str) -> _M:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # A value that may have one of two types gives one error for each.
        problems = list({_location(detail): _problem(detail, model, prefix) for detail in error.errors()}.values())
        remedy = "correct the key; docs/params.md lists every key with what it allows."
        raise UsageError("; ".join(problems), where=where, remedy=remedy) from None


def _location(detail: ErrorDetails) -> tuple[str, ...]:
    """Where the error is, without the type that pydantic tried at a place that allows several."""
    return tuple(str(part) for part in detail["loc"] if part not in ("int", "float"))


def _problem(detail: ErrorDetails, model: type[BaseModel], prefix: str) -> str:
    key = prefix + ".".join(_location(detail))
    if detail["type"] == "extra_forbidden":
        allowed = _keys(model, tuple(detail["loc"][:-1]))
        close = difflib.get_close_matches(str(detail["loc"][-1]), allowed, n=1)
        hint = f", did you mean `{close[0]}`?" if close else ""
        return f"unknown key `{key}`{hint} (allowed here: {', '.join(allowed)})"
    if detail["type"] == "missing":
        return f"`{key}` is missing"
    message = detail["msg"].removeprefix("Value error, ").replace("Input should be", "allowed is").rstrip(".")
    if isinstance(detail["input"], dict):
        return f"`{key}`: {message}" if key else message
    return f"`{key}` is {detail['input']!r}; {message}"


def _keys(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The keys that `model` knows at `path`."""
    for part in path:
        field = next(f for name, f in model.model_fields.items() if part in (name, f.alias))
        model = field.annotation  # type: ignore[assignment]  # every nested section is a model
    return [field.alias or name for name, field in model.model_fields.items()]
