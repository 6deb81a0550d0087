"""What the pages about the workflows claim is in the code and the YAML, and the other way round."""

import ast
import re
from functools import cache

import pytest
import yaml

from harness import PACKAGE, PROJECT
from ringside import messages
from verbs import parsed

OF_THE_TEMPLATE = ("package.yaml",)
"""Workflows that a repository made from the template does not have; its pages say nothing of them."""
NAMES = ("workflows", "remotes", "registry", "model", "mlflow", "troubleshooting", "updating")
PAGES = tuple(f"docs/{name}.md" for name in NAMES)
TEXT = {page: (PROJECT / page).read_text(encoding="utf-8") for page in PAGES}
ALL = "\n".join(TEXT.values())
WORKFLOWS = sorted(
    file for file in (PROJECT / ".github" / "workflows").glob("*.yaml") if file.name not in OF_THE_TEMPLATE
)
YAML = "\n".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)


@cache
def strings() -> list[str]:
    """All texts in the machinery; those of an f-string by their parts."""
    found = []
    for file in (PACKAGE / "src" / "ringside").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found += [
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    return found


HARMLESS = {"compared", "no_champion", "identical", "none_asked", "no_slices", "no_tolerance", "same_as_champion"}
HARMLESS |= {"better", "no_worse", "not_measured", "other_bytes", "same_bytes"}
"""Reasons by which nothing is undecided or failed."""
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
            parsed(command)


class TestMinutes:
    """The table of jobs, each of which is billed as a minute or more."""

    ROWS = tuple(
        line.strip()[1:-1].split("|")
        for line in table(TEXT["docs/workflows.md"], "Minutes").splitlines()
        if "|" in line
    )

    def test_adds_up(self):
        """The last column is the sum of the others."""
        counts = [[int(cell) for cell in cells if cell.strip()] for _, *cells in self.ROWS[2:]]

        assert counts
        assert [row for row in counts if sum(row[:-1]) != row[-1]] == []

    @pytest.mark.parametrize("name", ["Checks", "Train", "Report", "Publish", "Retrain", "Rollback"])
    def test_has_all_jobs_that_no_switch_adds(self, name):
        """At most, a row counts each job except those of MLflow."""
        jobs = yaml.safe_load((PROJECT / f".github/workflows/{name.lower()}.yaml").read_text(encoding="utf-8"))["jobs"]
        usual = [job for job in jobs.values() if "MLFLOW" not in str(job.get("if"))]
        column = [cell.strip() for cell in self.ROWS[0]].index(name)
        counts = {int(cells[column]) for cells in self.ROWS[2:] if cells[column].strip()}

        assert max(counts) == len(usual)

    def test_is_what_the_readme_says(self):
        """The README's minutes are those of the rows, in their order, but for the week with a proposal."""
        said = (PROJECT / "README.md").read_text(encoding="utf-8").partition("started minutes of each job: ")[2]
        sums = [cells[-1].strip() for cells in self.ROWS[2:] if "proposal" not in cells[0]]

        assert re.findall(r"\b\d\b", said.partition("([Minutes]")[0]) == sums


class TestPages:
    """Everything else that a page claims."""

    @pytest.mark.parametrize("page", PAGES)
    def test_name_files_that_exist(self, page):
        """A file of the repository that a page names is there."""
        names = re.findall(r"`((?:\.github|docs|src|requirements|reports|data)/[\w./-]+)`", TEXT[page])
        made = {"data/quarantine", "data/source", "reports/metrics.json", "reports/rehearsal.html"}
        made.add(".github/workflows/score.yaml")  # docs/model.md has a person write it

        assert [name for name in names if name not in made and not (PROJECT / name).exists()] == []

    @pytest.mark.parametrize("message", MESSAGES)
    def test_quote_messages_that_exist(self, message):
        """What the page of messages quotes is said somewhere."""
        assert any(message in text for text in strings())

    def test_have_the_section_of_each_rule_and_reason(self):
        """The anchors of `ringside.messages` are headings, and each rule and each reason with advice has one."""
        texts = [*messages.RULES.values(), *messages.REASONS.values(), *messages.ANCHORS.values()]
        anchors = {text.anchor for text in texts if text.anchor}
        headings = {
            f"{page}#{line.lstrip('# ').lower().replace(' ', '-')}"
            for page in ("verdict.md", "troubleshooting.md")
            for line in (PROJECT / "docs" / page).read_text(encoding="utf-8").splitlines()
            if line.startswith("#")
        }

        assert len(anchors) > len(messages.RULES)
        assert anchors <= headings
        assert all(rule.anchor for rule in messages.RULES.values())
        assert all(bool(text.advice) == bool(text.anchor) for text in messages.REASONS.values())

    @pytest.mark.parametrize("code", sorted(set(messages.REASONS) - HARMLESS))
    def test_explain_each_reason_of_a_verdict(self, code):
        """Whoever searches the page for the reason of an undecided or failed rule finds what to do."""
        words = re.sub(r", (and not by chance|which could be chance)$", "", messages.reason(code))

        assert words in TEXT["docs/troubleshooting.md"]
