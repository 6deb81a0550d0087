"""Nothing that is known only after departure is a feature."""

import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from flights import TASK, source
from flights.model import FEATURES
from flights.schema import SCHEMA
from flights_package import AFTER_DEPARTURE, NOT_FEATURES, leaks, package_file


def selected(model: Pipeline) -> set[str]:
    """The columns that a fitted Pipeline takes up; its first step is a ColumnTransformer."""
    columns: ColumnTransformer = model[0]
    names = list(columns.feature_names_in_)
    taken = [part for _, step, part in columns.transformers_ if not (isinstance(step, str) and step == "drop")]
    return {part if isinstance(part, str) else names[part] for part in (item for parts in taken for item in parts)}


class TestForbiddenColumns:
    """The columns that must not be features."""

    @pytest.mark.parametrize("place", ["the schema", "the list of features", "the model", "the source's answer"])
    def test_are_not_in(self, model, year, place):
        """No column from after departure is in the schema, the source's answer, the features or the model."""
        columns = {
            "the schema": SCHEMA.columns,
            "the list of features": FEATURES,
            "the model": selected(model),
            "the source's answer": year["2013-01"].columns,
        }

        assert not AFTER_DEPARTURE.intersection(columns[place])

    def test_are_not_taken_up_by_the_model(self, model):
        """The trained Pipeline asks for no forbidden column, not for the target, and not for what names a row."""
        assert leaks(selected(model)) == set()

    def test_are_not_among_the_features(self):
        """Nor does the list in model.py name one."""
        assert leaks(FEATURES) == set()

    def test_are_read_for_the_label_alone(self):
        """Of them the source reads the arrival delay only, and from that it makes nothing but the label."""
        assert AFTER_DEPARTURE.intersection(source.FLIGHTS) == {"arr_delay"}
        flights = pd.read_csv(package_file("flights.csv.zip"), usecols=source.FLIGHTS, nrows=300)
        other = flights.assign(arr_delay=flights["arr_delay"].to_numpy()[::-1])

        before, after = source.join(flights), source.join(other)
        assert (before["late"] != after["late"]).any()
        pd.testing.assert_frame_equal(before.drop(columns="late"), after.drop(columns="late"))


class TestTheCheckItself:
    """The check finds what it is there for."""

    @pytest.mark.parametrize("column", sorted(NOT_FEATURES))
    def test_finds_a_column_in_a_list(self, column):
        """A forbidden column among the features is found, wherever it stands."""
        assert leaks([column, *FEATURES]) == leaks([*FEATURES, column]) == {column}

    @pytest.mark.parametrize("column", sorted({TASK.target, "dep_delay", "flight"}))
    @pytest.mark.parametrize("how", ["named", "remainder"])
    def test_finds_a_column_in_a_model(self, model, training, column, how):
        """A Pipeline that takes a forbidden column up is found, by its name or as what is left over."""
        few = training[:500].assign(dep_delay=1.0)
        columns = clone(model[0])
        if how == "named":
            columns.transformers = [*columns.transformers, ("doctored", "passthrough", [column])]
        else:
            few = few[[*FEATURES, column]]
            columns.remainder = "passthrough"

        assert leaks(selected(Pipeline([("columns", columns)]).fit(few))) == {column}

    def test_names_what_the_package_has(self):
        """Every column from after departure stands in the package under that name, so no name is misspelt."""
        header = pd.read_csv(package_file("flights.csv.zip"), nrows=0).columns

        assert set(header) >= AFTER_DEPARTURE
