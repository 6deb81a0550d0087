"""`ringside adopt`: predictions that a team already has."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness import Checkout
from ringside.store.adopted import read_adopted
from ringside.store.workspace import Workspace


@pytest.fixture(scope="module")
def split_once(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The diabetes task, ingested, validated and split, with predictions of all its rows in old.csv."""
    checkout = Checkout.of_project(tmp_path_factory.mktemp("adopt") / "checkout")
    checkout.use_task("diabetes")
    for verb in ("ingest", "validate", "split"):
        checkout.ok("ringside", verb)
    task_rows = [pq.read_table(path) for path in sorted((checkout.root / "data" / "valid").glob("*.parquet"))]
    identity = task_rows[0].column_names.index("patient")
    patients = sorted(number for rows in task_rows for number in rows.column(identity).to_pylist())
    lines = ["patient,guess", *(f"{patient},{patient % 7}.5" for patient in patients)]
    (checkout.root / "old.csv").write_text("\n".join(lines) + "\n")
    checkout.commit("split")
    return checkout


@pytest.fixture
def split(split_once: Checkout, tmp_path) -> Checkout:
    """A copy of that checkout to do anything with."""
    return split_once.copy(tmp_path / "checkout")


def adopt(checkout: Checkout) -> str:
    """What is said when old.csv is adopted."""
    return checkout.ok("ringside", "adopt", "old.csv", "--prediction", "guess")


class TestAdopt:
    """What it keeps."""

    def test_writes_a_file_that_git_tracks(self, split):
        """Identity and prediction are in data/adopted.parquet, which no ignore rule hides."""
        adopt(split)

        assert read_adopted(Workspace(split.root)).column_names == ["patient", "prediction"]
        assert split.status() == "?? data/adopted.parquet\n"

    def test_says_how_much_of_the_window_is_covered(self, split):
        """All rows of the test window have a prediction here, and no row is unknown."""
        tested = split.json("reports/split.json")["rows"]["test"]

        assert f"{tested:,} of the {tested:,} rows of the current test set have a prediction" in adopt(split)

    def test_does_nothing_twice(self, split):
        """The same predictions once more leave the file as it is."""
        adopt(split)
        before = split.bytes("data/adopted.parquet")

        assert "already has these predictions" in adopt(split)
        assert split.bytes("data/adopted.parquet") == before

    def test_takes_them_away_again(self, split):
        """`--remove` leaves nothing behind, and may be said twice."""
        adopt(split)

        assert "removed data/adopted.parquet" in split.ok("ringside", "adopt", "--remove")
        assert "nothing to remove" in split.ok("ringside", "adopt", "--remove")
        assert split.status() == ""


class TestRefusals:
    """What it does not take."""

    @pytest.mark.parametrize("arguments", [[], ["old.csv", "--remove"]])
    def test_of_neither_or_both_are_wrong_usage(self, split_once, arguments):
        """A file or --remove."""
        assert "either a file or --remove" in split_once.fails("ringside", "adopt", *arguments, code=2)

    def test_of_a_missing_column_names_the_option(self, split_once):
        """The predictions are not called `prediction` here."""
        assert "--prediction" in split_once.fails("ringside", "adopt", "old.csv", code=2)

    def test_of_rows_that_nobody_knows_shows_one(self, split):
        """Predictions of another data set are refused, and what was adopted before stays."""
        adopt(split)
        before = split.bytes("data/adopted.parquet")
        pq.write_table(pa.table({"patient": [-5], "guess": [1.0]}), split.root / "other.parquet")
        said = split.fails("ringside", "adopt", "other.parquet", "--prediction", "guess")

        assert "none of its rows is in data/valid (first row: patient=-5)" in said
        assert split.bytes("data/adopted.parquet") == before
