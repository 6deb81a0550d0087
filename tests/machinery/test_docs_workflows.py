"""What the pages about the workflows claim is in the code and the YAML, and the other way round."""

import ast
import re
import shlex

import pytest
import typer
import yaml
from typer.main import get_command

from harness import PROJECT
from ringside.cli.main import app

NAMES = ("workflows", "remotes", "runners", "troubleshooting", "updating", "mlflow", "serving")
PAGES = tuple(f"docs/{name}.md" for name in NAMES)
TEXT = {page: (PROJECT / page).read_text(encoding="utf-8") for page in PAGES}
ALL = "\n".join(TEXT.values())
WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yaml"))
YAML = "\n".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)
COMMAND = get_command(app)
CODE = re.compile(r"`([^`\n]+)`|^ {4}(\S.*)$|^(ringside .*)$", re.MULTILINE)


def commands(page: str) -> list[str]:
    """The commands of Ringside that a page tells people to type."""
    typed = (next(filter(None, found)) for found in CODE.findall(TEXT[page]))
    parts = (part.strip() for text in typed for part in re.split(r"&&|\|", text))
    plain = (re.sub(r"^([A-Z_]+=\S+ )+", "", part) for part in parts)
    return sorted({part for part in plain if part.startswith("ringside ")})


TYPED = [(page, command) for page in PAGES for command in commands(page)]


def strings() -> list[str]:
    """All texts in the machinery; those of an f-string by their parts."""
    found = []
    for file in (PROJECT / "src" / "ringside").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found += [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    return found


STRINGS = strings()
MESSAGES = re.findall(r"^\| `([^`]+)` \|", TEXT["docs/troubleshooting.md"], re.MULTILINE)


def table(text: str, heading: str) -> str:
    """A section of a page."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


class TestVariables:
    """The variables of a repository."""

    def test_of_the_workflows_are_documented(self):
        """Each variable that a workflow reads has a row among the switches."""
        used = set(re.findall(r"\bvars\.(\w+)", YAML))

        assert used
        assert used <= set(re.findall(r"`((?:RINGSIDE|MLFLOW)_\w+)`", table(TEXT["docs/workflows.md"], "Switches")))

    def test_that_are_documented_are_read(self):
        """No page names a variable that no workflow hands on."""
        assert set(re.findall(r"\bRINGSIDE_\w+", ALL)) <= set(re.findall(r"\bvars\.(\w+)", YAML))

    def test_never_have_a_name_that_cml_reads(self):
        """CML refuses to start where a variable begins like one of its options."""
        assert not [name for name in re.findall(r"\bvars\.(\w+)", YAML) if name.startswith("CML_")]


class TestWorkflows:
    """The files."""

    def test_are_all_in_the_table(self):
        """The table at the top lists each workflow, and no other."""
        rows = re.findall(r"^\| `(\w+\.yaml)` \|", TEXT["docs/workflows.md"], re.MULTILINE)

        assert sorted(rows) == [file.name for file in WORKFLOWS]

    @pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
    def test_write_what_the_table_says(self, file):
        """A workflow that may write nothing is said to, and one that writes is not."""
        jobs = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
        rights = {right for job in jobs for right, level in (job.get("permissions") or {}).items() if level == "write"}
        row = next(line for line in TEXT["docs/workflows.md"].splitlines() if line.startswith(f"| `{file.name}` |"))

        # A token that proves who one is writes nothing at GitHub.
        assert (row.split(" | ")[2] == "nothing") == (rights <= {"id-token"})

    def test_have_the_inputs_that_are_documented(self):
        """Each input of Publish by hand has a row, and no other has."""
        inputs = yaml.safe_load((PROJECT / ".github/workflows/publish.yaml").read_text(encoding="utf-8"))
        # YAML reads the key `on` as true.
        rows = re.findall(r"^\| `(\w+)` \|", table(TEXT["docs/workflows.md"], "A merge"), re.MULTILINE)

        assert sorted(rows) == sorted(inputs[True]["workflow_dispatch"]["inputs"])

    def test_run_what_exists(self):
        """Each verb that a workflow types is one, with the options that it is given."""
        typed = re.findall(r"^\s+run: (ringside .*)$", YAML, re.MULTILINE)

        assert len(typed) > 6
        for command in typed:
            parses(command)


def parses(command: str) -> None:
    """Fail where `command` is no verb of `ringside`, or has an option that there is not."""
    here: typer.core.TyperCommand = COMMAND
    words = shlex.split(command)[1:]
    while words and hasattr(here, "commands"):
        assert words[0] in here.commands, f"{command}: there is no {words[0]}"
        here = here.commands[words.pop(0)]
    options = {option for parameter in here.params for option in parameter.opts} | {"--help"}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= options, command


class TestPages:
    """Everything else that a page claims."""

    def test_type_something(self):
        """The commands are found at all."""
        assert ("docs/remotes.md", "ringside ci remote --push") in TYPED

    @pytest.mark.parametrize(("page", "command"), TYPED)
    def test_type_commands_that_exist(self, page, command):
        """A verb or an option that a page names is there."""
        del page
        parses(command)

    def test_of_a_wrong_command_would_be_found(self):
        """The check is able to fail, by the verb and by the option."""
        for wrong in ("ringside ci fly", "ringside doctor --deep", "ringside nothing"):
            with pytest.raises(AssertionError):
                parses(wrong)

    @pytest.mark.parametrize("page", PAGES)
    def test_name_files_that_exist(self, page):
        """A file of the repository that a page names is there, and so is each page that it links."""
        names = re.findall(r"`((?:\.github|docs|src|requirements|reports|data)/[\w./-]+)`", TEXT[page])
        links = re.findall(r"\]\((\w+\.md)", TEXT[page])
        made = {"reports/metrics.json", ".github/workflows/score.yaml"}

        assert [name for name in names if name not in made and not (PROJECT / name).exists()] == []
        assert [link for link in links if not (PROJECT / "docs" / link).exists()] == []

    @pytest.mark.parametrize("page", PAGES)
    def test_name_targets_of_make_that_exist(self, page):
        """Each `make` target is in the Makefile."""
        makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")

        for target in re.findall(r"`make ([\w-]+)`", TEXT[page]):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target

    @pytest.mark.parametrize("message", MESSAGES)
    def test_quote_messages_that_exist(self, message):
        """What the page of messages quotes is said somewhere."""
        assert any(message in text for text in STRINGS)
