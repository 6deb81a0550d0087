"""`ringside predict`: rows from a file, checked, predicted and written."""

from pathlib import Path

import pandas as pd
import pytest
from pandera.pandas import Column, DataFrameSchema

from made import Made
from ringside.errors import DataError, UsageError
from ringside.loader import load_task
from ringside.registry.rows import check_features, read_rows, refuse_failures, schema_columns, write_rows

COLUMNS = {
    "id": "int32",
    "code": "string[pyarrow]",
    "size": "float32?",
    "day": "datetime64[ns]",
    "hour": "datetime64[us, UTC]",
    "yes": "bool",
    "many": "Int64?",
}
HEAD = "id,code,size,day,hour,yes,many"
FINE = "7,007,1.5,2026-01-02,2026-01-02T03:00:00Z,true,3"


LABELLED_TASK = """
from ringside.task import Task
TASK = Task(name="labelled_rule", kind="regression", target="y", identity=("x",))
"""
LABELLED_SCHEMA = """
from pandera.pandas import Check, Column, DataFrameSchema
SCHEMA = DataFrameSchema(
    {"x": Column(int), "z": Column(int), "y": Column(int)},
    checks=[
        Check(lambda frame: frame["y"] > frame["x"], error="y above x"),
        Check(lambda frame: frame["z"] > frame["x"], error="z above x"),
    ],
)
"""


def block(made: Made) -> pd.DataFrame:
    """The first ten patients, without what is to be predicted."""
    path = made.workspace.partition(made.workspace.valid, "block-1")
    return pd.read_parquet(path).drop(columns="progression").head(10)


def saved(made: Made, frame: pd.DataFrame, name: str = "rows.parquet") -> str:
    """A file with these rows in the checkout."""
    path = made.checkout.root / name
    frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_parquet(path, index=False)
    return name


def refused(made: Made, frame: pd.DataFrame, model: str = "models/model.skops") -> str:
    """What is said about these rows; nothing may have been written."""
    said = made.checkout.fails("ringside", "predict", saved(made, frame), "--model", model, "-o", "out.parquet")
    assert not (made.checkout.root / "out.parquet").exists()
    return said


def table(folder: Path, *lines: str, head: str = HEAD) -> Path:
    """A CSV file."""
    path = folder / "rows.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.long
class TestVerb:
    """From file to file."""

    def test_predicts_by_the_version_in_production(self, mine: Made):
        """Each row keeps its identity and gets what the version's model answers."""
        frame = block(mine)
        mine.checkout.ok("ringside", "predict", saved(mine, frame), "-o", "out.parquet")
        found = pd.read_parquet(mine.checkout.root / "out.parquet")
        judged = pd.read_parquet(mine.workspace.predictions).set_index("patient")["prediction"]
        both = found.set_index("patient")["prediction"].reindex(judged.index).dropna()

        assert found["patient"].tolist() == frame["patient"].tolist()
        assert both.tolist() == pytest.approx(judged[both.index].tolist(), rel=1e-12)
        assert len(both)

    def test_predicts_csv_as_parquet(self, mine: Made):
        """The same rows as texts give the same predictions, by a model file of the checkout."""
        frame, model = block(mine), "models/model.skops"
        mine.checkout.ok("ringside", "predict", saved(mine, frame), "--model", model, "-o", "a.parquet")
        mine.checkout.ok("ringside", "predict", saved(mine, frame, "rows.csv"), "--model", model, "-o", "b.csv")
        one, other = pd.read_parquet(mine.checkout.root / "a.parquet"), pd.read_csv(mine.checkout.root / "b.csv")

        pd.testing.assert_frame_equal(one, other, rtol=1e-12)

    def test_names_rows_that_are_bad(self, mine: Made):
        """By their numbers in the file, counted from 1; nothing is written."""
        frame = block(mine)
        frame.loc[3, "age"] = 300
        frame.loc[7, "sex"] = "three"
        said = refused(mine, frame)

        assert "2 rows are not what the model takes" in said
        assert "row 4: age: in_range(0, 120)" in said
        assert "row 8: sex: isin" in said

    def test_names_columns(self, mine: Made):
        """All that are missing and all that are too many, at once."""
        said = refused(mine, block(mine).drop(columns=["bmi", "s1"]).assign(colour="red"))

        assert "'bmi' is missing; the column 's1' is missing; the column 'colour' is not in the schema" in said

    @pytest.mark.xdist_group("environment")
    def test_checks_by_the_schema_of_the_version(self, apart: Made):
        """The checkout's schema refuses every patient by now; the version's own does not."""
        apart.checkout.ok("ringside", "predict", saved(apart, block(apart)), "--model", "v1.0.0", "-o", "out.parquet")

        assert len(pd.read_parquet(apart.checkout.root / "out.parquet")) == 10

    @pytest.mark.parametrize("place", [["rows.xlsx"], ["rows.csv", "-o", "out.json"]])
    def test_knows_two_kinds_of_files(self, mine: Made, place):
        """Any other extension is wrong usage."""
        assert "neither .parquet nor .csv" in mine.checkout.fails("ringside", "predict", *place, code=2)


