"""Runs the stage `validate`: reads data/raw, writes data/valid, data/quarantine and reports/validation.json."""

from typing import Any

from ringside.common.context import StageContext, Track
from ringside.common.files import empty_folder, write_json
from ringside.common.manifest import Manifest
from ringside.common.tables import write_frame
from ringside.pipeline.validate.partitions import check_identities, read_raw, refuse_strangers, strangers
from ringside.pipeline.validate.rows import check_quarantine, validate
from ringside.pipeline.validate.schema import load_schema


def run(context: StageContext, track: Track) -> list[dict[str, Any]]:
    """Check each partition; rows that fail the schema go to quarantine.

    Returns:
        For each partition its name, the numbers of rows (`rows`, `valid`, `quarantined`, `unlabelled`) and `reasons`,
        as in reports/validation.json.

    Raises:
        DataError: a partition is damaged or unknown, a column does not match the schema, or too many rows fail.
        TaskError: the task has no valid schema.
        StoreError: a file cannot be written.
    """
    files, task = context.files, context.task
    schema = load_schema(task)
    entries = Manifest.read(files.manifest, task=task.name).entries
    refuse_strangers(strangers(files.raw, entries))
    empty_folder(files.valid)
    empty_folder(files.quarantine)
    report: list[dict[str, Any]] = []
    for name in track(entries, "validate"):
        path = files.partition(files.raw, name)
        where = files.relative(path)
        table = read_raw(path, entries[name])
        check_identities(table, task, where=where)
        part = validate(table.to_pandas(), schema, task, where=where)
        write_frame(files.partition(files.valid, name), part.valid)
        if len(part.quarantined):
            write_frame(files.partition(files.quarantine, name), part.quarantined)
        report.append(
            {
                "partition": name,
                "rows": entries[name].rows,
                "valid": len(part.valid),
                "quarantined": len(part.quarantined),
                "unlabelled": part.unlabelled,
                "reasons": part.reasons,
            }
        )
    reasons = {row["partition"]: row["reasons"] for row in report if row["reasons"]}
    write_json(files.quarantine / "reasons.json", reasons)
    check_quarantine(report, context.params.validate_.max_quarantined)
    write_json(files.validation, report)
    return report
