"""`ringside init`: from somebody's data to a repository that runs, in one command."""

import os
import pty
import re
import sqlite3
import subprocess
import tomllib
from contextlib import closing

import pytest
from sklearn.datasets import load_iris

from drafting import customers
from harness import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("init")]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Files and a database that somebody has."""
    folder = tmp_path_factory.mktemp("somebody")
    load_iris(as_frame=True).frame.to_csv(folder / "iris.csv", index=False)
    people = customers()
    people.to_csv(folder / "people.csv", index=False)
    with closing(sqlite3.connect(folder / "people.db")) as connection, connection:
        people.to_sql("people", connection, index=False)
    return folder


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A fresh copy of the template."""
    return Checkout.of_project(tmp_path_factory.mktemp("template") / "checkout")


def typed_at_a_terminal(checkout, command, answers):
    """Run a command on a terminal at which a person gives answers; its exit code and what it showed."""
    ours, theirs = pty.openpty()
    ends = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    process = subprocess.Popen(command, cwd=checkout.root, env=checkout.environment({"NO_COLOR": "1"}), **ends)
    os.close(theirs)
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    shown = b""
    while True:
        try:
            read = os.read(ours, 65536)
        except OSError:
            break
        shown += read
        if not read:
            break
    os.close(ours)
    return process.wait(), shown.decode()


@pytest.fixture(scope="module")
def iris(template, data, tmp_path_factory):
    """A copy that became somebody's own at a terminal, and what was shown there."""
    checkout = template.copy(tmp_path_factory.mktemp("iris") / "checkout")
    command = ["ringside", "init", "iris", "--from", str(data / "iris.csv")]
    # Where data live: in Git; the target; then each guess as it is.
    code, shown = typed_at_a_terminal(checkout, command, ["git", "target", "", "", ""])
    assert code == 0, shown
    return checkout, shown


