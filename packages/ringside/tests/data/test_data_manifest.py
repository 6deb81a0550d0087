"""The manifest says which partitions there are; a pull request can write anything into it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringside.common.manifest import Manifest, PartitionEntry
from ringside.errors import DataError
from ringside.store.workspace import PARTITION_NAME

ENTRIES = st.lists(
    st.builds(
        PartitionEntry,
        partition=st.from_regex(PARTITION_NAME, fullmatch=True),
        rows=st.integers(0, 2**40),
        content=st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True),
        source=st.none() | st.text(st.characters(codec="utf-8")),
    ),
    max_size=6,
)

JULY, AUGUST = PartitionEntry("2013-07", 3, "sha256:7", "edition 1"), PartitionEntry("2013-08", 4, "sha256:8", None)

GOOD = {
    "version": 1,
    "task": "flights",
    "partitions": [
        {"partition": "2013-07", "rows": 3, "content": "sha256:7", "source": "edition 1"},
        {"partition": "2013-08", "rows": 4, "content": "sha256:8"},
    ],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A manifest of two partitions."""
    path = tmp_path / "manifest.json"
    Manifest("flights").with_entries([JULY, AUGUST]).write(path)
    return path


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that each example of a property writes anew."""
    return tmp_path_factory.mktemp("manifests") / "manifest.json"


class TestRoundTrip:
    """What is written and read."""

    @settings(deadline=None, derandomize=True, max_examples=30)
    @given(ENTRIES)
    def test_keeps_any_entries(self, scratch, entries):
        """A manifest reads back as it was written, in the same order."""
        manifest = Manifest("flights").with_entries(entries)
        manifest.write(scratch)

        assert list(Manifest.read(scratch, task="flights").entries.items()) == list(manifest.entries.items())

    def test_of_no_file_is_an_empty_manifest(self, tmp_path):
        """A new copy has no manifest, and that is no error."""
        assert Manifest.read(tmp_path / "manifest.json", task="flights") == Manifest("flights")

    def test_is_a_text_that_a_reviewer_can_read(self, path):
        """One fact a line, in an order that does not change."""
        assert path.read_text(encoding="utf-8") == json.dumps(GOOD, indent=2) + "\n"

    @settings(deadline=None, derandomize=True, max_examples=30)
    @given(ENTRIES, st.randoms(use_true_random=False))
    def test_does_not_tell_in_which_order_entries_came(self, scratch, entries, random):
        """The file is a function of the entries: partitions stand in the order of their names."""
        once = {entry.partition: entry for entry in entries}
        Manifest("flights").with_entries(once.values()).write(scratch)
        text = scratch.read_text(encoding="utf-8")
        shuffled = random.sample(list(once.values()), len(once))
        manifest = Manifest("flights")
        for entry in shuffled:
            manifest = manifest.with_entries([entry])
        manifest.write(scratch)

        assert scratch.read_text(encoding="utf-8") == text
        assert list(manifest.entries) == sorted(once)


class TestWithEntries:
    """`with_entries`."""

    def test_adds_in_order(self):
        """An earlier partition that comes later stands first."""
        assert list(Manifest("flights").with_entries([AUGUST]).with_entries([JULY]).entries) == ["2013-07", "2013-08"]

    def test_replaces(self):
        """A partition that is there already is said anew."""
        again = PartitionEntry("2013-07", 5, "sha256:9", None)

        assert Manifest("flights").with_entries([JULY]).with_entries([again]).entries == {"2013-07": again}

    def test_leaves_the_manifest_that_it_is_asked_of(self):
        """The manifest before is not changed."""
        before = Manifest("flights").with_entries([JULY])
        before.with_entries([AUGUST])

        assert list(before.entries) == ["2013-07"]


class TestRefused:
    """A file that is no manifest of this task: the error names it and says what to do."""

    def _error(self, path: Path, content: object, task: str = "flights") -> DataError:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        with pytest.raises(DataError) as caught:
            Manifest.read(path, task=task)
        assert caught.value.where == str(path)
        return caught.value

    @pytest.mark.parametrize("text", ["", "{", "<<<<<<< HEAD\n", json.dumps(GOOD)[:-9]])
    def test_for_being_no_json(self, path, text):
        """Empty, cut off, or with the marks of a merge."""
        error = self._error(path, text)

        assert "it is not JSON" in error.found
        assert "git checkout data/manifest.json" in error.remedy

    @pytest.mark.parametrize(
        "content", [None, 7, [], "[]", {}, {"version": 1}, {"version": 1, "task": "flights"}, GOOD | {"partitions": 7}]
    )
    def test_for_another_shape(self, path, content):
        """JSON that is something else."""
        error = self._error(path, content)

        assert "it is no manifest" in error.found
        assert "git checkout data/manifest.json" in error.remedy

    @pytest.mark.parametrize("key", ["partition", "rows", "content"])
    def test_for_a_partition_without_a_key(self, path, key):
        """A partition that lacks a fact."""
        partition = {name: value for name, value in GOOD["partitions"][0].items() if name != key}

        assert key in self._error(path, GOOD | {"partitions": [partition]}).found

    @pytest.mark.parametrize(("key", "value"), [("partition", 7), ("rows", "3"), ("rows", None), ("content", 7)])
    def test_for_a_fact_of_another_type(self, path, key, value):
        """A partition with a number for a text or a text for a number."""
        error = self._error(path, GOOD | {"partitions": [GOOD["partitions"][0] | {key: value}]})

        assert "it is no manifest" in error.found

    @pytest.mark.parametrize(
        "name", ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\\b", ".hidden", "-rf", "a b", "a\n", "ä", "a" * 101]
    )
    def test_for_a_name_that_is_no_name_of_a_file(self, path, name):
        """The name becomes a file's name, so one that leads elsewhere is refused."""
        error = self._error(path, GOOD | {"partitions": [GOOD["partitions"][0] | {"partition": name}]})

        assert "is no name for a partition" in error.found

    @pytest.mark.parametrize("version", [0, 2, "1", None])
    def test_for_another_version(self, path, version):
        """A manifest of another version is not guessed at."""
        error = self._error(path, GOOD | {"version": version})

        assert f"its version is {version!r}" in error.found
        assert "git checkout data/manifest.json" in error.remedy

    def test_for_another_task(self, path):
        """The data of one task are never taken for another's, and the remedy says what to remove."""
        error = self._error(path, GOOD, task="wine")

        assert "it lists the data of task 'flights', not 'wine'" in error.found
        assert "remove data/manifest.json, data/raw.dvc and data/raw" in error.remedy

    def test_for_a_partition_that_stands_twice(self, path):
        """A reviewer would read the one and the machine would believe the other."""
        twice = [GOOD["partitions"][0], GOOD["partitions"][0] | {"content": "sha256:9"}]

        assert "2013-07" in self._error(path, GOOD | {"partitions": twice}).found


class TestOrder:
    """Partitions are ordered by their names, since the split by time takes the last ones for the test."""

    def test_holds_whatever_the_file_says(self, path):
        """A file in another order, as a merge by hand leaves it, gives the order of the names."""
        path.write_text(json.dumps(GOOD | {"partitions": GOOD["partitions"][::-1]}), encoding="utf-8")

        assert list(Manifest.read(path, task="flights").entries) == ["2013-07", "2013-08"]
