"""The command line explains itself."""

import os
import subprocess
import sys

import pytest
import typer

from harness import PACKAGE, PROJECT
from ringside.cli.main import app

COMMAND = typer.main.get_command(app)
CI = COMMAND.commands["ci"]
VERBS = {name: command for name, command in COMMAND.commands.items() if command is not CI}
VERBS |= {f"ci {name}": command for name, command in CI.commands.items()}
OPTIONS = [(verb, option.name) for verb, command in VERBS.items() for option in command.params]


class TestHelp:
    """`--help`."""

    @pytest.mark.parametrize("verb", VERBS)
    def test_of_a_verb_is_one_sentence(self, verb):
        """The help of each verb begins with a capital letter and ends with a full stop, with none in between."""
        text = VERBS[verb].help

        assert text[0].isupper()
        assert text.endswith(".")
        assert ". " not in text

    @pytest.mark.parametrize(("verb", "name"), OPTIONS)
    def test_of_an_option_is_one_sentence(self, verb, name):
        """The help of each option does so too."""
        option = next(option for option in VERBS[verb].params if option.name == name)

        assert option.help
        assert option.help[0].isupper()
        assert option.help.endswith(".")
        assert ". " not in option.help

    @pytest.mark.parametrize(("verb", "name"), OPTIONS)
    def test_of_an_option_names_its_value(self, verb, name):
        """What takes a value says which: `--remote NAME`, never a type of Python's."""
        option = next(option for option in VERBS[verb].params if option.name == name)

        assert option.metavar or getattr(option, "is_flag", False)

    def test_is_what_a_bare_command_shows(self):
        """`ringside` without a verb lists the verbs."""
        done = subprocess.run([sys.executable, "-m", "ringside.cli.main"], capture_output=True, text=True, check=False)

        assert all(verb in done.stdout + done.stderr for verb in COMMAND.commands)

    @pytest.mark.parametrize("words", [(), ("ci",)], ids=["ringside", "ci"])
    def test_lists_each_verb_by_a_whole_sentence(self, words):
        """In 80 columns no line of the list of verbs is cut off or goes on in the next."""
        command = [sys.executable, "-m", "ringside.cli.main", *words, "--help"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "80"})

        lines = done.stdout.partition("Commands:\n")[2].splitlines()
        assert len(lines) == len((CI if words else COMMAND).commands)
        assert [line for line in lines if not line.endswith(".") or line.endswith("...")] == []

    @pytest.mark.parametrize("page", ["reference", "metrics"])
    def test_stands_in_the_pages_that_are_written_from_the_code(self, page):
        """The page is what `make reference` writes now."""
        done = subprocess.run(
            [sys.executable, PACKAGE / "docs" / f"{page}.py"], capture_output=True, text=True, check=True
        )

        assert (PROJECT / "docs" / f"{page}.md").read_text(encoding="utf-8") == done.stdout


class TestStart:
    """What a command costs before it does anything."""

    def test_imports_no_data_library(self):
        """Importing the command line imports neither pandas, pyarrow, scikit-learn, pydantic nor DVC."""
        script = "import sys, ringside.cli.main; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

        loaded = {name.partition(".")[0] for name in done.stdout.split()}
        assert loaded & {"pandas", "pyarrow", "sklearn", "pydantic", "dvc", "rich"} == set()

    @pytest.mark.parametrize("words", [[], ["ci"]], ids=["ringside", "ci"])
    def test_of_the_list_of_commands_imports_none_of_them(self, words):
        """`--help` of a group reads the names and sentences of its commands without their modules."""
        script = (
            "import sys\nfrom ringside.cli.main import main\n"
            f"sys.argv = ['ringside', *{words!r}, '--help']\n"
            "try:\n    main()\nfinally:\n    print('modules', *sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

        loaded = {name for name in done.stdout.rpartition("modules")[2].split() if name.startswith("ringside.cli.")}
        assert loaded == {"ringside.cli." + name for name in ("lazy", "main", "terminal", *words)}

    def test_of_a_misspelt_command_names_the_nearest(self):
        """A command that does not exist exits with 2 and names those that are spelt like it."""
        command = [sys.executable, "-m", "ringside.cli.main", "verison"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert done.returncode == 2
        assert "Did you mean 'versions'" in done.stderr

    def test_of_split_imports_neither_pandas_nor_scikit_learn(self, tmp_path):
        """A stage imports what it needs: splitting needs neither, even where it fails."""
        script = "import sys, ringside.pipeline.split; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)

        loaded = {name.partition(".")[0] for name in done.stdout.split()}
        assert loaded & {"pandas", "sklearn", "pandera", "dvc"} == set()


class TestExitCodes:
    """What programs read."""

    def test_of_a_wrong_option_is_two(self):
        """Wrong usage of the command line exits with 2."""
        done = subprocess.run(
            [sys.executable, "-m", "ringside.cli.main", "ingest", "--nope"], capture_output=True, check=False
        )

        assert done.returncode == 2

    def test_outside_of_a_repository_is_one(self, tmp_path):
        """A command that cannot find the repository exits with 1 and says what to do."""
        done = subprocess.run(
            [sys.executable, "-m", "ringside.cli.main", "metrics"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

        assert done.returncode == 1
        assert "What to do" in done.stderr