class TestAFile:
    """A CSV file, made a task at a terminal."""

    def test_asks_what_it_cannot_know_and_shows_the_plan(self, iris):
        """The questions, the figures of `ringside plan`, and the next three steps."""
        _, shown = iris

        for text in ("where are the rows kept", "which column is to be predicted", "classes, or a quantity"):
            assert text in shown
        assert "tolerance that fits" in shown
        assert "Your next three steps:" in shown

    def test_asks_again_where_an_answer_cannot_be(self, template, data, tmp_path):
        """A slip of a finger costs one answer, not all: each wrong one is told why, and the next one counts."""
        checkout = template.copy(tmp_path / "checkout")
        command = ["ringside", "init", "people", "--from", str(data / "people.csv")]
        wrong = {
            "clout": "Choose one of",
            "lift": "'lift' does not exist",
            "soon": "Invalid answer: 'soon' is no duration. Write a number",
            "class": "Invalid answer: 597 rows repeat the identity of another row. Add a column",
            "custom": "Invalid answer: there is no column 'custom'. Did you mean 'customer'",
        }
        answers = ["clout", "git", "lift", "left", "", "", "soon", "60d", "class", "customer", "custom", "class"]
        code, shown = typed_at_a_terminal(checkout, command, answers)
        facts = (checkout.root / "src" / "people" / "__init__.py").read_text(encoding="utf-8")

        assert code == 0, shown
        assert [said for said in wrong.values() if said not in " ".join(shown.split())] == []
        assert all(line in facts for line in ('group="class"', 'identity=("customer",)', "timedelta(days=60)"))

    def test_removes_the_sample_with_all_that_bears_its_name(self, iris):
        """Nothing of flights is left but what documents and Ringside say of them."""
        checkout, _ = iris

        elsewhere = [":!docs", ":!packages", ":!CHANGELOG.md"]
        assert checkout.run("git", "grep", "-il", "flights", "--", ".", *elsewhere).stdout == ""
        assert not list((checkout.root / "data").glob("**/2013-*"))

    def test_writes_a_live_task_whose_rows_are_in_git(self, iris):
        """params.yaml names it, and Git tracks the file and the partitions."""
        checkout, _ = iris

        text = (checkout.root / "params.yaml").read_text()
        assert all(line in text for line in ("task: iris", "live: true", "store: git"))
        tracked = checkout.ok("git", "ls-files", "--others", "--exclude-standard").split()
        assert {"data/source/iris.csv", "src/iris/model.py", "tests/iris/test_iris.py"} <= set(tracked)
        assert "three steps" in (checkout.root / "README.md").read_text()

    def test_leaves_a_repository_that_runs_and_passes_its_tests(self, iris, tmp_path):
        """What `make run`, `make test` and `make lint` type, in a copy of it."""
        checkout = iris[0].copy(tmp_path / "copy")
        checkout.ok("ringside", "ingest", "--frozen")
        checkout.ok("dvc", "repro")
        assert "first model" in checkout.ok("ringside", "verdict", "--exit-zero")

        assert " passed" in checkout.ok("pytest", "-p", "no:cacheprovider")
        checkout.ok("ruff", "check", "--no-cache", ".")
        checkout.ok("ruff", "format", "--no-cache", "--check", ".")
        checkout.ok("mypy", "--cache-dir", os.devnull)

    def test_is_a_small_project_beside_the_package(self, iris, tmp_path):
        """At most 96 files are outside packages and 255 inside, and no test of the package."""
        checkout = iris[0].copy(tmp_path / "copy")
        checkout.ok("dvc", "repro")
        checkout.commit("mine")
        names = checkout.ok("git", "ls-files").split("\n")[:-1]
        inside = [name for name in names if name.startswith("packages/")]
        outside = len(names) - len(inside)
        tops = sorted({"/".join(name.split("/")[2:4]) for name in inside if "/src/" not in name})

        assert (outside <= 96, len(inside) <= 255) == (True, True), f"{outside} outside, {len(inside)} inside"
        assert set(tops) <= {"CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml"}

    def test_is_named_after_the_task(self, iris):
        """The project in pyproject.toml is the task's, not the sample's and not Ringside's."""
        project = tomllib.loads((iris[0].root / "pyproject.toml").read_text(encoding="utf-8"))["project"]

        assert project["name"] == "iris"
        assert project["description"] == "iris: a multiclass classification model"

    def test_ends_with_three_steps_that_can_be_typed(self, iris, tmp_path):
        """As they are printed, one after the other, without a remote to push to: the third makes v1.0.0."""
        checkout = iris[0].copy(tmp_path / "copy")
        steps = iris[1].rpartition("Your next three steps:")[2]
        typed = re.findall(r"^\d\. `([^`]+)`", steps.replace("\r", ""), re.MULTILINE)
        make = "make() { ringside ingest --frozen && dvc repro && ringside verdict --exit-zero; }"
        lines = [make, "set -e", *(line.removesuffix(" && git push") for line in typed)]
        said = checkout.ok("bash", "-c", "\n".join(lines))

        assert len(typed) == 3
        assert "\nv1.0.0\n" in said

    def test_overwrites_nothing_when_it_is_run_again(self, iris, data, tmp_path):
        """An edit is kept and said; a file that was removed is written again, and nothing else changes."""
        checkout = iris[0].copy(tmp_path / "copy")
        checkout.commit("mine")
        checkout.edit("src/iris/model.py", "C=params.C", "C=params.C / 2")
        (checkout.root / "src/iris/schema.py").unlink()
        with (checkout.root / "data/source/iris.csv").open("a") as rows:
            rows.write("5.0,3.0,1.5,0.2,0\n")

        words = ["--from", str(data / "iris.csv"), "--target", "target", "--store", "source", "--yes"]
        said = checkout.ok("ringside", "init", "iris", *words)

        assert "src/iris/model.py already exists and was kept" in said
        assert "params.yaml has `store: git`; to change it, write `store: source` there" in said
        assert checkout.status().split() == ["M", "data/source/iris.csv", "M", "src/iris/model.py"]


@pytest.fixture(scope="module")
def newer(iris, tmp_path_factory):
    """A copy with one flower more, committed, and what `make run` says of it."""
    checkout = iris[0].copy(tmp_path_factory.mktemp("newer") / "copy")
    checkout.commit("mine")
    with (checkout.root / "data/source/iris.csv").open("a") as rows:
        rows.write("5.0,3.0,1.5,0.2,0\n")
    checkout.commit("one more")
    said = checkout.run("ringside", "ingest", "--frozen").stderr
    checkout.ok("dvc", "repro")
    checkout.ok("ringside", "verdict", "--exit-zero")
    return checkout, said


