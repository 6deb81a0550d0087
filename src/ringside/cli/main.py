"""The command `ringside`: its verbs, and how an error becomes text and an exit code.

Exit codes: 0 done, 1 something broke, 2 wrong usage (the command line or params.yaml). 3 and 4 are kept for verdicts.
"""

import sys

import typer

from ringside.cli import ingest, metrics, stages
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
app.command()(ingest.ingest)
app.command()(stages.validate)
app.command()(stages.split)
app.command()(stages.train)
app.command()(stages.evaluate)
app.command()(metrics.metrics)


def main() -> None:
    """Run the command line of this process."""
    try:
        app()
    except RingsideError as error:
        say(f"ringside: {error}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
