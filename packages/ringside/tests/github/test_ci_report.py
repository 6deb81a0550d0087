"""`ringside ci report`: from the end of a run of Train to the comment on its pull request."""

import json
import os
import subprocess
import sys

import pytest

import archives
from ringside.github.api import GitHub
from ringside.github.comment import Commenter
from scene import FORK, REPO, Scene, told, tools, wired

pytestmark = pytest.mark.slow


@pytest.fixture
def tell(monkeypatch, tmp_path, world):
    """Run the job for an event."""
    world.hub.faults.clear()
    return lambda payload, **given: told(monkeypatch, tmp_path, world, payload, **given)


@pytest.fixture
def quick(monkeypatch, world):
    """No process of `gh`."""
    wired(monkeypatch, world, world.token())


def only(scene):
    """The one comment's text."""
    (comment,) = scene.comments
    return comment.body


class TestComment:
    """What people see."""

    @pytest.mark.parametrize("fork", [False, True], ids=["branch", "fork"])
    def test_is_written_for_a_branch_and_for_a_fork(self, world, tell, fork):
        """The report becomes one comment of the bot's, with links made from GitHub's own fields."""
        scene = Scene(world, f"first-{fork}", fork=fork)

        done = tell(scene.run(scene.judged()))

        assert (done.code, done.left) == (0, {})
        assert done.lines[0].startswith("::notice::The comment of pull request ")
        assert scene.comments[0].user == "github-actions[bot]"
        assert only(scene).startswith("> [!TIP]\n> **Pass: ")
        there = f"https://github.com/acme/demo/actions/runs/{scene.made.id}"
        assert f"({there}) for commit `{scene.head[:7]}`" in only(scene)

    @pytest.mark.usefixtures("quick")
    def test_says_what_the_newest_run_said(self, world, tell):
        """Pass, then fail: one comment, and it says fail."""
        scene = Scene(world, "changes")
        tell(scene.run(scene.judged()))

        done = tell(scene.run(scene.judged(worse=True), conclusion="failure"))

        assert done.code == 0
        assert only(scene).startswith("> [!CAUTION]\n> **Fail: ")

    @pytest.mark.usefixtures("quick")
    def test_links_to_the_page_that_the_run_left(self, world, tell):
        """The page is linked by its number at GitHub, and never read."""
        scene = Scene(world, "page")
        payload = scene.run(scene.judged())
        page = world.hub.artifact(scene.made, "page", b"no zip at all", repository=REPO)

        tell(payload)

        assert f"/actions/runs/{scene.made.id}/artifacts/{page.id})" in only(scene)
        assert not world.hub.called("GET", rf"artifacts/{page.id}")

    @pytest.mark.usefixtures("quick")
    @pytest.mark.parametrize(
        ("status", "words"),
        [
            ({"state": "not_judged", "step": "data", "reason": "data_unreadable"}, "> **Not judged: "),
            ({"state": "broken", "step": "pipeline", "stage": "train"}, "the stage train failed"),
            ({"state": "broken", "step": "data"}, "> **Broken: the data "),
            ({"state": "broken", "step": "judge", "commit": None}, "> **Broken: a model was trained"),
        ],
        ids=["not judged", "stage", "data", "judge, of no commit"],
    )
    def test_says_why_there_is_no_verdict(self, world, tell, status, words):
        """A run that was not judged, or broke, is told in our words."""
        scene = Scene(world, words.split()[1].strip("*:") + str(len(words)))
        content = archives.status_of(**({"commit": scene.merge} | status))

        assert tell(scene.run(archives.zipped(("status.json", content)), conclusion="failure")).code == 0
        assert words in only(scene)

    @pytest.mark.usefixtures("quick")
    def test_has_a_line_for_a_lock_that_differs(self, world, tell):
        """The committed dvc.lock is only compared; what differs is one line."""
        scene = Scene(world, "lock")
        files = (
            ("status.json", archives.status_of(scene.merge, lock="differs")),
            ("report.json", archives.report_of(scene.merge, lock="differs")),
        )

        tell(scene.run(archives.zipped(*files)))

        assert only(scene).count("dvc.lock does not match the code.") == 1

    @pytest.mark.usefixtures("quick")
    def test_is_not_made_for_a_change_of_docs_alone(self, world, tell):
        """A run that trained nothing leaves no comment, and is no failure."""
        scene = Scene(world, "docs")

        done = tell(scene.run(None))

        assert (done.code, scene.comments) == (0, [])
        assert "nothing to judge and no comment" in done.lines[0]

    @pytest.mark.usefixtures("quick")
    @pytest.mark.parametrize(
        ("conclusion", "words"),
        [("success", "Nothing to judge"), ("failure", "No report: "), ("timed_out", "No report: ")],
    )
    def test_does_not_keep_an_older_verdict(self, world, tell, conclusion, words):
        """Where a later run has no report, a comment that stands already says so."""
        scene = Scene(world, f"later-{conclusion}")
        tell(scene.run(scene.judged()))

        assert tell(scene.run(None, conclusion=conclusion)).code == 0
        assert words in only(scene)
        assert "Pass" not in only(scene)

    @pytest.mark.usefixtures("quick")
    def test_is_of_the_newest_attempt(self, world, tell):
        """A run that was repeated has two artifacts of one name; the later one counts."""
        scene = Scene(world, "again")
        payload = scene.run(scene.judged())
        first = scene.repo.artifacts[-1]
        first.created, second = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"
        world.hub.artifact(scene.made, "report", scene.judged(worse=True), repository=REPO)
        payload["workflow_run"] |= {"run_attempt": 2, "run_started_at": second}

        assert tell(payload).code == 0
        assert "> **Fail: " in only(scene)

    @pytest.mark.usefixtures("quick")
    def test_is_of_the_first_attempt_where_only_another_job_was_repeated(self, world, tell):
        """An attempt that did not train again has the report of the one before."""
        scene = Scene(world, "verdict-again")
        payload = scene.run(scene.judged())
        scene.repo.artifacts[-1].created = "2026-01-01T00:00:00Z"
        payload["workflow_run"] |= {"run_attempt": 2, "run_started_at": "2026-01-01T00:01:00Z"}

        assert tell(payload).code == 0
        assert "> **Pass: " in only(scene)


