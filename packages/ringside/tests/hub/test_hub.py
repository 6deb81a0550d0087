"""The double behaves as GITHUB does where our code or a workflow depends on it, asked by the real `gh` and Git."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from hub import BOT, Hub, gh

pytestmark = pytest.mark.slow

ALL = {"contents": "write", "issues": "write", "pull-requests": "write", "actions": "write"}
TRAIN = ".github/workflows/train.yaml"


class World:
    """A repository `acme/demo` with a checkout, and those who type in it."""

    def __init__(self, hub, folder):
        self.hub = hub
        self.source = folder / "source"
        self.source.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.write("params.yaml", "seed: 1\n")
        self.write(TRAIN, "name: Train\non: {workflow_dispatch: {}}\n")
        self.main = self.commit("one")
        self.repo = hub.repository("acme/demo", source=self.source)
        self.folder = folder / "work"
        self.git("clone", "--quiet", "https://github.com/acme/demo", str(self.folder), cwd=folder)

    def typed(self, *command, token=None, cwd=None, code=0, git="folder"):
        """What a command writes to stdout, or to stderr where it shall fail."""
        done = subprocess.run(
            command,
            cwd=cwd or self.source,
            env=os.environ | self.hub.environment(token, git=git),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{command}: {done.stdout}{done.stderr}"
        return (done.stdout or done.stderr) if code == 0 else done.stderr

    def git(self, *command, **how):
        """A Git command."""
        return self.typed("git", *command, **how).strip()

    def gh(self, *command, token=None, code=0):
        """A `gh` command by one with all rights, or with another token."""
        return self.typed(gh(), *command, token=token or self.all, code=code).strip()

    @property
    def all(self):
        """A workflow's token with all rights."""
        return self.hub.token(ALL)

    def write(self, name, text):
        """A file of the source."""
        (self.source / name).parent.mkdir(parents=True, exist_ok=True)
        (self.source / name).write_text(text, encoding="utf-8")

    def commit(self, message):
        """Everything, committed; the commit."""
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def push(self, branch, text, *, token=None, to="acme/demo"):
        """A branch with one commit on main that changes params.yaml, pushed; the commit."""
        self.git("checkout", "--quiet", "-B", branch, self.main)
        self.write("params.yaml", text)
        made = self.commit(branch)
        self.git("push", "--force", f"https://github.com/{to}", f"{branch}:{branch}", token=token)
        return made


@pytest.fixture
def world(tmp_path):
    """A fresh double."""
    with Hub(tmp_path) as hub:
        yield World(hub, tmp_path)


def names(hub):
    """The events since the last look."""
    return [(event["name"], event["action"], event["approval_required"]) for event in hub.take()]


