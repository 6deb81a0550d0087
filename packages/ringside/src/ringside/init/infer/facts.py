"""What follows from the data for the task; a person is asked where they leave it open, and overrules anything."""

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
"""What the day of the time is called as a group; the second where the data have a `day`, such as that of the month."""

_CLASSES = 100
"""More labels than these are no classes that a metric could tell apart."""
_FEW_NUMBERS = 10
_MANY_ROWS = 10
_CATEGORIES = 40
"""A text with more values than these is encoded by what the target is for each."""
_OWN = 0.9
"""From this share of distinct values on a column names rows."""
_MOST_VALUES = {"str": 12, "Int64": 6, "boolean": 2}
"""Of a slice, by the type of its column."""
_IN_SLICE = 30
"""Rows of the second most frequent value."""
_SLICES = 3
_YES = ("true", "t", "yes", "y")
_NO = ("false", "f", "no", "n")
_TWO_WAYS = "is a time that can be read in two ways (01/02/2026: the day or the month first): write 2026-02-01 there"
_POSITIVE = re.compile(
    r"^(?:1|t(?:rue)?|y(?:es)?|pos(?:itive)?|bad|churn(?:ed)?|default(?:ed)?|fraud|spam|late|dead|died|won?|>.*|.*\+)$"
)


def decide(seen: SourceSummary, wishes: Wishes, ask: Ask) -> TaskDraft:
    """The whole task.

    Args:
        seen: the data.
        wishes: what a person said already.
        ask: answers what is open.

    Raises:
        UsageError: a column that was named is not there, or cannot be what it is named for.
        DataError: there is nothing that could be learnt.
    """
    _check_names(seen, wishes)
    draft = _target(seen, wishes, ask)
    if wishes.positive is not None and draft.kind != "binary":
        remedy = "leave it out, or say --kind binary."
        raise UsageError(
            f"{draft.target!r} is {draft.kind}, and has no positive value", where="--positive", remedy=remedy
        )
    draft = by_time(draft, wishes, ask)
    draft = _identity(draft, wishes, ask)
    draft = _group(draft, wishes, ask)
    draft = _features(draft, wishes)
    return check_labels(split(draft.but(slices=_slices(draft, wishes))))


def _check_names(seen: SourceSummary, wishes: Wishes) -> None:
    """Stop where an option names what is neither a column nor a word that it knows."""
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
        remedy = "no model sees the target anyway; leave the option out."
        raise UsageError(f"{wishes.target!r} is what is to be predicted", where="--leave-out", remedy=remedy)


def no_column(name: str, seen: SourceSummary) -> UsageError:
    """The error where a person names a column that the data have not."""
    names = ", ".join(map(repr, list(seen.columns)[:30]))
    same = [column for column in seen.columns if column.casefold() == name.casefold()]
    near = same or difflib.get_close_matches(name, list(seen.columns), n=1)
    remedy = f"did you mean {near[0]!r}? There are {names}." if near else f"name one of {names}."
    return UsageError(f"there is no column {name!r}", where="the data", remedy=remedy)


def _target(seen: SourceSummary, wishes: Wishes, ask: Ask) -> TaskDraft:
    column = seen.columns[wishes.target]
    where = f"--target {wishes.target!r}"
    if column.distinct <= 1 or column.type in TIMES:
        found = (
            "it is a time" if column.type in TIMES else f"it has {column.distinct} value{'s' * (column.distinct != 1)}"
        )
        raise DataError(f"{found}: there is nothing to learn", where=where, remedy="name another column.")
    kind = _kind(column, wishes, ask)
    draft = TaskDraft(name=wishes.name, seen=seen, target=wishes.target, kind=kind)
    if kind == "regression" and column.type not in NUMBERS[:2]:
        raise UsageError(
            f"it is no number ({column.type})", where=where, remedy="choose --kind multiclass or another column."
        )
    if kind == "multiclass" and column.distinct > _CLASSES:
        other = "choose --kind regression" if column.type in NUMBERS else "name another column"
        remedy = f"put rare labels together in the source, or {other}."
        raise UsageError(f"it has {column.distinct:,} labels, more than {_CLASSES}", where=where, remedy=remedy)
    if kind == "multiclass" and column.type == "float64":
        raise UsageError("its labels are fractions", where=where, remedy="write them as whole numbers or texts.")
    return draft.but(answers=_answers(column, wishes, ask)) if kind == "binary" else draft


