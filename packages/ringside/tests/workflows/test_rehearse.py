"""The rehearsal, shortened: the page has all that happened."""

import contextlib
import html
import re
import shutil

import pytest

import rehearse
from arena import REPOSITORY, Played
from hub.flavoured import to_html as rendered
from rehearse import NotAsToldError, Stage, Step, must, new_seed, play, rolled_back, stranger

# In the group of the stories that look at the same two merges, so that these are played once for all.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("stories-merges")]
SHORT = (Step("Another seed", new_seed), Step("A stranger", stranger), Step("Back", rolled_back))


@pytest.fixture(scope="module")
def rehearsed(merges, tmp_path_factory):
    """Two versions, and then three steps; what stood in the end, the page, and the lines of the terminal."""
    folder = tmp_path_factory.mktemp("rehearsed")
    with merges.arena.twin(folder / "hub") as arena:
        months = shutil.copytree(arena.machine["HARBOUR"], folder / "months")
        lines = []
        page = play(Stage(arena, months), SHORT, lines.append)
        yield arena.hub.of(REPOSITORY), page, lines


def section(page: str, anchor: str) -> str:
    """What stands under an anchor."""
    found = re.findall(rf'<section id="{anchor}">(.*?)</section>', page, re.DOTALL)
    assert len(found) == 1, anchor
    return found[0]


class TestPage:
    """What `make rehearse` leaves."""

    def test_has_each_pull_request_and_issue(self, rehearsed):
        """Title, body and each comment stand in the section of their own."""
        there, page, _ = rehearsed
        said = [[issue.body, *(comment.body for comment in issue.comments)] for issue in there.issues.values()]

        assert [len(texts) > 1 for texts in said].count(True) == 2
        for issue, texts in zip(there.issues.values(), said, strict=True):
            shown = section(page, f"i{issue.number}")
            assert html.escape(issue.title) in shown
            assert [text for text in texts if text and rendered(text) not in shown] == []

    def test_has_each_check(self, rehearsed):
        """With its job's name, its word and its annotations, at the run; those of a head also at its pull request."""
        there, page, _ = rehearsed
        heads = {issue.pull.head_sha: issue.number for issue in there.pulls()}

        assert {check.name for check in there.checks} >= {"Verdict", "Comment", "Release", "Roll back"}
        for check in there.checks:
            places = [f"r{check.run}", *([f"i{heads[check.sha]}"] if check.sha in heads else [])]
            for shown in [section(page, place) for place in places]:
                assert f"<strong>{html.escape(check.name)}</strong>" in shown
                assert [each for each in check.annotations if html.escape(each["message"]) not in shown] == []

    def test_has_each_summary(self, rehearsed):
        """What a job wrote stands at its run."""
        there, page, _ = rehearsed
        written = [(run.id, text) for run in there.runs for text in run.summaries.values() if text.strip()]

        assert len(written) > 5
        assert [text for run, text in written if rendered(text) not in section(page, f"r{run}")] == []

    def test_has_each_release(self, rehearsed):
        """With notes and files; the version that a rollback brought back is marked latest, and only that."""
        there, page, _ = rehearsed
        marked = [one.tag for one in there.releases if ">Latest</span>" in section(page, f"release{one.id}")]

        assert marked == ["model@v1.0.0"]
        for release in there.releases:
            shown = section(page, f"release{release.id}")
            assert rendered(release.body) in shown
            assert [file.name for file in release.assets if file.name not in shown] == []

    def test_leads_from_each_step_to_what_it_made(self, rehearsed):
        """The list at its top links the stranger's pull request, and the issue of the rollback, and all links end."""
        there, page, _ = rehearsed
        top = page[: page.index("</header>")]
        steps = re.findall(r"<li>(.*?)</li>", top, re.DOTALL)
        (issue,) = [one.number for one in there.issues.values() if not one.pull]

        assert len(steps) == len(SHORT)
        assert f'href="#i{issue}"' in steps[-1]
        assert set(re.findall(r'href="#(\w+)"', page)) <= set(re.findall(r'id="(\w+)"', page))

    def test_runs_and_fetches_nothing(self, rehearsed):
        """It is one file: no script, no image (CML's mark is not asked for); a stranger's text is text."""
        _, page, _ = rehearsed

        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in page
        assert not re.search(r"<(script|link|iframe)\b|<img (?!src=\"https://cml.dev/watermark.png#)", page)


class TestTerminal:
    """What a person sees meanwhile."""

    def test_says_what_each_step_came_to(self, rehearsed):
        """A line for the step and one for what GitHub shows."""
        _, _, lines = rehearsed

        assert [line.split("\n")[0].rpartition(" (")[0].strip() for line in lines] == [
            "1. Another seed",
            "2. A stranger",
            "3. Back",
        ]
        assert "Verdict is green: Pass" in lines[0]
        assert "(403)" in lines[1]
        assert "v1.0.0 is marked latest again, v1.1.0 is held back" in lines[2]

    def test_ends_where_the_story_does_not_go_as_told(self):
        """A step that came out otherwise is named."""
        with pytest.raises(NotAsToldError, match="the sky is green does not hold"):
            must(held=False, told="the sky is green", played=Played())

    def test_is_told_where_the_page_is(self, merges, tmp_path, monkeypatch, capsys):
        """The last line names the file."""

        def here(_):
            return contextlib.nullcontext(Stage(merges.arena, tmp_path))

        monkeypatch.setattr(rehearse, "copy_of", here)
        monkeypatch.setattr(rehearse, "STORY", ())
        monkeypatch.setattr(rehearse, "PAGE", tmp_path / "reports" / "rehearsal.html")
        monkeypatch.chdir(tmp_path)
        rehearse.main()

        assert "reports/rehearsal.html" in capsys.readouterr().out.splitlines()[-1]
        assert "model@v1.1.0" in (tmp_path / "reports" / "rehearsal.html").read_text()
