"""What a pull request can upload or arrange to mislead the job that writes comments: each is refused with one line.

Every case goes through `ringside ci report` as the job runs it, from the payload to the exit code. Most ask the double
without the process of `gh` between; those on commits and branches, and one of each kind, go through the real one.
"""

import copy

import pytest

import archives
from hostile_archives import ARCHIVES, STATUSES
from hostile_reports import REPORTS
from hub import shapes
from scene import FORK, Scene, told, wired

CASES = [*ARCHIVES, *STATUSES, *REPORTS]


@pytest.fixture(scope="module")
def scene(world):
    """A pull request of a fork, on which nobody has commented."""
    return Scene(world, "hostile", fork=True)


@pytest.fixture
def tell(monkeypatch, tmp_path, world):
    """Run the job for an event."""
    return lambda payload, **given: told(monkeypatch, tmp_path, world, payload, **given)


@pytest.fixture
def quick(monkeypatch, world):
    """No process of `gh`."""
    wired(monkeypatch, world, world.token())


def is_refused(tell, payload, scene, says, *, level="error"):
    """One line, no comment, nothing written, and no request that changes anything."""
    calls = len(scene.hub.calls)
    done = tell(payload)

    (line,) = done.lines
    assert line.startswith(f"::{level}::")
    assert line.isprintable()
    assert len(line) < 1000
    assert says in line
    assert "evil" not in line
    assert "@" not in line
    assert done.code == (1 if level == "error" else 0)
    assert done.left == {}
    assert scene.comments == []
    assert [call for call in scene.hub.calls[calls:] if call.method != "GET"] == []


class TestContent:
    """What the run uploaded."""

    def test_are_more_than_a_hundred_each_by_its_name(self):
        """No two cases have one name."""
        assert len({name for name, *_ in CASES}) == len(CASES) > 150

    def test_would_be_told_from_an_honest_report(self, world, tell):
        """What makes the cases is accepted as it is, so that each is refused for what it says it is."""
        scene = Scene(world, "honest", fork=True)

        done = tell(scene.run(archives.judged(scene.merge)))

        assert (done.code, len(scene.comments)) == (0, 1)

    @pytest.mark.usefixtures("quick")
    @pytest.mark.parametrize(("make", "says"), [pytest.param(m, s, id=n) for n, m, s in CASES])
    def test_is_refused(self, scene, tell, make, says):
        """One line says what was found; no comment, no file, no output."""
        is_refused(tell, scene.run(make(scene.merge)), scene, says)

    @pytest.mark.parametrize("name", ["bomb of 60 MB", "traversal by slashes", "name: a script", "report with NaN"])
    def test_is_refused_through_gh(self, scene, tell, name):
        """The same by the process that the job starts."""
        make, says = next((make, says) for found, make, says in CASES if found == name)

        is_refused(tell, scene.run(make(scene.merge)), scene, says)


# Arranged outside of the archive: what stands in GitHub's lists and payloads, or who else's commit it is.


def _of_main(scene):
    return scene.run(archives.judged(scene.world.main))


def _of_nobody(scene):
    return scene.run(archives.judged("9" * 40))


def _of_another(scene):
    return scene.run(archives.judged(Scene(scene.world, "another").merge))


def _merged_the_other_way(scene):
    made = scene.hub.bare("acme/demo").merge(scene.head, scene.world.main, "Merge main into it")
    return scene.run(archives.judged(made))


def _status_of_another(scene):
    files = ("status.json", archives.status_of(scene.world.main)), ("report.json", archives.report_of(scene.merge))
    return scene.run(archives.zipped(*files))


def _status_alone_of_another(scene):
    status = archives.status_of(scene.world.main, state="broken", step="pipeline")
    return scene.run(archives.zipped(("status.json", status)))


def _no_commit(scene):
    return scene.run(archives.judged(None))


def _two(scene):
    payload = scene.run(scene.judged())
    scene.hub.artifact(scene.made, "report", scene.judged(), repository="acme/demo")
    return payload


