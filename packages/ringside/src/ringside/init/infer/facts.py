"""Infer the task from the data; options override each decision, and the user is asked about open ones."""

import difflib
import functools
import re
from collections.abc import Hashable

from ringside.common.task import TAKEN, Kind
from ringside.errors import DataError, UsageError
from ringside.init.infer.columns import IGNORED, NUMBERS, SHORT, TIMES, Column
from ringside.init.infer.draft import Ask, Question, TaskDraft, Wishes
from ringside.init.infer.labels import check_labels
from ringside.init.infer.look import SourceSummary
from ringside.init.infer.panel import comes_again, panel_of
from ringside.init.infer.split import split
from ringside.init.infer.time import by_time

KINDS = ("binary", "multiclass", "regression")
NONE = "none"
ROW = "row"
_DAYS = ("day", "calendar_day")
"""Names for the generated group of the day; the second one if the data have a column `day`."""

_CLASSES = 100
"""Largest number of labels of a multiclass task."""
_FEW_NUMBERS = 10
_MANY_ROWS = 10
_CATEGORIES = 40
"""Largest number of values of a category; a text with more values is encoded by its mean target."""
_OWN = 0.9
"""Smallest share of distinct values in a column that identifies rows."""
_MOST_VALUES = {"str": 12, "Int64": 6, "boolean": 2}
"""Largest number of values of a slice, by the type of its column."""
_IN_SLICE = 30
"""Fewest rows of the second most frequent value of a slice."""
_SLICES = 3
_YES = ("true", "t", "yes", "y")
_NO = ("false", "f", "no", "n")
_TWO_WAYS = "is a time with an ambiguous format (01/02/2026: day or month first): write 2026-02-01 in the source"
_POSITIVE = re.compile(
    r"^(?:1|t(?:rue)?|y(?:es)?|pos(?:itive)?|bad|churn(?:ed)?|default(?:ed)?|fraud|spam|late|dead|died|won?|>.*|.*\+)$"
)


def decide(seen: SourceSummary, wishes: Wishes, ask: Ask) -> TaskDraft:
    """Return the draft of the whole task.

    Args:
        seen: the data.
        wishes: the options of the command line.
        ask: function that returns the user's answer to an open question.

    Raises:
        UsageError: an option names a missing column, or one that does not fit the option.
        DataError: the target is a time or has fewer than two values, or no column can be a feature.
    """
    _check_names(seen, wishes)
    draft = _target(seen, wishes, ask)
    if wishes.positive is not None and draft.kind != "binary":
        remedy = "remove the option, or add --kind binary."
        raise UsageError(
            f"the target {draft.target!r} is {draft.kind} and has no positive value", where="--positive", remedy=remedy
        )
    draft = by_time(draft, wishes, ask)
    draft = _identity(draft, wishes, ask)
    draft = _group(draft, wishes, ask)
    draft = _features(draft, wishes)
    return check_labels(split(draft.but(slices=_slices(draft, wishes))))


def _check_names(seen: SourceSummary, wishes: Wishes) -> None:
    """Raise if an option names neither a column nor one of its keywords."""
    for names, words in (
        ([wishes.target, *wishes.leave_out], ()),
        ([wishes.time, *(wishes.slices or ())], (NONE,)),
        ([wishes.group], (NONE, *_DAYS)),
        (wishes.identity, (ROW,)),
    ):
        for name in names:
            if name is not None and name not in seen.columns and name not in words:
                raise no_column(name, seen)
    if wishes.target in wishes.leave_out:
        remedy = "remove the option: a model never sees the target."
        raise UsageError(f"{wishes.target!r} is the target", where="--leave-out", remedy=remedy)


def no_column(name: str, seen: SourceSummary) -> UsageError:
    """Return the error for the name of a column that is not in the data."""
    names = ", ".join(map(repr, list(seen.columns)[:30]))
    same = [column for column in seen.columns if column.casefold() == name.casefold()]
    near = same or difflib.get_close_matches(name, list(seen.columns), n=1)
    remedy = f"did you mean {near[0]!r}? The columns are {names}." if near else f"name one of {names}."
    return UsageError(f"there is no column {name!r}", where="the data", remedy=remedy)


