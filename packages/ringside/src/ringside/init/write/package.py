"""The four files of a task, written for somebody's data: short, and to be changed by hand."""

from datetime import timedelta

from ringside.init.infer.draft import TaskDraft
from ringside.init.write import model
from ringside.init.write.literals import call, literal, mapping, tupled
from ringside.init.write.schema import schema_file

IGNORED = "ignore"

_ROW_ID = {
    "File": [
        "# The rows have no name of their own: the number in the file is one. Append new rows, insert none:",
        "# all that follow would get other names.",
    ],
    "Folder": ["# The rows have no name of their own: the file and the number in it are one."],
    "Database": [
        "# The rows have no name of their own: the partition and the place in the order of all values are one.",
        "# A column that names rows, as a key does, is better.",
    ],
}


def files(draft: TaskDraft, source: dict[str, object]) -> dict[str, str]:
    """The text of each file of `src/<name>`.

    Args:
        draft: the task.
        source: the arguments of the source beside its columns: `path`, or `query`.
    """
    return {
        "__init__.py": facts_file(draft),
        "source.py": source_file(draft, source),
        "schema.py": schema_file(draft),
        "model.py": model.model_file(draft),
    }


def facts_file(draft: TaskDraft) -> str:
    """`__init__.py`."""
    facts = [
        f'    name="{draft.name}",',
        f'    kind="{draft.kind}",',
        f"    target={literal(draft.target)},",
        "    # What names one row, in all partitions: it is how rows are told apart between training and test.",
        f"    identity={tupled(draft.identity)},",
    ]
    if draft.time is not None:
        facts += ["    # When the rest of a row was known.", f"    time={literal(draft.time)},"]
    if draft.group is not None:
        facts += [
            "    # Rows of one value belong together; every interval counts these, not rows.",
            f"    group={literal(draft.group)},",
        ]
    if draft.slices:
        facts += [
            "    # By whose values the metrics are shown as well.",
            _wide(f"slices={tupled(draft.slices)}", draft.slices),
        ]
    if draft.label_delay:
        facts += [
            "    # How long after `time` a label arrives: a partition is learnt from when all of its labels are there.",
            f"    label_delay={_timedelta(draft.label_delay)},",
        ]
    timed = "from datetime import timedelta\n\n" if draft.label_delay else ""
    fields = "\n".join(f"    {line}" for line in model.fields(draft))
    task = "\n".join(facts)
    return f'''"""The task `{draft.name}`: what is predicted, and what names, dates and groups its rows.

`ringside.task` says what each fact means; source.py, schema.py and model.py beside this file are the rest of the task.
"""

{timed}from ringside.task import Field, Task, TrainParams


class {draft.params_class}(TrainParams):
    """The model's parameters: the keys of `train` in params.yaml."""

{fields}


TASK = Task(
{task}
    train_params={draft.params_class},
)
'''


def _wide(line: str, names: tuple[str, ...]) -> str:
    if len(line) <= 115:  # noqa: PLR2004  # with the indent and the comma 120
        return f"    {line},"
    return "\n".join(["    slices=(", *(f"        {literal(name)}," for name in names), "    ),"])


def _timedelta(value: timedelta) -> str:
    hours = int(value.total_seconds() // 3600)
    return f"timedelta(days={hours // 24})" if hours % 24 == 0 else f"timedelta(hours={hours})"


def source_file(draft: TaskDraft, source: dict[str, object]) -> str:
    """`source.py`."""
    kind = {"file": "File", "folder": "Folder", "database": "Database"}[draft.seen.source]
    made = draft.answers is not None or draft.day is not None
    lines = [
        '"""Where the rows come from, and in which types; if the source answers anything else, that is an error."""',
        "",
        *(["import pandas as pd"] if made else []),
        f"from ringside.task import {kind}",
        "",
        "COLUMNS = {",
    ]
    lines += [f"    {literal(name)}: {literal(draft.type_of(name))}," for name in draft.kept]
    if draft.ignored:
        lines.append(
            "    # Not read; a type in place of this word lets a column in, for schema.py and model.py to name."
        )
    reasons: dict[str, list[str]] = {}
    for name in draft.ignored:
        reasons.setdefault(draft.left_out.get(name, "is not used"), []).append(name)
    for reason, names in reasons.items():
        lines += [f"    # Each {reason}.", *(f'    {literal(name)}: "{IGNORED}",' for name in names)]
    lines += ["}", "", *(_ROW_ID[kind] if draft.row_id else []), _source(kind, draft, source)]
    if not made:
        return "\n".join(
            [*lines, "partitions, read, fingerprint = SOURCE.partitions, SOURCE.read, SOURCE.fingerprint", ""]
        )
    return "\n".join([*lines, "partitions, fingerprint = SOURCE.partitions, SOURCE.fingerprint", *_read(draft), ""])


def _source(kind: str, draft: TaskDraft, source: dict[str, object]) -> str:
    arguments = [f"{key}={_argument(value)}" for key, value in source.items()]
    arguments.append("columns=COLUMNS")
    if kind != "Folder":
        arguments += [f"time={literal(draft.time)}"] if draft.time is not None else []
        arguments += [f"partition_by={literal(draft.partition_by)}"] if draft.partition_by is not None else []
    arguments += [f"row_id={literal(draft.row_id)}"] if draft.row_id is not None else []
    options = dict(draft.seen.options)
    for key in ("formats", "signs"):
        options[key] = {name: value for name, value in options.get(key, {}).items() if name in draft.kept}
    arguments += [f"{key}={_argument(value)}" for key, value in options.items() if value]
    return call(f"SOURCE = {kind}", arguments)


def _argument(value: object) -> str:
    if isinstance(value, dict):
        return mapping(value)
    return tupled([str(item) for item in value]) if isinstance(value, list | tuple) else literal(value)


def _read(draft: TaskDraft) -> list[str]:
    """`read`, where the source's answer is changed before anybody sees it."""
    lines = []
    if draft.answers is not None:
        lines += ["", "# What the two values of the target mean.", f"ANSWERS = {mapping(draft.answers)}"]
    lines += [
        "",
        "",
        "def read(partition: str) -> pd.DataFrame:",
        '    """One partition, one row per identity; a row whose label is not there yet has none.',
        "",
        "    A column that is derived from others is made here. After a change: `ringside ingest --refresh all`.",
        '    """',
        "    frame = SOURCE.read(partition)",
    ]
    if draft.answers is not None:
        target = literal(draft.target)
        lines += [
            f"    answers = frame[{target}]",
            "    if unknown := set(answers.dropna()) - set(ANSWERS):",
            '        raise ValueError(f"ANSWERS in source.py does not know {unknown}")',
            f'    frame[{target}] = answers.map(ANSWERS).astype("boolean")',
        ]
    if draft.day is not None:
        lines += [
            "    # Rows of one day share what happened on it.",
            f'    frame["{draft.day}"] = frame[{literal(draft.time)}].dt.floor("D")',
        ]
    return [*lines, "    return frame"]
