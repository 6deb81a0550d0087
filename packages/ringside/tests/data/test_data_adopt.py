"""Predictions that a team already has: what is accepted of a file, and what is refused."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from data.toy import toy_task
from ringside.data.adopt import adopt
from ringside.errors import DataError, RingsideError, UsageError

TYPES = {"moment": pa.timestamp("us", "UTC"), "carrier": pa.large_string(), "flight": pa.int32()}
TASK = toy_task(identity=tuple(TYPES))
CLASSES = toy_task(kind="multiclass")
ROWS = pd.DataFrame(
    {
        "moment": pd.to_datetime(["2013-06-02T10:00Z", "2013-06-01T10:00Z", "2013-06-01T11:00Z"]),
        "carrier": ["AA", "09", "AA"],
        "flight": [7, 9, 7],
        "prediction": [0.25, 0.5, 1.0],
        "weather": ["fine"] * 3,
    }
)


def adopted(folder: Path, rows: pd.DataFrame, *, kind: str = "csv", prediction: str = "prediction") -> pa.Table:
    """What is adopted of rows in a file."""
    path = folder / f"old.{kind}"
    rows.to_csv(path, index=False) if kind == "csv" else rows.to_parquet(path, index=False)
    return adopt(path, TASK, prediction=prediction, types=TYPES)


def refusal(folder: Path, rows: pd.DataFrame) -> RingsideError:
    """The error that a CSV file of rows is met with."""
    with pytest.raises(RingsideError) as caught:
        adopted(folder, rows)
    return caught.value


class TestFiles:
    """CSV and Parquet."""

    @pytest.mark.parametrize("kind", ["csv", "parquet"])
    def test_become_identity_and_prediction_in_order(self, tmp_path, kind):
        """Other columns are left out, types are those of data/valid, and rows are in the order of their identity."""
        found = adopted(tmp_path, ROWS, kind=kind)

        assert dict(zip(found.schema.names, found.schema.types, strict=True)) == TYPES | {"prediction": pa.float64()}
        assert found.column("prediction").to_pylist() == [0.5, 1.0, 0.25]
        assert found.column("carrier").to_pylist() == ["09", "AA", "AA"]

    def test_of_both_kinds_are_the_same(self, tmp_path):
        """However the rows came, and in whatever order, they are one table."""
        assert adopted(tmp_path, ROWS).equals(adopted(tmp_path, ROWS.iloc[::-1], kind="parquet"))

    def test_may_have_the_predictions_under_another_name(self, tmp_path):
        """`--prediction` names them; what is kept is called `prediction`."""
        found = adopted(tmp_path, ROWS.rename(columns={"prediction": "score_v7"}), prediction="score_v7")

        assert found.column_names == [*TYPES, "prediction"]

    @pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d %H:%M:%S+00:00"])
    def test_may_write_times_with_and_without_a_zone(self, tmp_path, form):
        """Without a zone a time is one in UTC."""
        assert adopted(tmp_path, ROWS.assign(moment=ROWS["moment"].dt.strftime(form))).equals(adopted(tmp_path, ROWS))

    def test_may_write_whole_numbers_with_a_point(self, tmp_path):
        """A tool that made 7 into 7.0 is understood."""
        assert adopted(tmp_path, ROWS.assign(flight=[7.0, 9.0, 7.0])).equals(adopted(tmp_path, ROWS))

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (b"", "cannot be read as CSV"),
            (b"\x00\xff\xfe\x01", "cannot be read as CSV"),
            (b"moment;carrier\n1;2\n", "no column 'moment'"),
            (b"moment,carrier,flight,prediction\n", "no rows"),
            (b"PAR1 and then nothing", "no Parquet file"),
        ],
    )
    def test_that_are_none_are_refused(self, tmp_path, content, found):
        """Empty, cut off, of another format: the error names the file and says what one is expected."""
        (tmp_path / "old").write_bytes(content)
        with pytest.raises(RingsideError, match=found) as caught:
            adopt(tmp_path / "old", TASK, prediction="prediction", types=TYPES)

        assert caught.value.where == str(tmp_path / "old")

    def test_that_are_not_there_are_an_error(self, tmp_path):
        """A name that was mistyped is told as such."""
        with pytest.raises(DataError, match="No such file"):
            adopt(tmp_path / "nothing.csv", TASK, prediction="prediction", types=TYPES)


class TestIdentities:
    """Which rows the predictions are of."""

    def test_that_are_missing_are_refused(self, tmp_path):
        """A row without its whole identity is nobody's."""
        assert "1 rows have no 'carrier'" in refusal(tmp_path, ROWS.assign(carrier=["AA", None, "AA"])).found

    def test_that_stand_twice_are_refused(self, tmp_path):
        """Nobody can tell which of two predictions is the one; the error names the first."""
        error = refusal(tmp_path, pd.concat([ROWS, ROWS.iloc[[1]]]))

        assert "1 rows have the identity (moment, carrier, flight) of another row, first row 4" in error.found

    def test_of_another_type_are_refused(self, tmp_path):
        """The error shows a value and the type that data/valid has."""
        assert "is no int32" in refusal(tmp_path, ROWS.assign(flight=["AA7", "9", "7"])).found

    def test_without_a_column_are_wrong_usage(self, tmp_path):
        """The error says what is there and what is needed."""
        error = refusal(tmp_path, ROWS.drop(columns="flight"))

        assert isinstance(error, UsageError)
        assert "no column 'flight' (its columns: moment, carrier, prediction, weather)" in error.found


