"""What a target must look like for each kind of task."""

import numpy as np
import pandas as pd
import pytest

from ringside.common.labels import check_labels
from ringside.errors import DataError
from ringside.task import Task
from shop import BINARY, MULTICLASS, REGRESSION


def refusal(task: Task, labels: list[object] | pd.Series) -> DataError:
    """The error that these labels give."""
    with pytest.raises(DataError) as caught:
        check_labels(pd.Series(labels, name="bought"), task, where="the training rows")
    return caught.value


class TestLabelsThatFit:
    """Labels that there is something to learn from."""

    @pytest.mark.parametrize(
        ("task", "labels"),
        [
            (BINARY, [True, False]),
            (BINARY, [0, 1, 1]),
            (BINARY, [0.0, 1.0]),
            (BINARY, pd.Series([True, False], dtype="boolean")),
            (MULTICLASS, ["a", "b", "c"]),
            (MULTICLASS, [1, 2, 3]),
            (MULTICLASS, pd.Series(["a", "b"], dtype="category")),
            (REGRESSION, [1.5, -2.0]),
            (REGRESSION, [1, 2]),
            (REGRESSION, pd.Series([1, 2], dtype="Int64")),
        ],
    )
    def test_pass(self, task, labels):
        """Every form that pandas has for the labels of a kind is accepted."""
        check_labels(pd.Series(labels, name="bought"), task, where="the training rows")


class TestLabelsOfAnotherKind:
    """Labels that are not what the kind of the task says."""

    @pytest.mark.parametrize("labels", [["yes", "no"], [1, 2], [0, 1, 2], [-1, 1], [0.0, 0.5]])
    def test_stop_a_binary_task(self, labels):
        """Anything but true/false and 0/1 is an error that shows labels and says how to make them."""
        error = refusal(BINARY, labels)

        assert error.found.startswith("kind binary needs true/false or 0/1, this has ")
        assert str(labels[1]) in error.found
        assert "source.py" in error.remedy

    @pytest.mark.parametrize(
        "labels",
        [["1.5", "2.5"], [True, False], [1.0, np.inf], [1.0, -np.inf], pd.to_datetime(["2024-01-01", "2024-01-02"])],
    )
    def test_stop_a_regression(self, labels):
        """Texts, booleans, times and infinite numbers are an error, with both remedies."""
        error = refusal(REGRESSION, labels)

        assert "kind regression needs finite numbers" in error.found
        assert "source.py" in error.remedy
        assert "`kind`" in error.remedy

    def test_are_placed(self):
        """The error names the task, the target and which rows they are."""
        assert refusal(BINARY, ["yes", "no"]).where == "task 'shop', target 'bought', the training rows"


class TestNothingToLearn:
    """Labels that are all the same, or none."""

    @pytest.mark.parametrize(("task", "label"), [(BINARY, True), (BINARY, 0), (MULTICLASS, "bread"), (REGRESSION, 2.5)])
    def test_stop_every_kind(self, task, label):
        """One class is an error that names it and points to the split."""
        error = refusal(task, [label] * 1_200)

        assert error.found == f"all 1,200 labels are {label}: there is nothing to learn"
        assert "split.test" in error.remedy

    @pytest.mark.parametrize("task", [BINARY, MULTICLASS])
    def test_stop_without_a_label(self, task):
        """No label at all is told as such."""
        assert refusal(task, pd.Series([], dtype=object)).found == "there is no label: there is nothing to learn"