class TestPullRequests:
    """Pull requests are Git's own."""

    def test_refs(self, world):
        """A pull request has the refs and the merge commit that a workflow checks out."""
        head = world.push("seed", "seed: 2\n")
        number = world.hub.pull_request("seed")
        bare = world.hub.bare("acme/demo")

        assert bare.sha(f"refs/pull/{number}/head") == head
        assert bare.commit(bare.sha(f"refs/pull/{number}/merge"))["parents"] == [world.main, head]

    def test_events(self, world):
        """What people do is told in order: pushes, the pull request, its new commit, its merge."""
        world.push("seed", "seed: 2\n")
        number = world.hub.pull_request("seed")
        second = world.push("seed", "seed: 3\n")
        events = world.hub.take()

        assert [(event["name"], event["action"]) for event in events] == [
            ("push", None),
            ("pull_request", "opened"),
            ("push", None),
            ("pull_request", "synchronize"),
        ]
        assert events[-1]["payload"]["pull_request"]["head"]["sha"] == second
        assert events[-1]["ref"] == f"refs/pull/{number}/merge"
        merged = world.hub.merge(number)
        assert names(world.hub) == [("pull_request", "closed", False), ("push", None, False)]
        assert world.hub.bare("acme/demo").sha("refs/heads/main") == merged

    def test_fork(self, world):
        """A fork's head is known by the pull request alone: neither by its commit nor by a run."""
        world.hub.repository("mallory/demo", fork_of="acme/demo", roles={})
        head = world.push("seed", "seed: 2\n", to="mallory/demo")
        number = world.hub.pull_request("seed", fork="mallory/demo")
        run = world.hub.start_run(
            TRAIN,
            name="Train",
            event="pull_request",
            sha=head,
            branch="seed",
            actor="mallory",
            head_repository="mallory/demo",
        )

        assert json.loads(world.gh("api", f"repos/acme/demo/commits/{head}/pulls")) == []
        assert json.loads(world.gh("api", f"repos/acme/demo/actions/runs/{run.id}"))["pull_requests"] == []
        asked = "repos/acme/demo/pulls?state=open&head=mallory%3Aseed"
        assert [one["number"] for one in json.loads(world.gh("api", asked))] == [number]

    def test_conflict(self, world):
        """A pull request that conflicts has no merge commit, and starts nothing."""
        world.push("seed", "seed: 2\n")
        world.push("other", "seed: 3\n")
        first, second = world.hub.pull_request("seed"), world.hub.pull_request("other")
        world.hub.merge(first)
        world.hub.take()

        assert not world.repo.issues[second].pull.mergeable
        assert not world.hub.bare("acme/demo").exists(f"refs/pull/{second}/merge")
        world.push("other", "seed: 4\n")
        assert names(world.hub) == [("push", None, False)]

    def test_squash(self, world):
        """A squashed merge has one parent."""
        world.push("seed", "seed: 2\n")
        made = world.hub.merge(world.hub.pull_request("seed"), squash=True)

        assert world.hub.bare("acme/demo").commit(made)["parents"] == [world.main]

    def test_setting(self, world):
        """Actions open pull requests only where the setting allows it."""
        world.push("seed", "seed: 2\n")
        ask = ["api", "repos/acme/demo/pulls", "-f", "title=T", "-f", "head=seed", "-f", "base=main"]

        assert "not permitted to create or approve" in world.gh(*ask, code=1)
        world.repo.may_propose = True
        assert json.loads(world.gh(*ask))["number"] == 1
        assert names(world.hub) == [("push", None, False), ("pull_request", "opened", True)]
        world.gh(*ask, code=1)
        assert world.hub.calls[-1].status == 422


class TestEvents:
    """Which deeds start workflows."""

    def test_token(self, world):
        """A workflow's push starts nothing; a dispatch does."""
        world.push("seed", "seed: 2\n", token=world.all)
        world.gh("api", "repos/acme/demo/dispatches", "-f", "event_type=model-changed", "-F", "client_payload[a]=1")
        world.gh("api", "repos/acme/demo/actions/workflows/train.yaml/dispatches", "-f", "ref=main")
        events = world.hub.take()

        assert [(event["name"], event["action"]) for event in events] == [
            ("repository_dispatch", "model-changed"),
            ("workflow_dispatch", None),
        ]
        assert events[0]["payload"]["client_payload"] == {"a": 1}

    def test_run(self, world):
        """The end of a run is told with what the next workflow looks at."""
        head = world.push("seed", "seed: 2\n")
        number = world.hub.pull_request("seed")
        run = world.hub.start_run(TRAIN, name="Train", event="pull_request", sha=head, branch="seed", actor="acme")
        world.hub.take()
        world.hub.end_run(run, "failure")
        (event,) = world.hub.take()
        told = event["payload"]["workflow_run"]

        assert (told["path"], told["event"], told["head_sha"], told["conclusion"]) == (
            TRAIN,
            "pull_request",
            head,
            "failure",
        )
        assert told["head_repository"]["owner"]["login"] == "acme"
        assert [one["number"] for one in told["pull_requests"]] == [number]
        assert (event["ref"], event["sha"]) == ("refs/heads/main", world.main)

    def test_queue(self, world):
        """A merge queue tests the merge on a branch of its own."""
        world.push("seed", "seed: 2\n")
        made = world.hub.merge_group(world.hub.pull_request("seed"))
        event = world.hub.take()[-1]

        assert (event["name"], event["sha"]) == ("merge_group", made)
        assert event["payload"]["merge_group"]["base_sha"] == world.main


