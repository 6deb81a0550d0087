"""GitHub asked through the real `gh`, which talks to the double of GitHub."""

import os
import re
import time
from pathlib import Path

import pytest

from hub import Hub, gh
from ringside.errors import GitHubError
from ringside.github import api
from ringside.github.api import GitHub, quoted

pytestmark = pytest.mark.slow

ALL = {"contents": "write", "issues": "write", "pull-requests": "write", "actions": "write"}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The double with an empty repository."""
    with Hub(tmp_path_factory.mktemp("api")) as hub:
        hub.repository("acme/demo")
        hub.token(ALL)
        yield hub


@pytest.fixture
def hub(world, monkeypatch):
    """The same, with nothing in it, and this process's environment that of a job with all rights."""
    repo = world.of("acme/demo")
    for things in (repo.issues, repo.releases, repo.runs, repo.artifacts, repo.labels, world.calls):
        things.clear()
    world.faults.clear()
    for name, value in world.environment(next(iter(world.tokens))).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(gh()).parent), os.environ["PATH"]]))
    return world


@pytest.fixture
def waits():
    """Seconds that were waited, in order."""
    return []


@pytest.fixture
def github(hub, waits):
    """The repository, asked without any waiting."""
    assert hub.calls == []
    return GitHub("acme/demo", wait=waits.append)


class TestAnswers:
    """What a call gives."""

    def test_get(self, github):
        """A path is one below the repository; an absolute one is itself."""
        assert github.get("")["full_name"] == "acme/demo"
        assert github.get("/users/ada")["login"] == "ada"
        assert github.get("https://api.github.com/users/ada")["login"] == "ada"

    def test_find(self, github):
        """What does not exist is None."""
        assert github.find("labels/alarm") is None
        assert github.post("labels", {"name": "alarm"})["name"] == "alarm"
        assert github.find("labels/alarm")["name"] == "alarm"

    def test_find_forbidden(self, hub, github):
        """What cannot be asked is not taken for missing."""
        hub.fail("GET", "labels/alarm", status=403)

        with pytest.raises(GitHubError, match="answers 403"):
            github.find("labels/alarm")

    def test_writes(self, hub, github):
        """POST, PATCH, PUT and DELETE arrive as they were given, whatever is in the text."""
        body = 'ä "quoted" \\ @file\n::error::x {owner} \u2028'
        number = github.post("issues", {"title": "-t", "body": body})["number"]
        github.patch(f"issues/{number}", {"state": "closed"})
        github.put(f"issues/{number}/lock")
        issue = hub.of("acme/demo").issues[number]

        assert (issue.title, issue.body, issue.state, issue.locked) == ("-t", body, "closed", True)
        assert github.delete(f"issues/{number}/lock") is None
        assert not issue.locked

    def test_empty_answer(self, github):
        """An answer without a body is None."""
        assert github.post("dispatches", {"event_type": "x"}) is None

    def test_no_json(self, hub, github, monkeypatch):
        """A page that a proxy wrote is named as such, with what was asked."""
        monkeypatch.setattr(hub, "_reply", lambda _: __import__("hub.routing").routing.Reply(200, b"<html>"))

        with pytest.raises(GitHubError, match="the response is not JSON") as caught:
            github.get("labels")
        assert caught.value.where == "GET /repos/acme/demo/labels"

    @pytest.mark.parametrize(
        "name", ["", "demo", "a/b/c", "../x", "a/..", "a b/c", "a/b?c", "a/b\n", "https://github.com/a/b"]
    )
    def test_names(self, name):
        """What is no OWNER/NAME is refused before anything is asked."""
        with pytest.raises(GitHubError, match="no repository's name"):
            GitHub(name)

    @pytest.mark.parametrize("path", ["labels/{branch}", "labels/a b", "labels/ä", "labels/a\nb", "https://x/{owner}"])
    def test_addresses(self, hub, github, path):
        """A path that `gh` would fill in, or that is none, is refused before anything is asked."""
        with pytest.raises(GitHubError, match="no address"):
            github.get(path)
        assert hub.calls == []

    @pytest.mark.parametrize("name", ["feature/x", "{branch}", "a b", "ä", "a?b=c&d#e", "..", "%2e", "x:y", "-F"])
    def test_quoted(self, hub, github, name):
        """A quoted name arrives as one part, whatever it holds."""
        github.post("labels", {"name": name})

        assert github.get(f"labels/{quoted(name)}")["name"] == name
        assert re.fullmatch(r"/repos/acme/demo/labels/[A-Za-z0-9_.~%-]+", hub.calls[-1].path)


