"""The rows of a comparison and the predictions of them, checked once."""

import numpy as np
import pytest

from judging import CLASSES, model_of, truth_of
from ringside.errors import DataError
from ringside.verdict.rows import Scored, Truth


class TestTruth:
    """What happened."""

    def test_gives_groups_codes_in_their_order(self):
        """Groups of any sortable kind become the numbers from 0."""
        truth = Truth.of("binary", [0, 1, 0], ["2024-02", "2024-01", "2024-02"])

        assert truth.groups.tolist() == [1, 0, 1]
        assert truth.n_groups == 2

    def test_without_groups_lets_each_row_stand_alone(self):
        """As many groups as rows."""
        assert Truth.of("regression", [1.5, 2.5]).groups.tolist() == [0, 1]

    @pytest.mark.parametrize(
        ("kind", "labels", "found"),
        [
            ("binary", [], "no rows"),
            ("binary", [0, np.nan], "missing or infinite"),
            ("regression", [0, np.inf], "missing or infinite"),
            ("binary", [0, 2], "neither 0 nor 1"),
            ("multiclass", [0, 3], "no known class"),
            ("multiclass", [0, 0.5], "no known class"),
        ],
    )
    def test_refuses_labels_that_are_none(self, kind, labels, found):
        """Each kind has labels of its own."""
        with pytest.raises(DataError, match=found):
            Truth.of(kind, labels, classes=CLASSES)

    def test_refuses_groups_of_another_length(self):
        """There is one group for each row."""
        with pytest.raises(DataError, match="the number of groups differs from the number of rows"):
            Truth.of("binary", [0, 1], ["a"])

    def test_of_some_rows_has_no_empty_group(self):
        """Groups that have no row left lose their code."""
        part = Truth.of("binary", [0, 1, 1], [5, 6, 7]).take(np.array([0, 2]))

        assert (part.groups.tolist(), part.n_groups) == ([0, 1], 2)


class TestScored:
    """One model's predictions."""

    @pytest.mark.parametrize("value", [-0.01, 1.01])
    def test_refuses_a_probability_outside_0_to_1(self, value):
        """The error counts them and names the first row."""
        with pytest.raises(DataError, match=r"1 probabilities are outside 0 to 1, first in row 1 "):
            Scored.of(Truth.of("binary", [0, 1]), [0.5, value])

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_refuses_what_is_no_number(self, value):
        """Missing and infinite predictions are no predictions."""
        with pytest.raises(DataError, match="2 predictions are missing or infinite, first in row 0"):
            Scored.of(Truth.of("regression", [0, 1]), [value, value])

    def test_refuses_another_number_of_rows(self):
        """There is one prediction for each row."""
        with pytest.raises(DataError, match=r"shape \(1,\) instead of \(2,\)"):
            Scored.of(Truth.of("binary", [0, 1]), [0.5])

    def test_refuses_shares_that_do_not_sum_to_1(self):
        """The probabilities of a row's classes are whole together."""
        with pytest.raises(DataError, match="1 rows have probabilities that do not sum to 1, first in row 1"):
            Scored.of(Truth.of("multiclass", [0, 1], classes=CLASSES), [[0.2, 0.3, 0.5], [0.2, 0.3, 0.4]])

    def test_decides_from_its_threshold_on(self):
        """A probability of exactly the threshold is a decision for the positive class."""
        scored = Scored.of(Truth.of("binary", [0, 1, 1]), [0.29, 0.3, 0.31], threshold=0.3)

        assert scored.decisions.tolist() == [0, 1, 1]

    def test_decides_for_the_most_probable_class(self):
        """Of equal ones the first."""
        scored = Scored.of(Truth.of("multiclass", [0, 1], classes=CLASSES), [[0.2, 0.3, 0.5], [0.4, 0.4, 0.2]])

        assert scored.decisions.tolist() == [2, 0]

    @pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
    def test_of_some_rows_keeps_them_in_order(self, kind):
        """A part has the predictions, the threshold and the top share of the whole."""
        whole = model_of(truth_of(kind))
        index = np.array([7, 3, 11])

        part = whole.take(index, whole.truth.take(index))

        assert np.array_equal(part.prediction, whole.prediction[index])
        assert (part.threshold, part.top) == (whole.threshold, whole.top)
