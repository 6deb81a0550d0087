"""The verbs that workflows type. Each takes its facts from the run and works for a person at a terminal, too."""

from typing import Any

import typer
from typer.core import TyperGroup

from ringside.cli.ci import news, propose, publish, rebuild, remote, report, rollback, rulesets, train, watch
from ringside.errors import RingsideError


class Jobs(TyperGroup):
    """The verbs; what stops one is also shown on the run's page, whose readers do not look into the log first."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # types of a package that comes with typer, or inside of it
        """Run the verb that was typed."""
        try:
            return super().invoke(ctx)
        except RingsideError as error:
            _show(error)
            raise


def _show(error: RingsideError) -> None:
    from ringside.github.run import Run

    try:
        run = Run.here()
    except RingsideError:
        # The event cannot be read: the log has said so.
        return
    if run.in_actions:
        run.annotate("error", f"{error.where}: {error.found}. What to do: {error.remedy}", title="Ringside")


app = typer.Typer(
    name="ci",
    cls=Jobs,
    help="What the workflows run; outside of GitHub Actions, the same for a person.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for verb in (
    train.train,
    report.report,
    remote.remote,
    watch.watch,
    propose.propose,
    news.news,
    rebuild.rebuild,
    publish.publish,
    rollback.rollback,
    rulesets.rulesets,
):
    app.command()(verb)
