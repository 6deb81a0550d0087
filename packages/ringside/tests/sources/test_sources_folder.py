"""A folder as a source: a file for each partition."""

from pathlib import Path

import pytest

from ringside.errors import SourceError
from ringside.task import Folder

COLUMNS = {"id": "int64", "of": "str"}


@pytest.fixture(autouse=True)
def months(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two months, and what is none."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "months"
    folder.mkdir()
    (folder / "2024-02.csv").write_text("id,of\n1,a\n2,b\n")
    (folder / "2024-01.jsonl").write_text('{"id": 3, "of": "c"}\n')
    (folder / "README.md").write_text("about the files")
    (folder / ".2024-03.csv").write_text("on its way")
    return folder


def source(**fields: object) -> Folder:
    """The source of the months."""
    return Folder(**({"path": "months", "columns": COLUMNS} | fields))


class TestPartitions:
    """The files."""

    def test_are_the_files_of_rows(self):
        """Files of other kinds and hidden ones are none."""
        assert source().partitions() == ["2024-01", "2024-02"]
        assert source().read("2024-02")["id"].tolist() == [1, 2]

    def test_number_rows_over_all_files(self):
        """The number of a row names its file, so that it is an identity over all partitions."""
        assert source(row_id="row").read("2024-02")["row"].tolist() == ["2024-02/1", "2024-02/2"]

    def test_have_a_fingerprint_each(self, months):
        """The fingerprint changes with the file, and with what source.py says of its columns."""
        before = source().fingerprint("2024-02")
        other = source(columns=COLUMNS | {"of": "ignore"}).fingerprint("2024-02")
        (months / "2024-02.csv").write_text("id,of\n1,a\n2,c\n")

        assert len({before, other, source().fingerprint("2024-02")}) == 3


class TestTrouble:
    """A folder that is not in order."""

    def test_of_two_files_for_one_partition(self, months):
        """It is not told which of the two is true, so neither is taken."""
        (months / "2024-02.csv.gz").write_bytes(b"x")
        with pytest.raises(SourceError, match=r"2024-02\.csv and 2024-02\.csv\.gz are both"):
            source().partitions()

    def test_of_a_name_that_is_none(self, months):
        """A file whose name cannot be a partition's is named."""
        (months / "März 24.csv").write_text("id,of\n1,a\n")
        with pytest.raises(SourceError, match="'März 24' in the files' names"):
            source().partitions()

    def test_of_a_file_that_went(self, months):
        """A month that is gone cannot be had from here."""
        (months / "2024-02.csv").unlink()
        with pytest.raises(SourceError, match="no file of partition 2024-02 any more") as caught:
            source().read("2024-02")
        assert caught.value.unreadable

    def test_of_a_folder_that_is_not_there(self):
        """So is a folder."""
        with pytest.raises(SourceError, match="no such folder") as caught:
            source(path="moths").partitions()
        assert caught.value.unreadable

    def test_of_a_changed_file_names_it(self, months):
        """The error names the file, the column and the row."""
        (months / "2024-02.csv").write_text("id,of\n1,a\nx,b\n")
        with pytest.raises(SourceError, match=r"months/2024-02\.csv: the source changed .* 'id', row 2: 'x'"):
            source().read("2024-02")
