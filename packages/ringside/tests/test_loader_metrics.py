"""A task's own measures are loaded from `metrics.py`, and what is wrong with it is an error that names the place."""

import itertools
import sys
from pathlib import Path

import pytest

from packages import Package
from ringside.errors import TaskError
from ringside.loader import load_metrics

_NUMBERS = itertools.count(1)
TASK = 'Task(name="{}", kind="binary", target="bought", identity=("customer",))'
METRICS = """
    from ringside.task import Metric

    def lost(y, prediction, weights):
        return float((weights * abs(y - prediction)).sum())

    METRICS = (Metric(name="lost", better="lower", function=lost),)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A task that is in order and has no metrics."""
    # What `load_task` puts in front goes when the test ends.
    monkeypatch.setattr(sys, "path", [*sys.path])
    package = Package(tmp_path, f"measured_shop_{next(_NUMBERS)}")
    package.write("__init__.py", f"from ringside.task import Task\n\nTASK = {TASK.format(package.name)}\n")
    return package


def refusal(package: Package) -> TaskError:
    """The error that its metrics give."""
    with pytest.raises(TaskError) as caught:
        load_metrics(package.load())
    return caught.value


class TestMetrics:
    """`metrics.py`, which a task may have."""

    def test_is_not_needed(self, package):
        """A task without it has no measure of its own."""
        assert load_metrics(package.load()) == ()

    def test_offers_measures(self, package):
        """In the order in which the file lists them."""
        package.write("metrics.py", METRICS)

        assert [metric.name for metric in load_metrics(package.load())] == ["lost"]

    @pytest.mark.parametrize("value", ["5", "'lost'", "[max]", "None", "{'lost': max}"])
    def test_offers_something_else(self, package, value):
        """The error names the file and what belongs there."""
        package.write("metrics.py", f"METRICS = {value}")
        error = refusal(package)

        assert error.where == f"task {package.name!r}, metrics.py, `METRICS`"
        assert "ringside.task.Metric" in error.remedy

    def test_lacks_its_name(self, package):
        """A file without METRICS."""
        package.write("metrics.py", "")

        assert refusal(package).found == "there is no `METRICS`"

    def test_cannot_be_imported(self, package):
        """What fails in it is told, with the file."""
        package.write("metrics.py", "1 / 0")
        error = refusal(package)

        assert "ZeroDivisionError" in error.found
        assert "metrics.py" in error.where

    def test_states_a_measure_that_cannot_be(self, package):
        """The error is the measure's own."""
        package.write("metrics.py", METRICS.replace('"lower"', '"up"'))

        assert refusal(package).found == "it is 'up'"
