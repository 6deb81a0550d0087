"""One comment on a pull request, whoever writes it and whatever goes wrong."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from hub import BOT
from ringside.errors import GitHubError
from ringside.github.api import GitHub
from ringside.github.comment import Commenter, is_locked
from scene import REPO, Scene, tools

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SHA = "c0ffee" * 6 + "c0ff"
MARK = f'![](https://cml.dev/watermark.png#{SHA} "CML watermark ringside")'


@pytest.fixture
def scene(world, request):
    """A pull request without comments."""
    world.hub.faults.clear()
    return Scene(world, request.node.name.replace("[", "-").strip("]").replace(" ", "-"))


@pytest.fixture
def place(tmp_path):
    """A folder for PATH with `gh` alone."""
    (tmp_path / "bin").mkdir()
    tools(tmp_path / "bin")
    return tmp_path / "bin"


@pytest.fixture
def commenter(world, monkeypatch, place):
    """Writes as the job Report does; without CML."""
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (world.hub.environment(world.token()) | {"PATH": str(place)}).items():
        monkeypatch.setenv(name, value)
    waits = []
    made = Commenter(GitHub(REPO, wait=waits.append), server="https://github.com", sha=SHA, wait=waits.append)
    made.waits = waits
    return made


@pytest.fixture
def cml(place):
    """Put the stand-in for CML on PATH; what it was called with, afterwards."""
    folder = place.parent / "cml"
    folder.mkdir()
    (folder / "cml.py").write_text((HERE / "stand_in_cml.py").read_text())
    (place / "cml").write_text(f'#!/bin/sh\nexec {sys.executable} {folder}/cml.py "$@"\n')
    (place / "cml").chmod(0o755)

    def mode(name):
        (folder / "mode").write_text(name)
        return lambda: json.loads((folder / "noted").read_text())

    mode("works")
    return mode


def say(scene, body, *, user=BOT):
    """Somebody comments."""
    world = scene.world
    text = world.token() if user == BOT else world.hub.token(user=user)
    asked = {"authorization": f"token {text}"}
    path = f"/repos/{REPO}/issues/{scene.number}/comments"
    reply = world.hub._answer("POST", "api.github.com", path, asked, json.dumps({"body": body}).encode()).reply
    assert reply.status == 201, reply.body
    return reply.body["id"]


def bodies(scene):
    """What stands in the conversation."""
    return [comment.body for comment in scene.comments]


class TestByGh:
    """Where there is no CML."""

    def test_is_written_with_the_watermark_of_cml(self, scene, commenter):
        """The body is the Markdown, an empty line and CML's watermark with our title."""
        written = commenter.write(scene.number, lambda _: "Hello\n")

        assert (written.way, written.new) == ("gh", True)
        assert bodies(scene) == [f"Hello\n\n{MARK}"]

    def test_is_updated_and_stays_one(self, scene, commenter):
        """A later run changes the same comment."""
        commenter.write(scene.number, lambda _: "One")
        written = commenter.write(scene.number, lambda _: "Two")

        assert (written.way, written.new) == ("gh", False)
        assert bodies(scene) == [f"Two\n\n{MARK}"]

    def test_is_left_alone_where_it_says_the_same(self, scene, commenter):
        """A run that was repeated sends no mail."""
        commenter.write(scene.number, lambda _: "One")
        calls = len(scene.hub.calls)

        assert commenter.write(scene.number, lambda _: "One").way == "same"
        assert {call.method for call in scene.hub.calls[calls:]} == {"GET"}

    def test_is_not_made_where_there_is_nothing_to_say(self, scene, commenter):
        """Without `create`, only a comment that stands already is changed."""
        assert commenter.write(scene.number, lambda _: "One", create=False) is None
        commenter.write(scene.number, lambda _: "One")
        assert commenter.write(scene.number, lambda _: "Two", create=False).new is False
        assert bodies(scene) == [f"Two\n\n{MARK}"]

    def test_is_found_behind_250_others(self, scene, commenter):
        """All pages are looked at."""
        for i in range(120):
            say(scene, f"{i}", user="ada")
        commenter.write(scene.number, lambda _: "One")
        for i in range(130):
            say(scene, f"{i}", user="ada")

        commenter.write(scene.number, lambda _: "Two")

        assert [body for body in bodies(scene) if MARK in body] == [f"Two\n\n{MARK}"]

    def test_is_never_another_persons(self, scene, commenter):
        """A quoted watermark leads nowhere: the author has to be the job's own bot."""
        quoted = say(scene, f"> Pass!\n{MARK}", user="ada")
        commenter.write(scene.number, lambda _: "One")

        commenter.write(scene.number, lambda _: "Two")

        assert bodies(scene) == [f"> Pass!\n{MARK}", f"Two\n\n{MARK}"]
        assert scene.comments[0].id == quoted

    def test_is_truncated_where_github_says_that_it_is_too_long(self, scene, commenter):
        """The Markdown is asked for again, shorter."""
        said = "Body is too long (maximum is 65536 characters)"
        scene.hub.fail("POST", "comments", status=422, message=said, times=2)

        commenter.write(scene.number, lambda limit: f"At most {limit}")

        assert bodies(scene) == [f"At most 12000\n\n{MARK}"]

    def test_is_made_again_where_somebody_deleted_it_just_now(self, scene, commenter):
        """An update that finds nothing looks again and writes it."""
        commenter.write(scene.number, lambda _: "One")
        scene.hub.fail("PATCH", "comments", status=404)

        commenter.write(scene.number, lambda _: "Two")

        assert bodies(scene) == [f"Two\n\n{MARK}"]


