"""Labels that stand in a few rows alone, or late: what `init` writes must run."""

import numpy as np
import pandas as pd
import pytest

from drafting import drafted
from ringside.errors import DataError, UsageError
from ringside.init.write.schema import schema_file

ROWS = 400


@pytest.fixture
def frame():
    """Rows of 100 days, ten customers, and a column to learn from."""
    chance = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "x": chance.normal(size=ROWS),
            "who": np.arange(ROWS) % 10,
            "day": pd.date_range("2025-01-01", periods=100).repeat(4),
        }
    )


def labels(*last: str) -> list[str]:
    """Three labels in turn, and others at the end."""
    return [*("abc"[row % 3] for row in range(ROWS - len(last))), *last]


class TestRare:
    """Labels that may be on one side of the split alone."""

    def test_wait_in_quarantine(self, frame):
        """A label of four rows is none that schema.py knows; one of five is."""
        draft = drafted(frame.assign(y=labels("q", *"zzzz", *"eeeee")), "y", time="none")

        assert set(draft.rare) == {"q", "z"}
        assert '"y": _label(str, "a", "b", "c", "e")' in schema_file(draft)

    def test_are_counted_by_group_where_groups_stay_together(self, frame):
        """Forty rows of one customer are on one side, whatever the split."""
        frame["y"] = np.where(frame["who"] == 3, "own", labels())

        with pytest.raises(UsageError, match="'own' has 1 group,"):
            drafted(frame, "y", time="none", group="who")

    def test_that_are_too_many_to_wait_are_refused(self, frame):
        """Where more of a partition would wait than a partition may lack, a person puts them together."""
        few = pd.concat([frame.head(30).assign(y=labels()[:30]), frame.tail(1).assign(y="q")], ignore_index=True)

        with pytest.raises(UsageError, match="'q' has 1 row,"):
            drafted(few, "y", time="none")

    def test_of_yes_and_no_are_refused(self, frame):
        """One row that says yes is on one side."""
        with pytest.raises(UsageError, match="'True' has 1 row,"):
            drafted(frame.assign(y=frame.index == 7), "y", time="none")

    def test_are_not_asked_of_numbers(self, frame):
        """A quantity has as many values as it likes."""
        assert drafted(frame.assign(y=frame["x"] * 2 + 1), "y", time="none").rare == ()


class TestLate:
    """Labels that one side of a split by time has alone."""

    def test_are_refused(self, frame):
        """What the newest month alone has, no model can have learnt."""
        with pytest.raises(UsageError, match="'new' occurs only in the newest partitions") as caught:
            drafted(frame.assign(y=labels(*["new"] * 20)), "y")

        assert "--partition-by none" in caught.value.remedy
        assert drafted(frame.assign(y=labels(*["new"] * 20)), "y", partition_by="none").rare == ()


def test_a_handful_of_rows_is_refused(frame):
    """Nine rows cannot be learnt from and tested on."""
    with pytest.raises(DataError, match="9 rows with a label"):
        drafted(frame.head(9).assign(z=range(9)), "x", time="none")
