"""Files are replaced whole or not at all: on an error, on a full disk, and when the process is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ringside.common.files import empty_folder, move, read_json, remove, replacing, write_bytes, write_json
from ringside.errors import DataError, StoreError

OLD, NEW = b"old " * 50_000, b"new " * 50_000

# Runs a statement with files limited to 100,000 bytes: the kernel refuses what is beyond, as on a full disk.
_LIMITED = """
import random, resource, sys
from pathlib import Path
import pyarrow as pa
from ringside.errors import StoreError
from ringside.common.files import write_bytes, write_json
from ringside.common.tables import write_table
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
path = Path(sys.argv[1])
try:
    {statement}
except StoreError as error:
    print(error)
"""

_HALF = """
import sys, time
from pathlib import Path
from ringside.common.files import replacing
with replacing(Path(sys.argv[1])) as aside, aside.open("wb") as file:
    file.write(b"new " * 20_000)
    file.flush()
    print("half of it is written", flush=True)
    time.sleep(600)
"""

_FOR_EVER = """
import itertools, sys
from pathlib import Path
from ringside.common.files import write_bytes
print("writing", flush=True)
for letter in itertools.cycle([b"a", b"b"]):
    write_bytes(Path(sys.argv[1]), letter * 300_000)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with old content in a folder of its own."""
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "file"
    path.write_bytes(OLD)
    return path


def _started(script: str, path: Path) -> subprocess.Popen[str]:
    """A process that runs `script` on `path` and has said that it is at work."""
    process = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    return process


def _kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def _alone(path: Path) -> bool:
    """Whether nothing else is in the file's folder."""
    return [path] == list(path.parent.iterdir())


def _write_and_raise(path: Path, error: type[BaseException]) -> None:
    with replacing(path) as aside:
        aside.write_bytes(NEW)
        raise error


class TestWriteBytes:
    """`write_bytes`, and `replacing` beneath it."""

    def test_replaces_the_content(self, path):
        """The new content is there, and nothing else is."""
        write_bytes(path, NEW)

        assert path.read_bytes() == NEW
        assert _alone(path)

    def test_makes_the_folder(self, tmp_path):
        """A folder that is not there yet is made."""
        write_bytes(tmp_path / "a" / "b" / "file", NEW)

        assert (tmp_path / "a" / "b" / "file").read_bytes() == NEW

    def test_leaves_a_hard_link_as_it_was(self, path):
        """Another name of the old file, such as DVC's cache has with hard links, keeps the old content."""
        other = path.parent / "cached"
        os.link(path, other)
        write_bytes(path, NEW)

        assert other.read_bytes() == OLD

    def test_says_where_it_cannot_write(self, path):
        """Where a file stands in the place of the folder, the error names the place and a remedy."""
        with pytest.raises(StoreError) as caught:
            write_bytes(path / "file", NEW)

        assert str(path / "file") == caught.value.where
        assert "see that the folder can be written to" in caught.value.remedy

    def test_does_not_replace_a_folder(self, tmp_path):
        """A folder of the file's name stays, and the error names it."""
        (tmp_path / "file").mkdir()
        with pytest.raises(StoreError, match="cannot be written") as caught:
            write_bytes(tmp_path / "file", NEW)

        assert str(tmp_path / "file") == caught.value.where
        assert _alone(tmp_path / "file")


class TestAnErrorWhileWriting:
    """The block of `replacing` raises."""

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
    def test_passes_and_leaves_the_old_file(self, path, error):
        """The error goes on as it is, the old content stays, and what was written aside is gone."""
        with pytest.raises(error):
            _write_and_raise(path, error)

        assert path.read_bytes() == OLD
        assert _alone(path)

    def test_leaves_no_file_where_there_was_none(self, tmp_path):
        """A file that did not exist does not exist after the error."""
        with pytest.raises(KeyError):
            _write_and_raise(tmp_path / "file", KeyError)

        assert list(tmp_path.iterdir()) == []


class TestFullDisk:
    """The disk is full: once by a limit that the kernel keeps, once by the device that is always full."""

    @pytest.fixture(
        params=[
            "write_bytes(path, b'new ' * 50_000)",
            "write_json(path, ['new'] * 50_000)",
            "write_table(path, pa.table({'random': [random.Random(0).randbytes(200_000)]}))",
        ],
        ids=["bytes", "json", "table"],
    )
    def said(self, request, path):
        """What a process that is limited says when it writes to `path`."""
        script = _LIMITED.format(statement=request.param)
        return subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
        ).stdout

    def test_is_an_error_with_place_and_remedy(self, said, path):
        """The error says what happened, to which file, and what to do."""
        assert f"{path}: the disk is full." in said
        assert "free some space and run again; the file is as it was" in said

    def test_leaves_the_old_file(self, said, path):
        """The old content stays and what was written aside is gone."""
        assert said
        assert path.read_bytes() == OLD
        assert _alone(path)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
    def test_of_the_device_that_is_always_full_is_the_same(self, path):
        """ENOSPC, as a real full disk answers it, leaves the old file as well."""
        path.with_name(".file.tmp").symlink_to("/dev/full")
        with pytest.raises(StoreError, match="the disk is full"):
            write_bytes(path, NEW)

        assert path.read_bytes() == OLD
        assert _alone(path)