class TestFaults:
    """GitHub on a bad day."""

    @pytest.mark.parametrize(
        "fault",
        [{"status": 500}, {"status": 502}, {"cut": True}, {"cut": True, "after": True}, {"status": 502, "after": True}],
        ids=["500", "502", "cut before", "cut after it was written", "502 after it was written"],
    )
    def test_leave_one_comment_and_no_second(self, scene, commenter, fault):
        """After an answer that was lost, the conversation is looked at before another try."""
        scene.hub.fail("POST", "comments", **fault)

        commenter.write(scene.number, lambda _: "One")

        assert bodies(scene) == [f"One\n\n{MARK}"]

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_that_last_leave_nothing_and_the_next_run_mends_it(self, scene, commenter, status):
        """Retries end; nothing half written stands there, and a later run writes it."""
        scene.hub.fail("POST", "comments", status=status, times=99)

        with pytest.raises(GitHubError) as caught:
            commenter.write(scene.number, lambda _: "One")
        assert (caught.value.status, bodies(scene)) == (status, [])

        scene.hub.faults.clear()
        commenter.write(scene.number, lambda _: "One")
        assert bodies(scene) == [f"One\n\n{MARK}"]

    def test_of_the_rate_are_waited_for(self, scene, commenter):
        """A secondary limit is obeyed for as long as it says."""
        scene.hub.fail("POST", "comments", status=403, retry_after=7)

        commenter.write(scene.number, lambda _: "One")

        assert (7.0 in commenter.waits, len(scene.comments)) == (True, 1)

    def test_of_rights_are_said_once(self, scene, world, commenter, monkeypatch):
        """A job without the right to write gives up at once, with GitHub's words."""
        monkeypatch.setenv("GH_TOKEN", world.token(**{"pull-requests": "read"}))

        with pytest.raises(GitHubError, match="Resource not accessible by integration"):
            commenter.write(scene.number, lambda _: "One")
        assert (bodies(scene), commenter.waits) == ([], [])

    def test_of_a_locked_conversation_are_told_from_others(self, scene, commenter):
        """The caller can tell a locked conversation from a missing right."""
        scene.hub.fail("POST", "comments", status=403, message="Unable to create comment because issue is locked.")

        with pytest.raises(GitHubError) as caught:
            commenter.write(scene.number, lambda _: "One")
        assert is_locked(caught.value)

    def test_of_a_missing_pull_request_are_errors(self, commenter):
        """404 is no reason to try again."""
        with pytest.raises(GitHubError) as caught:
            commenter.write(4711, lambda _: "One")
        assert (caught.value.status, commenter.waits) == (404, [])


