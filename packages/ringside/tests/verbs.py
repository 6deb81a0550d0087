"""Reads a command line as `ringside` does, and does nothing."""

import shlex

import typer
from typer.main import get_command

from pages import Command
from ringside.cli.main import app

_ROOT = get_command(app)


def parsed(text: str) -> None:
    """Fail where `text` is no command of `ringside` that could be run.

    Raises:
        AssertionError: there is no such verb.
        typer.BadParameter: an option lacks, or has a value that is not allowed.
        Exception: there is no such option; a class that is private to Typer.
    """
    words = shlex.split(text)[1:]
    here: typer.core.TyperCommand = _ROOT
    while words and hasattr(here, "commands") and words != ["--version"]:
        assert words[0] in here.commands, f"{text}: there is no {words[0]}"
        here = here.commands[words.pop(0)]
    if "--help" not in words and not hasattr(here, "commands"):
        here.make_context(here.name, words)


def is_name(command: Command) -> bool:
    """Whether a sentence only names a verb that asks for more, as `ringside predict`."""
    if command.block is not None or not command.text.startswith("ringside ") or " -" in command.text:
        return False
    if command.text == "ringside ci":
        return True
    try:
        parsed(command.text)
    except typer.BadParameter as error:
        return type(error).__name__ == "MissingParameter"
    return False
