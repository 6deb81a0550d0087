"""Whether a partition's labels have arrived."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from data.toy import toy_task
from ringside.monitoring.new_partitions import labels_arrived

NOW = datetime(2025, 5, 1, tzinfo=UTC)
EARLIER = [datetime(2025, 4, 1), datetime(2025, 4, 30)]  # noqa: DTZ001  # as most sources have them


def rows(labels, times=EARLIER) -> pa.Table:
    """Two rows with labels and times."""
    return pa.table({"late": pa.array(labels, pa.bool_()), "at": times})


class TestLabels:
    """Time, delay and labels."""

    @pytest.mark.parametrize(("days", "arrived"), [(0, True), (1, True), (2, False)])
    def test_arrive_after_the_delay_of_the_last_row(self, days, arrived):
        """A partition whose last row waits is not judged: the early labels are no fair sample."""
        task = toy_task(time="at", label_delay=timedelta(days=days))

        assert labels_arrived(rows([True, False]), task, NOW) is arrived

    def test_are_missing_where_no_row_has_one(self):
        """Whatever the clock says."""
        assert not labels_arrived(rows([None, None]), toy_task(time="at"), NOW)

    def test_that_never_come_are_not_waited_for(self):
        """A row may have none for good: once the delay is over, the partition counts."""
        assert labels_arrived(rows([True, None]), toy_task(time="at"), NOW)

    def test_are_there_where_the_task_tells_no_time(self):
        """Without a time, one label says that labels have come."""
        assert labels_arrived(rows([True, None]), toy_task(), NOW)

    def test_are_taken_as_arrived_where_the_time_is_a_word(self):
        """A column that holds no time cannot hold a partition back."""
        assert labels_arrived(rows([True, True], ["soon", "later"]), toy_task(time="at"), NOW)