class TestPages:
    """Lists."""

    def test_all(self, hub, github):
        """All pages are read, in order, by the addresses that GitHub gives."""
        for number in range(205):
            hub.issue(hub.of("acme/demo"), f"issue {number}", user="ada")
        titles = [one["title"] for one in github.pages("issues?state=all&direction=asc")]

        assert titles == [f"issue {number}" for number in range(205)]
        assert [call.path.partition("?")[0] for call in hub.calls] == [
            "/repos/acme/demo/issues",
            *[f"/repositories/{hub.of('acme/demo').id}/issues"] * 2,
        ]

    def test_most(self, hub, github):
        """No more pages are read than are wanted."""
        for number in range(205):
            hub.issue(hub.of("acme/demo"), f"issue {number}", user="ada")

        assert len(github.pages("issues", most=150)) == 150
        assert len(hub.calls) == 2

    def test_key(self, hub, github):
        """Items may stand under a key."""
        run = hub.start_run(
            ".github/workflows/train.yaml", name="Train", event="push", sha="0", branch="main", actor="ada"
        )

        assert [one["id"] for one in github.pages("actions/runs", "workflow_runs")] == [run.id]

    def test_empty(self, github):
        """An empty list is one."""
        assert github.pages("labels") == []

    @pytest.mark.parametrize(
        ("path", "key"), [("/repos/acme/demo", None), ("actions/runs", "runs"), ("/users/ada", None)]
    )
    def test_no_list(self, github, path, key):
        """What is no list is no list of nothing."""
        with pytest.raises(GitHubError, match="the response is not a list"):
            github.pages(path, key)


class TestFiles:
    """Uploads and downloads."""

    @pytest.fixture
    def release(self, github):
        """A draft."""
        return github.post("releases", {"tag_name": "v1", "draft": True})

    @pytest.mark.parametrize(
        "content",
        [b"a\r\nb\r\n\r\nc\n\n\r\n", bytes(range(256)) * 999, b"HTTP/1.1 200 OK\r\n\r\n", b"{}", b"\n\n"],
        ids=["lines", "all", "head", "json", "blank"],
    )
    def test_bytes(self, github, release, tmp_path, content):
        """What is downloaded is what was uploaded, to the byte."""
        file = tmp_path / "-name with blank"
        file.write_bytes(content)
        url = release["upload_url"].partition("{")[0]
        asset = github.upload(f"{url}?name={quoted('a.bin')}", file)

        assert github.download(f"releases/assets/{asset['id']}") == content

    def test_host_of_files(self, hub, github, release, tmp_path):
        """The token does not travel to the host that gives the bytes."""
        (tmp_path / "a").write_bytes(b"x")
        asset = github.upload(release["upload_url"].partition("{")[0] + "?name=a", tmp_path / "a")
        github.download(f"releases/assets/{asset['id']}")

        assert hub.calls[-1].host.endswith(".githubusercontent.com")
        assert hub.calls[-1].token is None
        assert hub.calls[-2].token is not None

    def test_limit(self, hub, github, waits):
        """More bytes than wanted are not read, and not asked for twice."""
        run = hub.start_run("x", name="Train", event="push", sha="0", branch="main", actor="ada")
        artifact = hub.artifact(run, "report", b"x" * 200_000)

        assert len(github.download(f"actions/artifacts/{artifact.id}/zip", limit=200_000)) == 200_000
        with pytest.raises(GitHubError, match="more than 199,999 bytes"):
            github.download(f"actions/artifacts/{artifact.id}/zip", limit=199_999)
        with pytest.raises(GitHubError, match="more than 1,000 bytes"):
            github.download(f"actions/artifacts/{artifact.id}/zip", limit=1_000)
        assert waits == []

    def test_expired(self, hub, github):
        """An artifact that is gone is named so."""
        run = hub.start_run("x", name="Train", event="push", sha="0", branch="main", actor="ada")
        artifact = hub.artifact(run, "report", b"x")
        artifact.expired = True

        with pytest.raises(GitHubError, match="answers 410") as caught:
            github.download(f"actions/artifacts/{artifact.id}/zip")
        assert "run again the workflow" in caught.value.remedy


