"""The verbs that workflows type. Each takes its facts from the run and works for a person at a terminal, too."""

import typer

from ringside.cli.ci import news, propose, publish, rebuild, remote, report, rollback, rulesets, train, watch

app = typer.Typer(
    name="ci",
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
