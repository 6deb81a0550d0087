"""The commands that workflows run. Each reads its context from the run, and also works on your machine."""

from typing import Any, ClassVar

import typer

from ringside.cli.lazy import LazyGroup, Verb
from ringside.errors import RingsideError
from ringside.github.run import Run


class Jobs(LazyGroup):
    """The commands of `ringside ci`; the error that stops one is also an annotation on the run's page."""

    verbs: ClassVar[dict[str, Verb]] = {
        "train": Verb("ringside.cli.ci.train", "train", "Run the pipeline, judge the model, write the report."),
        "report": Verb("ringside.cli.ci.report", "report", "Update the comment of a pull request."),
        "remote": Verb("ringside.cli.ci.remote", "remote", "Let DVC use the remote of the variable RINGSIDE_REMOTE."),
        "watch": Verb("ringside.cli.ci.watch", "watch", "Ingest new data, judge the champion, retrain if needed."),
        "propose": Verb("ringside.cli.ci.propose", "propose", "Open or update the pull request of a retrained model."),
        "news": Verb("ringside.cli.ci.needs_publish", "news", "Report whether there is anything new to publish."),
        "rebuild": Verb("ringside.cli.ci.rebuild", "rebuild", "Rebuild the model from merged code, and judge it."),
        "publish": Verb("ringside.cli.ci.publish", "publish", "Publish the rebuilt and judged model."),
        "rollback": Verb("ringside.cli.ci.rollback", "rollback", "Put an earlier version back in production."),
        "rulesets": Verb("ringside.cli.ci.rulesets", "rulesets", "Require checks and reviews on GitHub."),
    }

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # Typer exports no context class for groups
        """Run a command."""
        try:
            return super().invoke(ctx)
        except RingsideError as error:
            _annotate(error)
            raise


def _annotate(error: RingsideError) -> None:
    """Show an error on the page of the run, in Actions."""
    try:
        run = Run.here()
    except RingsideError:
        # The event cannot be read; that error is in the log.
        return
    if run.in_actions:
        run.annotate("error", f"{error.where}: {error.found}. What to do: {error.remedy}", title="Ringside")


app = typer.Typer(
    name="ci",
    cls=Jobs,
    help="The commands of the workflows; you can run them, too.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
