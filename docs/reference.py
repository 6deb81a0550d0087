"""Prints docs/reference.md from the help of the command line: `make reference`."""

from collections.abc import Iterator

import typer

from ringside.cli.main import app

HEAD = """# The command line

Written by `make reference` from `--help`; change the help, not this page.

| exit code | meaning |
|--:|---|
| 0 | done; the verdict is pass |
| 1 | something broke; the message says what was found, where, and what to do |
| 2 | wrong usage: the command line or params.yaml |
| 3 | the verdict is fail |
| 4 | the verdict is inconclusive |

Results go to stdout, talk goes to stderr."""


def usage(option: typer.core.TyperArgument | typer.core.TyperOption) -> str:
    """How an option or an argument is written."""
    if option.param_type_name == "argument":
        return option.metavar or option.name.upper()
    return f"{option.opts[0]} {option.metavar}" if option.metavar else option.opts[0]


def verbs(group: typer.core.TyperGroup, prefix: str = "") -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Each verb with its command, those of a group within by both words."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, typer.core.TyperGroup):
            yield from verbs(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def main() -> None:
    """Print the page."""
    print(HEAD)
    for verb, command in verbs(typer.main.get_command(app)):
        print(f"\n## ringside {verb}\n\n{command.help}")
        if command.params:
            print("\n| option | |\n|---|---|")
        for option in command.params:
            print(f"| `{usage(option)}` | {option.help} |")


if __name__ == "__main__":
    main()
