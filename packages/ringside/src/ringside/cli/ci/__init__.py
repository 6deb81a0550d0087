"""The verbs that workflows type. Each takes its facts from the run and works for a person at a terminal, too."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

from ringside.cli.ci import needs_publish as news
from ringside.cli.ci import publish, rebuild, remote, report, rollback, rulesets, train, watch
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
    help="What the workflows run; a person may type it too.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_VERBS: dict[Callable[..., None], str] = {
    train.train: "Bring data, run the pipeline, judge, leave the report.",
    report.report: "Bring a pull request's comment up to date.",
    remote.remote: "Let DVC use the remote of the variable RINGSIDE_REMOTE.",
    watch.watch: "Bring new data, judge the champion, train if decided.",
    watch.propose: "Open or update the pull request of a retrained model.",
    news.news: "Say whether there is anything new to publish.",
    rebuild.rebuild: "Rebuild the model from merged code, and judge it.",
    publish.publish: "Publish what was rebuilt and judged.",
    rollback.rollback: "Put an earlier version back in production.",
    rulesets.rulesets: "Make checks and reviews compulsory on GitHub.",
}
"""Each verb with its line in the list of all, which has room for no more."""
for verb, line in _VERBS.items():
    app.command(short_help=line)(verb)