class TestGit:
    """Pushes, by folder and by HTTPS."""

    @pytest.mark.parametrize("git", ["folder", "https"])
    def test_read_only(self, world, git):
        """A token without the right does not push."""
        helper = ["-c", f"credential.helper=!{gh()} auth git-credential"]
        world.git("checkout", "--quiet", "-B", "seed")
        place = ["push", "https://github.com/acme/demo", "seed"]

        said = world.git(
            *helper, *place, token=world.hub.token({"contents": "read"}), code=128 if git == "https" else 1, git=git
        )
        assert "403" in said
        world.git(*helper, *place, token=world.all, git=git)
        assert world.hub.bare("acme/demo").exists("refs/heads/seed")

    @pytest.mark.parametrize("git", ["folder", "https"])
    def test_workflows(self, world, git):
        """A workflow's token pushes no commit whose workflows stand on no branch, also by a tag; a person does."""
        helper = ["-c", f"credential.helper=!{gh()} auth git-credential"]
        world.write(TRAIN, "name: Other\n")
        world.commit("other")
        world.git("tag", "model@v1")
        place = ["push", "https://github.com/acme/demo", "model@v1"]

        assert "without `workflows` permission" in world.git(*helper, *place, token=world.all, code=1, git=git)
        world.git(*helper, *place, token=world.hub.token(user="acme"), git=git)
        assert names(world.hub) == [("push", None, False)]

    def test_private(self, world):
        """A private repository is not there for strangers."""
        world.repo.visibility = "private"
        place = ["ls-remote", "https://github.com/acme/demo"]

        assert "could not read Username" in world.git(*place, code=128, git="https")
        assert "HTTP 404" in world.gh("api", "repos/acme/demo", token=world.hub.token(user="eve"), code=1)
        assert world.gh("api", "repos/acme/demo", "--jq", ".visibility") == "private"


class TestRights:
    """Tokens."""

    @pytest.mark.parametrize(
        ("method", "path", "right"),
        [
            ("GET", "pulls", "pull-requests:read"),
            ("GET", "issues", "issues:read"),
            ("GET", "releases", "contents:read"),
            ("POST", "releases", "contents:write"),
            ("GET", "actions/runs", "actions:read"),
            ("POST", "labels", "issues:write"),
            ("POST", "dispatches", "contents:write"),
        ],
    )
    def test_missing(self, world, method, path, right):
        """Without the right an endpoint refuses, with it not."""
        name, level = right.split(":")
        lower = world.hub.token({name: "read"} if level == "write" else {})
        ask = ["api", "--include", "--method", method, f"repos/acme/demo/{path}", "-f", "name=x"]

        assert "Resource not accessible by integration" in world.gh(*ask, token=lower, code=1)
        done = subprocess.run(
            [gh(), *ask],
            env=os.environ | world.hub.environment(world.hub.token({name: level})),
            capture_output=True,
            text=True,
            check=False,
        )
        assert "HTTP 403" not in done.stderr

    def test_settings(self, world):
        """Settings are closed to a workflow's token and open to the owner."""
        ask = ["api", "repos/acme/demo/actions/permissions/workflow"]

        assert "HTTP 403" in world.gh(*ask, code=1)
        assert (
            json.loads(world.gh(*ask, token=world.hub.token(user="acme")))["can_approve_pull_request_reviews"] is False
        )

    def test_strangers(self, world):
        """Nothing reaches another host."""
        assert world.gh("api", "https://example.org/x", code=1)
        assert world.hub.strangers == ["example.org:443"]


