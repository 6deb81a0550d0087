"""A file that was compared with its content hash is not read again until it changes."""

import os
from pathlib import Path

import pytest

from ringside.store.caches import VerifiedFiles


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that was compared."""
    (tmp_path / "2013-01.parquet").write_bytes(b"content")
    return tmp_path / "2013-01.parquet"


@pytest.fixture
def notes(tmp_path: Path, file: Path) -> Path:
    """The notes that say so."""
    verified = VerifiedFiles.read(tmp_path / "notes.json")
    verified.remember(file, "sha256:1")
    verified.write()
    return tmp_path / "notes.json"


class TestVerified:
    """What is believed, and what is not."""

    def test_knows_a_file_that_did_not_change(self, notes, file):
        """The next process believes the notes."""
        assert VerifiedFiles.read(notes).knows(file, "sha256:1")

    def test_does_not_know_another_content(self, notes, file):
        """Where the manifest now says something else, the file is read again."""
        assert not VerifiedFiles.read(notes).knows(file, "sha256:2")

    def test_does_not_know_a_file_of_another_size(self, notes, file):
        """A file that grew is read again, even where its time was set back."""
        stat = file.stat()
        file.write_bytes(b"content and more")
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

        assert not VerifiedFiles.read(notes).knows(file, "sha256:1")

    def test_does_not_know_a_file_of_another_time(self, notes, file):
        """A file that was written again, if with as many bytes, is read again."""
        stat = file.stat()
        file.write_bytes(b"CONTENT")
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))

        assert not VerifiedFiles.read(notes).knows(file, "sha256:1")

    def test_does_not_know_a_file_that_was_never_compared(self, notes, tmp_path):
        """Another name is another file."""
        (tmp_path / "2013-02.parquet").write_bytes(b"content")

        assert not VerifiedFiles.read(notes).knows(tmp_path / "2013-02.parquet", "sha256:1")

    @pytest.mark.parametrize("content", [b"", b"[1]", b"{", b'{"2013-01.parquet": 7}'])
    def test_knows_nothing_from_damaged_notes(self, notes, file, content):
        """Notes that were cut off or overwritten are made again, and are no error."""
        notes.write_bytes(content)

        assert not VerifiedFiles.read(notes).knows(file, "sha256:1")

    def test_writes_nothing_where_nothing_is_new(self, notes):
        """Notes that say the same stay as they are."""
        before = notes.stat().st_mtime_ns
        VerifiedFiles.read(notes).write()

        assert notes.stat().st_mtime_ns == before