def _target(seen: SourceSummary, wishes: Wishes, ask: Ask) -> TaskDraft:
    column = seen.columns[wishes.target]
    where = f"--target {wishes.target!r}"
    if column.distinct <= 1 or column.type in TIMES:
        values = f"it has {column.distinct} value{'s' * (column.distinct != 1)}"
        reason = "it is a time" if column.type in TIMES else values
        raise DataError(f"{reason}: there is nothing to learn", where=where, remedy="name another column.")
    kind = _kind(column, wishes, ask)
    draft = TaskDraft(name=wishes.name, seen=seen, target=wishes.target, kind=kind)
    if kind == "regression" and column.type not in NUMBERS[:2]:
        raise UsageError(
            f"its values are no numbers ({column.type})",
            where=where,
            remedy="choose --kind multiclass or another column.",
        )
    if kind == "multiclass" and column.distinct > _CLASSES:
        other = "choose --kind regression" if column.type in NUMBERS else "name another column"
        remedy = f"merge rare labels in the source, or {other}."
        raise UsageError(f"it has {column.distinct:,} labels, more than {_CLASSES}", where=where, remedy=remedy)
    if kind == "multiclass" and column.type == "float64":
        raise UsageError("its labels are fractions", where=where, remedy="write them as whole numbers or texts.")
    return draft.but(answers=_answers(column, wishes, ask)) if kind == "binary" else draft


def _kind(column: Column, wishes: Wishes, ask: Ask) -> Kind:
    if wishes.kind is not None:
        if wishes.kind not in KINDS:
            raise UsageError(
                f"unknown kind {wishes.kind!r}", where="--kind", remedy=f"choose one of {', '.join(KINDS)}."
            )
        return wishes.kind  # type: ignore[return-value]  # it is one of KINDS
    if column.distinct == 2:  # noqa: PLR2004  # yes and no
        return "binary"
    if column.type == "str":
        return "multiclass"
    if column.type == "float64":
        return "regression"
    few = column.distinct <= _FEW_NUMBERS and column.present >= _MANY_ROWS * column.distinct
    counted = few and column.low in (0, 1) and column.high == column.low + column.distinct - 1
    if not few:
        return "regression"
    text = f"{column.name!r} has {column.distinct} whole numbers: classes, or a quantity?"
    default = "multiclass" if counted else "regression"
    return ask(Question(option="--kind", text=text, default=default, choices=KINDS[1:]))  # type: ignore[return-value]


def _answers(column: Column, wishes: Wishes, ask: Ask) -> dict[Hashable, bool] | None:
    """Return which of the two values is the positive one; None if the values are booleans themselves."""
    values = column.whole or ()
    where = f"--target {column.name!r}"
    if len(values) != 2:  # noqa: PLR2004  # yes and no
        remedy = "choose --kind multiclass or regression."
        raise UsageError(f"it has {column.distinct:,} values, not two", where=where, remedy=remedy)
    texts = {str(value): value for value in values}
    if wishes.positive is None and (column.type == "boolean" or set(values) == {0, 1} or _are_booleans(values)):
        return None
    positive = wishes.positive
    if positive is None:
        likely = [text for text in texts if _POSITIVE.match(text.strip().lower())]
        # If the texts do not show it, the rarer value is usually the positive one.
        default = likely[0] if len(likely) == 1 else str(values[-1])
        positive = ask(
            Question(
                option="--positive",
                text=f"which value of {column.name!r} should the model predict?",
                default=default,
                choices=tuple(texts),
            )
        )
    if positive not in texts:
        remedy = f"name one of {', '.join(map(repr, texts))}."
        raise UsageError(f"{column.name!r} has no value {positive!r}", where="--positive", remedy=remedy)
    return {value: text == positive for text, value in sorted(texts.items())}


def _are_booleans(values: tuple[Hashable, ...]) -> bool:
    """Return whether a source reads these two texts as booleans."""
    texts = [str(value).strip().lower() for value in values]
    return sum(text in _YES for text in texts) == 1 == sum(text in _NO for text in texts)


