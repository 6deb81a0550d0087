"""`ringside init` that was killed, and the file that it began with where it lies in the repository."""

import sys

import pytest

from drafting import customers
from harness import Checkout
from settling import Typing, committed, csv

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("init_killed")]


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Checkout:
    """A fresh copy of the template; read it, never change it."""
    return Checkout.of_project(tmp_path_factory.mktemp("template") / "checkout")


KILLED = """
import os, signal, sys
from pathlib import Path

event, end, times = sys.argv[1], sys.argv[2], int(sys.argv[3])

def hook(name, arguments):
    global times
    if name == event and str(arguments[1 if name == "os.rename" else 0]).endswith(end):
        times -= 1
        if not times:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
sys.argv = ["ringside", *sys.argv[4:]]
from ringside.cli.main import main
main()
"""
"""Runs `ringside` and ends it by SIGKILL at the Nth time that it is about to remove or rename a file."""


@pytest.fixture(scope="module")
def whole(template, tmp_path_factory) -> tuple[list[str], dict[str, bytes]]:
    """An `init` that nobody interrupts: the words, and what is committed then."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "people.csv").write_bytes(csv(customers()))
    checkout = template.copy(folder / "copy")
    words = ["--from", str(folder / "people.csv"), "--store", "git"]
    Typing(checkout).init(*words)
    return words, committed(checkout)


class TestAKill:
    """SIGKILL, and a second run."""

    @pytest.mark.parametrize(
        "moment",
        [
            pytest.param(("os.rename", "src/churn/schema.py", "1"), id="while it writes the task"),
            pytest.param(("os.rename", "pyproject.toml", "1"), id="when params.yaml names the task"),
            pytest.param(("os.remove", "data/raw.dvc", "1"), id="in the middle of the removal"),
            pytest.param(("os.remove", "harness.py", "1"), id="in the middle of the package's tests"),
            pytest.param(("shutil.rmtree", "src/flights", "1"), id="before the last of the sample"),
            pytest.param(("os.remove", "model.py", "1"), id="in the middle of the last"),
            pytest.param(("os.rename", "data/manifest.json", "4"), id="while it brings the rows"),
            pytest.param(("os.rename", "README.md", "1"), id="at the end"),
        ],
    )
    def test_costs_a_second_run_and_no_more(self, template, whole, tmp_path, moment):
        """The copy is, file by file, what it would have become at once."""
        words, expected = whole
        checkout = template.copy(tmp_path / "copy")
        command = ["ringside", "init", "churn", "--target", "left", "--yes", *words]

        killed = checkout.run(sys.executable, "-c", KILLED, *moment, *command[1:])
        assert killed.returncode == -9, killed.stdout + killed.stderr
        checkout.ok(*command)

        found = committed(checkout)
        assert set(found) == set(expected)
        assert [name for name in found if found[name] != expected[name]] == []

    def test_does_not_hide_work_that_nobody_committed(self, template, whole, tmp_path):
        """What somebody changed in the sample after the kill is not removed in silence."""
        words, _ = whole
        checkout = template.copy(tmp_path / "copy")
        command = ["init", "churn", "--target", "left", "--yes", *words]
        checkout.run(sys.executable, "-c", KILLED, "shutil.rmtree", "src/flights", "1", *command)
        checkout.edit("src/flights/model.py", "early_stopping=False", "early_stopping=True")

        assert "src/flights/model.py" in checkout.fails("ringside", *command)


class TestAStray:
    """The file that the rows came from, where it lies in the repository."""

    def test_is_named_with_the_line_that_ignores_it(self, template, tmp_path):
        """`git add -A` would commit it, also with rows that are kept nowhere; with the line, it does not."""
        checkout = template.copy(tmp_path / "copy")
        (checkout.root / "my [old] rows.csv").write_bytes(csv(customers()))

        said = Typing(checkout).init("--from", "my [old] rows.csv", "--store", "source")

        assert "my [old] rows.csv is in this repository, and `git add -A` would commit it" in said
        line = said.split("add the line `")[1].split("`")[0]
        with (checkout.root / ".gitignore").open("a") as ignore:
            ignore.write(f"{line}\n")
        assert not [name for name in committed(checkout) if name.endswith(".csv")]