class TestFaults:
    """What is tried again, and what is not."""

    @pytest.mark.parametrize("how", [{"status": 500}, {"status": 502}, {"status": 503}, {"cut": True}])
    def test_read(self, hub, github, waits, how):
        """A read is tried again, later each time."""
        hub.fail("GET", "labels", times=3, **how)

        assert github.get("labels") == []
        assert waits == [1, 2, 4]

    def test_read_gives_up(self, hub, github, waits):
        """Four tries are enough; the last answer is told."""
        hub.fail("GET", "labels", times=9, status=502)

        with pytest.raises(GitHubError, match=r"GitHub answers 502 \(Bad Gateway\)") as caught:
            github.get("labels")
        assert (caught.value.status, len(hub.calls), waits) == (502, 4, [1, 2, 4])

    @pytest.mark.parametrize("how", [{"status": 500}, {"status": 502}, {"cut": True}])
    @pytest.mark.parametrize("after", [False, True])
    def test_post(self, hub, github, waits, how, after):
        """A POST whose answer is lost is sent once: whether it was done, its caller has to see."""
        hub.fail("POST", "issues", times=9, after=after, **how)

        with pytest.raises(GitHubError):
            github.post("issues", {"title": "x"})
        assert len(hub.called("POST", "issues")) == 1
        assert len(hub.of("acme/demo").issues) == after
        assert waits == []

    @pytest.mark.parametrize("how", [{"status": 429}, {"status": 403}])
    def test_rate_limit(self, hub, github, waits, how):
        """After a rate limit even a POST is sent again, when GitHub says."""
        hub.fail("POST", "issues", times=2, retry_after=7, **how)

        assert github.post("issues", {"title": "x"})["number"] == 1
        assert waits == [7, 7]

    def test_rate_limit_without_a_time(self, hub, github, waits):
        """A rate limit that names no time is given a minute."""
        hub.fail("GET", "labels", status=403, message="You have exceeded a secondary rate limit.")
        hub.fail("GET", "labels", status=429)

        assert github.get("labels") == []
        assert waits == [60, 60]

    def test_rate_limit_ends(self, hub, github, waits):
        """A used-up token waits until its hour is over, if that is soon."""
        hub.fail("GET", "labels", status=403, exhausted=True, reset=int(time.time()) + 20)

        assert github.get("labels") == []
        assert len(waits) == 1
        assert 10 < waits[0] <= 20

    def test_rate_limit_too_long(self, hub, github, waits):
        """Nobody waits an hour; the message says from when on."""
        hub.fail("GET", "labels", status=403, exhausted=True, reset=int(time.time()) + 3600)

        with pytest.raises(GitHubError, match="answers 403") as caught:
            github.get("labels")
        assert re.search(r"run again after \d\d:\d\d UTC", caught.value.remedy)
        assert waits == []

    @pytest.mark.parametrize("status", [401, 403, 404, 405, 409, 422])
    def test_refusal(self, hub, github, waits, status):
        """A refusal is final, and its message quotes GitHub, names what was asked and says what to do."""
        hub.fail("PATCH", "issues/1", status=status, message="No\n::error::you don't")

        with pytest.raises(GitHubError) as caught:
            github.patch("issues/1", {"state": "closed"})
        assert caught.value.status == status
        assert caught.value.where == "PATCH /repos/acme/demo/issues/1"
        assert caught.value.found == f"GitHub answers {status} (No ::error::you don't)"
        assert caught.value.remedy != api._AGAIN
        assert waits == []

    def test_reasons(self, github):
        """The fields of a refusal are part of its message."""
        github.post("labels", {"name": "x"})

        with pytest.raises(GitHubError, match=r"422 \(Validation Failed; name already_exists\)"):
            github.post("labels", {"name": "x"})

    def test_patch_again(self, hub, github):
        """A PATCH whose answer is lost is sent again: it says the same twice."""
        number = github.post("issues", {"title": "x"})["number"]
        hub.fail("PATCH", "issues", cut=True, after=True)

        assert github.patch(f"issues/{number}", {"title": "y"})["title"] == "y"
        assert len(hub.called("PATCH")) == 2

    @pytest.mark.parametrize("how", [{"cut": True}, {"status": 502}])
    def test_delete_again(self, hub, github, how):
        """A DELETE whose answer is lost has succeeded when nothing is there any more."""
        release = github.post("releases", {"tag_name": "v1", "draft": True})
        hub.fail("DELETE", "releases", after=True, **how)
        github.delete(f"releases/{release['id']}")

        assert hub.called("DELETE")[-1].status == 404
        assert hub.of("acme/demo").releases == []

    def test_delete_of_nothing(self, github):
        """A DELETE of what never was is refused."""
        with pytest.raises(GitHubError, match="answers 404"):
            github.delete("releases/1")

    def test_slow(self, hub, waits):
        """An answer that does not come in time is no answer; a read is tried again."""
        hub.fail("GET", "labels", slow=30)
        began = time.monotonic()

        assert GitHub("acme/demo", seconds=1, wait=waits.append).get("labels") == []
        assert waits == [1]
        assert time.monotonic() - began < 15

    def test_slow_post(self, hub):
        """A POST that is not answered in time is sent once, and the message has the seconds."""
        hub.fail("POST", "issues", slow=30)

        with pytest.raises(GitHubError, match=r"no answer within 0\.5 s"):
            GitHub("acme/demo", seconds=0.5).post("issues", {"title": "x"})
        assert len(hub.called("POST")) <= 1

    def test_cut_download(self, hub, github, waits):
        """Half of a file is no file."""
        run = hub.start_run("x", name="Train", event="push", sha="0", branch="main", actor="ada")
        artifact = hub.artifact(run, "report", b"x" * 100_000)
        hub.fail("GET", "^/files/", cut=True)

        assert len(github.download(f"actions/artifacts/{artifact.id}/zip")) == 100_000
        assert waits == [1]

    def test_large_request_cut(self, hub, github):
        """A body that GitHub does not read to its end ends in a message, not in a broken pipe."""
        hub.fail("POST", "issues", cut=True)

        with pytest.raises(GitHubError):
            github.post("issues", {"title": "x", "body": "y" * 5_000_000})


