"""The grammar of versions, and which one comes next."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringside.errors import UsageError
from ringside.registry.models import Move
from ringside.registry.version_numbers import (
    Version,
    in_order,
    in_production,
    next_stage_tag,
    next_version,
    rejected,
    stage_tags,
    tag_of,
    version_of,
)
from shelf import Shelf, digest, metadata, repository

NUMBERS = st.integers(min_value=0, max_value=999_999)


def moves(*versions: str) -> list[Move]:
    """What was in production, in this order."""
    return [Move(version=version, at=datetime(2026, 1, 1, tzinfo=UTC)) for version in versions]


def gto(root: Path, *command: str) -> object:
    """What GTO answers about the repository."""
    typed = [str(Path(sys.executable).with_name("gto")), *command, "--repo", str(root), "--json"]
    return json.loads(subprocess.run(typed, capture_output=True, text=True, check=True).stdout)


class TestVersion:
    """`Version`."""

    @given(NUMBERS, NUMBERS, NUMBERS)
    def test_is_read_as_it_is_written(self, major, minor, patch):
        """Each version's text is read as that version, and its tag names it."""
        version = Version(major, minor, patch)

        assert Version.parse(str(version)) == version
        assert version_of(tag_of(str(version))) == str(version)

    @pytest.mark.parametrize(
        "text", ["", "1.2.3", "v1.2", "v1.2.3.4", "v01.2.3", "v1.2.3-rc1", "v1.2.3\n", "v-1.2.3", "v1.2.٣", "V1.2.3"]
    )
    def test_has_one_form(self, text):
        """What is written otherwise is no version and gets no tag."""
        assert Version.parse(text) is None
        with pytest.raises(UsageError):
            tag_of(text)

    @pytest.mark.parametrize("tag", ["v1.0.0", "other@v1.0.0", "model@latest", "model#prod#1", "model@v1.0.0!"])
    def test_is_not_in_another_tag(self, tag):
        """Tags of other artifacts, of stages and of cancelled versions name no version."""
        assert version_of(tag) is None

    def test_is_ordered_by_its_numbers(self):
        """v1.9.0 is before v1.10.0."""
        assert in_order(["v1.10.0", "v2.0.0", "v1.9.0", "v1.9.1"]) == ["v1.9.0", "v1.9.1", "v1.10.0", "v2.0.0"]


class TestNextVersion:
    """`next_version`."""

    def test_of_none_is_the_first(self):
        """The first version is v1.0.0."""
        assert next_version([], None, metadata()) == "v1.0.0"

    def test_of_new_data_is_a_patch(self):
        """Where only inputs differ, data or parameters did."""
        assert next_version(["v1.2.3"], metadata(), metadata(inputs=digest(1))) == "v1.2.4"

    def test_of_new_code_is_minor(self):
        """Where the hash of the code differs, the task's files or the packages did."""
        assert next_version(["v1.2.3"], metadata(), metadata(inputs=digest(1), code=digest(2))) == "v1.3.0"

    @pytest.mark.parametrize(
        "change",
        [
            {"columns": {"x": "float64"}},
            {"columns": {"x": "float64", "z": "float64"}},
            {"columns": {"x": "float32", "z": "float64?"}},
            {"target": "w"},
            {"kind": "binary"},
            {"task": "other"},
        ],
    )
    def test_of_another_interface_is_major(self, change):
        """Where columns, dtypes, missing values, target, kind or task differ, callers have to change."""
        assert next_version(["v1.2.3"], metadata(), metadata(code=digest(2), **change)) == "v2.0.0"

    def test_is_above_a_tag_without_a_release(self):
        """A number that somebody's tag has is never given again."""
        assert next_version(["v1.0.0", "v1.4.0"], metadata(version="v1.0.0"), metadata(inputs=digest(1))) == "v1.4.1"

    @given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1), st.sampled_from([{}, {"code": digest(2)}]))
    def test_is_always_above_all(self, taken, change):
        """The next version is later than every one that there is."""
        version = next_version([str(Version(*numbers)) for numbers in taken], metadata(), metadata(**change))

        assert tuple(map(int, version[1:].split("."))) > max(taken)


class TestProduction:
    """What a list of moves says."""

    def test_follows_the_moves(self):
        """Each version that was put in production is in the line, the current one last."""
        assert in_production(moves("v1.0.0", "v1.1.0", "v2.0.0")) == ["v1.0.0", "v1.1.0", "v2.0.0"]

    def test_forgets_what_was_rolled_back(self):
        """After a rollback, one more leads further back and not to the version that was rejected."""
        assert in_production(moves("v1.0.0", "v1.1.0", "v2.0.0", "v1.1.0")) == ["v1.0.0", "v1.1.0"]

    def test_forgets_what_was_rolled_back_to_a_version_that_was_rejected_before(self):
        """Who goes back to an earlier version by its name leaves the later one behind, wherever the earlier one was."""
        history = moves("v1.0.0", "v1.1.0", "v1.0.0", "v1.2.0", "v1.1.0")

        assert in_production(history) == ["v1.0.0", "v1.1.0"]
        assert rejected(history) == {"v1.2.0"}

    def test_counts_versions_as_numbers(self):
        """v1.10.0 came after v1.9.0."""
        assert in_production(moves("v1.9.0", "v1.10.0")) == ["v1.9.0", "v1.10.0"]

    def test_names_the_rejected(self):
        """A version is rejected when production went back from it, and no longer when it comes again."""
        assert rejected(moves("v1.0.0", "v1.1.0", "v1.0.0")) == {"v1.1.0"}
        assert rejected(moves("v1.0.0", "v1.1.0", "v1.0.0", "v1.1.0")) == set()

    def test_does_not_reject_what_was_passed_over(self):
        """A rollback over two versions rejects the one that was in production."""
        assert rejected(moves("v1.0.0", "v1.1.0", "v1.2.0", "v1.0.0")) == {"v1.2.0"}


class TestStageTags:
    """The tags that say what is in production."""

    def test_are_counted_over_all_stages(self):
        """GTO counts the tags of an artifact together, whatever their stage."""
        assert next_stage_tag(["model#prod#1", "model#dev#9", "other#prod#20", "model@v1.0.0"]) == "model#prod#10"

    def test_are_ordered_by_their_count(self):
        """The tenth tag is newer than the ninth."""
        assert stage_tags(["model#prod#10", "model#prod#9", "model#dev#11"]) == ["model#prod#9", "model#prod#10"]


@pytest.mark.slow
class TestGto:
    """GTO, which DVC installs, reads what is published here."""

    def test_shows_versions_and_stage(self, tmp_path):
        """`gto show` lists our versions, and the stage `prod` is where production is."""
        shelf = Shelf(repository(tmp_path / "repository"))
        shelf.publish()
        # GTO orders tags by their time, which is in seconds.
        time.sleep(1.1)
        second = shelf.publish(code=digest(2)).metadata

        shown = {version["version"]: version for version in gto(shelf.root, "show", "model")}
        assert sorted(shown) == ["v1.0.0", "v1.1.0"]
        assert shown["v1.1.0"]["commit_hexsha"] == second.commit
        assert [stage["stage"] for stage in shown["v1.1.0"]["stages"]] == ["prod"]
