"""The task that params.yaml names keeps the interface; these tests stay in a copy, whatever its task is."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ringside.testing import (
    SourceError,
    load_model_builder,
    load_schema,
    load_source,
    load_task,
    out_of_reach,
    read_params,
    train_params,
)

ROOT = Path(__file__).resolve().parents[1]
PARAMS = read_params(ROOT / "params.yaml")

# What each stage reads of a task, and the files of src/ that were imported with it.
READS = {"validate": "load_schema(task)", "train": "load_model_builder(task)(train_params(params, task.train_params))"}
IMPORTED = """
import sys
from pathlib import Path
from ringside.testing import load_model_builder, load_schema, load_task, read_params, train_params
root = Path(sys.argv[1])
params = read_params(root / "params.yaml")
task = load_task(root, params.task)
{read}
files = [Path(module.__file__) for module in sys.modules.values() if getattr(module, "__file__", None)]
print("\\n".join(f.relative_to(root).as_posix() for f in files if f.is_relative_to(root / "src" / task.name)))
"""


class TestTheTask:
    """What `ringside.task` asks of a task."""

    def test_has_facts_that_hold(self):
        """`TASK` states the task that params.yaml names."""
        assert load_task(ROOT, PARAMS.task).name == PARAMS.task

    def test_has_a_schema_with_every_column_that_the_facts_name(self):
        """Target, identity, time, group and slices are columns of the schema."""
        task = load_task(ROOT, PARAMS.task)

        assert set(task.columns) <= set(load_schema(task).columns)

    def test_has_partitions_in_order(self):
        """The source offers at least one partition, where it can be asked from here."""
        source = load_source(load_task(ROOT, PARAMS.task))
        try:
            names = source.partitions()
        except SourceError as error:
            if error.unreadable or out_of_reach(error.__cause__):
                pytest.skip(f"the source cannot be asked from here: {error.found}")
            raise

        assert names

    def test_builds_a_model_from_params_yaml(self):
        """`build_model` answers an estimator of the task's kind for the `train` section as it stands."""
        task = load_task(ROOT, PARAMS.task)

        assert load_model_builder(task)(train_params(PARAMS, task.train_params)) is not None


class TestDvcYaml:
    """What dvc.yaml says of the task."""

    @pytest.mark.parametrize("stage", READS)
    def test_names_every_file_of_the_task_that_a_stage_imports(self, stage):
        """A file that a stage imports and dvc.yaml does not name would let DVC reuse a stale result."""
        declared = set(yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][stage]["deps"])
        script = IMPORTED.format(read=READS[stage])
        done = subprocess.run(
            [sys.executable, "-c", script, str(ROOT)], capture_output=True, text=True, check=True, cwd=ROOT
        )

        assert set(done.stdout.split()) <= declared
