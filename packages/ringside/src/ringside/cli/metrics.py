"""The command `metrics`: the metrics of the last run of the pipeline."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ringside.cli.terminal import result, say, table
from ringside.common.files import read_json
from ringside.store.workspace import Workspace

Slices = Annotated[bool, typer.Option("--slices", help="Also show the metrics by value of each slice.")]
Json = Annotated[bool, typer.Option("--json", help="Print the numbers as JSON, for programs.")]


def metrics(slices: Slices = False, as_json: Json = False) -> None:
    """Print the metrics of the last evaluation, beside those of a baseline without features."""
    workspace = Workspace.find(Path.cwd())
    remedy = "run `dvc repro` (or `make run`) first."
    measured = read_json(workspace.metrics, remedy=remedy)
    by_slice = read_json(workspace.plots / "slices.json", remedy=remedy) if slices else []
    if as_json:
        result(json.dumps(measured | ({"slices": by_slice} if slices else {}), indent=2))
        return
    result(_overall(measured))
    if by_slice:
        result("\n" + _by_slice(by_slice))
    rows = measured["rows"]
    say(f"\nTrained on {rows['train']:,} rows, tested on {rows['test']:,}. Next:")
    say("  ringside metrics --slices    metrics by slice and by partition")
    say("  dvc plots show               the curves, as an HTML page")
    say("  dvc params diff, dvc metrics diff    changes since the last commit")


def _overall(measured: dict[str, Any]) -> str:
    names = [name for name in measured if name not in ("baseline", "rows")]
    baseline = measured["baseline"]
    rows = [[name, f"{measured[name]:.4f}", f"{baseline[name]:.4f}" if name in baseline else "-"] for name in names]
    return table(["metric", "model", "baseline"], rows)


def _by_slice(slices: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(key for row in slices for key in row if key not in ("slice", "rows", "leading")))
    rows = [
        [row["slice"], f"{row['rows']:,}", *(f"{row[name]:.4f}" if name in row else "-" for name in names)]
        for row in slices
    ]
    return table(["slice", "rows", *names], rows)