class TestPredictions:
    """What was predicted."""

    @pytest.mark.parametrize(
        ("values", "found"),
        [
            ([0.1, None, 0.2], "1 rows have no finite 'prediction', first row 2"),
            ([0.1, 0.2, float("inf")], "no finite"),
            ([0.1, 0.2, 1.01], "outside 0 to 1"),
            ([-0.1, 0.2, 0.3], "outside 0 to 1"),
            (["0,5", "0.2", "0.3"], "no number"),
        ],
    )
    def test_that_are_no_probabilities_are_refused(self, tmp_path, values, found):
        """Missing, infinite, outside 0 to 1, or no number at all."""
        assert found in refusal(tmp_path, ROWS.assign(prediction=values)).found

    def test_of_a_regression_may_be_any_number(self, tmp_path):
        """Only classifications have probabilities."""
        pd.DataFrame({"id": [2, 1], "prediction": [-7.0, 1e9]}).to_csv(tmp_path / "old", index=False)
        found = adopt(tmp_path / "old", toy_task(kind="regression"), prediction="prediction", types={"id": pa.int64()})

        assert found.column("prediction").to_pylist() == [1e9, -7.0]


class TestClasses:
    """Tasks of several classes."""

    def read(self, folder: Path, rows: dict) -> pa.Table:
        """What is adopted of rows with a probability for each of two classes."""
        pd.DataFrame({"id": [1, 2]} | rows).to_csv(folder / "old", index=False)
        return adopt(folder / "old", CLASSES, prediction="p", types={"id": pa.int64()}, classes={"on time", "late"})

    def test_have_a_column_each(self, tmp_path):
        """`p:<class>` in the file is kept as `prediction:<class>`."""
        found = self.read(tmp_path, {"p:on time": [0.75, 0.0], "p:late": [0.25, 1.0]})

        assert found.column_names == ["id", "prediction:late", "prediction:on time"]

    def test_that_lack_their_column_are_wrong_usage(self, tmp_path):
        """Each label that there is needs its probability."""
        with pytest.raises(UsageError, match="no column 'p:on time'"):
            self.read(tmp_path, {"p:late": [0.25, 1.0]})

    def test_have_probabilities_that_sum_to_one(self, tmp_path):
        """Scores that do not are no probabilities."""
        with pytest.raises(DataError, match="do not sum to 1, first row 2"):
            self.read(tmp_path, {"p:on time": [0.75, 0.5], "p:late": [0.25, 0.6]})