class TestPull:
    """Which pull request it is."""

    @pytest.mark.usefixtures("quick")
    def test_is_none_once_the_branch_has_moved_on(self, world, tell):
        """A run for an older commit says nothing; the newer one's will."""
        scene = Scene(world, "moves")
        payload = scene.run(scene.judged())
        world.branch("moves")
        world.hub.settle()
        scene.issue.pull.head_sha = world.hub.bare(REPO).sha("refs/heads/moves")

        done = tell(payload)

        assert (done.code, scene.comments) == (0, [])
        assert "newer commit" in done.lines[0]

    @pytest.mark.usefixtures("quick")
    def test_is_none_once_it_is_closed(self, world, tell):
        """Nobody is told of what was merged or closed already."""
        scene = Scene(world, "closed")
        payload = scene.run(scene.judged())
        world.hub.close(scene.repo, scene.issue, by="acme")

        done = tell(payload)

        assert (done.code, scene.comments) == (0, [])
        assert "No open pull request" in done.lines[0]

    @pytest.mark.usefixtures("quick")
    def test_is_the_one_into_the_default_branch(self, world, tell):
        """Of two pull requests with one head, the one into another branch is left alone."""
        world.hub.bare(REPO).set("refs/heads/old", world.main)
        scene = Scene(world, "both")
        other = world.hub.pull_request("both", "old", repository=REPO)

        assert tell(scene.run(scene.judged())).code == 0
        assert len(scene.comments) == 1
        assert scene.repo.issues[other].comments == []

    @pytest.mark.usefixtures("quick")
    @pytest.mark.parametrize("archive", [archives.judged, None], ids=["judged", "nothing"])
    def test_is_none_for_a_run_into_another_branch(self, world, tell, archive):
        """What another branch's policy says of the same commit is not shown here; nor that it had nothing to judge."""
        name = f"aside-{archive is None}"
        world.hub.bare(REPO).set(f"refs/heads/{name}", world.branch(name))
        scene = Scene(world, f"twice-{archive is None}")
        tell(scene.run(scene.judged()))
        other = world.hub.pull_request(scene.branch, name, repository=REPO)
        merge = scene.repo.issues[other].pull.merge_sha

        done = tell(scene.run(archive(merge, worse=True) if archive else None))

        assert (done.code, done.lines[0].partition(": ")[0][:20]) == (0, "::notice::The run of")
        assert only(scene).startswith("> [!TIP]\n> **Pass: ")

    @pytest.mark.parametrize(
        "branch", ["a&state=all", "x%2Fy", "p#1+q", "o;p=1", "{owner}", "$(id)", "--jq", "\u202eevil", "ä/ö", "main"]
    )
    def test_is_found_whatever_its_branch_is_called(self, world, tell, branch):
        """A branch's name is anybody's text: it is quoted on its way to GitHub, and asks for nothing else."""
        scene = Scene(world, branch, fork=True)

        done = tell(scene.run(scene.judged()))

        assert (done.code, len(scene.comments)) == (0, 1)

    @pytest.mark.usefixtures("quick")
    def test_is_not_that_of_a_branch_of_the_same_name(self, world, tell):
        """A fork's branch that is called as one of ours has its own pull request."""
        ours, theirs = Scene(world, "same"), Scene(world, "same", fork=True)
        assert ours.home != theirs.home == FORK

        assert tell(theirs.run(theirs.judged())).code == 0
        assert (len(ours.comments), len(theirs.comments)) == (0, 1)