class TestSurroundings:
    """What this machine has."""

    @pytest.mark.usefixtures("hub")
    def test_no_gh(self, monkeypatch, tmp_path, waits):
        """Where `gh` is missing, the message says how to get it; nothing is tried twice."""
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(GitHubError, match="gh is not installed") as caught:
            GitHub("acme/demo", wait=waits.append).get("labels")
        assert "cli.github.com" in caught.value.remedy
        assert waits == []

    def test_no_login(self, hub, monkeypatch, waits):
        """Without a login nothing is asked, and the message says how to log in."""
        monkeypatch.delenv("GH_TOKEN")

        with pytest.raises(GitHubError, match="gh is not logged in") as caught:
            GitHub("acme/demo", wait=waits.append).get("labels")
        assert "gh auth login" in caught.value.remedy
        assert (hub.calls, waits) == ([], [])

    def test_no_network(self, github, monkeypatch, waits):
        """Where GitHub cannot be reached, the message says so after four tries."""
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")

        with pytest.raises(GitHubError) as caught:
            github.get("labels")
        assert caught.value.status is None
        assert "can be reached" in caught.value.remedy
        assert waits == [1, 2, 4]

    def test_unknown_token(self, monkeypatch, github):
        """A token that GitHub does not know is refused, and stands in no message."""
        monkeypatch.setenv("GH_TOKEN", "ghs_secret")

        with pytest.raises(GitHubError, match=r"401 \(Bad credentials\)") as caught:
            github.get("labels")
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize(
        "loud",
        [{"GH_DEBUG": "api"}, {"DEBUG": "1"}, {"GH_FORCE_TTY": "80"}, {"CLICOLOR_FORCE": "1"}, {"GH_PAGER": "cat"}],
    )
    def test_settings(self, hub, github, monkeypatch, capfd, loud):
        """However a person has set `gh`, answers are read right and no token is printed."""
        for name, value in loud.items():
            monkeypatch.setenv(name, value)
        hub.fail("GET", "labels", status=500)

        assert github.get("labels") == []
        assert capfd.readouterr() == ("", "")

    def test_missing_right(self, hub, monkeypatch, github):
        """A job that lacks a right hears which kind of thing to change."""
        monkeypatch.setenv("GH_TOKEN", hub.token({"contents": "read"}))

        with pytest.raises(GitHubError, match=r"403 \(Resource not accessible by integration\)") as caught:
            github.post("issues", {"title": "x"})
        assert "give the job the right" in caught.value.remedy