def _kind(column: Column, wishes: Wishes, ask: Ask) -> Kind:
    if wishes.kind is not None:
        if wishes.kind not in KINDS:
            raise UsageError(f"it is {wishes.kind!r}", where="--kind", remedy=f"choose one of {', '.join(KINDS)}.")
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
    """What the two values mean; None where they say so themselves."""
    values = column.whole or ()
    where = f"--target {column.name!r}"
    if len(values) != 2:  # noqa: PLR2004  # yes and no
        remedy = "choose --kind multiclass or regression."
        raise UsageError(f"it has {column.distinct:,} values, not two", where=where, remedy=remedy)
    texts = {str(value): value for value in values}
    if wishes.positive is None and (column.type == "boolean" or set(values) == {0, 1} or _says_so(values)):
        return None
    positive = wishes.positive
    if positive is None:
        likely = [text for text in texts if _POSITIVE.match(text.strip().lower())]
        # Where no word tells, what is rare is what people look for.
        default = likely[0] if len(likely) == 1 else str(values[-1])
        positive = ask(
            Question(
                option="--positive",
                text=f"which value of {column.name!r} is it that is to be predicted?",
                default=default,
                choices=tuple(texts),
            )
        )
    if positive not in texts:
        remedy = f"name one of {', '.join(map(repr, texts))}."
        raise UsageError(f"{column.name!r} has no value {positive!r}", where="--positive", remedy=remedy)
    return {value: text == positive for text, value in sorted(texts.items())}


def _says_so(values: tuple[Hashable, ...]) -> bool:
    """Whether a source reads these two texts as true and false by itself."""
    texts = [str(value).strip().lower() for value in values]
    return sum(text in _YES for text in texts) == 1 == sum(text in _NO for text in texts)


def _identity(draft: TaskDraft, wishes: Wishes, ask: Ask) -> TaskDraft:
    """What names one row."""
    columns = draft.seen.columns
    if wishes.identity and list(wishes.identity) != [ROW]:
        names = tuple(wishes.identity)
        _check_identity(draft, names)
        return draft.but(identity=names)
    if not wishes.identity:
        default = _found_identity(draft)
        text = "which columns together name one row (separated by commas; row: its number)?"
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
    """The columns that an answer names; what was found may have commas in its names."""
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
            raise UsageError("the target cannot name rows", where=where, remedy="name columns known before it.")
        _check_free(draft, name, where)
        if missing := draft.column(name).missing:
            remedy = "name columns that every row has."
            raise UsageError(f"{missing:,} rows have no {name!r}", where=where, remedy=remedy)
    if doubled := int(frame.duplicated(list(names)).sum()):
        remedy = "add what tells rows apart (usually the time), or mend the source."
        raise UsageError(f"{doubled:,} rows repeat the identity of another row", where=where, remedy=remedy)


