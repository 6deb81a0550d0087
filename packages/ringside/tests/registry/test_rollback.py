"""Rollback and the promotion freeze."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ringside.errors import RegistryError, UsageError
from ringside.registry.models import PromotionFreeze
from ringside.registry.rollback import checked_reason, lift_freeze, rollback
from shelf import Shelf, git, repository

pytestmark = pytest.mark.slow


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A registry with v1.0.0, v1.0.1 and v1.0.2, the last in production."""
    shelf = Shelf(repository(tmp_path / "repository"))
    for _ in range(3):
        shelf.publish()
    return shelf


class TestRollback:
    """`rollback`."""

    def test_brings_the_previous_version_back(self, shelf):
        """The version before is in production, with the reason, and a promotion freeze names the rejected one."""
        done = rollback(shelf.registry, None, "late")

        assert (done.before, done.after, done.notes) == ("v1.0.2", "v1.0.1", ())
        assert shelf.registry.champion().metadata.version == "v1.0.1"
        assert shelf.registry.releases.moves()[-1].reason == "late"
        assert shelf.registry.releases.promotion_freeze().rejected == "v1.0.2"

    def test_twice_goes_further_back(self, shelf):
        """A second rollback never leads to the version that the first one rejected."""
        rollback(shelf.registry, None, "late")
        rollback(shelf.registry, None, "late as well")

        assert shelf.registry.production() == "v1.0.0"
        with pytest.raises(RegistryError, match=r"no version was in production before v1\.0\.0"):
            rollback(shelf.registry, None, "still late")

    def test_to_a_version_that_is_named(self, shelf):
        """Any released version can be brought back."""
        assert rollback(shelf.registry, "v1.0.0", "late").after == "v1.0.0"

    @pytest.mark.parametrize(
        ("to", "error", "text"),
        [
            ("v1.0.2", RegistryError, "in production already"),
            ("v7.0.0", RegistryError, "no such release"),
            ("latest", UsageError, "is not a version"),
            ("../v1.0.0", UsageError, "is not a version"),
        ],
    )
    def test_to_what_cannot_be_is_refused(self, shelf, to, error, text):
        """The current version, a missing one and a text that is none are refused, and nothing is held."""
        with pytest.raises(error, match=text):
            rollback(shelf.registry, to, "late")
        assert shelf.registry.production() == "v1.0.2"
        assert shelf.registry.releases.promotion_freeze() is None

    @pytest.mark.parametrize("change", ["other bytes", "missing"])
    def test_to_a_damaged_release_is_refused(self, shelf, change):
        """A release whose files are not what was published does not go to production."""
        file = shelf.releases / "model@v1.0.1" / "model.skops"
        file.unlink() if change == "missing" else file.write_bytes(b"other")

        with pytest.raises(RegistryError, match=r"model\.skops"):
            rollback(shelf.registry, None, "late")
        assert shelf.registry.production() == "v1.0.2"

    def test_without_a_version_says_what_to_do(self, tmp_path):
        """An empty registry has nothing to roll back."""
        with pytest.raises(RegistryError, match="nothing is in production"):
            rollback(Shelf(repository(tmp_path / "empty")).registry, None, "late")

    def test_moves_the_stage_tag(self, shelf):
        """The newest stage tag is on the commit that is in production."""
        rollback(shelf.registry, None, "late")

        tagged = git(shelf.root, "rev-parse", "model#prod#4^{commit}")
        assert tagged == shelf.registry.champion().metadata.commit

    def test_is_taken_back_by_another(self, shelf):
        """Who brings the rejected version back lifts its promotion freeze."""
        rollback(shelf.registry, None, "late")
        done = rollback(shelf.registry, "v1.0.2", "it was the network")

        assert (done.freeze, shelf.registry.releases.promotion_freeze()) == (None, None)
        assert shelf.registry.production() == "v1.0.2"
        assert shelf.publish().production == "v1.0.3"

    def test_skips_versions_that_are_gone(self, shelf):
        """Without a name, the version before is one that still has a release."""
        (shelf.releases / "model@v1.0.1").rename(shelf.releases / "away")

        assert rollback(shelf.registry, None, "late").after == "v1.0.0"


class TestHold:
    """`lift_freeze`."""

    def test_once_lifted_lets_the_next_version_through(self, shelf):
        """While it stands nothing new goes to production; then the next version does."""
        rollback(shelf.registry, None, "late")
        assert shelf.publish().production == "v1.0.1"

        assert lift_freeze(shelf.registry).reason == "late"
        assert shelf.publish().production == "v1.0.4"

    def test_once_lifted_lets_the_version_that_waited_through(self, shelf):
        """Publishing once more what was published during the freeze puts it in production."""
        rollback(shelf.registry, None, "late")
        waiting = shelf.publish().metadata
        lift_freeze(shelf.registry)
        done = shelf.again(waiting)

        assert (done.new, done.production) == (False, waiting.version)

    def test_once_lifted_does_not_bring_the_rejected_back(self, shelf):
        """Publishing the rejected state again finds it published and leaves production as it is."""
        rejected = shelf.registry.versions()[-1]
        rollback(shelf.registry, None, "late")
        lift_freeze(shelf.registry)

        assert shelf.again(rejected).production == "v1.0.1"

    def test_that_does_not_stand_is_none(self, shelf):
        """Lifting where there is none changes nothing."""
        assert lift_freeze(shelf.registry) is None

    def test_that_is_damaged_stops_publishing_and_can_be_lifted(self, shelf):
        """A hold.json that cannot be read is never taken for none; lifting removes it."""
        (shelf.releases / "hold.json").write_text("{")
        with pytest.raises(RegistryError, match=r"hold\.json"):
            shelf.publish()
        with pytest.raises(RegistryError, match=r"hold\.json"):
            lift_freeze(shelf.registry)

        assert shelf.registry.releases.promotion_freeze() is None

    def test_is_set_before_production_moves(self, shelf):
        """A rollback that was killed after its first step can be run again, and nothing new comes in between."""
        freeze = PromotionFreeze(rejected="v1.0.2", reason="late", since=datetime(2026, 1, 1, tzinfo=UTC))
        shelf.registry.releases.set_freeze(freeze)

        assert shelf.publish().production == "v1.0.2"
        assert rollback(shelf.registry, None, "late").after == "v1.0.1"


class TestReason:
    """`checked_reason`."""

    @pytest.mark.parametrize("text", ["late", "ü" * 500, "  two words "])
    def test_is_kept_without_space_around(self, text):
        """One line of up to 500 characters is a reason."""
        assert checked_reason(text, "--reason") == text.strip()

    @pytest.mark.parametrize("text", ["", "   ", "a\nb", "a\x1b[31mb", "a\u202eb", "a" * 501])
    def test_is_one_short_line(self, text):
        """An empty text, a long one, and control characters are refused."""
        with pytest.raises(UsageError, match="--reason is not a valid reason"):
            checked_reason(text, "--reason")
