"""The policy of params.yaml, and a task's own metrics, as the verdict takes them."""

import numpy as np
import pytest

from ringside.cli.policy import own_metrics, policy_of
from ringside.errors import TaskError
from ringside.loader import load_task
from ringside.params import parse_params
from ringside.task import Task
from ringside.verdict import Policy, Scored, Tolerance, Truth, compare

TEXT = """
task: toy
validate: {max_quarantined: 0}
split: {strategy: random, test: 0.2}
train: {seed: 0}
evaluate: {bins: 5}
"""
METRICS = """
import numpy as np
from ringside.task import Metric

def off(y, prediction, weights):
    return np.average(abs(y - prediction) > 1, weights=weights)

def broken(y, prediction, weights):
    raise ValueError("no price for 3 rows")

METRICS = [Metric(name="off", better="lower", function=off), Metric(name="broken", better="lower", function=broken)]
"""


def toy(kind="binary") -> Task:
    """A task of a kind."""
    return Task(name="toy", kind=kind, target="y", identity=("id",))


class TestPolicy:
    """The section `policy`."""

    @pytest.mark.parametrize(
        ("kind", "metric"), [("binary", "log_loss"), ("multiclass", "log_loss"), ("regression", "mae")]
    )
    def test_is_decided_by_the_metric_of_the_kind(self, kind, metric):
        """Where it names none."""
        assert policy_of(parse_params(TEXT, where="x"), toy(kind)) == Policy(
            metric=metric, tolerance=Tolerance(0.1, relative=True), uses=5
        )

    def test_keeps_every_key(self):
        """Nothing that a team asks is lost on the way."""
        section = (
            "policy: {metric: f1, tolerance: 0.01, guardrails: {brier: 5%}, floors: {roc_auc: 0.7}, "
            "slices: {tolerance: 0.2, min_rows: 30}, confidence: 0.9, uses: 2, min_groups: 7, threshold: 0.4, "
            "top: 0.2, inconclusive: block, anchor: v1.2.3}"
        )

        assert policy_of(parse_params(TEXT + section, where="x"), toy()) == Policy(
            metric="f1",
            tolerance=Tolerance(0.01),
            guardrails={"brier": Tolerance(0.05, relative=True)},
            floors={"roc_auc": 0.7},
            slices=Tolerance(0.2),
            slice_rows=30,
            confidence=0.9,
            uses=2,
            min_groups=7,
            threshold=0.4,
            top=0.2,
            inconclusive="block",
            anchor="v1.2.3",
        )


class TestOwnMetrics:
    """Measures of the task's own."""

    @pytest.fixture(scope="class")
    @staticmethod
    def task(tmp_path_factory) -> Task:
        """A regression with two of them, one of which fails."""
        root = tmp_path_factory.mktemp("own")
        folder = root / "src" / "toy_with_metrics"
        folder.mkdir(parents=True)
        stated = 'TASK = Task(name="toy_with_metrics", kind="regression", target="y", identity=("id",))\n'
        (folder / "__init__.py").write_text(f"from ringside.task import Task\n\n{stated}", encoding="utf-8")
        (folder / "metrics.py").write_text(METRICS, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(root / "src"))
            return load_task(root, "toy_with_metrics")

    def test_are_compared_like_the_others(self, task):
        """One decides, with an interval: 177 of 200 predictions are off by 2, the rival's all."""
        truth = Truth.of("regression", np.zeros(200), np.arange(200) // 10)
        models = [Scored.of(truth, np.where(np.arange(200) % 9, 2.0, 0.0)), Scored.of(truth, np.full(200, 2.0))]
        policy = Policy(metric="off", tolerance=Tolerance(0.01))
        found = compare(*models, policy, own=own_metrics(task)[:1]).deciding

        assert (found.challenger, found.rival, found.groups) == (0.885, 1.0, 20)

    def test_are_undefined_without_rows_and_no_error(self, task):
        """Without the only group no row is left: the function, which could not take that, is not asked."""
        truth = Truth.of("regression", np.zeros(9), np.zeros(9))
        estimates = own_metrics(task)[0].estimate(Scored.of(truth, np.full(9, 2.0)))

        assert (estimates.value, np.isnan(estimates.deleted).tolist()) == (1.0, [True])

    def test_that_fail_are_named(self, task):
        """A mistake in metrics.py is told as one, with the metric."""
        truth = Truth.of("regression", np.zeros(9))
        with pytest.raises(TaskError, match="it raised ValueError: no price for 3 rows") as caught:
            own_metrics(task)[1].estimate(Scored.of(truth, np.zeros(9)))

        assert caught.value.where == "task 'toy_with_metrics', metrics.py, metric 'broken'"
