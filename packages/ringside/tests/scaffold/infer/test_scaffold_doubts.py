"""What `init` warns of, and where it does not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from drafting import drafted
from ringside.init.infer.doubts import doubts

ROWS = 1000


@pytest.fixture(scope="module")
def frame():
    """A target that two columns say something about."""
    chance = np.random.default_rng(0)
    x, z = chance.normal(size=ROWS), chance.normal(size=ROWS)
    return pd.DataFrame({"x": x, "z": z, "y": (x + chance.normal(size=ROWS) > 0).astype(int)})


def said(frame, target="y", **wishes):
    """The doubts as one text."""
    return "\n".join(doubts(drafted(frame, target, **wishes)))


class TestLeaks:
    """Columns that come with the answer."""

    def test_are_not_found_where_there_are_none(self, frame):
        """A column that predicts well is none yet; neither are those of three well-known data sets."""
        assert "LEAK" not in said(frame)
        for load in (load_iris, load_breast_cancer, load_diabetes):
            assert "LEAK" not in said(load(as_frame=True).frame, "target")

    def test_are_not_columns_by_which_a_group_is_known_again(self):
        """A patient's height tells who it is, and so the answer for other rows of the same patient alone."""
        chance = np.random.default_rng(0)
        patient = np.repeat(np.arange(60), 20)
        ill, height = chance.permutation(60) < 30, chance.normal(170, 9, 60)
        visits = pd.DataFrame({"patient_id": patient, "height": height[patient], "ill": ill[patient].astype(int)})

        assert "'height' predicts" not in said(visits, "ill", group="patient_id", identity=["row"])
        assert "'height' predicts" in said(visits, "ill", group="none", identity=["row"])

    def test_are_not_found_by_luck_in_few_rows_of_an_answer(self):
        """With three cases of fraud among hundreds of rows some column has all of them on top."""
        chance = np.random.default_rng(0)
        wide = pd.DataFrame(chance.normal(size=(400, 300))).rename(columns=lambda n: f"x{n}")

        assert "LEAK" not in said(wide.assign(y=np.isin(np.arange(400), [0, 5, 9]).astype(int)))

    @pytest.mark.parametrize("copy", [lambda y: y * 3 + 1.0, lambda y: np.where(y == 1, "gone", "here")])
    def test_are_columns_that_predict_almost_alone(self, frame, copy):
        """A number or a category that is the target in other words, with the option that takes it away."""
        found = said(frame.assign(copy=copy(frame["y"])))

        assert "LEAK? 'copy' predicts the target almost alone" in found
        assert "--leave-out 'copy'" in found

    def test_are_columns_that_are_missing_by_the_label(self, frame):
        """When somebody left is known of those alone who did."""
        when = pd.Series(np.arange(ROWS) % 9, dtype="Int64").mask(frame["y"] == 0)

        assert "whether 'when' is missing reveals the target" in said(frame.assign(when=when))

    def test_are_columns_that_lack_for_one_answer_alone(self, frame):
        """A flight without a plane was cancelled, though most of the cancelled ones had one; chance is no sign."""
        plane = pd.Series(np.arange(ROWS) % 9, dtype="Int64")
        rare = frame.assign(y=(frame["x"] > 1).astype(int))
        lacking = (rare["y"] == 1) & (rare.index % 3 == 0)

        assert "all rows without 'plane' have the same target" in said(rare.assign(plane=plane.mask(lacking)))
        assert "plane" not in said(rare.assign(plane=plane.mask(rare.index % 3 == 0)))

    def test_are_columns_that_arrive_with_the_label(self, frame):
        """What is missing wherever the label is was written down with it."""
        late = pd.Series(np.arange(ROWS) % 9, dtype="Int64").mask(frame.index > 900)
        label = frame["y"].astype("Int64").mask(frame.index > 900)

        assert "'late' is missing in all rows without a label" in said(frame.assign(late=late, y=label))

    def test_are_not_columns_that_nearly_all_rows_lack(self, frame):
        """A remark that one row of fifty has, and none of those that wait, came with no label."""
        label = frame["y"].astype("Int64").mask(frame.index > 900)
        remark = pd.Series(np.arange(ROWS) % 7, dtype="Int64").mask((frame.index % 50 > 0) | (frame.index > 900))

        assert "'remark' is missing wherever" not in said(frame.assign(remark=remark, y=label))

    def test_are_numbers_that_add_up_to_the_target(self, frame):
        """Casual and registered riders are all riders."""
        found = said(frame.assign(y=frame["x"] * 2 + frame["z"]))

        assert "the target is a sum of other columns ('x', 'z'" in found


class TestTooFew:
    """Data that cannot carry a verdict."""

    def test_groups_are_counted_in_the_window(self, frame):
        """Twenty shops make a test window of four: nothing could ever be said."""
        shops = frame.assign(shop=np.arange(ROWS) % 20)

        assert "about 4 groups: with fewer than 10 every verdict is inconclusive" in said(shops, group="shop")

    @pytest.mark.parametrize(("shops", "few"), [(100, True), (200, False)])
    def test_groups_that_show_large_differences_alone_are_said(self, frame, shops, few):
        """Twenty in the window are few; forty are no reason for a word."""
        found = said(frame.assign(shop=np.arange(ROWS) % shops), group="shop")

        assert ("about 20 groups: only large differences can be detected" in found) == few
        assert ("the test set" in found) == few

    def test_rows_and_rare_labels_are_said(self, frame):
        """Few rows, labels that stand a few times, and rows that have none yet."""
        few = frame.head(150).assign(y=["a"] * 141 + ["b"] * 5 + ["c"] * 2 + [None] * 2)

        found = said(few)

        assert "there are only 148 rows with a label" in found
        assert "the label 'b' has only 5 rows" in found
        assert "with too few rows to learn: 'c'; their 2 rows stay in quarantine" in found
        assert "2 rows have no label yet" in found

    def test_a_line_of_totals_is_no_leak(self, frame):
        """What else one row lacks that has no label is no leak; which column names all other rows is told."""
        rows = frame.assign(code=[f"K{row}" for row in range(len(frame))])
        rows.loc[len(rows) - 1, ["y", "z", "code"]] = None

        found = said(rows)

        assert "LEAK" not in found
        assert "1 row has no label yet" in found
        assert "'code' identifies each row except 1 row that lacks it" in found

    def test_columns_that_are_left_out_are_named_with_the_reason(self, frame):
        """Constants, what is always missing, prose and what names rows."""
        more = frame.assign(
            one=1,
            none=pd.Series([None] * ROWS, dtype=object),
            note=[f"a long text about customer number {n} and nobody else" for n in range(ROWS)],
        )

        found = said(more)

        for reason, name in (("has only one value", "one"), ("has no value at all", "none"), ("is prose", "note")):
            assert f"because each {reason}: '{name}'" in found


class TestTime:
    """A column that would say when rows are from."""

    def test_is_named_where_a_few_rows_lack_it(self, frame):
        """Two of a thousand rows without a date are no reason to test a model on the past unsaid."""
        when = pd.Series(pd.date_range("2023-01-01", periods=ROWS), dtype="datetime64[us]")

        assert "'when' is a time that 2 rows lack" in said(frame.assign(when=when.mask(when.index % 600 == 7)))
        assert "newest" not in said(frame.assign(when=when))
        assert "rows have a time ('when')" in said(frame.assign(when=when), partition_by="none")
        assert "rows lack" not in said(frame.assign(when=when.mask(when.index % 2 == 0)))
