"""Rows that are taken out of a source's own files."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from ringside.sources.erase import take_out
from ringside.task import File

CSV = b'id,text\r\n1,"two\nlines, ""x"""\r\n\r\n2,b\r\n3,c\n4,no end'
LINES = b'{"id": 1, "text": "a"}\n\n{"id":2,"text":"b"}\n{"id": 3,  "text": "c"}'
COLUMNS = {"id": "int64", "text": "str"}


def without(path: Path, *numbers: int, blank: bool = False) -> bytes:
    """A file's content after rows were taken out."""
    take_out(path, numbers, blank=blank, delimiter=None, encoding="utf-8")
    return path.read_bytes()


class TestText:
    """CSV and JSON lines."""

    def test_leaves_every_other_byte(self, tmp_path):
        """Line ends, quotes and empty lines stay as somebody wrote them."""
        path = tmp_path / "rows.csv"
        path.write_bytes(CSV)

        assert without(path, 2) == CSV.replace(b"2,b\r\n", b"")
        path.write_bytes(CSV)
        assert without(path, 1, 4) == b"id,text\r\n\r\n2,b\r\n3,c\n"

    def test_may_hold_a_long_text(self, tmp_path):
        """A whole letter in one value, longer than Python's reader takes by itself."""
        path = tmp_path / "rows.csv"
        path.write_bytes(b"id,text\n1," + b"x" * 200_000 + b"\n2,b\n")

        assert without(path, 1) == b"id,text\n2,b\n"

    def test_of_json_leaves_the_other_lines(self, tmp_path):
        """An object is a line."""
        path = tmp_path / "rows.jsonl"
        path.write_bytes(LINES)

        assert without(path, 2) == LINES.replace(b'{"id":2,"text":"b"}\n', b"")

    def test_stays_gzipped(self, tmp_path):
        """So the file's name stays true; the same rows make the same bytes, whatever the clock says."""
        path = tmp_path / "rows.csv.gz"
        path.write_bytes(gzip.compress(CSV))

        assert without(path, 3) == gzip.compress(CSV.replace(b"3,c\n", b""), mtime=0)


class TestNumbers:
    """Rows whose place in the file is their identity."""

    @pytest.mark.parametrize("name", ["r.csv", "r.tsv", "r.jsonl", "r.parquet", "r.csv.gz"])
    def test_stay_what_they_were(self, tmp_path, name):
        """A row without any value stands where one was erased, and is none."""
        path = tmp_path / name
        frame = pd.DataFrame({"id": [1, 2, 3, 4], "text": ["a", "b", "c", "d"]})
        if "csv" in name or "tsv" in name:
            frame.to_csv(path, index=False, sep="\t" if "tsv" in name else ",")
        elif "json" in name:
            frame.to_json(path, orient="records", lines=True)
        else:
            frame.to_parquet(path)
        without(path, 2, 4, blank=True)
        left = File(path=str(path), columns=COLUMNS, row_id="row").read("all")

        assert left["row"].tolist() == [1, 3]
        assert left["text"].tolist() == ["a", "c"]

    def test_of_a_single_column_stay_too(self, tmp_path):
        """An empty line would be no row; a quoted nothing is one."""
        path = tmp_path / "one.csv"
        path.write_text("text\na\nb\nc\n")
        without(path, 2, blank=True)

        assert File(path=str(path), columns={"text": "str"}, row_id="row").read("all")["row"].tolist() == [1, 3]
