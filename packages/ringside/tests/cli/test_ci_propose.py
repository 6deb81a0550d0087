"""`ringside ci propose`: one pull request, one issue for each alarm, and nothing that the watch did not hand on."""

import hashlib
import subprocess
import sys

import pytest

from examples import failed, huge
from hub import BOT, Hub
from proposing import REPO, Desk
from ringside.github.api import GitHub
from ringside.github.proposals import FILES, has_open_alarms
from ringside.registry.checksums import write_sums
from ringside.report.render.markdown import LIMIT

pytestmark = pytest.mark.long

JULY, AUGUST = "2013-07", "2013-08"


@pytest.fixture
def desk(tmp_path) -> Desk:
    """A repository that lets workflows open pull requests."""
    with Hub(tmp_path) as hub:
        yield Desk(hub, tmp_path)


def person_pushes(desk: Desk, branch: str, file: str = "code.py") -> str:
    """Somebody adds a commit to a branch; the commit."""
    desk.git("fetch", "--quiet", "origin", branch)
    desk.git("checkout", "--quiet", "-B", "theirs", "FETCH_HEAD")
    (desk.root / file).write_text("better\n", encoding="utf-8")
    desk.git("add", file)
    desk.git("commit", "--quiet", "--message", "better")
    made = desk.git("rev-parse", "HEAD")
    desk.git("push", "--quiet", "origin", f"HEAD:{branch}")
    desk.git("checkout", "--quiet", "main")
    return made


def relisted(folder) -> str:
    """The hash of the list that is written over what stands in the folder now."""
    (folder / "SHA256SUMS").unlink()
    write_sums(folder)
    return hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()


