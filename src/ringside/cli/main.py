"""The command `ringside`: its verbs, and how an error becomes text and an exit code.

Exit codes: 0 done or pass, 1 something broke, 2 wrong usage (the command line or params.yaml), 3 the verdict is fail,
4 it is inconclusive.
"""

import sys

import typer

from ringside.cli import (
    adopt,
    ci,
    compare,
    doctor,
    fetch,
    forget,
    ingest,
    init,
    metrics,
    monitor,
    plan,
    predict,
    publish,
    report,
    rollback,
    stages,
    tracking,
    update,
    verdict,
    versions,
)
from ringside.cli.terminal import say
from ringside.errors import RingsideError

app = typer.Typer(
    name="ringside",
    help="Train a challenger, put it against the champion, publish what people approve.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    init.init,
    ingest.ingest,
    forget.forget,
    stages.validate,
    stages.split,
    stages.train,
    stages.evaluate,
    metrics.metrics,
    plan.plan,
    adopt.adopt,
    verdict.verdict,
    report.report,
    compare.compare,
    monitor.monitor,
    publish.publish,
    versions.versions,
    fetch.fetch,
    fetch.verify,
    rollback.rollback,
    tracking.track,
    predict.predict,
    doctor.doctor,
    update.update,
):
    app.command()(verb)
app.add_typer(ci.app)


def main() -> None:
    """Run the command line of this process."""
    try:
        app()
    except RingsideError as error:
        say(f"ringside: {error}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