class TestKill:
    """SIGKILL, which no code can catch."""

    def test_in_the_middle_leaves_the_old_file(self, path):
        """Half of the new content is on the disk, and whoever reads finds the old."""
        _kill(_started(_HALF, path))

        assert path.read_bytes() == OLD

    def test_in_the_middle_does_not_disturb_the_next_write(self, path):
        """What the kill left aside is used up by the next write."""
        _kill(_started(_HALF, path))
        write_bytes(path, NEW)

        assert path.read_bytes() == NEW
        assert _alone(path)

    def test_at_any_moment_leaves_a_whole_file(self, path):
        """A process that writes for ever is killed again and again; each time the file is one of the two, whole."""
        for moment in range(6):
            process = _started(_FOR_EVER, path)
            for _ in range(moment * 400):
                path.stat()
            _kill(process)
            content = path.read_bytes()

            assert content in (OLD, b"a" * 300_000, b"b" * 300_000)


class TestWriteJson:
    """`write_json`."""

    def test_has_a_layout_that_diffs_well(self, path):
        """One value a line, keys in the order given, letters as they are, a newline at the end."""
        write_json(path, {"b": 1, "a": [1.5, "ä"]})

        assert path.read_text(encoding="utf-8") == '{\n  "b": 1,\n  "a": [\n    1.5,\n    "ä"\n  ]\n}\n'

    def test_reads_back(self, path):
        """What was written is what `read_json` answers."""
        content = {"name": "ä\n\u2028", "numbers": [0.1, 1e300, -1], "nothing": None}
        write_json(path, content)

        assert content == read_json(path, remedy="none")

    @pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
    def test_refuses_a_number_that_json_does_not_know(self, path, number):
        """Not a number and the infinities are refused, and the old file stays."""
        with pytest.raises(ValueError, match="JSON"):
            write_json(path, {"value": number})

        assert path.read_bytes() == OLD


class TestReadJson:
    """`read_json` of a file that is not in order."""

    def test_of_a_missing_file_carries_the_remedy(self, tmp_path):
        """The error names the file and the caller's remedy."""
        with pytest.raises(DataError, match="it is missing") as caught:
            read_json(tmp_path / "x.json", remedy="make it.")

        assert (str(tmp_path / "x.json"), "make it.") == (caught.value.where, caught.value.remedy)

    @pytest.mark.parametrize("content", [b"", b'{"a": 1', b"<<<<<<< HEAD\n{}", b"\xff\xfe\x00"])
    def test_of_no_json_carries_the_remedy(self, path, content):
        """Empty, cut off, in conflict or no text: the error names the file and the caller's remedy."""
        path.write_bytes(content)
        with pytest.raises(DataError, match="it is not JSON") as caught:
            read_json(path, remedy="make it.")

        assert (str(path), "make it.") == (caught.value.where, caught.value.remedy)

    def test_answers_what_any_writer_wrote(self, path):
        """The layout does not matter for reading."""
        path.write_text(json.dumps([1, {"a": None}]), encoding="utf-8")

        assert read_json(path, remedy="none") == [1, {"a": None}]


class TestMove:
    """`move`."""

    def test_gives_the_file_its_name(self, path):
        """The content stands under the new name, in a folder that is made, and no more under the old one."""
        target = path.parent / "a" / "b"
        move(path, target)

        assert target.read_bytes() == OLD
        assert not path.exists()

    def test_replaces_what_has_the_name(self, path):
        """A file that has the name already is replaced."""
        (path.parent / "target").write_bytes(NEW)
        move(path, path.parent / "target")

        assert (path.parent / "target").read_bytes() == OLD

    def test_says_what_it_cannot_move(self, tmp_path):
        """A file that is not there is an error that names it."""
        with pytest.raises(StoreError, match="it cannot be moved") as caught:
            move(tmp_path / "nothing", tmp_path / "target")

        assert str(tmp_path / "nothing") == caught.value.where

    def test_leaves_the_file_where_the_target_cannot_be(self, path):
        """Where a file stands in the place of the target's folder, the source stays."""
        with pytest.raises(StoreError, match="it cannot be moved"):
            move(path, path / "target")

        assert path.read_bytes() == OLD


class TestRemove:
    """`remove` and `empty_folder`."""

    def test_removes_a_file(self, path):
        """The file is gone and its folder stays."""
        remove(path)

        assert not path.exists()
        assert path.parent.is_dir()

    def test_removes_a_folder_with_all_that_is_in_it(self, path):
        """The folder is gone with its file."""
        remove(path.parent)

        assert not path.parent.exists()

    def test_of_nothing_is_no_error(self, tmp_path):
        """What is not there can be removed."""
        remove(tmp_path / "nothing")

        assert list(tmp_path.iterdir()) == []

    def test_empties_a_folder(self, path):
        """The folder is there and empty."""
        empty_folder(path.parent)

        assert list(path.parent.iterdir()) == []

    def test_makes_an_empty_folder(self, tmp_path):
        """A folder that is not there is made, with those above it."""
        empty_folder(tmp_path / "a" / "b")

        assert list((tmp_path / "a" / "b").iterdir()) == []
