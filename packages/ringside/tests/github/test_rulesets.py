"""`make rulesets`: the files of .github/rulesets become GitHub's rules."""

import json
import os
from pathlib import Path

import pytest

from harness import PACKAGE, PROJECT, Checkout
from hub import Hub, gh
from ringside.errors import GitHubError, UsageError
from ringside.github.api import GitHub
from ringside.github.rulesets import Installed, install, nobody_reviews, read_rulesets

pytestmark = pytest.mark.slow

FILES = read_rulesets(PROJECT)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """GitHub with a repository of acme's, whom `gh` here is logged in as."""
    with Hub(tmp_path) as double:
        double.repository("acme/demo")
        for name, value in double.environment(double.token(user="acme")).items():
            monkeypatch.setenv(name, value)
        # `gh` comes with the tests' environment, and is on the path where that is active.
        monkeypatch.setenv("PATH", f"{Path(gh()).parent}{os.pathsep}{os.environ['PATH']}")
        yield double


class TestInstall:
    """Rules on GitHub."""

    def test_makes_what_is_missing(self, hub):
        """A new repository gets the rules of each file, as they stand there."""
        assert install(GitHub("acme/demo"), FILES) == [Installed("main", "made"), Installed("versions", "made")]
        assert [one["rules"] for one in hub.of("acme/demo").rulesets] == [one["rules"] for one in FILES]

    def test_updates_in_place_of_making_a_second(self, hub):
        """Rules of the same name are brought up to date and stay one."""
        install(GitHub("acme/demo"), FILES)
        hub.of("acme/demo").rulesets[0]["rules"] = []

        assert install(GitHub("acme/demo"), FILES[:1]) == [Installed("main", "updated")]
        assert [one["rules"] for one in hub.of("acme/demo").rulesets] == [one["rules"] for one in FILES]

    def test_says_who_may_where_the_plan_has_none(self, hub):
        """In a private repository of the free plan the error names the plan."""
        hub.of("acme/demo").rulesets_allowed = False

        with pytest.raises(GitHubError, match="a paid plan"):
            install(GitHub("acme/demo"), FILES)

    def test_says_who_may_where_the_asker_may_not(self, hub, monkeypatch):
        """Somebody who only writes is told that an administrator has to do it."""
        hub.of("acme/demo").roles["ada"] = "write"
        monkeypatch.setenv("GH_TOKEN", hub.token(user="ada"))

        with pytest.raises(GitHubError, match="administrator"):
            install(GitHub("acme/demo"), FILES)
        assert hub.of("acme/demo").rulesets == []


class TestFiles:
    """The files of rules."""

    def test_that_are_no_json_are_named(self, tmp_path):
        """The error says which file."""
        place = tmp_path / ".github" / "rulesets" / "main.json"
        place.parent.mkdir(parents=True)
        place.write_text("{")

        with pytest.raises(UsageError, match="main"):
            read_rulesets(tmp_path)

    @pytest.mark.parametrize("text", ["[]", "{}", json.dumps({"name": 1})])
    def test_without_a_name_are_refused(self, tmp_path, text):
        """A ruleset is found again by its name."""
        place = tmp_path / ".github" / "rulesets" / "main.json"
        place.parent.mkdir(parents=True)
        place.write_text(text)

        with pytest.raises(UsageError, match="no name"):
            read_rulesets(tmp_path)

    def test_that_are_gone_are_missed(self, tmp_path):
        """A checkout without rules says where they belong."""
        with pytest.raises(UsageError, match="rulesets"):
            read_rulesets(tmp_path)


class TestOwners:
    """.github/CODEOWNERS."""

    @pytest.mark.parametrize(
        ("text", "nobody"),
        [
            ("/params.yaml owner@example.com\n", True),
            ("# owner@example.com\n/params.yaml @acme/models\n", False),
            ("# nothing\n", True),
        ],
    )
    def test_are_nobody_while_the_placeholder_stands(self, tmp_path, text, nobody):
        """The placeholder, or no line at all, means that nobody is asked; one in a comment means nothing."""
        (tmp_path / ".github").mkdir()
        (tmp_path / ".github" / "CODEOWNERS").write_text(text)

        assert nobody_reviews(tmp_path) is nobody


class TestVerb:
    """`ringside ci rulesets`, as a person types it."""

    def test_takes_the_repository_from_the_remote(self, hub, tmp_path):
        """In a checkout whose remote is on GitHub, it needs no argument, and says what it did."""
        checkout = Checkout(tmp_path / "checkout")
        checkout.root.mkdir()
        for name in ("params.yaml", "dvc.yaml", ".dvc/config", ".github/rulesets/main.json", ".github/CODEOWNERS"):
            (checkout.root / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout.root / name).write_bytes((PROJECT / name).read_bytes())
        checkout.ok("git", "init", "--quiet")
        checkout.ok("git", "remote", "add", "origin", "https://github.com/acme/demo.git")
        # The double's own address for Git, GH_TOKEN and HOME are in this process's environment.
        said = checkout.ok("ringside", "ci", "rulesets", env={"PYTHONPATH": str(PACKAGE / "src")})

        assert "rulesets: main made" in said
        assert "CODEOWNERS names no reviewer yet" in said
        assert [one["name"] for one in hub.of("acme/demo").rulesets] == ["main"]
