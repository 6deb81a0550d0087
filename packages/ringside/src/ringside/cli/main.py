"""The command `ringside`: its verbs, and how an error becomes text and an exit code.

Exit codes: 0 done or pass, 1 something broke, 2 wrong usage (the command line or params.yaml), 3 the verdict is fail,
4 it is inconclusive.
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
        "init": Verb("ringside.cli.init", "init", "Make this copy your own, from your data."),
        "ingest": Verb("ringside.cli.ingest", "ingest", "Bring new data from the task's source."),
        "forget": Verb("ringside.cli.forget", "forget", "Remove rows for good, as an erasure request asks."),
        "validate": Verb("ringside.cli.stages", "validate", "Stage 1: check each partition against the schema."),
        "split": Verb("ringside.cli.stages", "split", "Stage 2: decide training and test rows."),
        "train": Verb("ringside.cli.stages", "train", "Stage 3: fit the model."),
        "evaluate": Verb("ringside.cli.stages", "evaluate", "Stage 4: score the model on the test rows."),
        "metrics": Verb("ringside.cli.metrics", "metrics", "Show the last evaluation beside the baseline's."),
        "plan": Verb("ringside.cli.plan", "plan", "Say what the test rows can show, before any training."),
        "adopt": Verb("ringside.cli.adopt", "adopt", "Keep predictions that you already have as the first rival."),
        "verdict": Verb("ringside.cli.verdict", "verdict", "Judge the model of this checkout against the champion."),
        "report": Verb("ringside.cli.report", "report", "Show a report again, or compare two released versions."),
        "compare": Verb("ringside.cli.compare", "compare", "Compare two files of predictions that any tool made."),
        "monitor": Verb("ringside.cli.monitor", "monitor", "Judge the champion on the newest data."),
        "publish": Verb("ringside.cli.publish", "publish", "Make the model that was judged a version."),
        "versions": Verb("ringside.cli.versions", "versions", "List the versions, the newest first."),
        "fetch": Verb("ringside.cli.fetch", "fetch", "Bring a version's files here."),
        "verify": Verb("ringside.cli.fetch", "verify", "Check a version: files, types and predictions."),
        "rollback": Verb("ringside.cli.rollback", "rollback", "Put an earlier version back in production."),
        "track": Verb("ringside.cli.tracking", "track", "Bring MLflow's model registry up to date."),
        "predict": Verb("ringside.cli.predict", "predict", "Predict rows with a version or a model file."),
        "doctor": Verb("ringside.cli.doctor", "doctor", "Say what is on, what is off, and what each switch adds."),
        "update": Verb("ringside.cli.update", "update", "Update to the template's newest version."),
        "ci": Verb("ringside.cli.ci", "app", "What the workflows run; a person may type it too."),
    }


app = typer.Typer(
    name="ringside",
    cls=_Verbs,
    help="Train a challenger, judge it against the champion (the model in production), publish what people approve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_EXTRAS = {
    **dict.fromkeys(("pandas", "pandera", "pydantic", "sklearn", "skops", "yaml"), "pipeline"),
    **dict.fromkeys(("dvc", "rich"), "cli"),
}
"""The extra of the distribution that brings a module."""


def _print_version(asked: bool) -> None:
    if asked:
        result(f"ringside-ml {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # the callback acts, before a verb is asked for
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line of this process."""
    with values_hidden(hides=os.environ.get("GITHUB_ACTIONS") == "true" and not _may_be_seen()):
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


def _may_be_seen() -> bool:
    """Whether whoever reads this job's log may see the rows; False where that cannot be told."""
    # It imports pydantic and YAML, which `ringside --help` does without.
    from ringside.cli.ci.job_context import may_be_seen

    try:
        return may_be_seen(Run.here(), Workspace.find(Path.cwd()))
    except RingsideError:
        return False


if __name__ == "__main__":
    main()