@pytest.mark.slow
class TestReading:
    """Rows of a file."""

    def test_of_a_csv_have_the_types_of_the_schema(self, tmp_path: Path):
        """Each text becomes a value of its column's type, and 007 stays a text."""
        found = read_rows(table(tmp_path, FINE), COLUMNS)

        assert found.failures == []
        assert found.frame.dtypes.astype(str).to_dict() == {
            "id": "int32",
            "code": "str",
            "size": "float32",
            "day": "datetime64[ns]",
            "hour": "datetime64[us, UTC]",
            "yes": "bool",
            "many": "Int64",
        }
        assert found.frame["code"].tolist() == ["007"]

    def test_of_a_csv_may_lack_values(self, tmp_path: Path):
        """An empty cell is missing, where the column allows it."""
        found = read_rows(table(tmp_path, FINE, FINE.replace("1.5", "").removesuffix("3")), COLUMNS)

        assert found.failures == []
        assert found.frame[["size", "many"]].isna().to_numpy().tolist() == [[False, False], [True, True]]

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("1.5", "wide", "size: 'wide' is not a valid float32"),
            ("7,007", "7.5,007", "id: '7.5' is not a valid int32"),
            ("7,007", "3000000000,007", "id: '3000000000' is not a valid int32"),
            ("7,007", ",007", "id: the value is missing"),
            ("true", "perhaps", "yes: 'perhaps' is not a valid bool"),
            ("2026-01-02,", "someday,", "day: 'someday' is not a valid datetime64[ns]"),
            (",3", ",3.5", "many: '3.5' is not a valid Int64"),
        ],
    )
    def test_of_a_csv_are_named_where_a_text_is_no_value(self, tmp_path: Path, old, new, told):
        """Row and column and what stands there."""
        found = read_rows(table(tmp_path, FINE, FINE.replace(old, new, 1)), COLUMNS)

        assert found.failures == [(1, told)]

    def test_of_a_csv_keep_their_numbers(self, tmp_path: Path):
        """A blank line is a row, so that the next one has the number that an editor shows."""
        found = read_rows(table(tmp_path, "", FINE.replace("true", "perhaps")), COLUMNS)

        assert (1, "yes: 'perhaps' is not a valid bool") in found.failures

    def test_of_a_csv_take_the_word_na_as_text(self, tmp_path: Path):
        """A code of the letters NA is a code."""
        assert read_rows(table(tmp_path, FINE.replace("007", "NA")), COLUMNS).frame["code"].tolist() == ["NA"]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "is not a CSV"),
            (b"a,b\n1,2,3\n", "is not a CSV"),
            (b"a\n\xff\n", "is not a CSV"),
            (b"a,b\n", "no rows"),
        ],
        ids=["empty", "too many cells", "not UTF-8", "header alone"],
    )
    def test_of_a_broken_csv_are_refused(self, tmp_path: Path, content, told):
        """The error says what it is not."""
        (tmp_path / "rows.csv").write_bytes(content)

        with pytest.raises(DataError, match=told):
            read_rows(tmp_path / "rows.csv", {})

    @pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
    def test_of_no_file_are_refused(self, tmp_path: Path, name):
        """A file that is not there is named."""
        with pytest.raises(DataError, match=f"{name}: it is missing"):
            read_rows(tmp_path / name, {})

    def test_of_a_parquet_have_the_index_as_a_column(self, tmp_path: Path):
        """What pandas wrote as a named index is the column that the schema asks for; an unnamed one is none."""
        frame = pd.DataFrame({"id": [7, 8], "size": [1.0, 2.0]})
        frame.set_index("id").to_parquet(tmp_path / "named.parquet")
        frame.set_axis([5, 3]).to_parquet(tmp_path / "unnamed.parquet")

        assert list(read_rows(tmp_path / "named.parquet", {}).frame) == ["id", "size"]
        assert list(read_rows(tmp_path / "unnamed.parquet", {}).frame) == ["id", "size"]

    def test_show_twenty_failures(self):
        """A million bad rows do not fill the terminal."""
        with pytest.raises(DataError) as caught:
            refuse_failures([(row, "no") for row in range(1_000_000)], where="rows")

        lines = caught.value.found.splitlines()
        assert lines[1] == "  row 1: no"
        assert lines[-1] == "  and 999,980 more"
        assert len(lines) == 22


class TestWriting:
    """Predictions to a file."""

    @pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
    def test_loses_nothing(self, tmp_path: Path, name):
        """What was written is what is read."""
        frame = pd.DataFrame({"id": [1, 2], "prediction": [0.1, 1 / 3]})
        write_rows(tmp_path / name, frame)

        found = pd.read_csv(tmp_path / name) if name.endswith("csv") else pd.read_parquet(tmp_path / name)
        pd.testing.assert_frame_equal(found, frame, rtol=1e-15)

    def test_knows_two_kinds_of_files(self, tmp_path: Path):
        """Any other extension is wrong usage."""
        with pytest.raises(UsageError, match="neither"):
            write_rows(tmp_path / "out.txt", pd.DataFrame())


class TestSchema:
    """What a model takes, by its schema."""

    def test_is_each_column_but_the_target(self):
        """With its type, and a question mark where it may be missing."""
        schema = DataFrameSchema({"x": Column(int), "z": Column(float, nullable=True), "y": Column(bool)})

        assert schema_columns(schema, "y") == {"x": "int64", "z": "float64?"}

    def test_with_a_rule_about_the_target_is_asked_without_it(self, monkeypatch, tmp_path: Path):
        """A check of the whole row that reads the label cannot be asked before there is one; the others are."""
        package = tmp_path / "src" / "labelled_rule"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(LABELLED_TASK, encoding="utf-8")
        (package / "schema.py").write_text(LABELLED_SCHEMA, encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path / "src"))
        task = load_task(tmp_path, "labelled_rule")

        assert len(check_features(pd.DataFrame({"x": [1], "z": [2]}), task)) == 1
        with pytest.raises(DataError, match="row 2: z above x"):
            check_features(pd.DataFrame({"x": [1, 1], "z": [2, 0]}), task)