class TestANewerFile:
    """Somebody put a newer file in the place of the one that was ingested, and did nothing else."""

    def test_is_told_at_the_terminal(self, newer):
        """The partition, and the command that brings it."""
        assert (
            "data/source has data that data/manifest.json does not have (all); `ringside ingest` reads them" in newer[1]
        )

    def test_is_told_by_the_report(self, newer):
        """What a reviewer sees does not pass for a verdict on the new rows."""
        report = (newer[0].root / "reports" / "report.md").read_text(encoding="utf-8")

        assert (
            "they were used neither for training nor for testing. Run ringside ingest" in report.split("<details>")[0]
        )

    def test_is_committed_with_its_rows(self, iris, tmp_path):
        """`ringside ingest --commit` takes the file along, where Git keeps it."""
        checkout = iris[0].copy(tmp_path / "copy")
        checkout.commit("mine")
        with (checkout.root / "data/source/iris.csv").open("a") as rows:
            rows.write("5.0,3.0,1.5,0.2,0\n")
        checkout.ok("ringside", "ingest", "--refresh", "all", "--commit")
        names = checkout.ok("git", "show", "--name-only", "--format=", "HEAD").split()

        assert {"data/manifest.json", "data/source/iris.csv", "data/store/all.parquet"} <= set(names)
        assert checkout.status() == ""

    @pytest.mark.parametrize(
        ("edit", "why"),
        [
            (("data/source/iris.csv", "petal width (cm)", "petal width (inch)"), "petal width (cm)"),
            (
                ("src/iris/source.py", "from ringside.task import File", "from ringside.task import Fle"),
                "cannot import",
            ),
        ],
    )
    def test_that_cannot_be_read_is_told(self, newer, tmp_path, edit, why):
        """The pipeline runs on the rows before, and whoever brought the file learns what is wrong with it."""
        checkout = newer[0].copy(tmp_path / "copy")
        checkout.edit(*edit)
        said = checkout.run("ringside", "ingest", "--frozen")

        assert said.returncode == 0
        assert "data/source changed and was not ingested, because of an error:" in said.stderr
        assert why in said.stderr


class TestADatabase:
    """A table in SQLite, asked through SQLAlchemy."""

    def test_is_read_by_a_query_and_named_in_no_file(self, template, data, tmp_path):
        """Months come in, the URL stays in the environment, and the pipeline runs without it."""
        checkout = template.copy(tmp_path / "copy")
        url = f"sqlite:///{data / 'people.db'}"
        query = "SELECT * FROM people"

        said = checkout.ok("ringside", "init", "churn", "--from", url, "--query", query, "--target", "left", "--yes")

        assert "20 read: 2025-01" in said
        assert "every machine queries the database again, and pull requests may not" in said
        assert 'Database(query="SELECT * FROM people"' in (checkout.root / "src/churn/source.py").read_text()
        checkout.run("git", "add", "--all")
        assert checkout.run("git", "grep", "--cached", "-l", "people.db", "--", ":!packages").stdout == ""
        checkout.ok("ringside", "ingest", "--frozen")
        checkout.ok("dvc", "repro")


class TestAnAwkwardFile:
    """What a spreadsheet writes in Germany."""

    def test_becomes_a_task_that_runs(self, template, tmp_path):
        """Euros, a line of totals, empty columns, a label of two rows, and a column that is called `partition`."""
        lines = ["Kunde;Umsatz;Größe;partition;Urteil;;"]
        for row in customers(900).itertuples():
            verdict = "selten" if row.Index in (100, 500) else ("gut", "böse")[row.calls > 3]
            size = f"{row.größe}".replace(".", ",")
            lines.append(f"{row.customer};{row.calls}.000,50 €;{size};{row.Index % 2};{verdict};;")
        path = tmp_path / "export.csv"
        path.write_bytes("\r\n".join([*lines, ";9.999.999,00 €;;;;;"]).encode("cp1252"))
        checkout = template.copy(tmp_path / "copy")

        said = checkout.ok("ringside", "init", "kunden", "--from", str(path), "--target", "Urteil", "--yes")
        checkout.ok("dvc", "repro")

        assert "'Kunde' identifies each row except 1 row" in said
        assert "too few rows to learn: 'selten'" in said
        assert 'signs={"Umsatz": "€"}' in (checkout.root / "src/kunden/source.py").read_text(encoding="utf-8")


