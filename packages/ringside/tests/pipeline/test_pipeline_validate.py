"""Stage `validate`: which rows can be learnt from, and why the others cannot."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pandera.pandas import Check, Column, DataFrameSchema

from ringside.errors import DataError
from ringside.pipeline.validate.rows import REASON, Validated, check_quarantine, validate
from shop import BINARY, FEW_ROWS, SCHEMA, visits

PRICE, REGION = "price: not in 0 to 100", "region: not east or west"


def check(frame: pd.DataFrame, schema: DataFrameSchema = SCHEMA) -> Validated:
    """The partition `week-1` taken apart."""
    return validate(frame, schema, BINARY, where="week-1")


def refusal(frame: pd.DataFrame, schema: DataFrameSchema = SCHEMA) -> DataError:
    """The error that a partition gives as a whole."""
    with pytest.raises(DataError) as caught:
        check(frame, schema)
    return caught.value


def few(rows: list[tuple[float | None, str | None, bool | None]]) -> pd.DataFrame:
    """A partition of such rows."""
    return visits([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]).astype({"price": float})


def expected_reasons(price: float | None, region: str | None) -> list[str]:
    """What SCHEMA says against a row, computed without pandera."""
    against = [PRICE] if price is not None and not 0 <= price <= 100 else []
    return against + (["region: not_nullable"] if region is None else [REGION] if region == "north" else [])


@pytest.mark.slow
class TestRows:
    """Any rows, good and bad, with and without a label."""

    @settings(deadline=None, max_examples=25)
    @given(FEW_ROWS)
    def test_are_all_on_one_side(self, rows):
        """Valid, quarantined and unlabelled rows add up to what came in, and no row is on two sides."""
        frame = few(rows)
        found = check(frame)

        assert len(found.valid) + len(found.quarantined) + found.unlabelled == len(frame)
        sides = [*found.valid["customer"], *found.quarantined["customer"]]
        assert sorted(sides) == [row for row, label in enumerate(frame["bought"].isna()) if not label]

    @settings(deadline=None, max_examples=25)
    @given(FEW_ROWS)
    def test_are_quarantined_for_the_reasons_that_hold(self, rows):
        """A labelled row is quarantined if and only if a check fails, with each failed check as its reason."""
        against = {row: expected_reasons(*values[:2]) for row, values in enumerate(rows) if values[2] is not None}
        quarantined = check(few(rows)).quarantined.set_index("customer")[REASON]

        assert {row: sorted(text.split("; ")) for row, text in quarantined.items()} == {
            row: sorted(reasons) for row, reasons in against.items() if reasons
        }

    @settings(deadline=None, max_examples=25)
    @given(FEW_ROWS)
    def test_are_counted_by_reason(self, rows):
        """Each reason has the number of rows that it stands in, the most frequent first."""
        found = check(few(rows))
        texts = found.quarantined[REASON]

        assert found.reasons == {reason: sum(reason in text for text in texts) for reason in found.reasons}
        assert list(found.reasons.values()) == sorted(found.reasons.values(), reverse=True)

    @settings(deadline=None, max_examples=25)
    @given(FEW_ROWS)
    def test_are_quarantined_as_they_came_in(self, rows):
        """Quarantined rows have the values and types of the source, in its order, and one column more."""
        frame = few(rows)
        quarantined = check(frame).quarantined

        came_in = frame[frame["customer"].isin(quarantined["customer"])].reset_index(drop=True)
        assert_frame_equal(quarantined.drop(columns=REASON), came_in)

    @settings(deadline=None, max_examples=25)
    @given(FEW_ROWS, st.lists(st.sampled_from(["a", "b", "c"]), min_size=12, max_size=12))
    def test_are_told_apart_by_their_place_alone(self, rows, index):
        """Whatever index the frame has, doubled entries included, the answer is the same."""
        frame = few(rows)
        found, again = check(frame), check(frame.set_axis(pd.Index(index[: len(frame)], dtype="str")))

        assert_frame_equal(again.valid, found.valid)
        assert_frame_equal(again.quarantined, found.quarantined)
        assert again.reasons == found.reasons

    @settings(deadline=None, max_examples=25)
    @given(FEW_ROWS)
    def test_are_not_changed_in_place(self, rows):
        """The frame that came in is what it was."""
        frame = few(rows)
        before = frame.copy(deep=True)
        check(frame)

        assert_frame_equal(frame, before)


class TestValidRows:
    """Rows that pass."""

    def test_have_the_types_of_the_schema(self):
        """A price that came as a text is a number afterwards, and the label is a plain boolean."""
        valid = check(visits(["1", "2.5"], ["east", "west"], [True, False])).valid

        assert valid.dtypes.astype(str).to_dict() == {
            "customer": "int64",
            "price": "float64",
            "region": "str",
            "bought": "bool",
        }

    @pytest.mark.parametrize("labels", [[1, 0, None], [1.0, 0.0, None], pd.Series([True, False, None], dtype=object)])
    def test_may_have_labels_of_any_boolean_form(self, labels):
        """0 and 1 and the objects that a file with missing labels gives are labels as well as booleans."""
        found = check(visits([5.0] * 3, ["east"] * 3, [True] * 3).assign(bought=labels))

        assert found.valid["bought"].tolist() == [True, False]
        assert found.unlabelled == 1

    def test_are_numbered_anew(self):
        """Their index counts from zero, in the order of the source."""
        valid = check(visits([-1.0, 5.0, None, 7.0], ["east"] * 4, [True] * 4)).valid

        assert list(valid.index) == [0, 1, 2]
        assert list(valid["customer"]) == [1, 2, 3]

    def test_can_be_none(self):
        """A partition of which every row fails is no error here: `check_quarantine` decides about shares."""
        found = check(visits([-1.0, -2.0], ["east"] * 2, [True, False]))

        assert (len(found.valid), len(found.quarantined)) == (0, 2)

    def test_can_wait_for_their_labels(self):
        """A partition without any label is kept as unlabelled, whatever its values are."""
        found = check(visits([-1.0, 5.0], ["east", "north"], [None, None]))

        assert (len(found.valid), len(found.quarantined), found.unlabelled, found.reasons) == (0, 0, 2, {})


class TestBadRow:
    """One row that fails, among others that pass."""

    def test_with_several_failures_has_all_reasons(self):
        """A row that fails two checks is one row, with both reasons in one text and one count each."""
        found = check(visits([5.0, 101.0], ["east", "north"], [True, False]))

        assert list(found.quarantined[REASON]) == [f"{PRICE}; {REGION}"]
        assert found.reasons == {PRICE: 1, REGION: 1}

    def test_with_a_text_for_a_number_is_alone(self):
        """Where the schema coerces, one bad text in a column of numbers quarantines its row and no other."""
        found = check(visits(["1", "oops", "3"], ["east"] * 3, [True, False, True]))

        assert list(found.valid["price"]) == [1.0, 3.0]
        assert list(found.quarantined["price"]) == ["oops"]

    def test_with_a_text_for_a_number_has_one_reason(self):
        """The reason names the column and the type; checks that the text makes senseless are no reasons beside it."""
        reasons = check(visits(["1", "oops", "3"], ["east"] * 3, [True, False, True])).reasons

        assert list(reasons.values()) == [1]
        assert "price" in next(iter(reasons))
        assert "float64" in next(iter(reasons))

    def test_does_not_hide_another(self):
        """Where one row's type is wrong, another row's value is still checked."""
        found = check(visits(["1", "oops", "300"], ["east"] * 3, [True, False, True]))

        assert list(found.valid["price"]) == [1.0]
        assert found.quarantined[REASON].iloc[1] == PRICE

    def test_without_a_value_that_must_be_there(self):
        """A missing value in a column that is not nullable is a reason."""
        found = check(visits([5.0, 6.0], ["east", None], [True, False]))

        assert found.reasons == {"region: not_nullable": 1}

    def test_with_a_fraction_for_a_whole_number(self):
        """A fraction is not cut off in silence to fit a column of whole numbers."""
        frame = visits([5.0, 6.0], ["east"] * 2, [True, False]).assign(customer=[1.0, 2.5])
        found = check(frame)

        assert list(found.valid["customer"]) == [1]
        assert list(found.quarantined["customer"]) == [2.5]

    def test_with_a_number_too_large_for_its_column(self):
        """A number does not wrap round to fit a narrow column."""
        schema = SCHEMA.update_column("customer", dtype="int8")
        found = check(visits([5.0, 6.0], ["east"] * 2, [True, False]).assign(customer=[1, 300]), schema)

        assert list(found.quarantined["customer"]) == [300]

    def test_by_a_check_of_the_whole_schema_has_one_reason(self):
        """A check that compares columns is one reason, not one for each column."""
        cheap = Check(lambda frame: frame["price"] <= frame["customer"] + 10, error="price above the customer's limit")
        schema = SCHEMA.update_column("price", nullable=False)
        schema.checks = [cheap]
        found = check(visits([50.0, 5.0], ["east"] * 2, [True, False]), schema)

        assert list(found.quarantined["customer"]) == [0]
        assert found.reasons == {"price above the customer's limit": 1}

    def test_that_repeats_a_unique_value_takes_its_twin_along(self):
        """Of two rows with one value in a unique column neither can be preferred: both are quarantined."""
        schema = SCHEMA.update_column("customer", unique=True)
        found = check(visits([1.0, 2.0, 3.0], ["east"] * 3, [True] * 3).assign(customer=[7, 7, 8]), schema)

        assert list(found.valid["customer"]) == [8]
        assert found.reasons == {"customer: field_uniqueness": 2}


class TestWholeColumn:
    """A column that is wrong as a whole: no row is quarantined, the stage stops."""

    def test_is_missing(self):
        """The error names the partition and the column."""
        error = refusal(visits([5.0], ["east"], [True]).drop(columns="price"))

        assert (error.where, error.found) == ("week-1", "the column 'price' is missing")
        assert "schema.py" in error.remedy

    def test_is_the_target_and_is_missing(self):
        """Without a target no row has a label, which is the source's fault and not a delay."""
        assert refusal(visits([5.0], ["east"], [True]).drop(columns="bought")).found == "the column 'bought' is missing"

    def test_is_not_in_a_strict_schema(self):
        """A new column is named, so that nobody learns from it by accident."""
        error = refusal(visits([5.0], ["east"], [True]).assign(refunded=True))

        assert error.found == "the column 'refunded' is not in the schema"

    def test_is_one_of_several(self):
        """All columns that are wrong are named at once."""
        found = refusal(visits([5.0], ["east"], [True]).drop(columns="price").assign(refunded=True)).found

        assert "'price' is missing" in found
        assert "'refunded' is not in the schema" in found

    @pytest.mark.parametrize("coerce", [True, False])
    @pytest.mark.parametrize(
        ("values", "found"),
        [
            (["cheap", "dear", "dear"], "str"),
            (pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]), "datetime64"),
        ],
        ids=["texts", "times"],
    )
    def test_has_another_type(self, values, found, coerce):
        """The error names the column, the type that was found and the type that was expected."""
        schema = DataFrameSchema(SCHEMA.columns, coerce=coerce, strict=True)
        frame = visits([5.0] * 3, ["east"] * 3, [True] * 3).astype({"bought": bool})
        told = refusal(frame.assign(price=values), schema).found

        assert told.startswith(f"the column 'price' has type {found}")
        assert "float64" in told

    def test_has_another_type_of_the_same_family(self):
        """Where the schema does not coerce, whole numbers for fractions are told by both types."""
        schema = DataFrameSchema({"price": Column(float), "bought": Column(bool)})
        frame = pd.DataFrame({"price": [1, 2], "bought": [True, False]})

        assert refusal(frame, schema).found.replace("'", "") == "the column price has type int64, not float64"

    def test_is_a_target_of_texts(self):
        """The texts yes and no are no booleans, though Python calls both true."""
        error = refusal(visits([5.0] * 2, ["east"] * 2, [True] * 2).assign(bought=["yes", "no"]))

        assert "the column 'bought' has type str" in error.found

    def test_fails_a_check_of_all_its_values(self):
        """A check that answers once for a column stops the stage, since it blames no row."""
        schema = SCHEMA.update_column("price", checks=Check(lambda prices: prices.mean() > 10, error="mean above 10"))

        assert (
            refusal(visits([5.0], ["east"], [True]), schema).found == "the column 'price' fails mean above 10 (False)"
        )

    def test_fails_a_check_of_all_columns(self):
        """A check that answers once for the whole partition is not blamed on a column."""
        schema = DataFrameSchema(
            SCHEMA.columns, coerce=True, checks=Check(lambda rows: len(rows) > 9, error="ten rows")
        )
        found = refusal(visits([5.0], ["east"], [True]), schema).found

        assert "ten rows" in found
        assert "column" not in found