class TestByCml:
    """Where CML is on PATH."""

    def test_is_written_by_it(self, scene, commenter, cml):
        """CML makes the first comment, and gh finds nothing to mend in it."""
        noted = cml("works")

        written = commenter.write(scene.number, lambda _: "One")

        assert (written.way, written.new, len(scene.comments)) == ("cml", True, 1)
        assert noted()["argv"] == [
            "comment",
            "update",
            "comment.md",
            f"--target=pr/{scene.number}",
            "--repo=https://github.com/acme/demo",
            "--publish=false",
            "--watermark-title=ringside",
        ]
        assert commenter.write(scene.number, lambda _: "One").way == "same"

    def test_gets_a_clean_environment(self, scene, commenter, cml, monkeypatch):
        """No variable of CML's own, no home and no secret beside the token reach it; telemetry is off."""
        monkeypatch.setenv("CML_COMMENT_TARGET", "commit/main")
        monkeypatch.setenv("CML_PR_NUMBER", "3")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
        noted = cml("works")

        commenter.write(scene.number, lambda _: "One")

        given = noted()["env"]
        assert {name for name in given if name.startswith("CML_") or "AWS" in name} == set()
        assert given["ITERATIVE_DO_NOT_TRACK"] == "1"
        assert given["HOME"] != os.environ["HOME"]
        assert not Path(given["HOME"]).exists()

    def test_and_gh_update_each_others(self, scene, commenter, cml, place):
        """What gh wrote is changed by CML, and the other way round; it stays one."""
        (place / "cml").rename(place / "gone")
        assert commenter.write(scene.number, lambda _: "One").way == "gh"
        (place / "gone").rename(place / "cml")
        assert commenter.write(scene.number, lambda _: "Two").way == "cml"
        (place / "cml").unlink()
        assert commenter.write(scene.number, lambda _: "Three").way == "gh"
        del cml

        assert bodies(scene) == [f"Three\n\n{MARK}"]

    @pytest.mark.parametrize("mode", ["fails", "silent", "dies"])
    def test_that_does_not_succeed_leaves_it_to_gh(self, scene, commenter, cml, mode):
        """One that fails, does nothing, or dies after the deed: there is one comment in the end."""
        noted = cml(mode)

        commenter.write(scene.number, lambda _: "One")

        assert noted()["report"] == "One"
        assert bodies(scene) == [f"One\n\n{MARK}"]

    def test_is_kept_from_a_comment_that_quotes_the_watermark(self, scene, commenter, cml):
        """CML would change the last comment with the watermark, whoever wrote it; so it is not asked."""
        cml("works")
        commenter.write(scene.number, lambda _: "One")
        quoted = f"> One\n> {MARK}\nWhy?"
        say(scene, quoted, user="ada")

        assert commenter.write(scene.number, lambda _: "Two").way == "gh"
        assert bodies(scene) == [f"Two\n\n{MARK}", quoted]

    def test_is_not_asked_where_thirty_comments_stand_before(self, scene, commenter, cml):
        """CML sees the first 30 alone, and would add a new comment with every run."""
        cml("works")
        for i in range(30):
            say(scene, f"{i}", user="ada")

        assert commenter.write(scene.number, lambda _: "One").way == "gh"
        assert commenter.write(scene.number, lambda _: "Two").way == "gh"
        assert len(scene.comments) == 31

    def test_is_asked_for_a_thirtieth_comment(self, scene, commenter, cml):
        """One that it would find again is its own to write."""
        cml("works")
        for i in range(29):
            say(scene, f"{i}", user="ada")

        assert commenter.write(scene.number, lambda _: "One").way == "cml"
        assert commenter.write(scene.number, lambda _: "Two").way == "cml"
        assert len(scene.comments) == 30


class TestRealCml:
    """CML itself, where it is on PATH; it cannot be installed from a package registry."""

    @pytest.mark.skipif(shutil.which("cml") is None, reason="there is no cml on PATH: CML's own part is not tried")
    def test_writes_and_updates_one_comment(self, scene, commenter, place):
        """The watermark and the lookup are as this project takes them to be."""
        (place / "cml").symlink_to(shutil.which("cml"))

        first = commenter.write(scene.number, lambda _: "> [!TIP]\n> **Pass**")
        second = commenter.write(scene.number, lambda _: "> [!TIP]\n> **Fail**")

        assert (first.way, second.way) == ("cml", "cml")
        assert bodies(scene) == [f"> [!TIP]\n> **Fail**\n\n{MARK}"]