class TestAHandfulOfRows:
    """Data that cannot carry a verdict."""

    def test_is_given_a_tolerance_and_told_that_none_will_do(self, template, tmp_path):
        """Of thirty rows nine are tested, and ten are the fewest: no chance of passing is claimed."""
        customers(30).to_csv(tmp_path / "few.csv", index=False)
        checkout = template.copy(tmp_path / "copy")

        words = ("--from", str(tmp_path / "few.csv"), "--target", "left", "--time", "none", "--yes")
        said = checkout.ok("ringside", "init", "few", *words)

        assert "the test set has too few groups for any verdict" in said
        assert "an equal model passes" not in said


class TestRefusals:
    """What stops it before anything is touched."""

    @pytest.mark.parametrize(
        ("words", "text"),
        [
            (["iris", "--target", "y", "--yes"], "--from is missing"),
            (["iris", "--from", "{data}/iris.csv"], "--target is missing"),
            (["iris", "--from", "{data}/none.csv", "--target", "y"], "no such file or folder"),
            (["iris", "--from", "{data}/iris.csv", "--target", "y"], "there is no column 'y'"),
            (["iris", "--from", "{data}/iris.csv", "--target", "target", "--store", "cloud"], "--store"),
            (["iris", "--from", "{data}/iris.csv", "--target", "target", "--store", "remote"], "--store remote URL"),
            (["iris", "--from", "{data}/people.db", "--target", "left"], "sqlite:///PATH"),
            (["iris", "--from", "sqlite:///{data}/people.db", "--target", "left"], "--query is missing"),
            (["flights", "--from", "{data}/iris.csv", "--target", "target"], "is already in use"),
            (["json", "--from", "{data}/iris.csv", "--target", "target"], "is already in use"),
            (["My-Task", "--from", "{data}/iris.csv", "--target", "target"], "as `my_task`"),
            (["tests", "--from", "{data}/iris.csv", "--target", "target"], "is already in use"),
            (["iris", "--from", "{data}/iris.csv", "--target", "Target"], "did you mean 'target'"),
            (
                ["iris", "--from", "{data}/people.csv", "--target", "left", "--group", "größe"],
                "its values are fractions",
            ),
            (["iris", "--from", "{data}/iris.csv", "--target", "target", "--label-delay", "soon"], "--label-delay"),
        ],
    )
    def test_names_the_option_and_leaves_the_copy_as_it_was(self, template, data, words, text):
        """Exit code 2, one message, no file changed."""
        said = template.fails("ringside", "init", *[word.format(data=data) for word in words], code=2)

        assert text in said
        assert template.status() == ""

    def test_is_said_where_work_would_be_lost(self, template, data, tmp_path):
        """A sample that somebody changed and did not commit is not removed."""
        checkout = template.copy(tmp_path / "copy")
        checkout.edit("src/flights/model.py", "early_stopping=False", "early_stopping=True")

        said = checkout.fails("ringside", "init", "iris", "--from", str(data / "iris.csv"), "--target", "target")

        assert "src/flights/model.py" in said
        assert checkout.status().split() == ["M", "src/flights/model.py"]

    @pytest.mark.parametrize(
        "path", ["packages/ringside/tests/mine.py", ".github/dependabot.yaml", "docs/alternatives.md"]
    )
    def test_is_said_where_a_file_of_the_template_has_your_work(self, template, data, tmp_path, path):
        """What only the template needs is not removed, and no file rewritten, with an edit that is not committed."""
        checkout = template.copy(tmp_path / "copy")
        with (checkout.root / path).open("a") as file:
            file.write("# Mine.\n")

        said = checkout.fails("ringside", "init", "iris", "--from", str(data / "iris.csv"), "--target", "target")

        assert f"uncommitted changes in {path} would be lost" in said
        assert (checkout.root / path).read_text(encoding="utf-8").endswith("# Mine.\n")

    def test_is_said_where_the_copy_is_another_task_already(self, template, data, tmp_path):
        """A second task does not take the place of the first."""
        checkout = template.copy(tmp_path / "copy")
        checkout.use_task("wine")

        command = ["ringside", "init", "iris", "--from", str(data / "iris.csv"), "--target", "target"]
        said = checkout.fails(*command, code=2)

        assert "this repository already has the task 'wine'" in said
        assert checkout.status() == ""
