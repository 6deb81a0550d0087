"""What was in production and the promotion freeze, on a ref of Git."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ringside.errors import RegistryError
from ringside.git import Repository
from ringside.github.production import REF, ProductionRef
from ringside.registry.models import Move, PromotionFreeze
from shelf import commit, git, with_remote

pytestmark = pytest.mark.slow

DAY = datetime(2026, 1, 3, tzinfo=UTC)


def move(version: str) -> Move:
    """A move on that day."""
    return Move(version=version, at=DAY)


def ref_of(root: Path) -> ProductionRef:
    """The ref in the remote of a checkout."""
    return ProductionRef(Repository(root), "origin", "https://github.com/acme/demo")


def add(version: str):
    """The change that adds one move."""
    return lambda record: record.with_moves([*record.moves, move(version)])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with a remote."""
    return with_remote(tmp_path)


@pytest.fixture
def bare(root) -> Path:
    """The remote."""
    return root.parent / "bare"


@pytest.fixture
def other(root, bare) -> Path:
    """Another checkout of the same remote."""
    git(root.parent, "clone", "--quiet", str(bare), "other")
    return root.parent / "other"


def hook(bare: Path, name: str, text: str) -> Path:
    """A hook of the remote."""
    path = bare / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


class TestRead:
    """`ProductionRef.read`."""

    def test_of_a_remote_without_the_ref_is_empty(self, root):
        """Nothing was ever in production."""
        record = ref_of(root).read()

        assert (record.commit, record.moves, record.freeze) == (None, [], None)

    def test_of_another_checkout_is_what_was_written(self, root, other):
        """What one writes the other reads, without fetching anything else."""
        ref_of(root).write(add("v1.0.0"), "first")

        assert [each.version for each in ref_of(other).read().moves] == ["v1.0.0"]

    def test_in_a_shallow_checkout_leaves_it_shallow(self, root, bare):
        """A checkout with one commit reads the ref, and its history stays cut; a whole one stays whole."""
        commit(root)
        git(root, "push", "--quiet", "origin", "main")
        git(root.parent, "clone", "--quiet", "--depth=1", f"file://{bare}", "cut")
        ref_of(root).write(add("v1.0.0"), "first")
        ref_of(root).write(add("v1.0.1"), "second")
        cut = root.parent / "cut"

        assert len(ref_of(cut).read().moves) == 2
        assert git(cut, "rev-list", "--count", "HEAD") == "1"
        assert not Repository(root).is_shallow()

    def test_of_a_remote_that_is_gone_is_unreachable(self, root):
        """No answer is never taken for an empty record."""
        git(root, "remote", "set-url", "origin", str(root.parent / "gone"))

        with pytest.raises(RegistryError) as caught:
            ref_of(root).read()
        assert caught.value.state == "unreachable"

    @pytest.mark.parametrize("text", ["{", "[]x", '[{"version": "1"}]', "null"])
    def test_of_damaged_moves_is_an_error(self, root, text):
        """Moves that cannot be read are never taken for none."""
        blob = Repository(root).ok("hash-object", "-w", "--stdin", stdin=text, remedy="")
        tree = Repository(root).ok("mktree", stdin=f"100644 blob {blob}\tproduction.json\n", remedy="")
        made = git(root, "commit-tree", tree, "-m", "x")
        git(root, "push", "--quiet", "origin", f"{made}:{REF}")

        with pytest.raises(RegistryError, match="not a valid record") as caught:
            _ = ref_of(root).read().moves
        assert caught.value.state == "files_damaged"


class TestWrite:
    """`ProductionRef.write`."""

    def test_keeps_what_stood_there(self, root, bare):
        """Each change is a commit whose parent is the one before; moves and freeze are independent."""
        freeze = PromotionFreeze(rejected="v1.0.0", reason="late: ü", since=DAY)
        ref_of(root).write(add("v1.0.0"), "first")
        ref_of(root).write(lambda record: record.with_freeze(freeze), "freeze")
        record = ref_of(root).write(add("v1.0.1"), "second")

        assert ([each.version for each in record.moves], record.freeze) == (["v1.0.0", "v1.0.1"], freeze)
        assert git(bare, "log", "--format=%s", REF).splitlines() == ["second", "freeze", "first"]

    def test_has_nothing_to_do_with_the_code(self, root, bare):
        """The commits hold the two files alone, on no branch."""
        ref_of(root).write(add("v1.0.0"), "first")

        assert git(bare, "ls-tree", "--name-only", REF) == "production.json"
        assert git(bare, "branch", "--contains", REF) == ""

    def test_of_nothing_new_makes_no_commit(self, root, bare):
        """A promotion freeze that does not stand is lifted by doing nothing."""
        ref_of(root).write(lambda record: record.with_freeze(None), "lift")

        assert git(bare, "for-each-ref", REF) == ""

    def test_after_somebody_else_adds_to_theirs(self, root, other):
        """Who was slower sees what stands there by then, and loses nothing."""
        calls = []

        def slow(record):
            """Let somebody else be faster, once."""
            if not calls:
                ref_of(other).write(add("v1.0.0"), "theirs")
            calls.append(record.commit)
            return add("v1.0.1")(record)

        ref_of(root).write(slow, "ours")

        assert [each.version for each in ref_of(root).read().moves] == ["v1.0.0", "v1.0.1"]
        assert len(calls) == 2

    def test_against_somebody_who_always_is_faster_ends(self, root, other):
        """After some tries it says so."""

        def beaten(record):
            """Let somebody else be faster, each time."""
            ref_of(other).write(add("v1.0.0"), "theirs")
            return add("v1.0.1")(record)

        with pytest.raises(RegistryError, match="all the time"):
            ref_of(root).write(beaten, "ours")

    def test_that_is_refused_says_so(self, root, bare):
        """A token without the right gets what the remote said, at once."""
        hook(bare, "update", "echo no right for this >&2\nexit 1")

        with pytest.raises(RegistryError, match="no right for this"):
            ref_of(root).write(add("v1.0.0"), "first")

    def test_whose_answer_is_lost_is_found(self, root, bare):
        """A push that was done and whose connection was cut is not done again."""
        hook(bare, "post-receive", "kill -9 $PPID")
        ref_of(root).write(add("v1.0.0"), "first")

        assert git(bare, "rev-list", "--count", REF) == "1"

    def test_needs_no_name_of_the_account(self, root, monkeypatch):
        """Where Git knows no name, as on a build machine, it is written all the same."""
        for key in ("user.name", "user.email"):
            git(root, "config", "--unset", key)
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")

        assert ref_of(root).write(add("v1.0.0"), "first").commit