class TestPullRequest:
    """A model was retrained."""

    def test_is_opened_with_the_evidence(self, desk):
        """One pull request onto main, what to press at its top, why it is there, the champion's figures, the report."""
        desk.propose(desk.watch(JULY))
        (pull,) = desk.pulls()

        assert (pull.pull.head_ref, pull.pull.base_ref, pull.user) == (f"retrain/{JULY}", "main", BOT)
        assert pull.title == "Retrain on 2013-07: the new model passes"
        assert pull.body.index("Approve workflows to run") < 300
        assert "A new model was trained, because there are new data. New: 2013-07." in pull.body
        assert "v1.0.0 has no problem" in pull.body
        assert "What now:" in pull.body
        assert f"https://github.com/{REPO}/actions/runs/7" in pull.body

    def test_changes_the_files_of_data_and_lock_alone(self, desk):
        """One commit on the one that was watched, by the workflows' account; no other path differs."""
        desk.propose(desk.watch(JULY))
        tip = desk.bare.commit(desk.pulls()[0].pull.head_sha)
        changed = desk.bare.run("diff", "--name-only", desk.commit, tip["sha"]).splitlines()

        assert tip["parents"] == [desk.commit]
        assert tip["author"]["name"] == BOT
        assert sorted(changed) == sorted(FILES.values())
        assert desk.bare.run("show", f"{tip['sha']}:data/manifest.json") == "new data/manifest.json"
        assert desk.git("status", "--porcelain") == ""

    def test_carries_the_partitions_that_git_keeps(self, desk):
        """Where data are kept in Git, the new partition comes with the branch, byte for byte."""
        content = bytes(range(256)) * 40
        desk.write(desk.watch(JULY))
        folder = desk.root.parent / "proposal"
        (folder / "store-2013-07.parquet").write_bytes(content)
        desk.propose(sums=relisted(folder))
        tip = desk.pulls()[0].pull.head_sha
        (desk.root.parent / "sent.parquet").write_bytes(content)

        blob = desk.git("hash-object", str(desk.root.parent / "sent.parquet"))
        assert desk.bare.run("rev-parse", f"{tip}:data/store/2013-07.parquet").strip() == blob

    def test_carries_what_dvc_imports(self, desk):
        """The record of a file in a bucket says where main stands, so it comes with the rows that were read from it."""
        desk.write(desk.watch(JULY))
        folder = desk.root.parent / "proposal"
        (folder / "source-churn.csv.dvc").write_text("md5: new\n", encoding="utf-8")
        desk.propose(sums=relisted(folder))
        tip = desk.pulls()[0].pull.head_sha

        assert desk.bare.run("show", f"{tip}:data/source/churn.csv.dvc").strip() == "md5: new"

    def test_waits_for_a_person(self, desk):
        """GitHub holds the checks of what a workflow opened until somebody approves, as the body says."""
        desk.hub.take()
        desk.propose(desk.watch(JULY))

        events = [event for event in desk.hub.take() if event["name"] == "pull_request"]

        assert [event["approval_required"] for event in events] == [True]

    def test_stays_one_when_nothing_changed(self, desk):
        """The same proposal once more pushes nothing and asks for no new approval."""
        desk.propose(desk.watch(JULY))
        before = desk.pulls()[0].pull.head_sha
        desk.hub.take()
        desk.propose(desk.watch(JULY))

        assert [pull.pull.head_sha for pull in desk.pulls()] == [before]
        assert desk.hub.take() == []

    def test_is_brought_up_to_date(self, desk):
        """Another model of the same month: the same pull request with another commit, title and body."""
        desk.propose(desk.watch(JULY))
        before = desk.pulls()[0].pull.head_sha
        desk.propose(desk.watch(JULY, verdict="fail"), failed(), text="newer")
        (pull,) = desk.pulls()

        assert pull.pull.head_sha != before
        assert pull.title == "Retrain on 2013-07: the new model fails"
        assert "The policy refuses the retrained model." in pull.body

    def test_of_an_older_month_is_superseded(self, desk):
        """August holds July's data too: July's pull request is closed with a word, and its branch goes."""
        desk.propose(desk.watch(JULY))
        desk.propose(desk.watch(JULY, AUGUST))

        (old,) = desk.pulls("closed")
        assert [pull.pull.head_ref for pull in desk.pulls()] == [f"retrain/{AUGUST}"]
        assert "Newer data came" in old.comments[0].body
        assert desk.bare.sha(f"refs/heads/retrain/{JULY}") is None

    def test_keeps_somebody_s_commit(self, desk):
        """A branch on which a person worked is not replaced: the run fails and says what to do."""
        desk.propose(desk.watch(JULY))
        theirs = person_pushes(desk, f"retrain/{JULY}")

        said = desk.propose(desk.watch(JULY), text="newer", code=1).err

        assert "not from Ringside" in said
        assert desk.bare.sha(f"refs/heads/retrain/{JULY}") == theirs

    def test_with_somebody_s_commit_is_not_superseded(self, desk):
        """August leaves a July that a person works on alone."""
        desk.propose(desk.watch(JULY))
        person_pushes(desk, f"retrain/{JULY}")
        desk.propose(desk.watch(JULY, AUGUST))

        assert {pull.pull.head_ref for pull in desk.pulls()} == {f"retrain/{JULY}", f"retrain/{AUGUST}"}

    def test_that_people_closed_is_not_opened_again(self, desk):
        """No is an answer, until the data or the code are others."""
        desk.propose(desk.watch(JULY))
        desk.hub.close(desk.repo, desk.pulls()[0], by="ada")
        said = desk.propose(desk.watch(JULY)).out

        assert desk.pulls() == []
        assert "people closed the pull request" in said

        desk.propose(desk.watch(JULY), text="newer")

        assert len(desk.pulls()) == 1

    def test_is_not_opened_where_main_has_it_all(self, desk):
        """A model that main has already changes nothing, so nothing is proposed."""
        said = desk.propose(desk.watch(JULY), text="old").out

        assert "the default branch has these data and this model already" in said
        assert (desk.pulls(), desk.bare.sha(f"refs/heads/retrain/{JULY}")) == ([], None)

    def test_is_short_enough_whatever_the_report_holds(self, desk):
        """The largest report leaves a body that GitHub takes."""
        desk.propose(desk.watch(JULY), huge())

        assert len(desk.pulls()[0].body) <= LIMIT

    def test_is_made_once_where_the_answer_was_lost(self, desk):
        """A connection that was cut after GitHub had made the pull request leaves one."""
        desk.hub.fail("POST", "/pulls$", cut=True, after=True)
        desk.propose(desk.watch(JULY))

        assert len(desk.pulls()) == 1


