"""`ringside publish`, `versions` and `rollback`, as people type them."""

import json

import pytest

from harness import Checkout
from made import Made, report
from ringside.registry.checksums import check_folder, sha256
from ringside.report.model import ModelRecord, ReproduceRecord
from ringside.report.read import dump_report


def judge(made: Made, **changes: object) -> None:
    """Leave a report on what is checked out."""
    workspace = made.workspace
    reproduce = ReproduceRecord(
        commit=made.checkout.ok("git", "rev-parse", "HEAD").strip(),
        dirty=False,
        model_lock=sha256(workspace.lock),
        data=sha256(workspace.manifest),
        python="3.11.7",
    )
    model = ModelRecord(sha256=sha256(workspace.model), bytes=1, rows=331, first="block-1", last="block-3")
    workspace.report.write_bytes(dump_report(report(challenger=model, reproduce=reproduce, **changes)))


@pytest.fixture
def alone(mine: Made) -> Made:
    """A checkout without a remote, in which a model was trained and judged and nothing was published."""
    for name in mine.checkout.ok("git", "tag").split():
        mine.checkout.ok("git", "tag", "--delete", name)
    mine.checkout.ok("git", "remote", "remove", "origin")
    judge(mine)
    return mine


class TestPublish:
    """`ringside publish`."""

    def test_writes_the_version_and_nothing_else(self, alone):
        """On stdout stands the version; run again, it is the same one, and its files are whole."""
        first = alone.checkout.run("ringside", "publish")
        again = alone.checkout.run("ringside", "publish")

        assert (first.stdout, again.stdout) == ("v1.0.0\n", "v1.0.0\n")
        assert "already published as v1.0.0" in again.stderr
        assert {"model.skops", "release.json", "MODEL_CARD.md"} <= set(check_folder(alone.release()))

    def test_refuses_with_the_verdicts_exit_code(self, alone):
        """An inconclusive verdict exits with 4; a reason publishes it, and the list says so."""
        judge(alone, verdict="inconclusive")
        said = alone.checkout.fails("ringside", "publish", code=4)
        answer = alone.checkout.run("ringside", "publish", "--accept-reason", "the window is short", "--json")

        assert "--accept-reason" in said
        assert json.loads(answer.stdout)["production"] == "v1.0.0"
        assert "inconclusive, accepted" in alone.checkout.ok("ringside", "versions")

    @pytest.mark.parametrize(
        ("typed", "code", "text"),
        [
            (["publish", "--accept-reason", "a\nb"], 2, "--accept-reason is not a valid reason"),
            (["publish", "--remote", "upstream"], 1, "no release"),
            (["rollback"], 2, "--reason"),
            (["rollback", "--lift-freeze", "--reason", "late"], 2, "--lift-freeze allows no other option"),
            (["rollback", "--reason", "late"], 1, "nothing is in production"),
        ],
    )
    def test_of_what_cannot_be_says_why(self, alone, typed, code, text):
        """Each mistake has its exit code and its sentence."""
        if "upstream" in typed:
            alone.checkout.ok("git", "remote", "add", "other", "https://example.org/a.git")
            text = "there are other"

        assert text in alone.checkout.fails("ringside", *typed, code=code)

    def test_needs_a_report(self, alone):
        """Without a report it says what makes one."""
        alone.workspace.report.unlink()

        assert "make run" in alone.checkout.fails("ringside", "publish")


class TestVersions:
    """`ringside versions`."""

    def test_of_an_empty_registry_says_what_to_do(self, alone):
        """Nothing stands on stdout, and the next step on stderr."""
        done = alone.checkout.run("ringside", "versions")

        assert (done.returncode, done.stdout) == (0, "")
        assert "ringside publish" in done.stderr
        assert json.loads(alone.checkout.run("ringside", "versions", "--json").stdout)["versions"] == []

    def test_of_a_tag_without_a_release_says_what_is_missing(self, alone):
        """A registry that lost its releases is no empty one."""
        alone.checkout.ok("git", "tag", "model@v1.0.0")
        done = alone.checkout.run("ringside", "versions")

        assert (done.returncode, done.stdout) == (0, "")
        assert "model@v1.0.0 without a release" in done.stderr

    def test_shows_each_version_in_a_line(self, diabetes: Made):
        """Version, production, day, verdict, metrics, the last partition and the commit stand in one line."""
        line = diabetes.checkout.run("ringside", "versions").stdout.splitlines()[2]
        metadata = diabetes.metadata()

        expected = [
            "v1.0.0",
            "yes",
            f"{metadata.published:%Y-%m-%d}",
            "pass",
            "mae",
            "41.25",
            "block-3",
            metadata.commit[:7],
        ]
        assert line.split() == expected

    def test_as_json_has_all_facts(self, diabetes: Made):
        """`--json` answers what release.json says of each version."""
        answer = json.loads(diabetes.checkout.run("ringside", "versions", "--json").stdout)

        assert answer["production"] == "v1.0.0"
        assert answer["versions"] == [diabetes.metadata().model_dump(mode="json")]


class TestRollback:
    """`ringside rollback`."""

    def test_answers_the_version_and_prints_the_promotion_freeze(self, alone):
        """After a second version the first one comes back; the promotion freeze stands until it is lifted."""
        checkout: Checkout = alone.checkout
        checkout.ok("ringside", "publish")
        (checkout.root / "src" / "diabetes" / "notes.txt").write_text("a change of code", encoding="utf-8")
        checkout.commit("more")
        judge(alone, verdict="inconclusive")
        assert checkout.run("ringside", "publish", "--accept-reason", "a test").stdout == "v1.1.0\n"
        back = checkout.run("ringside", "rollback", "--reason", "late")
        listed = checkout.run("ringside", "versions")

        assert back.stdout == "v1.0.0\n"
        assert "promotion is frozen since the rollback of v1.1.0 (late)" in listed.stderr
        assert "lifted the promotion freeze after the rollback of v1.1.0 (late)" in checkout.ok(
            "ringside", "rollback", "--lift-freeze"
        )
        assert "promotion is not frozen" in checkout.ok("ringside", "rollback", "--lift-freeze")

    def test_without_an_earlier_version_says_what_to_do(self, alone):
        """With one version there is nothing to go back to."""
        alone.checkout.ok("ringside", "publish")

        assert "publish another version first" in alone.checkout.fails("ringside", "rollback", "--reason", "late")
