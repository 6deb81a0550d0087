"""What was reviewed beside what main makes."""

import hashlib
import json
from pathlib import Path

import pytest
import yaml

from made import SHA, report, result
from ringside.github.reviewed_evidence import Reviewed, committed, compare
from ringside.report.model import ModelRecord

MODEL = ModelRecord(sha256=SHA, bytes=1, rows=1, first="a", last="b")
OURS = report(challenger=MODEL, metrics=[result(challenger=40.0, tolerance=1.0)])


def seen(**changes) -> Reviewed:
    """Another model on the same rows, with the same metric."""
    return Reviewed(**{"source": "#7", "same_model": False, "same_window": True, "metric": 40.0} | changes)


class TestCompare:
    """`compare`."""

    @pytest.mark.parametrize(
        ("reviewed", "state"),
        [
            (None, "nothing"),
            (seen(same_model=True, metric=99.0), "same"),
            (seen(metric=40.9), "close"),
            (seen(metric=41.5), "apart"),
            (seen(metric=38.5), "apart"),
            (seen(metric=99.0, same_window=False), "other_window"),
            (seen(metric=None), "nothing"),
        ],
    )
    def test_stops_at_another_model_beyond_the_tolerance(self, reviewed, state):
        """The same bytes are fine, other ones within the tolerance too; a better surprise is a surprise as well."""
        assert compare(OURS, reviewed).state == state

    @pytest.mark.parametrize(("metric", "state"), [(40.01, "close"), (40.5, "apart")])
    def test_without_a_tolerance_allows_what_machines_differ_by(self, metric, state):
        """A first model has no tolerance; a thousandth is more than two processors come to."""
        first = report(challenger=MODEL, metrics=[result(challenger=40.0, tolerance=None)])

        assert compare(first, seen(metric=metric)).state == state

    def test_says_both_figures_and_where_they_stood(self):
        """Who reads it sees what was shown and what came out."""
        sentence = compare(OURS, seen(metric=41.5)).sentence

        assert "mean absolute error is 40, and 41.5 in #7" in sentence


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout in which the pipeline has run."""
    for name in ("models/model.skops", "reports/split.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def files(model: str = "models/model.skops", split: str = "reports/split.json", metrics: str = '{"mae": 40.5}'):
    """Reads what was committed: a lock over files with these contents, and metrics."""

    def hashed(text: str) -> str:
        """As DVC states it."""
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    outs = [{"path": "models/model.skops", "md5": hashed(model)}, {"path": "reports/split.json", "md5": hashed(split)}]
    lock = yaml.safe_dump({"schema": "2.0", "stages": {"train": {"cmd": "x", "outs": outs}}})
    return {"dvc.lock": lock, "reports/metrics.json": metrics}.get


class TestCommitted:
    """`committed`."""

    def test_knows_the_same_model_and_rows(self, root):
        """The lock's hashes are those of the files here."""
        found = committed(root, files(), OURS)

        assert (found.same_model, found.same_window, found.metric) == (True, True, 40.5)

    def test_knows_another_model(self, root):
        """Other bytes, on the same or on other rows."""
        assert not committed(root, files(model="x"), OURS).same_model
        assert not committed(root, files(split="x"), OURS).same_window

    @pytest.mark.parametrize("name", ["dvc.lock", "reports/metrics.json"])
    @pytest.mark.parametrize("text", [None, "", "[", "7", "stages: 3", "stages: {a: {outs: [1]}}", "{}"])
    def test_of_what_is_no_lock_says_nothing(self, root, name, text):
        """What cannot be read compares with nothing, whatever it is."""
        read = files()
        found = committed(root, lambda path: text if path == name else read(path), OURS)

        assert found is None or (name == "reports/metrics.json" and found.metric is None)

    @pytest.mark.parametrize(
        ("committed_as", "said"),
        [({"seed": 1}, True), ({"seed": 2}, False)],
        ids=["of these parameters", "of other parameters"],
    )
    def test_is_asked_only_about_its_own_inputs(self, root, committed_as, said):
        """A lock of other parameters than the pipeline ran with here says nothing about the model."""
        read = files()

        def lock(params):
            """The same outputs, of these parameters."""
            values = yaml.safe_load(read("dvc.lock"))
            values["stages"]["train"]["params"] = {"params.yaml": {"train": params}}
            return yaml.safe_dump(values)

        (root / "dvc.lock").write_text(lock({"seed": 1}))
        found = committed(root, lambda path: lock(committed_as) if path == "dvc.lock" else read(path), OURS)

        assert (found is not None) == said

    def test_of_a_false_lock_still_compares(self, root):
        """A lock of the same inputs that names another model is a claim about this one."""
        (root / "dvc.lock").write_text(files()("dvc.lock"))

        assert not committed(root, files(model="x"), OURS).same_model

    @pytest.mark.parametrize("value", ["1", True, None, [1]])
    def test_takes_numbers_alone(self, root, value):
        """A metric that is no number is none."""
        assert committed(root, files(metrics=json.dumps({"mae": value})), OURS).metric is None
