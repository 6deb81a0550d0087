"""The committed dvc.lock beside the one that the code makes."""

import copy
import json

import pytest
import yaml

from ringside.evaluation.dvc_lock import lock_state

STAGES = {
    "split": {
        "cmd": "ringside split",
        "deps": [{"path": "src/a.py", "md5": "1"}],
        "params": {"params.yaml": {"split.test": 0.25}},
        "outs": [{"path": "reports/split.json", "md5": "2"}],
    },
    "train": {
        "cmd": "ringside train",
        "deps": [{"path": "reports/split.json", "md5": "2"}, {"path": "src/b.py", "md5": "3"}],
        "outs": [{"path": "models/model.skops", "md5": "4"}],
    },
    "evaluate": {
        "cmd": "ringside evaluate",
        "deps": [{"path": "models/model.skops", "md5": "4"}],
        "outs": [{"path": "reports/metrics.json", "md5": "5"}],
    },
}
METRICS = {"log_loss": 0.5}


def state(stages=STAGES, metrics=METRICS, *, text=None):
    """What a lock with these stages and metrics is to the one above."""
    committed = yaml.safe_dump({"schema": "2.0", "stages": stages}) if text is None else text
    measured = None if metrics is None else json.dumps(metrics).encode()
    return lock_state(committed, STAGES, (measured, json.dumps(METRICS).encode()))


def edited(stage, kind, position, **given):
    """The stages with another item."""
    stages = copy.deepcopy(STAGES)
    stages[stage][kind][position] |= given
    return stages


def rebuilt():
    """The stages as another processor makes them: same inputs, other bytes of model and metrics."""
    stages = edited("train", "outs", 0, md5="9")
    stages["evaluate"]["deps"][0]["md5"] = "9"
    stages["evaluate"]["outs"][0]["md5"] = "8"
    return stages


class TestTheState:
    """Same, differs or absent."""

    def test_is_same_for_equal_stages(self):
        """Whatever the order of its lines and its comments are."""
        assert state() == "same"
        assert state(text="# mine\n" + yaml.safe_dump({"stages": dict(reversed(STAGES.items()))})) == "same"

    def test_is_absent_where_there_is_none(self):
        """Nothing was committed."""
        assert lock_state(None, STAGES, (None, b"{}")) == "absent"

    def test_is_same_for_a_model_of_another_processor(self):
        """The last digits, and with them the hashes, differ; nobody has to mend that."""
        assert state(rebuilt(), {"log_loss": 0.5 + 2e-9}) == "same"

    def test_differs_where_the_same_inputs_are_said_to_make_another_model(self):
        """Two branches' locks merged into one that lies: the metrics are not those that come out."""
        assert state(rebuilt(), {"log_loss": 0.49}) == "differs"

    def test_differs_where_nothing_shows_that_it_is_the_same_model(self):
        """Without the committed metrics the other hash counts."""
        assert state(rebuilt(), None) == "differs"

    @pytest.mark.parametrize(
        "stages",
        [
            edited("split", "deps", 0, md5="x"),
            edited("split", "outs", 0, md5="x"),
            edited("train", "deps", 1, md5="x"),
            {name: STAGES[name] for name in ("split", "train")},
            {**STAGES, "more": {"cmd": "x"}},
            {**STAGES, "train": {**STAGES["train"], "cmd": "other"}},
            {**STAGES, "split": {**STAGES["split"], "params": {"params.yaml": {"split.test": 0.5}}}},
        ],
    )
    def test_differs_where_inputs_do(self, stages):
        """A file, a parameter, a command, a stage."""
        assert state(stages) == "differs"

    @pytest.mark.parametrize("text", ["", "<<<<<<< HEAD", "stages: 1", "stages: {a: 1}", "a: [", "\x00"])
    def test_differs_where_it_is_none_of_dvcs(self, text):
        """Marks of a merge, or half a file."""
        assert state(text=text) == "differs"

    @pytest.mark.parametrize("metrics", [[], "x"])
    def test_differs_where_the_committed_metrics_are_none(self, metrics):
        """They were written by somebody else."""
        assert state(rebuilt(), metrics) == "differs"