class TestReleases:
    """Releases, by the commands of `gh`."""

    @pytest.fixture
    def files(self, tmp_path):
        """Two files."""
        for name in ("a.txt", "b.txt"):
            (tmp_path / name).write_text(name, encoding="utf-8")
        return [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]

    def test_published(self, world, files, tmp_path):
        """A release makes its tag at the target, is the latest, and gives its files back with their digests."""
        world.gh("release", "create", "v1", *files, "-R", "acme/demo", "--target", world.main, "--notes", "n")
        world.gh("release", "download", "v1", "-R", "acme/demo", "-D", str(tmp_path / "down"))
        told = json.loads(world.gh("api", "repos/acme/demo/releases/latest"))

        assert (tmp_path / "down" / "a.txt").read_text(encoding="utf-8") == "a.txt"
        assert world.hub.bare("acme/demo").sha("refs/tags/v1") == world.main
        digests = {one["name"]: one["digest"] for one in told["assets"]}
        assert digests == {name: f"sha256:{hashlib.sha256(name.encode()).hexdigest()}" for name in ("a.txt", "b.txt")}
        assert "HTTP 422" in world.gh("api", "repos/acme/demo/releases", "-f", "tag_name=v1", code=1)

    def test_draft(self, world, files):
        """A draft has no tag, is not found by it, and is seen only by who may write."""
        world.gh("release", "create", "v1", *files, "-R", "acme/demo", "--draft", "--notes", "n")
        reader = world.hub.token({"contents": "read"})

        assert not world.hub.bare("acme/demo").exists("refs/tags/v1")
        assert "HTTP 404" in world.gh("api", "repos/acme/demo/releases/tags/v1", code=1)
        assert len(json.loads(world.gh("api", "repos/acme/demo/releases"))) == 1
        assert json.loads(world.gh("api", "repos/acme/demo/releases", token=reader)) == []
        world.gh("release", "edit", "v1", "-R", "acme/demo", "--draft=false")
        assert world.gh("release", "view", "v1", "-R", "acme/demo", "--json", "isDraft", "--jq", ".isDraft") == "false"

    def test_latest(self, world):
        """Which release is the latest can be said, and moved back."""
        for tag in ("v1", "v2", "v3"):
            world.gh("release", "create", tag, "-R", "acme/demo", "--notes", "n", f"--latest={json.dumps(tag != 'v3')}")
        latest = ["api", "repos/acme/demo/releases/latest", "--jq", ".tag_name"]

        assert world.gh(*latest) == "v2"
        world.gh("release", "edit", "v1", "-R", "acme/demo", "--latest")
        assert world.gh(*latest) == "v1"

    def test_immutable(self, world, files):
        """Where releases are immutable, a published one keeps its files and its deletion burns the tag."""
        world.repo.immutable_releases = True
        world.gh("release", "create", "v1", files[0], "-R", "acme/demo", "--notes", "n")

        assert "immutable" in world.gh("release", "upload", "v1", files[1], "-R", "acme/demo", code=1)
        world.gh("release", "delete", "v1", "-R", "acme/demo", "--yes")
        assert "immutable" in world.gh("release", "create", "v1", "-R", "acme/demo", "--notes", "n", code=1)


def test_commands(world):
    """The everyday commands of `gh` for pull requests and issues work unchanged."""
    world.repo.may_propose = True
    world.push("seed", "seed: 2\n")
    place = ["-R", "acme/demo"]

    made = world.gh("pr", "create", *place, "--head", "seed", "--title", "T", "--body", "B")
    assert made == "https://github.com/acme/demo/pull/1"
    assert world.gh("pr", "view", "1", *place, "--json", "title", "--jq", ".title") == "T"
    assert "T" in world.gh("pr", "list", *place)
    assert "#issuecomment-" in world.gh("pr", "comment", "1", *place, "--body", "hello")
    assert world.repo.issues[1].comments[0].user == BOT
    assert world.gh("issue", "create", *place, "--title", "I", "--body", "B").endswith("/issues/2")
    assert "I" in world.gh("issue", "list", *place)
    world.gh("issue", "close", "2", *place)
    assert world.repo.issues[2].state == "closed"


def test_lost_answer(world):
    """A write may be done and its answer lost."""
    world.hub.fail("POST", r"/issues$", cut=True, after=True)
    world.gh("api", "repos/acme/demo/issues", "-f", "title=x", code=1)

    assert [issue.title for issue in world.repo.issues.values()] == ["x"]
    assert [call.status for call in world.hub.called("POST", "issues")] == [0]


def test_home(world, tmp_path):
    """Whoever asks has a home of their own, without a name or a login of this machine."""
    home = tmp_path / "home"

    assert world.hub.environment(home=home)["HOME"] == str(home)
    assert (home / ".gitconfig").exists()
    assert not Path(world.hub.environment()["GH_CONFIG_DIR"], "hosts.yml").exists()
