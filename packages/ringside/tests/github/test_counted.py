"""How many pull requests were judged on the same test rows."""

from datetime import UTC, datetime, timedelta

import pytest

from hub import Hub
from ringside.github.api import GitHub
from ringside.github.pulls import others_since
from scene import commit, git

pytestmark = pytest.mark.slow


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The double with a repository, three pull requests, and the rights of Train."""
    source = tmp_path / "source"
    source.mkdir()
    git(source, "init", "--quiet", "--initial-branch=main")
    (source / "data").mkdir()
    commit(source, "data/manifest.json", "{}\n")
    for name in ("a", "b", "c"):
        git(source, "branch", name)
        git(source, "switch", "--quiet", name)
        commit(source, "params.yaml", f"a: {name}\n")
    with Hub(tmp_path) as double:
        double.repository("acme/demo", source=source)
        rights = {"contents": "read", "pull-requests": "read"}
        for key, value in double.environment(double.token(rights)).items():
            monkeypatch.setenv(key, value)
        yield double


def opened(hub, *branches):
    """Pull requests, a day after one another; their numbers."""
    numbers = []
    for branch in branches:
        hub.clock.ahead += timedelta(days=1)
        numbers.append(hub.pull_request(branch, "main", repository="acme/demo"))
    return numbers


def asked(since, own=None, commit="main"):
    """What the count is."""
    return others_since(GitHub("acme/demo", tries=1), since, commit, own)


class TestTheCount:
    """Pull requests since the newest data, but for the one that is judged."""

    def test_is_of_those_that_were_opened_since(self, hub):
        """Older ones were judged on other rows."""
        opened(hub, "a", "b", "c")
        moment = datetime.now(UTC)

        assert [asked(moment + timedelta(days=days)) for days in (0.5, 1.5, 2.5, 3.5)] == [3, 2, 1, 0]

    def test_leaves_out_the_own_one(self, hub):
        """It is being judged now."""
        _, second, _ = opened(hub, "a", "b", "c")

        assert asked(datetime.now(UTC) - timedelta(days=1), own=second) == 2

    def test_has_those_that_are_closed(self, hub):
        """They were judged all the same."""
        first, _ = opened(hub, "a", "b")
        repository = hub.of("acme/demo")
        hub.close(repository, repository.issues[first], by="ada")

        assert asked(datetime.now(UTC) - timedelta(days=1)) == 2

    def test_reads_the_date_of_the_data_where_the_clone_is_shallow(self, hub):
        """GitHub knows when data/manifest.json last changed."""
        opened(hub, "a", "b")

        assert asked(None) == 2

    @pytest.mark.parametrize("status", [403, 500])
    def test_is_unknown_where_github_does_not_say(self, hub, status):
        """Nothing fails, and nothing is guessed."""
        hub.faults.add("GET", "pulls", status=status)

        assert asked(datetime.now(UTC)) is None

    def test_is_unknown_without_gh(self, monkeypatch, tmp_path):
        """As on a machine that has none."""
        monkeypatch.setenv("PATH", str(tmp_path))

        assert asked(datetime.now(UTC)) is None