class TestUnsteadySchema:
    """A schema whose checks change their mind from call to call."""

    def test_is_an_error(self):
        """A schema that finds something new at each look is stopped, and the remedy names its file."""
        schema = DataFrameSchema(
            {
                "price": Column(float, Check(lambda prices: prices != prices.max(), error="largest")),
                "bought": Column(bool),
            }
        )
        error = refusal(pd.DataFrame({"price": np.arange(20.0), "bought": True}), schema)

        assert "new failures" in error.found
        assert "schema.py" in error.remedy


def counted(partition: str, valid: int, quarantined: int, **reasons: int) -> dict[str, object]:
    """What validation.json holds about a partition."""
    return {"partition": partition, "valid": valid, "quarantined": quarantined, "reasons": reasons}


class TestCheckQuarantine:
    """The share of rows that a partition may lose."""

    @pytest.mark.parametrize(("quarantined", "limit"), [(0, 0), (1, 0.01), (5, 0.05), (100, 1)])
    def test_passes_at_the_limit(self, quarantined, limit):
        """A partition that loses exactly what is allowed passes."""
        check_quarantine([counted("week-1", 100 - quarantined, quarantined)], limit)

    def test_passes_a_partition_without_labels(self):
        """No labelled row, no share: a partition that waits for its labels passes."""
        check_quarantine([counted("week-1", 0, 0)], 0)

    @pytest.mark.parametrize(("quarantined", "limit"), [(1, 0), (2, 0.01), (6, 0.05)])
    def test_stops_above_the_limit(self, quarantined, limit):
        """One row more than allowed stops the stage, and the remedy says where the rows are."""
        with pytest.raises(DataError) as caught:
            check_quarantine([counted("week-1", 100 - quarantined, quarantined)], limit)

        assert f"{quarantined} of 100 rows ({quarantined}.00%)" in caught.value.found
        assert "data/quarantine" in caught.value.remedy

    def test_shows_a_table_of_the_partitions_above_the_limit(self):
        """Each partition above the limit has its rows and its reasons; one below is left out."""
        report = [counted("week-1", 99, 1, dust=1), counted("week-2", 1_000, 3_000, rain=2_000, snow=1_500)]
        with pytest.raises(DataError) as caught:
            check_quarantine(report, 0.01)

        lines = [line.strip() for line in caught.value.found.splitlines()]
        assert lines[0] == "more than 1.00% of the rows fail the schema in"
        assert lines[1:4] == ["week-2: 3,000 of 4,000 rows (75.00%)", "2,000  rain", "1,500  snow"]
        assert "week-1" not in caught.value.found

    def test_judges_each_partition_by_itself(self):
        """A large clean partition does not pay for a small bad one."""
        with pytest.raises(DataError, match="week-2"):
            check_quarantine([counted("week-1", 1_000_000, 0), counted("week-2", 5, 5)], 0.01)
