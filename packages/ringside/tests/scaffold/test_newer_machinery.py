"""`ringside doctor` about a newer version of the template."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import Hub
from ringside.doctor.checks import Check, CheckContext
from ringside.doctor.repository_checks import QUESTIONS
from ringside.github.api import GitHub
from ringside.init.record import RECORD, record
from ringside.update import UpdateRequest, put, ready, update
from templates import Repo

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path: Path, source: Repo, copy: Repo) -> Iterator[Hub]:
    """A GitHub with the template and the copy, which knows what the copy was made from."""
    with Hub(tmp_path) as hub:
        hub.repository("acme/ringside", source=source.root, is_template=True)
        hub.repository("acme/demo", source=copy.root, made_from="acme/ringside")
        yield hub


def said(copy: Repo, name: str = "") -> Check:
    """What the doctor says, in a copy that is not on GitHub or is the repository of that name."""
    seen = CheckContext(copy.root, "https://github.com", GitHub(name, tries=1) if name else None, "origin", {})
    return QUESTIONS[-1].answer(seen)


def recorded(copy: Repo, address: str) -> None:
    """Let the copy have the template's address on record."""
    copy.write({RECORD: record("0.1.0", template=address).decode()})
    copy.commit("on record")


class TestNewerMachinery:
    """The line `machinery`."""

    def test_is_told_with_the_release_and_the_command(self, copy, source):
        """It is off, and `make update` switches it on; nothing of the template is left in the copy."""
        recorded(copy, str(source.root))
        found = said(copy)

        assert (found.state, found.remedy) == ("off", "run `make update`.")
        assert found.found == f"package-v0.2.0 is newer than yours ({source.git('rev-parse', 'package-v0.1.0')[:10]})"
        assert (copy.status(), copy.git("for-each-ref", "refs/ringside")) == ({}, "")

    def test_is_none_after_an_update(self, copy, source):
        """What came after the newest release is not offered."""
        git, _ = ready(copy.root)
        put(git, update(git, UpdateRequest(str(source.root))))

        assert (said(copy).state, said(copy).found) == ("on", "the template has nothing newer (package-v0.2.0)")

    @pytest.mark.parametrize("rights", [None, {"contents": "read", "actions": "read"}])
    def test_is_found_by_what_github_remembers(self, copy, hub, monkeypatch, rights):
        """Before the first update GitHub knows what the copy was made from; the job of doctor.yaml may ask, too."""
        for name, value in hub.environment(hub.token(rights, repository="acme/demo")).items():
            monkeypatch.setenv(name, value)

        assert said(copy, "acme/demo").found.startswith("package-v0.2.0 is newer")

    def test_of_the_template_itself_is_none(self, copy, hub, monkeypatch):
        """The template has nothing above it."""
        for name, value in hub.environment(hub.token()).items():
            monkeypatch.setenv(name, value)

        assert (said(copy, "acme/ringside").state, said(copy, "acme/ringside").found) == ("on", "this is the template")

    def test_is_not_known_where_nobody_knows_the_template(self, copy):
        """The remedy puts it on record."""
        assert said(copy).state == "off"
        assert "make update FROM=" in said(copy).remedy

    def test_is_unknown_where_the_template_is_gone(self, copy, tmp_path):
        """An address that does not answer is no problem of the copy's."""
        recorded(copy, str(tmp_path / "nothing"))

        assert said(copy).state == "unknown"

    def test_is_unknown_where_the_template_says_nothing(self, copy, monkeypatch):
        """A server that takes the call and never answers is given up; the doctor goes on."""
        monkeypatch.setenv("GIT_HTTP_LOW_SPEED_TIME", "1")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            recorded(copy, f"http://127.0.0.1:{silent.getsockname()[1]}/template")
            found = said(copy)

        assert found.state == "unknown"
        assert "too slow" in found.found

    def test_is_unknown_in_a_history_that_is_cut_off(self, copy, source, tmp_path):
        """Without the copy's first commit nobody can tell; the remedy brings it."""
        recorded(copy, str(source.root))
        copy.git("clone", "--quiet", "--depth=1", f"file://{copy.root}", str(tmp_path / "clone"))
        found = said(Repo(tmp_path / "clone"))

        assert (found.state, "git fetch --unshallow" in found.remedy) == ("unknown", True)