class TestBadDays:
    """What goes wrong on the way."""

    @pytest.mark.parametrize(
        "fault",
        [
            ("GET", "pulls", {"status": 500}),
            ("GET", "runs/", {"status": 503}),
            ("GET", "zip", {"status": 502}),
            ("GET", "comments", {"status": 502}),
            ("POST", "comments", {"status": 502}),
            ("POST", "comments", {"status": 401}),
            ("POST", "comments", {"status": 422, "message": "Validation Failed"}),
            ("", "", {"status": 429, "retry_after": 3600}),
        ],
        ids=["pull", "run", "download", "look", "write", "login", "refused", "limit"],
    )
    def test_end_with_one_line_and_are_mended_by_the_next_run(self, world, tell, monkeypatch, fault):
        """GitHub down: the job fails after its retries, nothing stands there, and the next one writes it."""
        method, pattern, how = fault
        for kind in (GitHub, Commenter):
            monkeypatch.setitem(kind.__init__.__kwdefaults__, "wait", lambda _: None)
        wired(monkeypatch, world, world.token())
        scene = Scene(world, f"down-{method}-{len(pattern)}-{how['status']}")
        payload = scene.run(scene.judged())
        world.hub.fail(method, pattern, times=99, **how)

        done = tell(payload)

        assert (done.code, scene.comments, len(done.lines)) == (1, [], 1)
        world.hub.faults.clear()
        assert tell(payload).code == 0
        assert len(scene.comments) == 1

    @pytest.mark.usefixtures("quick")
    def test_of_a_locked_conversation_are_no_failure(self, world, tell):
        """Where nobody may comment, a notice says where the report is."""
        scene = Scene(world, "locked")
        world.hub.fail("POST", "comments", status=403, message="Unable to create comment because issue is locked.")

        done = tell(scene.run(scene.judged()))

        assert (done.code, scene.comments) == (0, [])
        assert "is locked" in done.lines[0]

    def test_of_missing_rights_name_the_right(self, world, tell):
        """Without `pull-requests: write`, one line says that the job lacks a right."""
        scene = Scene(world, "rights")

        done = tell(scene.run(scene.judged()), token=world.token(**{"pull-requests": "read"}))

        assert (done.code, scene.comments, len(done.lines)) == (1, [], 1)
        assert "Resource not accessible by integration" in done.lines[0]


class TestJob:
    """The process that the workflow starts."""

    def test_imports_nothing_heavy(self, world, tmp_path):
        """No pandas, scikit-learn, NumPy or Arrow is loaded from start to comment."""
        world.hub.faults.clear()
        scene = Scene(world, "process", fork=True)
        event = tmp_path / "event.json"
        event.write_text(json.dumps(scene.run(scene.judged())))
        (tmp_path / "bin").mkdir()
        tools(tmp_path / "bin")
        environ = world.hub.environment(world.token()) | {
            "PATH": str(tmp_path / "bin"),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("src")),
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": REPO,
            "GITHUB_EVENT_NAME": "workflow_run",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_SHA": world.main,
            "RUNNER_TEMP": str(tmp_path),
        }

        done = subprocess.run(
            [sys.executable, "-c", WATCHED], env=environ, cwd=tmp_path, capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout.splitlines()[-1]) == []
        assert len(scene.comments) == 1

    def test_prints_for_a_person(self, world, tell):
        """Outside of Actions the verb takes a run's number, prints the Markdown and writes nothing."""
        scene = Scene(world, "person")
        scene.run(scene.judged())

        done = tell({}, arguments=("--run", str(scene.made.id)), GITHUB_ACTIONS="", GITHUB_EVENT_NAME="")

        assert (done.code, done.lines[0], scene.comments) == (0, "> [!TIP]", [])

    def test_says_what_it_needs(self, world, tell):
        """Without an event and without a number there is nothing to report."""
        done = tell({}, GITHUB_EVENT_NAME="push")

        assert (done.code, world.hub.called("POST", "never")) == (2, [])
        assert "--run" in done.lines[0]


WATCHED = """
import atexit, json, sys
def show():
    heavy = {"numpy", "pandas", "sklearn", "pyarrow", "scipy", "dvc", "pandera", "skops"}
    print(json.dumps(sorted(heavy & {name.partition(".")[0] for name in sys.modules})))
atexit.register(show)
sys.argv = ["ringside", "ci", "report"]
from ringside.cli.main import main
main()
"""