def _identity(draft: TaskDraft, wishes: Wishes, ask: Ask) -> TaskDraft:
    """Decide the columns that identify a row."""
    columns = draft.seen.columns
    if wishes.identity and list(wishes.identity) != [ROW]:
        names = tuple(wishes.identity)
        _check_identity(draft, names)
        return draft.but(identity=names)
    if not wishes.identity:
        default = _likely_identity(draft)
        text = "which columns together identify a row (separated by commas; row: its number)?"
        question = Question(
            option="--identity",
            text=text,
            default=",".join(default) or ROW,
            check=lambda answer: _check_identity(draft, _named(answer, default)),
        )
        if (names := _named(ask(question), default)) != (ROW,):
            _check_identity(draft, names)
            return draft.but(identity=names)
    made = next(name for name in (ROW, "row_number", "row_of_the_source", "_row_") if name not in columns)
    return draft.but(identity=(made,), row_id=made)


def _named(answer: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns in an answer; the default is matched first, because its names may contain commas."""
    return default if default and answer == ",".join(default) else tuple(name.strip() for name in answer.split(","))


def _check_identity(draft: TaskDraft, names: tuple[str, ...]) -> None:
    frame = draft.seen.frame
    if names == (ROW,):
        return
    where = f"--identity {','.join(names)}"
    for name in names:
        if name not in frame.columns:
            raise no_column(name, draft.seen)
        if name == draft.target:
            raise UsageError("the target cannot identify rows", where=where, remedy="name other columns.")
        _check_free(draft, name, where)
        if missing := draft.column(name).missing:
            remedy = "name columns with a value in every row."
            raise UsageError(f"{missing:,} rows have no {name!r}", where=where, remedy=remedy)
    if doubled := int(frame.duplicated(list(names)).sum()):
        remedy = "add a column that distinguishes these rows (usually the time), or fix the source."
        raise UsageError(f"{doubled:,} rows repeat the identity of another row", where=where, remedy=remedy)


def _likely_identity(draft: TaskDraft) -> tuple[str, ...]:
    """Return the columns that look like the identity of a row; empty if there are none."""
    frame, columns = draft.seen.frame, draft.seen.columns
    fit = [
        column
        for column in columns.values()
        if column.type in ("Int64", "str")
        and not column.missing
        and column.name != draft.target
        and not column.is_taken
    ]
    # Columns named like identifiers first, then numbers before texts.
    fit.sort(key=lambda column: (not column.named_like_identifier, column.type != "Int64"))
    for column in fit:
        if column.names_rows:
            return (column.name,)
    naming = [column.name for column in fit if column.named_like_identifier and column.distinct > 1]
    if draft.time is not None:
        for name in naming:
            if not frame.duplicated([name, draft.time]).any():
                return (name, draft.time)
    if draft.time is not None and draft.column(draft.time).unique:
        return (draft.time,)
    panel = panel_of(draft.seen, draft.target, draft.time)
    return () if panel is None else (panel.one, panel.period)


def _group(draft: TaskDraft, wishes: Wishes, ask: Ask) -> TaskDraft:
    """Decide the column whose values are the groups of correlated rows."""
    answer = wishes.group
    if answer is None:
        default = _likely_group(draft)
        days = f"{_day(draft)}: rows of one day"
        text = f"rows with the same value of which column are correlated (a customer; {days}; none: independent rows)?"
        check = functools.partial(_check_group, draft)
        answer = ask(Question(option="--group", text=text, default=default, check=check))
    _check_group(draft, answer)
    if answer == NONE:
        return draft
    return draft.but(group=answer, day=answer) if answer == _day(draft) else draft.but(group=answer)


def _check_group(draft: TaskDraft, answer: str) -> None:
    columns = draft.seen.columns
    if answer == NONE:
        return
    if answer == _day(draft):
        if draft.time is None:
            remedy = "name the time column by --time."
            raise UsageError("there is no time column", where=f"--group {answer}", remedy=remedy)
        return
    if answer not in columns:
        raise no_column(answer, draft.seen)
    column = columns[answer]
    if answer == draft.target or column.missing or column.type == "float64" or column.distinct < 2:  # noqa: PLR2004
        lacks = f"{column.missing:,} rows have no value in it" if column.missing else "it has only one value"
        lacks = "its values are fractions" if column.type == "float64" and not column.missing else lacks
        message = f"{answer!r} cannot be the group: {'it is the target' if answer == draft.target else lacks}"
        remedy = "name a column of entities, such as customers, with a value in every row."
        raise UsageError(message, where="--group", remedy=remedy)
    _check_free(draft, answer, "--group")


def _check_free(draft: TaskDraft, name: str, where: str) -> None:
    if draft.column(name).is_taken:
        remedy = f"rename it in the source; {', '.join(TAKEN)} cannot be identity, group or slice."
        raise UsageError(f"{name!r} is a reserved name in predictions.parquet", where=where, remedy=remedy)


def _likely_group(draft: TaskDraft) -> str:
    rows = len(draft.seen.frame)
    # A column of the identity has many rows if the time is part of the identity, too; so it is tried first.
    named = [draft.column(name) for name in draft.identity if name in draft.seen.columns and name != draft.time]
    for column in [*named, *draft.seen.columns.values()]:
        unfit = column.name == draft.target or column.missing or column.is_taken
        if unfit or column.type not in ("Int64", "str"):
            continue
        if column.named_like_identifier and _FEW_NUMBERS < column.distinct < _OWN * rows:
            return column.name
    if (panel := panel_of(draft.seen, draft.target, draft.time)) is not None:
        return panel.one
    if (one := comes_again(draft.seen, draft.target)) is not None:
        return one
    if (day := _day(draft)) and draft.time is not None and draft.partition is not None:
        days = draft.seen.frame[draft.time].dt.floor("D").nunique()
        # Rows of one day are correlated; with fewer days a test set would have too few groups.
        if rows >= 2 * days and days >= 60:  # noqa: PLR2004
            return day
    return NONE


def _day(draft: TaskDraft) -> str | None:
    """Return the name for a generated column of the day; None if the data use all of these names."""
    return next((name for name in _DAYS if name not in draft.seen.columns), None)


def _features(draft: TaskDraft, wishes: Wishes) -> TaskDraft:
    """Decide the features, and the reason for each column that is left out."""
    named = set(draft.named)
    numbers: list[str] = []
    categories: list[str] = []
    texts: list[str] = []
    left_out = {name: "left out by --leave-out" for name in wishes.leave_out if name not in named}
    for name, column in draft.seen.columns.items():
        if name in named or name in left_out:
            continue
        if reason := _unfit(column):
            left_out[name] = reason
        elif column.type in NUMBERS:
            numbers.append(name)
        else:
            (categories if column.distinct <= _CATEGORIES else texts).append(name)
    if not (numbers or categories or texts):
        reasons = "; ".join(f"{name!r} {reason}" for name, reason in list(left_out.items())[:10])
        remedy = "use data with numbers or categories, or write the task by hand, for example for prose (docs/task.md)."
        raise DataError(f"there is no column to learn from ({reasons})", where="the data", remedy=remedy)
    return draft.but(numbers=tuple(numbers), categories=tuple(categories), texts=tuple(texts), left_out=left_out)


def _unfit(column: Column) -> str | None:
    """Return the reason why a column is no feature; None if it is one."""
    if column.missing == column.rows or column.type == IGNORED:
        return "contains lists, objects or several types" if column.present else "has no value at all"
    if column.distinct <= 1:
        return "has only one value" if not column.missing else "has only one value or a missing one"
    if column.like_times or column.type in TIMES:
        return _TWO_WAYS if column.like_times else "is a time: derive what you need (weekday, days since) in source.py"
    if column.distinct < _OWN * column.present or column.present <= _FEW_NUMBERS or column.type not in ("str", "Int64"):
        return None
    if column.type == "str":
        return "is prose" if column.longest > SHORT else "identifies rows"
    return "identifies rows" if column.named_like_identifier or column.names_rows else None


def _slices(draft: TaskDraft, wishes: Wishes) -> tuple[str, ...]:
    """Return the columns for slices: few values, none missing, at least two of them frequent."""
    if wishes.slices is not None:
        names = tuple(name for name in wishes.slices if name != NONE)
        for name in names:
            _check_free(draft, name, "--slice")
            if name == draft.target or draft.column(name).type == IGNORED:
                reason = "it is the target" if name == draft.target else "it contains lists, objects or several types"
                raise UsageError(reason, where=f"--slice {name!r}", remedy="name a column with few values.")
        return names
    fit = []
    for name in (*draft.categories, *draft.numbers):
        column = draft.column(name)
        few = column.distinct <= _MOST_VALUES.get(column.type, 0)
        if few and not column.missing and not column.is_taken and column.counts[1] >= _IN_SLICE:
            fit.append(name)
    return tuple(fit[:_SLICES])
