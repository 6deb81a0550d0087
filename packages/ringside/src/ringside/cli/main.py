"""The command `ringside`: its list of commands, its error messages and its exit codes.

Exit codes: 0 for success or the verdict pass, 1 for an error, 2 for wrong usage (the command line or params.yaml),
3 for the verdict fail, 4 for the verdict inconclusive.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from ringside import __version__
from ringside.cli.lazy import LazyGroup, Verb
from ringside.cli.terminal import result, say, say_where
from ringside.errors import RingsideError, hides_values, values_hidden
from ringside.github.run import Run
from ringside.store.workspace import Workspace


class _Verbs(LazyGroup):
    """The commands of `ringside`."""

    verbs: ClassVar[dict[str, Verb]] = {
        "init": Verb("ringside.cli.init", "init", "Make this repository your own, from your data."),
        "ingest": Verb("ringside.cli.ingest", "ingest", "Ingest new data from the task's source."),
        "forget": Verb("ringside.cli.forget", "forget", "Delete rows for good, for an erasure request."),
        "validate": Verb("ringside.cli.stages", "validate", "Stage 1: check each partition against the schema."),
        "split": Verb("ringside.cli.stages", "split", "Stage 2: decide training and test rows."),
        "train": Verb("ringside.cli.stages", "train", "Stage 3: fit the model."),
        "evaluate": Verb("ringside.cli.stages", "evaluate", "Stage 4: score the model on the test rows."),
        "metrics": Verb("ringside.cli.metrics", "metrics", "Show the metrics of the last evaluation."),
        "plan": Verb("ringside.cli.plan", "plan", "Estimate which differences the test set detects."),
        "adopt": Verb("ringside.cli.adopt", "adopt", "Use existing predictions as the first rival."),
        "verdict": Verb("ringside.cli.verdict", "verdict", "Judge the model of this checkout against the champion."),
        "report": Verb("ringside.cli.report", "report", "Render a report, or compare two released versions."),
        "compare": Verb("ringside.cli.compare", "compare", "Compare two files of predictions from any tool."),
        "monitor": Verb("ringside.cli.monitor", "monitor", "Judge the champion on the newest data."),
        "publish": Verb("ringside.cli.publish", "publish", "Publish the judged model as a version."),
        "versions": Verb("ringside.cli.versions", "versions", "List the versions, newest first."),
        "fetch": Verb("ringside.cli.fetch", "fetch", "Download the files of a version."),
        "verify": Verb("ringside.cli.fetch", "verify", "Check a version: files, types and predictions."),
        "rollback": Verb("ringside.cli.rollback", "rollback", "Put an earlier version back in production."),
        "track": Verb("ringside.cli.tracking", "track", "Update the model registry of MLflow."),
        "predict": Verb("ringside.cli.predict", "predict", "Predict rows with a version or a model file."),
        "doctor": Verb("ringside.cli.doctor", "doctor", "Show what is on, what is off, and how to change it."),
        "update": Verb("ringside.cli.update", "update", "Update to the template's newest version."),
        "ci": Verb("ringside.cli.ci", "app", "The commands of the workflows; you can run them, too."),
    }


app = typer.Typer(
    name="ringside",
    cls=_Verbs,
    help="Train a challenger, compare it with the champion (the model in production), publish it if people approve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_EXTRAS = {
    **dict.fromkeys(("pandas", "pandera", "pydantic", "sklearn", "skops", "yaml"), "pipeline"),
    **dict.fromkeys(("dvc", "rich"), "cli"),
}
"""The extra of the distribution that installs each module."""


def _print_version(requested: bool) -> None:
    if requested:
        result(f"ringside-ml {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # the callback runs before the command
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line of this process, and exit with its code."""
    with values_hidden(hides=os.environ.get("GITHUB_ACTIONS") == "true" and not _are_rows_readable()):
        try:
            app()
        except RingsideError as error:
            say(f"ringside: {error}")
            sys.exit(error.exit_code)
        except ModuleNotFoundError as error:
            if (extra := _EXTRAS.get(error.name or "")) is None:
                raise
            say(f"ringside: this command needs {error.name}, which is not installed.")
            say(f"  What to do: install ringside-ml with its extra `{extra}`, or run `make run` in your repository.")
            sys.exit(1)
        except Exception as error:
            if not hides_values():
                raise
            say_where(error)
            sys.exit(1)


def _are_rows_readable() -> bool:
    """Return whether all readers of this job's log may see the rows; False if that is unknown."""
    # It imports pydantic and YAML, which `ringside --help` does without.
    from ringside.cli.ci.job_context import are_rows_readable

    try:
        return are_rows_readable(Run.here(), Workspace.find(Path.cwd()))
    except RingsideError:
        return False


if __name__ == "__main__":
    main()
