"""`ringside forget` where DVC imported the source's files, and where all rows of a group are to go."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from harbour_months import files_of, month
from harness import Checkout

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("forget")]

SOURCE = files_of("data/source/calls")
MONTHS = ("2025-01", "2025-02", "2025-03")
CALL = 100_000 * (12 * 2025 + 1) + 3
DAY = "2025-03-05"


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> Checkout:
    """A task whose months DVC imported from a folder that is gone since; read it, never change it."""
    folder = tmp_path_factory.mktemp("imported")
    (folder / "share").mkdir()
    for name in MONTHS:
        month(name).to_csv(folder / "share" / f"{name}.csv", index=False)
    checkout = Checkout.of_project(folder / "copy")
    checkout.use_task("harbour")
    (checkout.root / "src" / "harbour" / "source.py").write_text(SOURCE)
    (checkout.root / "data" / "source").mkdir()
    checkout.ok("dvc", "import-url", str(folder / "share"), "data/source/calls")
    checkout.ok("ringside", "ingest")
    checkout.commit("data")
    shutil.rmtree(folder / "share")
    return checkout


@pytest.fixture
def copy(imported, tmp_path) -> Checkout:
    """A checkout of one's own."""
    return imported.copy(tmp_path / "copy")


def forget(checkout: Checkout, text: str) -> str:
    """Forget what a file names; what the command said."""
    ids = checkout.root.parent / "ids.csv"
    ids.write_text(text)
    return checkout.ok("ringside", "forget", "--ids", str(ids))


def holders(root: Path, text: str, column: str, value: object) -> list[str]:
    """The files of the data and of DVC's cache that have a text, or a row with the value."""
    found = []
    for path in sorted(path for top in (root / "data", root / ".dvc") for path in top.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if content.startswith(b"PAR1"):
            table = pd.read_parquet(path)
            held = column in table and bool((table[column] == value).any())
        else:
            held = text.encode() in content
        found += [path.relative_to(root).as_posix()] if held else []
    return found


class TestImported:
    """A folder of files that DVC keeps too."""

    def test_loses_its_older_versions(self, copy):
        """DVC's cache has neither the file as it was nor the folder that named it; other months' files stay."""
        before = holders(copy.root, f"\n{CALL},", "call", CALL)
        cached = [path for path in (copy.root / ".dvc" / "cache").rglob("*") if path.is_file()]
        forget(copy, f"call\n{CALL}\n")

        assert len([name for name in before if name.startswith(".dvc/cache/")]) == 2
        assert holders(copy.root, f"\n{CALL},", "call", CALL) == []
        assert len([path for path in cached if not path.exists()]) == 4
        assert copy.run("dvc", "status", "data/source/calls.dvc").returncode == 0

    def test_asks_not_where_it_came_from(self, copy):
        """That place is gone here, and the command says that the rows are to be erased there too."""
        said = forget(copy, f"call\n{CALL}\n")

        assert "the original of data/source/calls.dvc: erase the rows there too" in said

    def test_is_swept_by_a_second_run_too(self, copy):
        """Where a kill came after the files were written and before DVC was told, the same command ends it."""
        path = copy.root / "data" / "source" / "calls" / "2025-01.csv"
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(f"{CALL},")))
        forget(copy, f"call\n{CALL}\n")

        assert holders(copy.root, f"\n{CALL},", "call", CALL) == []


class TestGroups:
    """Rows that are named by what they share."""

    def test_go_altogether(self, copy):
        """All calls of the day are gone, and those of other days stay."""
        said = forget(copy, f"day\n{DAY}\n")
        rows = [row["rows"] for row in copy.json("data/manifest.json")["partitions"]]

        assert "1 values of 'day' requested" in said
        assert rows == [1120, 1120, 1080]
        assert DAY not in "".join(path.read_text() for path in (copy.root / "data" / "source" / "calls").glob("*.csv"))
        assert holders(copy.root, f",{DAY},", "day", pd.Timestamp(DAY)) == []
        assert DAY not in copy.bytes("data/erased.json").decode()

    def test_stay_away_with_rows_that_come_later(self, copy):
        """A row of the group that nobody knew then is not taken in either."""
        forget(copy, f"day\n{DAY}\n")
        late = month("2025-03").assign(call=lambda rows: rows["call"] + 50_000)
        late.to_csv(copy.root / "data" / "source" / "calls" / "2025-04.csv", index=False)
        said = copy.ok("ringside", "ingest")

        assert "40 rows of 2025-04 were erased earlier" in said

    def test_are_named_by_one_column_alone(self, copy):
        """A file with other columns beside may mean something else, so nothing is done."""
        (copy.root.parent / "ids.csv").write_text(f"name,day\nx,{DAY}\n")
        said = copy.fails("ringside", "forget", "--ids", str(copy.root.parent / "ids.csv"))

        assert "or only day to erase all rows of these groups" in said
        assert copy.status() == ""