def _three_after_one_repeat(scene):
    payload = _two(scene)
    scene.hub.artifact(scene.made, "report", scene.judged(), repository="acme/demo")
    payload["workflow_run"]["run_attempt"] = 2
    return payload


def _expired(scene):
    payload = scene.run(scene.judged())
    scene.repo.artifacts[-1].expired = True
    return payload


def _huge(scene):
    return scene.run(scene.judged() + b"\0" * 2_600_000)


FACTS = [
    ("report of main's tip", _of_main, "another commit"),
    ("report of a commit that there is not", _of_nobody, "another commit"),
    ("report of another pull request", _of_another, "another commit"),
    ("report of a merge the other way round", _merged_the_other_way, "another commit"),
    ("report and status of two commits", _status_of_another, "do not name one commit"),
    ("status of another commit", _status_alone_of_another, "another commit"),
    ("report of no commit", _no_commit, "do not name one commit"),
    ("two artifacts", _two, "2 artifacts"),
    ("three artifacts of two attempts", _three_after_one_repeat, "3 artifacts"),
    ("expired artifact", _expired, "expired"),
    ("archive of 2.6 MB", _huge, "empty or has more"),
]

LISTED = {
    "artifact of another run": ({"workflow_run": {"id": 1, "head_sha": "1" * 40}}, "another run"),
    "artifact of another commit": ("sha", "another run"),
    "artifact of no run": ({"workflow_run": None}, "another run"),
    "artifact with a path for a number": ({"id": "../../../user"}, "another run"),
    "artifact whose bytes were replaced": ({"digest": f"sha256:{'0' * 64}"}, "not those that the run uploaded"),
    "artifact whose digest is of another kind": ({"digest": "md5:0"}, "not those that the run uploaded"),
    "artifact of no size": ({"size_in_bytes": 0}, "empty or has more"),
    "artifact of a size that is a text": ({"size_in_bytes": "1"}, "empty or has more"),
    "artifact of unknown age": ({"expired": None}, "expired"),
}

PAYLOADS = {
    "run of another workflow": ({"path": ".github/workflows/evil.yaml"}, "another workflow"),
    "run of a workflow of the same name": ({"path": ".github/workflows/train.yml"}, "another workflow"),
    "run of a path that goes on": ({"path": ".github/workflows/train.yaml\n"}, "another workflow"),
    "run of no workflow": ({"path": None}, "another workflow"),
    "run of a push": ({"event": "push"}, "not started by a pull request"),
    "run of pull_request_target": ({"event": "pull_request_target"}, "not started by a pull request"),
    "run of a comment": ({"event": "issue_comment"}, "not started by a pull request"),
    "run of a schedule": ({"event": "schedule"}, "not started by a pull request"),
    "run of another repository": ({"repository": {"full_name": FORK}}, "another repository"),
    "run with a path for a number": ({"id": "1/../../2"}, "its id is no number"),
    "run with a number that is true": ({"id": True}, "its id is no number"),
    "run with a commit that is a branch": ({"head_sha": "main"}, "its head_sha is not"),
    "run with a commit of 41 digits": ({"head_sha": "1" * 41}, "its head_sha is not"),
    "run with a branch of two lines": ({"head_branch": "x\n::error::evil"}, "its head_branch is not"),
    "run with a branch with a space": ({"head_branch": "x evil"}, "its head_branch is not"),
    "run with no branch": ({"head_branch": None}, "its head_branch is not"),
    "run of a fork that is gone": ({"head_repository": None}, "is gone"),
    "run of a fork with a strange name": ({"head_repository": {"full_name": "a/../b/c"}}, "is gone"),
    "run with a conclusion in free text": ({"conclusion": "all is well"}, "its conclusion is not"),
    "run with an attempt below one": ({"run_attempt": 0}, "its run_attempt is no number"),
}

