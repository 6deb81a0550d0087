"""Findings that decide nothing."""

import copy

import pytest

from ringside.evaluation.resources import Costs, notes, rebuild, total_seconds
from ringside.verdict.rules import CALIBRATION, REBUILD, Finding, verdict

NONE = Finding(REBUILD, "not_applicable", "not_measured")
LOCK = {
    "validate": {"deps": [{"path": "data/raw", "md5": "a.dir"}], "outs": [{"path": "data/valid", "md5": "b.dir"}]},
    "train": {
        "deps": [{"path": "data/valid", "md5": "b.dir"}, {"path": "src/shop/model.py", "md5": "c"}],
        "params": {"params.yaml": {"train": {"seed": 0}}},
        "outs": [{"path": "models/model.skops", "md5": "d"}],
    },
}
METRICS = {"mae": 40.0, "rmse": 50.0, "rows": {"train": 3}}


def changed(*path, value) -> dict:
    """The lock with one value changed."""
    lock = copy.deepcopy(LOCK)
    place = lock
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return lock


class TestCosts:
    """Calibration, latency, size and minutes, beside the rival's."""

    def test_pass_up_to_half_as_much_again(self):
        """One and a half times the rival's is no note; more is."""
        at, above = (notes(Costs(latency_ms=value), Costs(latency_ms=100), NONE)[1] for value in (150, 150.1))

        assert (at.state, above.state) == ("passed", "failed")
        assert (above.value, above.limit) == (150.1, 100)

    def test_are_in_the_order_of_their_codes(self):
        """And each is there, measured or not."""
        found = notes(Costs(), Costs(), NONE)

        assert [finding.rule.code for finding in found] == ["RS101", "RS102", "RS103", "RS104", "RS105"]
        assert {finding.reason for finding in found} == {"not_measured"}

    def test_without_a_rival_are_shown(self):
        """There is nothing to be slower than."""
        found = notes(Costs(bytes=1000), Costs(), NONE)[2]

        assert (found.state, found.value, found.limit) == ("passed", 1000, None)

    def test_are_minutes(self):
        """Seconds are measured, minutes are shown."""
        found = notes(Costs(seconds=90), Costs(seconds=30), NONE)[3]

        assert (found.state, found.value, found.limit) == ("failed", 1.5, 0.5)

    def test_never_decide(self):
        """A model that is worse in all of them passes."""
        found = notes(Costs(0.9, 9e9, 9e9, 9e9), Costs(0.1, 1, 1, 1), NONE)

        assert {finding.state for finding in found[:4]} == {"failed"}
        assert found[0].rule is CALIBRATION
        assert verdict(found) == "pass"

    @pytest.mark.parametrize(("stages", "total"), [(2, 5.0), (3, None)])
    def test_of_the_run_need_all_stages(self, stages, total):
        """A stage that came from the cache has no seconds here, so there is no sum."""
        cost = {"peak_mib": None, "output": ""}

        assert total_seconds({"a": cost | {"seconds": 2.0}, "b": cost | {"seconds": 3.0}}, stages) == total


class TestRebuild:
    """Whether this is the last commit's model made again."""

    def test_with_the_same_bytes(self):
        """The lock is the one of the commit."""
        found = rebuild(LOCK, LOCK, (METRICS, METRICS))

        assert (found.state, found.reason, found.value) == ("passed", "same_bytes", 0.0)

    def test_with_other_bytes_says_how_far_metrics_moved(self):
        """Another processor may round otherwise: the largest difference of a metric is shown."""
        other = changed("train", "outs", 0, "md5", value="x")
        found = rebuild(LOCK, other, (METRICS, METRICS | {"mae": 40.25, "rmse": 49.5}))

        assert (found.state, found.reason, found.value) == ("passed", "other_bytes", 0.5)

    def test_with_other_bytes_between_the_stages(self):
        """What a stage made of the same inputs is no input of people's."""
        other = changed("train", "deps", 0, "md5", value="x.dir")

        assert rebuild(LOCK, other, (METRICS, METRICS)).reason == "other_bytes"

    @pytest.mark.parametrize(
        "before",
        [
            None,
            {},
            {"train": LOCK["train"]},
            changed("train", "deps", 1, "md5", value="x"),
            changed("train", "params", "params.yaml", "train", "seed", value=1),
            changed("validate", "deps", 0, "md5", value="x.dir"),
        ],
    )
    def test_is_not_measured_for_another_model(self, before):
        """No commit, other code, other parameters or other data: there is nothing that was made again."""
        found = rebuild(before, LOCK, (METRICS, METRICS))

        assert (found.state, found.reason) == ("not_applicable", "not_measured")
