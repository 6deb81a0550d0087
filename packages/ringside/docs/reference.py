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

Results go to stdout, talk goes to stderr. `ringside --version` prints the version of the package."""


def usage(option: typer.core.TyperArgument | typer.core.TyperOption) -> str:
    """How an option or an argument is written; within a table even code may hold no bare `|`."""
    written = ", ".join(option.opts)
    if option.param_type_name == "argument":
        written = option.metavar if option.required else f"[{option.metavar}]"
    elif option.secondary_opts:
        written += f" / {option.secondary_opts[0]}"
    elif option.metavar:
        written += f" {option.metavar}"
    return written.replace("|", r"\|")


def said(option: typer.core.TyperArgument | typer.core.TyperOption) -> str:
    """What an option is for, with the value that it has unless somebody gives another."""
    usual = "" if option.default in (None, False) else f" (`{option.default}` unless given)"
    return f"{option.help.removesuffix('.')}{usual}."


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
            print(f"| `{usage(option)}` | {said(option)} |")


if __name__ == "__main__":
    main()
