"""The sections of params.yaml that stages read, and the functions that read the file as typed models and check it."""

import difflib
import re
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from ringside.common.task import TrainParams
from ringside.errors import UsageError

_M = TypeVar("_M", bound=BaseModel)

FLOAT = ("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789"))
"""Arguments of PyYAML's `add_implicit_resolver` that make `1e-06`, as DVC writes it, a number."""


class Loader(yaml.SafeLoader):
    """YAML loader that agrees with DVC: `1e-3` is a number (YAML 1.2), and a duplicate key is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of `node`; raise if a key is duplicated."""
        seen: list[Any] = []
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
            seen.append(key.value)
        return super().construct_mapping(node, deep)


Loader.add_implicit_resolver(*FLOAT)


class Section(BaseModel):
    """Base class of a section: unknown keys and values of other types are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ValidateParams(Section):
    """The `validate` section."""

    max_quarantined: float = Field(ge=0, le=1, description="share of a partition's labelled rows")


class SplitParams(Section):
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


class EvaluateParams(Section):
    """The `evaluate` section."""

    bins: int = Field(default=10, ge=2, le=100, description="bins of the calibration curve and of the profile")


class StageParams(Section):
    """The sections of params.yaml that the stages read; `train` has the task's own keys."""

    task: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    validate_: ValidateParams = Field(alias="validate")
    split: SplitParams
    train: dict[str, Any]
    evaluate: EvaluateParams


def read_stage_params(path: Path) -> StageParams:
    """Read the sections of `StageParams`; ignore the others, so that no stage depends on them.

    Raises:
        UsageError: the file is missing or not a YAML mapping, or a key is unknown, of the wrong type or invalid; the
            error names each key and the allowed values.
    """
    known = {field.alias or name for name, field in StageParams.model_fields.items()}
    sections = {name: value for name, value in read_sections(path).items() if name in known}
    return checked(StageParams, sections, where=path.name)


def read_sections(path: Path) -> dict[str, Any]:
    """Return the sections of params.yaml without checking their keys.

    Raises:
        UsageError: the file is missing or not a YAML mapping.
    """
    try:
        return parse_sections(path.read_text(encoding="utf-8"), where=path.name)
    except FileNotFoundError:
        raise UsageError("it is missing", where=path.name, remedy=_RESTORE) from None
    except UnicodeDecodeError as error:
        raise _no_yaml(error, path.name) from None


_RESTORE = "restore it from Git (`git checkout params.yaml`) or write the sections that docs/params.md shows."


def parse_sections(text: str, *, where: str) -> dict[str, Any]:
    """Return the sections of a text without checking their keys.

    Raises:
        UsageError: the text is not a YAML mapping.
    """
    try:
        values = yaml.load(text, Loader)  # noqa: S506  # derived from SafeLoader
    except yaml.YAMLError as error:
        raise _no_yaml(error, where) from None
    if not isinstance(values, dict):
        raise UsageError("it is no mapping of sections", where=where, remedy=_RESTORE)
    return values


def _no_yaml(error: Exception, where: str) -> UsageError:
    return UsageError(f"it is not YAML ({' '.join(str(error).split())})", where=where, remedy=_RESTORE)


def train_params(params: StageParams, model: type[TrainParams], *, where: str = "params.yaml") -> TrainParams:
    """Return the `train` section as the task's own type.

    Raises:
        UsageError: see `read_stage_params`.
    """
    return checked(model, params.train, where=where, prefix="train.")


def checked(model: type[_M], values: dict[str, Any], *, where: str, prefix: str = "") -> _M:
    """Return the values as a model.

    Args:
        model: the section's type.
        values: its keys, unchecked.
        where: the file, for the error message.
        prefix: the sections that contain the keys, such as `train.`, for the error message.

    Raises:
        UsageError: see `read_stage_params`.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # A value that may have one of two types gives one error for each.
        problems = list({_location(detail): _problem(detail, model, prefix) for detail in error.errors()}.values())
        remedy = "correct the key; docs/params.md lists every key with what it allows."
        raise UsageError("; ".join(problems), where=where, remedy=remedy) from None


def _location(detail: ErrorDetails) -> tuple[str, ...]:
    """Return the location of the error, without the type that pydantic tried if the key allows several."""
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
    """Return the keys that `model` defines at `path`."""
    for part in path:
        field = next(f for name, f in model.model_fields.items() if part in (name, f.alias))
        model = field.annotation  # type: ignore[assignment]  # every nested section is a model
    return [field.alias or name for name, field in model.model_fields.items()]
