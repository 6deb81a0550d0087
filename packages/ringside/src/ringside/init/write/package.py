"""The four files of a task: short, made from your data, and meant to be edited by hand."""

from datetime import timedelta

from ringside.init.infer.draft import TaskDraft
from ringside.init.write import model
from ringside.init.write.literals import call, literal, mapping, tupled
from ringside.init.write.schema import schema_file

IGNORED = "ignore"

_ROW_ID = {
    "File": [
        "# No column identifies a row, so its number in the file does. Append new rows at the end: an inserted row",
        "# would change the identity of all rows after it.",
    ],
    "Folder": ["# No column identifies a row, so the file and the row's number in it do."],
    "Database": [
        "# No column identifies a row, so the partition and the position in the order of all values do.",
        "# A column that identifies rows, such as a primary key, is better.",
    ],
}


def files(draft: TaskDraft, source: dict[str, object]) -> dict[str, str]:
    """Return the text of each file of `src/<name>`.

    Args:
        draft: the task.
        source: the arguments of the source except its columns: `path` or `query`.
    """
    return {
        "__init__.py": facts_file(draft),
        "source.py": source_file(draft, source),
        "schema.py": schema_file(draft),
        "model.py": model.model_file(draft),
    }


def facts_file(draft: TaskDraft) -> str:
    """Return the text of `__init__.py`."""
    facts = [
        f'    name="{draft.name}",',
        f'    kind="{draft.kind}",',
        f"    target={literal(draft.target)},",
        "    # Columns that identify one row across all partitions; no row may be in both training and test.",
        f"    identity={tupled(draft.identity)},",
    ]
    if draft.time is not None:
        facts += ["    # The time at which the other columns of a row were known.", f"    time={literal(draft.time)},"]
    if draft.group is not None:
        facts += [
            "    # Rows with the same value are correlated: confidence intervals count groups, not rows.",
            f"    group={literal(draft.group)},",
        ]
    if draft.slices:
        facts += [
            "    # The report also shows the metrics for each value of these columns.",
            _wide(f"slices={tupled(draft.slices)}", draft.slices),
        ]
    if draft.label_delay:
        facts += [
            "    # Time from `time` until the label is known; a partition is used once all its labels are known.",
            f"    label_delay={_timedelta(draft.label_delay)},",
        ]
    timed = "from datetime import timedelta\n\n" if draft.label_delay else ""
    fields = "\n".join(f"    {line}" for line in model.fields(draft))
    task = "\n".join(facts)
    return f'''"""The task `{draft.name}`: its target and the columns that identify, date and group the rows.

`ringside.task` documents each field; the rest of the task is in source.py, schema.py and model.py in this folder.
"""

{timed}from ringside.task import Field, Task, TrainParams


class {draft.params_class}(TrainParams):
    """Parameters of the model: the keys of `train` in params.yaml."""

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
    """Return the text of `source.py`."""
    kind = {"file": "File", "folder": "Folder", "database": "Database"}[draft.seen.source]
    made = draft.answers is not None or draft.day is not None
    lines = [
        '"""The source of the rows and the type of each column; other columns or types are an error."""',
        "",
        *(["import pandas as pd"] if made else []),
        f"from ringside.task import {kind}",
        "",
        "COLUMNS = {",
    ]
    lines += [f"    {literal(name)}: {literal(draft.type_of(name))}," for name in draft.kept]
    if draft.ignored:
        lines.append(
            '    # Not read. To use a column, replace "ignore" by its type and add it to schema.py and model.py.'
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
    """Return the lines of `read`, needed if `init` derives a column from the source's rows."""
    lines = []
    if draft.answers is not None:
        lines += ["", "# The meaning of the two values of the target.", f"ANSWERS = {mapping(draft.answers)}"]
    lines += [
        "",
        "",
        "def read(partition: str) -> pd.DataFrame:",
        '    """Return the rows of one partition, one per identity; an unknown label is a missing value.',
        "",
        "    Derive columns from others here. After a change, run `ringside ingest --refresh all`.",
        '    """',
        "    frame = SOURCE.read(partition)",
    ]
    if draft.answers is not None:
        target = literal(draft.target)
        lines += [
            f"    answers = frame[{target}]",
            "    if unknown := set(answers.dropna()) - set(ANSWERS):",
            '        raise ValueError(f"ANSWERS in source.py lacks {unknown}")',
            f'    frame[{target}] = answers.map(ANSWERS).astype("boolean")',
        ]
    if draft.day is not None:
        lines += [
            "    # Rows of the same day are correlated.",
            f'    frame["{draft.day}"] = frame[{literal(draft.time)}].dt.floor("D")',
        ]
    return [*lines, "    return frame"]