class TestNotAllowed:
    """The setting that lets workflows open pull requests is off, as in every new repository."""

    @pytest.fixture
    def shut(self, tmp_path) -> Desk:
        """Such a repository."""
        with Hub(tmp_path) as hub:
            yield Desk(hub, tmp_path, may_propose=False)

    def test_an_issue_has_the_link(self, shut):
        """The branch is there, and one issue with the link that opens the pull request and with the evidence."""
        for text in ("new", "newer"):
            shut.propose(shut.watch(JULY), text=text)
        (issue,) = shut.issues()

        assert f"https://github.com/{REPO}/compare/main...retrain/{JULY}?quick_pull=1" in issue.body
        assert "Approve workflows" not in issue.body
        assert shut.bare.sha(f"refs/heads/retrain/{JULY}")
        assert shut.pulls() == []

    def test_the_issue_goes_when_the_pull_request_is_there(self, shut):
        """Somebody opened it by the link: the next run closes the issue and fills the pull request."""
        shut.propose(shut.watch(JULY))
        shut.hub.pull_request(f"retrain/{JULY}", repository=REPO, user="ada", title="Retrain", body="")
        shut.propose(shut.watch(JULY))

        assert shut.issues() == []
        assert shut.pulls()[0].title == "Retrain on 2013-07: the new model passes"

    def test_what_a_person_wrote_stays(self, shut):
        """A pull request with a body of a person's own keeps it."""
        shut.propose(shut.watch(JULY))
        shut.hub.pull_request(f"retrain/{JULY}", repository=REPO, user="ada", title="Mine", body="My words.")
        shut.propose(shut.watch(JULY))

        assert (shut.pulls()[0].title, shut.pulls()[0].body) == ("Mine", "My words.")


class TestAlarms:
    """Something is wrong, or is over."""

    def test_has_one_issue(self, desk):
        """A champion below its floor: one issue, however often it is found."""
        for _ in range(2):
            desk.propose(desk.watch(alarms=("below_floor",)))
        (issue,) = desk.issues()

        assert issue.title == "The champion is below its floor"
        assert "actions/workflows/rollback.yaml" in issue.body
        assert desk.pulls() == []

    def test_is_closed_when_it_is_over(self, desk):
        """The next month is fine: the issue is closed with a word."""
        desk.propose(desk.watch(alarms=("worse", "data"), data_problem="schema", data_partition=JULY))
        assert {issue.title for issue in desk.issues()} == {
            "The champion is worse than the version before it", "New data are not as they must be"
        }  # fmt: skip

        desk.propose(desk.watch())

        assert desk.issues() == []
        assert "Over" in desk.issues("closed")[0].comments[0].body

    def test_stays_open_where_nothing_can_be_told(self, desk):
        """A registry that gives no answer does not say that the champion is well."""
        desk.propose(desk.watch(alarms=("below_floor",)))
        unknown = desk.watch().monitor.model_copy(update={"state": "unreachable", "metrics": [], "alarms": []})
        desk.propose(desk.watch(monitor=unknown))

        assert len(desk.issues()) == 1

    def test_stands_beside_a_pull_request(self, desk):
        """A fallen champion and the model that may replace it: both, and the pull request says what counts."""
        desk.propose(desk.watch(JULY, alarms=("below_floor",)))

        assert (len(desk.issues()), len(desk.pulls())) == (1, 1)
        assert "Being no worse is not enough" in desk.pulls()[0].body