QUIET = {
    "run of a merge queue": ({"event": "merge_group"}, "for no pull request"),
    "run by hand": ({"event": "workflow_dispatch"}, "for no pull request"),
    "cancelled run": ({"conclusion": "cancelled"}, "did not finish"),
    "skipped run": ({"conclusion": "skipped"}, "did not finish"),
    "run that waits for approval": ({"conclusion": "action_required"}, "did not finish"),
    "run for an older commit": ({"head_sha": "1" * 40}, "has a newer commit"),
    "branch of that name elsewhere": ({"head_repository": {"full_name": "acme/demo"}}, "No open pull request"),
    "branch that is another parameter": ({"head_branch": "x&state=all&base=main"}, "No open pull request"),
    "branch that is gh's placeholder": ({"head_branch": "{branch}"}, "No open pull request"),
    "branch that is a path": ({"head_branch": "../../../../user"}, "No open pull request"),
    "branch that is an option": ({"head_branch": "--hostname=evil.example"}, "No open pull request"),
    "branch that is a shell's command": ({"head_branch": "$(id);`id`"}, "No open pull request"),
    "branch in another script": ({"head_branch": "\u202eevil-\u043f"}, "No open pull request"),
}


class TestFacts:
    """What stands around the archive."""

    @pytest.mark.parametrize(("arrange", "says"), [pytest.param(m, s, id=n) for n, m, s in FACTS])
    def test_that_do_not_fit_are_refused(self, scene, tell, arrange, says):
        """A report has to be of the run's own commit, and the only one of its attempt."""
        is_refused(tell, arrange(scene), scene, says)

    @pytest.mark.usefixtures("quick")
    @pytest.mark.parametrize("name", LISTED)
    def test_of_the_list_are_held_against_the_run(self, scene, tell, monkeypatch, name):
        """What GitHub lists has to belong to this run, and the bytes to what it lists."""
        change, says = LISTED[name]
        payload = scene.run(scene.judged())
        if change == "sha":
            change = {"workflow_run": {"id": scene.made.id, "head_sha": "1" * 40}}
        listed = shapes.artifact
        monkeypatch.setattr(shapes, "artifact", lambda *given: listed(*given) | change)

        is_refused(tell, payload, scene, says)

    def test_of_the_download_are_held_against_its_size(self, scene, tell, monkeypatch):
        """What is larger than the list says is not read to its end."""
        payload = scene.run(scene.judged() + b"\0" * 9_000_000)
        listed = shapes.artifact
        monkeypatch.setattr(shapes, "artifact", lambda *given: listed(*given) | {"size_in_bytes": 4000})

        is_refused(tell, payload, scene, "more than 2,500,000 bytes")

    @pytest.mark.usefixtures("quick")
    @pytest.mark.parametrize("name", PAYLOADS)
    def test_of_the_payload_are_held_against_the_workflow(self, scene, tell, name):
        """Only a run of Train's own file for a pull request to this repository is reported."""
        change, says = PAYLOADS[name]
        payload = scene.run(scene.judged())
        payload["workflow_run"] |= change

        is_refused(tell, payload, scene, says)

    @pytest.mark.parametrize("name", QUIET)
    def test_of_nobody_end_quietly(self, scene, tell, name):
        """A run that is not for an open pull request's tip says so in one notice and is no failure."""
        change, says = QUIET[name]
        payload = scene.run(scene.judged())
        payload["workflow_run"] |= change

        is_refused(tell, payload, scene, says, level="notice")

    @pytest.mark.parametrize("payload", [{}, {"workflow_run": None}, {"workflow_run": []}, {"workflow_run": "1"}])
    def test_are_needed(self, scene, tell, payload):
        """A payload without a run is refused."""
        is_refused(tell, copy.deepcopy(payload), scene, "no workflow_run")


@pytest.mark.slow
class TestAnOlderComment:
    """What stands in the conversation already."""

    def test_does_not_keep_its_verdict_beside_a_refused_report(self, world, tell):
        """A comment of an earlier commit says that the new report was refused, by our words alone."""
        scene = Scene(world, "first-good-then-bad", fork=True)
        tell(scene.run(scene.judged()))
        assert "**Pass: " in scene.comments[0].body

        done = tell(scene.run(archives.judged(world.main)))

        assert done.code == 1
        (comment,) = scene.comments
        assert comment.body.startswith("> [!CAUTION]\n> **Refused: ")
        assert "Pass" not in comment.body
