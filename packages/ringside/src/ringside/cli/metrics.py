"""The verb `metrics`: what a person reads when the pipeline has run."""

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
    """Print the metrics of the last evaluation, beside those of a model that knows no feature."""
    workspace = Workspace.find(Path.cwd())
    remedy = "run `dvc repro` (or `make run`) first."
    found = read_json(workspace.metrics, remedy=remedy)
    by_slice = read_json(workspace.plots / "slices.json", remedy=remedy) if slices else []
    if as_json:
        result(json.dumps(found | ({"slices": by_slice} if slices else {}), indent=2))
        return
    result(_overall(found))
    if by_slice:
        result("\n" + _by_slice(by_slice))
    rows = found["rows"]
    say(f"\nTrained on {rows['train']:,} rows, tested on {rows['test']:,}. Where to look next:")
    say("  ringside metrics --slices    the same by slice and by partition")
    say("  dvc plots show               the curves, as a page to open")
    say("  dvc params diff, dvc metrics diff    what changed against the last commit")


def _overall(found: dict[str, Any]) -> str:
    names = [name for name in found if name not in ("baseline", "rows")]
    baseline = found["baseline"]
    rows = [[name, f"{found[name]:.4f}", f"{baseline[name]:.4f}" if name in baseline else "-"] for name in names]
    return table(["metric", "model", "baseline"], rows)


def _by_slice(slices: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(key for row in slices for key in row if key not in ("slice", "rows", "leading")))
    rows = [
        [row["slice"], f"{row['rows']:,}", *(f"{row[name]:.4f}" if name in row else "-" for name in names)]
        for row in slices
    ]
    return table(["slice", "rows", *names], rows)
