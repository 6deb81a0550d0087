"""One open issue for one matter."""

import pytest

from hub import BOT, Hub
from ringside.errors import GitHubError
from ringside.github.api import GitHub
from ringside.github.issues import close_issue, keep_issue
from shelves import REPO, ask_as, no_wait, on_hub

pytestmark = pytest.mark.slow


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A repository on the double, and this process with the right to write issues."""
    with Hub(tmp_path) as hub:
        yield on_hub(hub, tmp_path, monkeypatch)


@pytest.fixture
def github() -> GitHub:
    """GitHub, asked without pauses."""
    return GitHub(REPO, wait=no_wait)


class TestKeep:
    """`keep_issue`."""

    def test_opens_one(self, shelf, github):
        """Where there is none, one is opened; the marker is hidden."""
        made = keep_issue(github, "floor", "It fell", "Below the floor.")
        (issue,) = shelf.issues()

        assert (made.number, made.new, issue.title, issue.user) == (issue.number, True, "It fell", BOT)
        assert issue.body == "<!-- ringside: floor -->\n\nBelow the floor."
        assert made.url == f"https://github.com/{REPO}/issues/{issue.number}"

    def test_updates_the_open_one(self, shelf, github):
        """The same matter again changes the text and opens nothing."""
        first = keep_issue(github, "floor", "It fell", "Once.")
        again = keep_issue(github, "floor", "It fell further", "Twice.")

        assert (again.number, again.new) == (first.number, False)
        assert [(issue.title, issue.body.splitlines()[-1]) for issue in shelf.issues()] == [
            ("It fell further", "Twice.")
        ]

    def test_writes_nothing_where_nothing_changed(self, shelf, github):
        """Who says the same again troubles nobody."""
        keep_issue(github, "floor", "It fell", "Once.")
        shelf.hub.calls.clear()
        keep_issue(github, "floor", "It fell", "Once.")

        assert {call.method for call in shelf.hub.calls} == {"GET"}

    def test_opens_a_new_one_after_it_was_closed(self, shelf, github):
        """A matter that was over and comes back is a new issue."""
        first = keep_issue(github, "floor", "It fell", "Once.")
        close_issue(github, "floor", "Over.")

        assert keep_issue(github, "floor", "It fell", "Once.").number != first.number
        assert [issue.number for issue in shelf.issues("closed")] == [first.number]

    def test_keeps_matters_apart(self, shelf, github):
        """One issue for each marker; one marker that starts as another does is another."""
        keep_issue(github, "floor", "a", "a")
        keep_issue(github, "floor-2", "b", "b")

        assert len(shelf.issues()) == 2

    def test_takes_nothing_from_strangers(self, shelf, github):
        """An issue in which an outsider wrote the marker is not ours to change."""
        theirs = foreign(shelf)
        keep_issue(github, "floor", "It fell", "Once.")

        assert len(shelf.issues()) == 2
        assert shelf.there.issues[theirs].title == "mine"

    def test_finds_one_beyond_the_first_page(self, shelf, github):
        """However many issues are open, ours is found."""
        first = keep_issue(github, "floor", "It fell", "Once.")
        for _ in range(120):
            foreign(shelf, body="something else")

        assert keep_issue(github, "floor", "It fell", "Twice.").number == first.number

    @pytest.mark.parametrize("after", [False, True], ids=["undone", "done"])
    def test_with_a_lost_answer_opens_one(self, shelf, github, after):
        """Whether it was opened or not when the connection ended, in the end there is one."""
        shelf.hub.fail("POST", "/issues$", cut=True, after=after)
        keep_issue(github, "floor", "It fell", "Once.")

        assert len(shelf.issues()) == 1

    def test_closes_doubles(self, shelf, github):
        """Two of one matter, as two runs at once may open, become one."""
        keep_issue(github, "floor", "It fell", "Once.")
        github.post("issues", {"title": "It fell", "body": "<!-- ringside: floor -->\n\nOnce."})
        keep_issue(github, "floor", "It fell", "Once.")

        assert len(shelf.issues()) == 1

    def test_without_the_right_is_an_error(self, shelf, github, monkeypatch):
        """A token that may not write issues is told so."""
        ask_as(shelf.hub, monkeypatch, {"contents": "write", "issues": "read"})

        with pytest.raises(GitHubError) as caught:
            keep_issue(github, "floor", "It fell", "Once.")
        assert caught.value.status == 403

    @pytest.mark.parametrize("marker", ["", "a b", "-->", "A", "a" * 61])
    def test_of_an_odd_marker_is_refused(self, github, marker):
        """A marker cannot end the comment that hides it."""
        with pytest.raises(ValueError, match="no marker"):
            keep_issue(github, marker, "t", "b")


class TestClose:
    """`close_issue`."""

    def test_comments_and_closes(self, shelf, github):
        """The issue is closed as completed, with the sentence as its last comment."""
        made = keep_issue(github, "floor", "It fell", "Once.")

        assert close_issue(github, "floor", "Over.") == made.number
        (issue,) = shelf.issues("closed")
        assert ([comment.body for comment in issue.comments], issue.reason) == (["Over."], "completed")

    def test_of_none_does_nothing(self, shelf, github):
        """Where no issue is open, nothing is written."""
        assert close_issue(github, "floor", "Over.") is None
        assert {call.method for call in shelf.hub.calls} == {"GET"}

    def test_with_a_lost_answer_comments_once(self, shelf, github):
        """A comment whose answer was lost is not written twice."""
        keep_issue(github, "floor", "It fell", "Once.")
        shelf.hub.fail("POST", "/comments$", cut=True, after=True)
        close_issue(github, "floor", "Over.")

        assert len(shelf.issues("closed")[0].comments) == 1


def foreign(shelf, body: str = "<!-- ringside: floor -->\n\nsend money") -> int:
    """An issue that somebody opened who has no right here; its number."""
    return shelf.hub.issue(shelf.there, "mine", body, user="mallory").number
