"""A first model, its publication, and the same again: what a person types, each command a process of its own."""

import re

import pytest

from harness import PROJECT, Checkout
from ringside.report.read import read_report

pytestmark = pytest.mark.xdist_group("verdict-story")

PARAMS = "policy: {min_groups: 3}\n"


def make_run() -> list[list[str]]:
    """The commands that `make run` types."""
    text = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (lines,) = re.findall(r"^run:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    return [line.strip("\t@").split() for line in lines.splitlines()]


@pytest.fixture(scope="module")
def wine(tmp_path_factory) -> tuple[Checkout, list[str]]:
    """A project of its own, after two times `make run` with a publication in between; and what the commands said."""
    folder = tmp_path_factory.mktemp("wine")
    checkout = Checkout.of_project(folder / "checkout")
    checkout.use_task("wine")
    with (checkout.root / "params.yaml").open("a", encoding="utf-8") as params:
        params.write(PARAMS)
    checkout.ok("git", "init", "--quiet", "--bare", str(folder / "bare"))
    checkout.ok("git", "remote", "add", "origin", str(folder / "bare"))
    checkout.ok("ringside", "ingest")
    said = ["".join(checkout.ok(*command) for command in make_run())]
    checkout.commit("run")
    checkout.ok("ringside", "verdict", "--exit-zero")
    checkout.ok("git", "push", "--quiet", "origin", "HEAD:main")
    said.append(checkout.ok("ringside", "publish"))
    said.append("".join(checkout.ok(*command) for command in make_run()))
    return checkout, said


class TestMakeRun:
    """The three commands of `make run`, typed twice."""

    def test_ends_with_a_verdict_that_stops_nothing(self):
        """Its last command ends with 0 whatever it finds; that of a pull request does not."""
        assert make_run()[-1] == ["ringside", "verdict", "--exit-zero"]

    def test_shows_a_first_model(self, wine):
        """There is no champion, and the report lies beside the metrics."""
        _, (first, _, _) = wine

        assert "Pass: a first model" in first
        assert "The whole report: reports/report.md, reports/report.html, reports/report.json" in first

    def test_makes_a_model_that_can_be_published(self, wine):
        """The first version."""
        _, (_, published, _) = wine

        assert "published v1.0.0" in published

    def test_shows_the_same_model_as_identical_to_the_champion(self, wine):
        """The second time nothing runs, and the model is that of v1.0.0."""
        checkout, (_, _, again) = wine
        report = read_report(checkout.bytes("reports/report.json"))

        assert "v1.0.0" in again
        assert (report.verdict, report.rival.version) == ("pass", "v1.0.0")
        assert report.metrics[0].reason == "identical"

    def test_leaves_nothing_for_git(self, wine):
        """What it writes is ignored, or committed as it is."""
        assert wine[0].status() == ""
