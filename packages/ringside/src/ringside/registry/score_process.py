"""Predict in a separate process: `python -I -m ringside.registry.score_process 1 TASK MODEL ROWS OUT [--check]`.

Every wheel contains this module, and later versions of the package call it in today's wheels. So its contract, number
1, must not change:

- ROWS and OUT are Parquet files; OUT gets one row for each row, in order, with the prediction columns only.
- With `--check` the rows are validated with the wheel's own schema first.
- Exit code 0 if OUT is written. Else 1 and one JSON object on stdout: `kind` (`rows`: the rows do not match the
schema; `model`: the model file or the model fails; `contract`: unknown contract number; `other`), and `found`,
`where` and `remedy` of the error.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ringside.common.files import read_bytes
from ringside.common.model_file import load_model
from ringside.common.tables import read_table, write_frame
from ringside.errors import DataError, ModelError, RingsideError, UsageError
from ringside.loader import load_task
from ringside.registry.rows import predict_rows

CONTRACT = "1"


def main(arguments: Sequence[str]) -> int:
    """Predict as the module describes; return the exit code."""
    try:
        contract, task, model, rows, out, *flags = arguments
        if contract != CONTRACT or flags not in ([], ["--check"]):
            raise UsageError(f"contract {contract} {flags} is not known", where="score_process", remedy="use 1.")
        _score(task, Path(model), Path(rows), Path(out), check=bool(flags))
    except RingsideError as error:
        kinds = {DataError: "rows", ModelError: "model", UsageError: "contract"}
        kind = next((name for cls, name in kinds.items() if isinstance(error, cls)), "other")
        print(json.dumps({"kind": kind, "found": error.found, "where": error.where, "remedy": error.remedy}))
        return 1
    return 0


def _score(name: str, model: Path, rows: Path, out: Path, *, check: bool) -> None:
    task = load_task(Path(sys.prefix), name)
    content = read_bytes(model, remedy="fetch the release again.")
    estimator = load_model(content, where=model.name, trusted_types=task.trusted_types)
    frame = read_table(rows, remedy="write it as Parquet.").to_pandas()
    write_frame(out, predict_rows(estimator, frame, task, check=check))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