def _found_identity(draft: TaskDraft) -> tuple[str, ...]:
    """Columns that name each row and look as if they were meant to; nothing where there are none."""
    frame, columns = draft.seen.frame, draft.seen.columns
    fit = [
        column
        for column in columns.values()
        if column.type in ("Int64", "str")
        and not column.missing
        and column.name != draft.target
        and not column.is_taken
    ]
    # Numbers before texts, and what is called so before what only looks so.
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
    """Whose rows are correlated."""
    answer = wishes.group
    if answer is None:
        default = _found_group(draft)
        days = f"{_day(draft)}: rows of one day"
        text = f"rows of which column's values belong together (a customer; {days}; none: each by itself)?"
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
            remedy = "name the column of times by --time."
            raise UsageError("there is no time", where=f"--group {answer}", remedy=remedy)
        return
    if answer not in columns:
        raise no_column(answer, draft.seen)
    column = columns[answer]
    if answer == draft.target or column.missing or column.type == "float64" or column.distinct < 2:  # noqa: PLR2004
        lacks = f"{column.missing:,} rows have no value in it" if column.missing else "it has one value alone"
        lacks = "its values are fractions" if column.type == "float64" and not column.missing else lacks
        found = f"{answer!r} cannot be the group: {'it is the target' if answer == draft.target else lacks}"
        raise UsageError(found, where="--group", remedy="name a column that says whose each row is.")
    _check_free(draft, answer, "--group")


def _check_free(draft: TaskDraft, name: str, where: str) -> None:
    if draft.column(name).is_taken:
        remedy = f"rename it where it comes from; {', '.join(TAKEN)} cannot be identity, group or slice."
        raise UsageError(f"predictions.parquet has a column of its own called {name!r}", where=where, remedy=remedy)


def _found_group(draft: TaskDraft) -> str:
    rows = len(draft.seen.frame)
    # What names a row together with the time comes again at other times, and so comes first.
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
        # Rows of one day share what happened on it; with fewer days than this no window could tell anything.
        if rows >= 2 * days and days >= 60:  # noqa: PLR2004
            return day
    return NONE


def _day(draft: TaskDraft) -> str | None:
    """What a column made of the day would be called; None where the data have such names all."""
    return next((name for name in _DAYS if name not in draft.seen.columns), None)


def _features(draft: TaskDraft, wishes: Wishes) -> TaskDraft:
    """What a model sees, and why it does not see the rest."""
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
        remedy = "give data with numbers or categories, or, as for prose, write the task by hand (docs/task.md)."
        raise DataError(f"there is no column to learn from ({reasons})", where="the data", remedy=remedy)
    return draft.but(numbers=tuple(numbers), categories=tuple(categories), texts=tuple(texts), left_out=left_out)


def _unfit(column: Column) -> str | None:
    """Why a column is nothing to learn from; None where it is."""
    if column.missing == column.rows or column.type == IGNORED:
        return "holds lists, objects or several types" if column.present else "has no value at all"
    if column.distinct <= 1:
        return "has one value alone" if not column.missing else "has one value alone, or none"
    if column.like_times or column.type in TIMES:
        return _TWO_WAYS if column.like_times else "is a time: derive what you need (weekday, days since) in source.py"
    if column.distinct < _OWN * column.present or column.present <= _FEW_NUMBERS or column.type not in ("str", "Int64"):
        return None
    if column.type == "str":
        return "is prose" if column.longest > SHORT else "names rows"
    return "names rows" if column.named_like_identifier or column.names_rows else None


def _slices(draft: TaskDraft, wishes: Wishes) -> tuple[str, ...]:
    """Columns of few values that every row has, of which each is frequent enough to be looked at."""
    if wishes.slices is not None:
        names = tuple(name for name in wishes.slices if name != NONE)
        for name in names:
            _check_free(draft, name, "--slice")
            if name == draft.target or draft.column(name).type == IGNORED:
                found = "it is the target" if name == draft.target else "it holds lists, objects or several types"
                raise UsageError(found, where=f"--slice {name!r}", remedy="name a column of few values.")
        return names
    fit = []
    for name in (*draft.categories, *draft.numbers):
        column = draft.column(name)
        few = column.distinct <= _MOST_VALUES.get(column.type, 0)
        if few and not column.missing and not column.is_taken and column.counts[1] >= _IN_SLICE:
            fit.append(name)
    return tuple(fit[:_SLICES])
