"""New keys of the template's params.yaml."""

import pytest
import yaml

from ringside.update.new_params import new_keys
from ringside.update.summary import news

BEFORE = "task: flights\npolicy:\n  uses: 5\n  slices:\n    min_rows: 10\nretrain:\n  when: [new_data]\n"


class TestAdded:
    """Keys that a copy lacks."""

    @pytest.mark.parametrize(
        ("ours", "after"),
        [
            ("task: mine\npolicy:\n  uses: 9\n", BEFORE + "data:\n  store: source  # where\n"),
            ("policy:\n    uses: 9   # four blanks\ntask: mine\n", BEFORE.replace("  uses: 5", "  uses: 5\n  cap: 3")),
            (
                "policy: # odd\n  uses: 9\n\n\n# the end\n",
                BEFORE.replace("  uses: 5", "  uses: 5\n  kinds:\n    - a\n    - b"),
            ),
            ("policy:\n  uses: 9", BEFORE.replace("  uses: 5", "  uses: 5\n  cap: |\n    long\n    text")),
            (
                "policy:\n  uses: 9\n  slices:\n    min_rows: 3\n",
                BEFORE.replace("min_rows: 10", "min_rows: 10\n    most: 3"),
            ),
        ],
    )
    def test_are_lines_among_yours(self, ours, after):
        """Every line of the copy's stands as it did, and the file means what it meant, and the new key."""
        found = new_keys(ours, BEFORE, after)
        before, now = yaml.safe_load(ours), yaml.safe_load(found.text)

        assert len(found.added) == 1
        assert set(ours.splitlines()) <= set(found.text.splitlines())
        assert now != before
        assert (now.get("task"), now["policy"]["uses"]) == (before.get("task"), 9)

    def test_are_told_where_there_is_no_place_for_lines(self):
        """A section on one line is not taken apart."""
        found = new_keys("policy: {uses: 9}\n", BEFORE, BEFORE.replace("  uses: 5", "  uses: 5\n  cap: 3"))

        assert (found.text, found.added, found.told) == ("policy: {uses: 9}\n", [], ["policy.cap"])

    def test_are_those_that_a_copy_has_not(self):
        """Who knew of a key before keeps its value."""
        ours = "policy:\n  cap: null\n"

        assert new_keys(ours, BEFORE, BEFORE.replace("  uses: 5", "  uses: 5\n  cap: 3")) == (ours, [], [], [])

    def test_are_none_of_the_samples_own(self):
        """The sample's parameters, guardrails and floors are no keys of the machinery."""
        after = BEFORE + "train:\n  depth: 3\n"
        floors = after.replace("  uses: 5", "  uses: 5\n  floors:\n    roc_auc: 0.6")
        more = floors.replace("roc_auc: 0.6", "roc_auc: 0.6\n    brier: 1")

        assert new_keys("policy:\n  uses: 9\n", BEFORE, after).added == []
        assert new_keys("policy:\n  uses: 9\n", floors, more).added == []

    def test_leave_a_file_that_is_no_yaml_alone(self):
        """What cannot be read is not added to."""
        found = new_keys("a: [\n", BEFORE, BEFORE + "data:\n  store: git\n")

        assert (found.text, found.told) == ("a: [\n", ["data"])


def test_gone_are_keys_that_the_template_has_no_more():
    """A key that a copy still has is named, since the newer machinery may refuse it."""
    assert new_keys(BEFORE, BEFORE, BEFORE.replace("  uses: 5\n", "")).gone == ["policy.uses"]


class TestNews:
    """The changelog between two versions."""

    def test_has_each_new_entry_under_its_headings(self):
        """Versions and kinds that have nothing new are left out, and lines of one entry are one line."""
        before = "# Log\n\n## Unreleased\n\n### Added\n\n- Old.\n"
        new = "## 2.0.0\n\n### Added\n\n- New,\n  longer.\n\n### Fixed\n\n- Mended.\n\n"
        after = before.replace("Unreleased", "1.0.0").replace("## 1", f"{new}## 1")

        assert news(before, after) == ["## 2.0.0", "### Added", "- New, longer.", "### Fixed", "- Mended."]

    def test_is_empty_without_a_changelog(self):
        """A template without the file has no news."""
        assert news("", "") == []
