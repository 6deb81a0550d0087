"""`ringside report`: a report rendered again, and two released versions side by side."""

import json

import pytest

from bouts import typed
from ringside.report.read import read_report
from ringside.report.render.html import to_html
from ringside.report.render.markdown import to_markdown

pytestmark = pytest.mark.xdist_group("verdict")


@pytest.fixture(scope="module")
def judged(worse):
    """A checkout with a report."""
    worse.verdict(code=3)
    return worse


class TestRendering:
    """A report.json that is in order."""

    def test_is_markdown_by_itself(self, judged):
        """Without a word more, the checkout's own report is printed as Markdown."""
        assert typed(judged.root, "report").out == to_markdown(judged.report).rstrip("\n") + "\n"

    @pytest.mark.parametrize(("name", "render"), [("x.md", to_markdown), ("x.html", to_html)])
    def test_is_written_by_the_ending(self, judged, tmp_path, name, render):
        """A name that ends with .md or .html gets that kind, from any file and in any folder."""
        typed(tmp_path, "report", str(judged.root / "reports" / "report.json"), "-o", name)

        assert (tmp_path / name).read_text() == render(judged.report)

    def test_keeps_a_report_as_it_is(self, judged, tmp_path):
        """Read and written again as JSON it has the same bytes."""
        typed(judged.root, "report", "--output", str(tmp_path / "again.json"))

        assert (tmp_path / "again.json").read_bytes() == (judged.root / "reports" / "report.json").read_bytes()

    def test_of_another_ending_is_wrong_usage(self, judged):
        """The message names the endings that there are."""
        said = typed(judged.root, "report", "--output", "report.pdf", code=2).err

        assert ".pdf is not a format of reports" in said
        assert ".md, .html or .json" in said


class TestForeignFile:
    """A file that anybody may have written."""

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"\xff\xfe",
            b'{"format": 2}',
            b'{"format": 1, "verdict": "pass"}',
            b"[" * 5000,
            b'{"format": 1, "format": 1}',
            b" " * 2_000_001,
        ],
    )
    def test_is_refused(self, tmp_path, content):
        """Exit code 1, one line with what to do below it, and nothing is printed."""
        (tmp_path / "report.json").write_bytes(content)
        done = typed(tmp_path, "report", "report.json", code=1)

        assert done.err.startswith("ringside: report.json: ")
        assert done.err.count("\n") == 2
        assert ("What to do:" in done.err, done.out) == (True, "")

    def test_is_refused_with_one_sentence_more(self, judged, tmp_path):
        """A report with a field of somebody's own is none."""
        values = judged.checkout.json("reports/report.json") | {"note": "<script>"}
        (tmp_path / "report.json").write_text(json.dumps(values))
        done = typed(tmp_path, "report", str(tmp_path / "report.json"), code=1)

        assert "<script>" not in done.err

    def test_that_is_endless_is_refused(self, tmp_path):
        """No more is read than a report may have."""
        assert "it is larger than 2,000,000 bytes" in typed(tmp_path, "report", "/dev/zero", code=1).err

    def test_that_is_not_there_is_named(self, tmp_path):
        """With what to do."""
        said = typed(tmp_path, "report", "nothing.json", code=1).err

        assert "nothing.json" in said
        assert "ringside verdict" in said

    def test_may_be_a_folder(self, tmp_path):
        """Which is no report."""
        assert "it cannot be read" in typed(tmp_path, "report", ".", code=1).err


class TestCompare:
    """Two released versions on the rows of this checkout."""

    @pytest.fixture(scope="module")
    @staticmethod
    def side_by_side(judged, tmp_path_factory):
        """v1.0.0 against v1.0.1, in a checkout whose own model is neither of them."""
        path = tmp_path_factory.mktemp("compare") / "both.json"
        typed(judged.root, "report", "--compare", "v1.0.0", "v1.0.1", "-o", str(path))
        return read_report(path.read_bytes())

    def test_puts_the_new_one_in_the_place_of_the_challenger(self, side_by_side):
        """v1.0.1 is better than v1.0.0, as it was judged then."""
        assert (side_by_side.challenger_version, side_by_side.rival.version) == ("v1.0.1", "v1.0.0")
        assert (side_by_side.verdict, side_by_side.metrics[0].outcome) == ("pass", "better")

    def test_is_the_other_way_round_on_request(self, judged):
        """The order of the names decides which is judged."""
        assert "worse" in typed(judged.root, "report", "--compare", "v1.0.1", "v1.0.0").out

    def test_has_the_facts_of_the_versions(self, side_by_side, judged):
        """Model, commit and parameters are those that were published, not the checkout's."""
        release = json.loads((judged.release("v1.0.1") / "release.json").read_text())

        assert side_by_side.challenger.sha256 == release["model"]
        assert side_by_side.reproduce.commit == release["commit"]
        assert [(change.before, change.after) for change in side_by_side.params] == [(2, 60)]

    def test_leaves_the_verdict_of_the_checkout(self, side_by_side, judged):
        """The report of the checkout's own model stays."""
        assert judged.report.challenger_version is None
        assert judged.report.challenger.sha256 != side_by_side.challenger.sha256

    @pytest.mark.parametrize(
        ("options", "code", "found"),
        [
            (("--compare", "v1.0.0", "v7.0.0"), 1, "there is no release of v7.0.0"),
            (("--compare", "v1.0.0", "seven"), 2, "seven"),
            (("x.json", "--compare", "v1.0.0", "v1.0.1"), 2, "both a file and two versions are named"),
        ],
    )
    def test_of_what_there_is_not_is_refused(self, judged, options, code, found):
        """The message names it."""
        assert found in typed(judged.root, "report", *options, code=code).err
