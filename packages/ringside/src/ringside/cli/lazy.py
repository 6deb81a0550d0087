"""A command group that imports a command's module only when the command runs or shows its help."""

from collections import UserDict
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperGroup


class Verb(NamedTuple):
    """A command before its import."""

    module: str
    """The full name of the module."""
    attribute: str
    """The function in the module, or its Typer app."""
    line: str
    """The sentence in the group's help; 80 columns have space for about 56 characters."""

    def load(self, name: str) -> Any:  # noqa: ANN401  # Typer exports no base class of its commands
        """Import the module and return the command.

        Args:
            name: the command's name on the command line.
        """
        loaded = getattr(import_module(self.module), self.attribute)
        if isinstance(loaded, typer.Typer):
            return typer.main.get_group(loaded)
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command(name, short_help=self.line)(loaded)
        return typer.main.get_command(app)


class _Commands(UserDict[str, Any]):
    """The commands of a group by name; a command is imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # as `Verb.load`
        command = self.data[name]
        if isinstance(command, Verb):
            command = self.data[name] = command.load(name)
        return command


class LazyGroup(TyperGroup):
    """A group whose commands are listed in `verbs`; its own help imports none of them."""

    verbs: ClassVar[dict[str, Verb]] = {}

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  # passed on to Typer
        super().__init__(**settings)
        self.commands = _Commands(self.verbs)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  # as in Typer
        """Return the names of the commands, in the order of `verbs`."""
        return list(self.verbs)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002  # as in Typer
        """Write the list of commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.line) for name, verb in self.verbs.items()])