class TestOpenAlarms:
    """What the watch, which may only read, asks before it hands nothing on."""

    def test_are_those_of_ours(self, desk, monkeypatch):
        """An issue of a person's own is no alarm; one that an earlier run opened is."""
        for name, value in desk.hub.environment(desk.token).items():
            monkeypatch.setenv(name, value)
        GitHub(REPO).post("issues", {"title": "Help", "body": "The champion is below its floor"})

        assert not has_open_alarms(GitHub(REPO))

        desk.propose(desk.watch(alarms=("below_floor",)))

        assert has_open_alarms(GitHub(REPO))


class TestHandedOn:
    """What stands in the folder is what the watch stated, or nothing happens."""

    def refused(self, desk: Desk, words: str, **how: object) -> None:
        """The command fails with these words and leaves nothing on GitHub."""
        said = desk.propose(code=how.pop("code", 1), **how).err
        assert words in said
        assert desk.hub.called("POST") == []
        assert [name for name, *_ in desk.bare.refs("refs/heads/")] == ["refs/heads/main"]

    def test_with_other_bytes_is_refused(self, desk):
        """A file that was changed after the watch stated the hashes."""
        sums = desk.write(desk.watch(JULY))
        (desk.root.parent / "proposal" / "raw.dvc").write_text("evil\n", encoding="utf-8")

        self.refused(desk, "does not match its hash", sums=sums)

    def test_that_is_not_there_is_refused(self, desk):
        """A folder that nobody wrote."""
        self.refused(desk, "there is no such folder", sums="0" * 64)

    def test_with_another_list_is_refused(self, desk):
        """A list of hashes that is not the one of the output."""
        desk.write(desk.watch(JULY))

        self.refused(desk, "not the one that the watch stated", sums="0" * 64)

    def test_without_a_hash_is_refused(self, desk):
        """Nothing is believed that nobody vouched for."""
        desk.write(desk.watch(JULY))

        self.refused(desk, "RINGSIDE_SUMS", sums="none", code=2)

    def test_with_a_file_more_is_refused(self, desk):
        """No other file gets into a branch, whatever the list says."""
        desk.write(desk.watch(JULY))
        folder = desk.root.parent / "proposal"
        (folder / "params.yaml").write_text("policy: {}\n", encoding="utf-8")

        self.refused(desk, "which is not part of a proposal", sums=relisted(folder))

    @pytest.mark.parametrize(
        "name", ["store-.parquet", "store-..parquet", "store-2013-07.csv", "source-.dvc", "source-churn.csv"]
    )
    def test_with_a_file_of_no_name_is_refused(self, desk, name):
        """Nor does a file under data/store that is no partition's, or under data/source that is no record of DVC's."""
        desk.write(desk.watch(JULY))
        folder = desk.root.parent / "proposal"
        (folder / name).write_bytes(b"rows")

        self.refused(desk, "", sums=relisted(folder))

    def test_with_a_link_is_refused(self, desk):
        """A link leads nowhere."""
        desk.write(desk.watch(JULY))
        folder = desk.root.parent / "proposal"
        (folder / "raw.dvc").unlink()
        (folder / "raw.dvc").symlink_to("/etc/hostname")

        self.refused(desk, "something other than files", sums="0" * 64)

    def test_of_another_commit_is_refused(self, desk):
        """A branch is made of the commit that was watched, which must be checked out."""
        self.refused(desk, "which is not checked out here", watch=desk.watch(JULY, commit="a" * 40))

    def test_without_its_report_is_refused(self, desk):
        """A decision to retrain comes with a report."""
        desk.write(desk.watch(JULY))
        folder = desk.root.parent / "proposal"
        (folder / "report.json").unlink()

        self.refused(desk, "contradict each other", sums=relisted(folder))


class TestJob:
    """What the job that may write loads."""

    def test_imports_no_data_library(self):
        """Reading a proposal and carrying it out needs neither pandas, NumPy, pyarrow, SciPy nor scikit-learn."""
        script = "import sys, ringside.github.proposals, ringside.cli.ci.propose; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

        heavy = {"pandas", "numpy", "pyarrow", "scipy", "sklearn", "dvc"}
        assert heavy & set(done.stdout.split()) == set()
