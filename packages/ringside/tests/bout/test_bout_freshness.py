"""A verdict is refused where the files are not what DVC made of this checkout."""

import copy
import hashlib
from pathlib import Path

import pytest
import yaml

from ringside.errors import UsageError
from ringside.evaluation.dvc_lock import check_fresh, flat, locked_params, read_lock
from ringside.store.workspace import Workspace

PARAMS = {"task": "shop", "train": {"seed": 0, "rate": 0.001}, "policy": {"uses": 3}}
FOLDER = "0" * 32 + ".dir"
FILES = ("src/shop/model.py", "reports/split.json", "models/model.skops", "reports/metrics.json")


def entry(root: Path, path: str) -> dict[str, str]:
    """What DVC writes down of a file."""
    return {"path": path, "md5": hashlib.md5((root / path).read_bytes(), usedforsecurity=False).hexdigest()}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder in which all stages ran."""
    for path in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path, encoding="utf-8")
    code, split, model, metrics = (entry(tmp_path, path) for path in FILES)
    folder = {"path": "data/valid", "md5": FOLDER}
    stages = {
        "validate": {"cmd": "ringside validate", "outs": [folder]},
        "split": {"deps": [folder], "params": {"params.yaml": {"task": "shop"}}, "outs": [split]},
        "train": {"deps": [code, split], "params": {"params.yaml": {"train": PARAMS["train"]}}, "outs": [model]},
        "evaluate": {"deps": [model], "outs": [metrics]},
    }
    write(tmp_path, stages)
    return tmp_path


def write(root: Path, stages: object) -> None:
    """Write dvc.lock."""
    (root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}), encoding="utf-8")


def refusal(root: Path, params: dict | None = None) -> UsageError:
    """Why the files are stale."""
    with pytest.raises(UsageError) as caught:
        check_fresh(Workspace(root), params or PARAMS)
    return caught.value


class TestFresh:
    """Files and parameters that are those of the lock."""

    def test_are_accepted(self, checkout):
        """The answer is the stages of the lock; the policy, which no stage reads, may be any."""
        assert set(check_fresh(Workspace(checkout), PARAMS | {"policy": None})) == {
            "validate",
            "split",
            "train",
            "evaluate",
        }

    def test_have_the_parameters_of_the_stages(self, checkout):
        """By dotted key, in order."""
        assert locked_params(read_lock(checkout / "dvc.lock")) == {
            "task": "shop",
            "train.rate": 0.001,
            "train.seed": 0,
        }

    def test_have_a_small_number_as_dvc_writes_it(self, checkout):
        """0.000001 in params.yaml is 1e-06 in the lock, without a point, which is a number there too."""
        lock = checkout / "dvc.lock"
        lock.write_text(lock.read_text(encoding="utf-8").replace("rate: 0.001", "rate: 1e-06"), encoding="utf-8")

        assert check_fresh(Workspace(checkout), PARAMS | {"train": {"seed": 0, "rate": 0.000001}})


class TestStale:
    """What changed since."""

    @pytest.mark.parametrize("path", FILES)
    def test_file_is_named(self, checkout, path):
        """Code, an output between the stages, and a result."""
        (checkout / path).write_text("changed", encoding="utf-8")
        error = refusal(checkout)

        assert (error.where, error.found) == (path, "it changed since the pipeline ran")

    def test_file_that_is_missing_is_named(self, checkout):
        """An output that somebody removed."""
        (checkout / FILES[2]).unlink()

        assert str(refusal(checkout)).startswith(f"{FILES[2]}: it is missing")

    def test_section_is_named_with_the_stage(self, checkout):
        """Another learning rate makes another model."""
        error = refusal(checkout, PARAMS | {"train": {"seed": 0, "rate": 0.002}})

        assert error.found == "the section `train` changed since the stage train ran"

    def test_section_may_be_gone(self, checkout):
        """A section that a stage read and that is no longer there is a change."""
        assert "`train`" in refusal(checkout, {"task": "shop"}).found

    def test_stage_has_not_run(self, checkout):
        """A lock without `evaluate` is that of a run that broke off."""
        write(checkout, {k: v for k, v in read_lock(checkout / "dvc.lock").items() if k != "evaluate"})

        assert refusal(checkout).found == "the stage evaluate has not run"

    @pytest.mark.parametrize(
        ("stage", "path", "md5"),
        [("split", "data/valid", "1" * 32 + ".dir"), ("train", "reports/split.json", "1" * 32)],
    )
    def test_stage_ran_on_what_another_made_before(self, checkout, stage, path, md5):
        """A later stage read another folder or file than the one that is here, which is the newer one."""
        stages = copy.deepcopy(read_lock(checkout / "dvc.lock"))
        stages[stage] |= {"deps": [{"path": path, "md5": md5}]}
        write(checkout, dict(reversed(stages.items())))

        assert (refusal(checkout).where, refusal(checkout).found) == (path, "it changed while the pipeline ran")


class TestLock:
    """dvc.lock itself."""

    def test_that_is_missing_says_that_nothing_ran(self, checkout):
        """With what to do."""
        (checkout / "dvc.lock").unlink()
        error = refusal(checkout)

        assert error.found == "the pipeline has not run"
        assert "dvc repro" in error.remedy

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"[]",
            b"schema: '2.0'",
            b"stages:",
            b"stages: [1]",
            b"stages: {train: 5}",
            b"stages: {train: {deps: [5]}}",
            b"stages: {train: {deps: [{path: x}]}}",
            b"stages: {train: {params: {params.yaml: 5}}}",
            b"<<<<<<< ours\nstages: {}\n=======\nstages: {}\n>>>>>>> theirs\n",
            b"\xff\xfe",
            b"stages: !!python/object/apply:os.getcwd []",
        ],
    )
    def test_that_is_damaged_is_refused(self, checkout, content):
        """Whatever stands in it: no traceback, and no verdict."""
        (checkout / "dvc.lock").write_bytes(content)
        error = refusal(checkout)

        assert (error.where, error.found[:13]) == ("dvc.lock", "it is damaged")


class TestFlat:
    """Nested parameters."""

    def test_have_dotted_keys(self):
        """An empty mapping is no key, and a list is a value."""
        assert flat({"a": {"b": {"c": 1}, "d": {}}, "e": [1]}) == {"a.b.c": 1, "e": [1]}
