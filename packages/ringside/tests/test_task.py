"""What a task may state: `ringside.task`."""

import dataclasses
from datetime import timedelta

import pytest

from ringside.task import Metric, Task, TaskError, TrainParams

FACTS = {"name": "toy", "kind": "binary", "target": "bought", "identity": ("customer", "week")}

OTHERS = "other columns: partition, y, prediction, baseline are those of predictions.parquet"

CONTRADICTIONS = [
    ("name", "my task", "the package's name under src/"),
    ("name", "", "the package's name under src/"),
    ("name", 5, "the package's name under src/"),
    ("kind", "ranking", "one of binary, multiclass, regression"),
    ("target", "", "the name of one column"),
    ("target", ("bought", "returned"), "the name of one column"),
    ("identity", (), "a sequence of names, as in ('id',)"),
    ("identity", "customer", "a sequence of names, as in ('id',)"),
    ("identity", ("customer", 7), "a sequence of names, as in ('id',)"),
    ("identity", None, "a sequence of names, as in ('id',)"),
    ("identity", ("customer", "bought"), "columns that are known before the target"),
    ("time", 5, "the name of one column"),
    ("time", "", "the name of one column"),
    ("group", ("customer",), "the name of one column"),
    ("group", "", "the name of one column"),
    ("slices", "region", "a sequence of names, as in ('id',)"),
    ("slices", None, "a sequence of names, as in ('id',)"),
    ("slices", (1,), "a sequence of names, as in ('id',)"),
    ("identity", ("customer", "partition"), OTHERS),
    ("group", "y", OTHERS),
    ("slices", ("region", "prediction:a"), OTHERS),
    ("label_delay", timedelta(days=-1), "a duration of zero or more"),
    ("label_delay", 1, "a duration of zero or more"),
    ("train_params", dict, "a class derived from ringside.task.TrainParams"),
    ("train_params", TrainParams(), "a class derived from ringside.task.TrainParams"),
    ("trusted_types", "shop.Encoder", "a sequence of names, as in ('id',)"),
    ("trusted_types", None, "a sequence of names, as in ('id',)"),
]


def refusal(field: str, value: object) -> TaskError:
    """The error of a task that is in order but for one fact."""
    with pytest.raises(TaskError) as caught:
        Task(**FACTS | {field: value})
    return caught.value


@pytest.mark.parametrize(("field", "value", "allowed"), CONTRADICTIONS)
class TestFactThatDoesNotHold:
    """A fact that is missing, of the wrong type, or contradicts another."""

    def test_is_named_with_the_task(self, field, value, allowed):
        """The error's place is the task and the field."""
        name = value if field == "name" else "toy"

        assert refusal(field, value).where == f"task {name!r}, field `{field}`", allowed

    def test_is_shown_with_what_is_allowed(self, field, value, allowed):
        """The error shows the value that was found, and its remedy says what to set instead."""
        error = refusal(field, value)

        assert repr(value) in error.found
        assert error.remedy == f"set it to {allowed}."


class TestTask:
    """The facts of a task that is in order."""

    @pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
    def test_needs_four_facts(self, kind):
        """A name, a kind, a target and an identity are enough, for every kind."""
        task = Task(name="toy", kind=kind, target="bought", identity=("customer",))

        assert (task.time, task.group, task.slices) == (None, None, ())

    def test_lists_each_column_that_a_fact_names(self):
        """`columns` has every named column with the fact that names it, so that an error can point there."""
        task = Task(**FACTS, time="monday", group="shop", slices=("region",))

        assert task.columns == {
            "bought": "target",
            "customer": "identity",
            "week": "identity",
            "region": "slices",
            "monday": "time",
            "shop": "group",
        }

    def test_leaves_out_the_columns_that_it_does_not_have(self):
        """A task without time, group and slices names its target and its identity alone."""
        assert set(Task(**FACTS).columns) == {"bought", "customer", "week"}

    def test_does_not_change(self):
        """A fact cannot be set after the task was stated."""
        with pytest.raises(dataclasses.FrozenInstanceError):
            Task(**FACTS).target = "returned"


class TestMetric:
    """A measure of the task's own."""

    def test_is_a_name_a_direction_and_a_function(self):
        """Nothing else is asked."""
        metric = Metric(name="money_lost", better="lower", function=max)

        assert (metric.name, metric.better, metric.function) == ("money_lost", "lower", max)

    @pytest.mark.parametrize(
        ("field", "value", "allowed"),
        [
            ("name", "money lost", "letters, digits and underscores"),
            ("name", "", "letters, digits and underscores"),
            ("name", 5, "letters, digits and underscores"),
            ("better", "up", "higher or lower"),
            ("function", 0.5, "a function of labels, predictions and weights"),
        ],
    )
    def test_with_a_field_that_does_not_hold_is_refused(self, field, value, allowed):
        """The error names the field, what was found and what is allowed."""
        with pytest.raises(TaskError) as caught:
            Metric(**{"name": "lost", "better": "lower", "function": max} | {field: value})

        assert caught.value.where.endswith(f"field `{field}`")
        assert (caught.value.found, caught.value.remedy) == (f"it is {value!r}", f"set it to {allowed}.")
