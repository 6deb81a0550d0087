"""Bad rows, labels, models, disks and places: a clear error, the exit code of its kind, and nothing lost."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from harness import TASKS, Checkout
from patients import MODEL, kept, let_source_answer, results

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("patients-bad-rows")]


class TestQuarantine:
    """More rows of a partition fail the schema than validate.max_quarantined allows."""

    @pytest.fixture
    def spoilt(self, patients):
        """Ten patients of block-2 are 200 years old."""
        let_source_answer(
            patients, "age = frame['age'].mask(frame['patient'] < 30, 200.0)", "return frame.assign(age=age)"
        )
        patients.ok("ringside", "ingest", "--until", "block-2", "--refresh", "block-2")
        return patients

    def test_prints_the_table_of_reasons(self, spoilt):
        """`dvc repro` fails with partition, rows and share, and each reason with its rows."""
        said = spoilt.fails("dvc", "repro", code=255)

        assert "block-2: 10 of 147 rows (6.80%)" in said
        assert "10  age: in_range(0, 120)" in said
        assert "data/quarantine" in said

    def test_keeps_the_rows_for_looking(self, spoilt):
        """data/quarantine has the rows as they came in, each with the reason."""
        spoilt.fails("ringside", "validate")
        rows = pd.read_parquet(spoilt.root / "data" / "quarantine" / "block-2.parquet")

        assert rows["age"].tolist() == [200.0] * 10
        assert set(rows["quarantine_reason"]) == {"age: in_range(0, 120)"}

    def test_passes_where_it_is_allowed(self, spoilt):
        """With the limit raised, validate passes and counts them."""
        spoilt.edit("params.yaml", "max_quarantined: 0", "max_quarantined: 0.1")

        assert "10 quarantined" in spoilt.ok("ringside", "validate")


class TestLabels:
    """The target has nothing to learn."""

    def test_of_one_class_are_refused(self, checkout):
        """A target with one class is an error that names the task, the target and the class."""
        wine = checkout
        wine.use_task("wine")
        wine.edit(
            "src/wine/source.py", '{0: "barolo", 1: "grignolino", 2: "barbera"}', 'dict.fromkeys(range(3), "barolo")'
        )
        wine.ok("ringside", "ingest")
        for stage in ("validate", "split"):
            wine.ok("ringside", stage)
        said = wine.fails("ringside", "train")

        assert "task 'wine', target 'cultivar'" in said
        assert "labels are barolo: there is nothing to learn" in said


class TestFeature:
    """A feature cannot be learnt from."""

    def test_that_is_all_missing_is_refused(self, patients):
        """Train names the column, and the model of before is kept."""
        patients.edit("src/diabetes/schema.py", "{name: Column(float)", "{name: Column(float, nullable=True)")
        let_source_answer(patients, "return frame.assign(bmi=float('nan'))")
        patients.ok("ringside", "ingest", "--until", "block-2", "--refresh", "block-1", "--refresh", "block-2")
        for stage in ("validate", "split"):
            patients.ok("ringside", stage)
        before = patients.bytes(MODEL)

        assert "no row has a value in bmi" in patients.fails("ringside", "train")
        assert patients.bytes(MODEL) == before


@pytest.fixture(scope="module")
def unseen(undisturbed, tmp_path_factory) -> Checkout:
    """The patients split by time, with a sex in the last partition that the others do not have."""
    checkout = undisturbed.copy(tmp_path_factory.mktemp("unseen") / "checkout")
    checkout.edit("params.yaml", "strategy: random\n  test: 0.25", "strategy: time\n  test: 1")
    checkout.edit("src/diabetes/schema.py", '["one", "two"]', '["one", "two", "other"]')
    let_source_answer(checkout, "return frame.assign(sex='other') if partition == 'block-2' else frame")
    checkout.ok("ringside", "ingest", "--until", "block-2", "--refresh", "block-2")
    for stage in ("validate", "split"):
        checkout.ok("ringside", stage)
    return checkout


class TestCategoryNeverSeen:
    """The test rows have a category that training never saw."""

    def test_is_a_note_where_the_model_takes_it(self, unseen):
        """A model that takes unknown categories is evaluated, and a note names column, value and rows."""
        unseen.ok("ringside", "train")

        assert "147 test rows have a sex that training never saw: other" in unseen.ok("ringside", "evaluate")

    def test_is_an_error_where_the_model_does_not(self, unseen):
        """A model that refuses unknown categories is an error that names model.py and the encoder's option."""
        unseen.edit("src/diabetes/model.py", 'OneHotEncoder(handle_unknown="ignore")', "OneHotEncoder()")
        unseen.ok("ringside", "train")
        before = unseen.bytes("reports/metrics.json")
        said = unseen.fails("ringside", "evaluate")

        assert [text for text in ("model.py", "other", "handle_unknown='ignore'") if text not in said] == []
        assert unseen.bytes("reports/metrics.json") == before


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _untrusted(path: Path) -> None:
    skops.io.dump(FunctionTransformer(os.getcwd), path)


class TestModelFile:
    """models/model.skops is not what train wrote."""

    @pytest.mark.parametrize(
        ("fault", "named"),
        [
            (_flipped, "damaged"),
            (_cut, "damaged"),
            (_untrusted, "types that are not trusted: posix.getcwd"),
            (Path.unlink, "missing"),
        ],
        ids=["a bit flipped", "cut off", "a type that is not trusted", "missing"],
    )
    def test_is_refused(self, patients, fault, named):
        """Evaluate names the file, what is wrong with it and what to do; what was evaluated before is kept."""
        fault(patients.root / MODEL)
        before = kept(patients)
        said = patients.fails("ringside", "evaluate")

        assert [text for text in (MODEL, named, "What to do: ") if text not in said] == []
        assert kept(patients) == before


class TestFullDisk:
    """No file can grow beyond a few kilobytes."""

    @pytest.mark.parametrize(
        ("command", "kilobytes", "file"),
        [
            ("ringside ingest", 4, "data/.incoming/block-3.parquet"),
            ("ringside validate", 4, "data/valid/block-1.parquet"),
            ("ringside train", 64, MODEL),
            ("ringside evaluate", 2, "reports/predictions.parquet"),
        ],
    )
    def test_is_said_and_loses_nothing(self, patients, command, kilobytes, file):
        """The error says that the disk is full and names the file; data and results are as they were."""
        before = kept(patients)
        # The limit is that of a process, and a warm start has another one's.
        said = replace(patients, is_cold=True).fails("bash", "-c", f"ulimit -f {kilobytes}; exec {command}")

        assert "the disk is full" in said
        assert file in said
        assert kept(patients) == before
        assert not list(patients.root.rglob(".*.tmp"))

    def test_while_dvc_writes_its_lock_is_mended(self, patients, undisturbed):
        """`ringside ingest --frozen` and `dvc repro`, with space again, make what an undisturbed run makes."""
        (patients.root / "dvc.lock").unlink()
        full = replace(patients, is_cold=True).run("bash", "-c", "ulimit -f 4; exec dvc repro")
        patients.ok("ringside", "ingest", "--frozen")
        patients.ok("dvc", "repro")

        assert full.returncode != 0
        assert results(patients) == results(undisturbed)


class TestPlace:
    """The command is typed in the wrong place, or DVC's folder is gone."""

    @pytest.mark.parametrize("verb", ["ingest", "validate", "metrics"])
    def test_outside_the_repository_is_refused(self, tmp_path: Path, verb):
        """The error names the folder and says to change into the repository."""
        said = Checkout(tmp_path).fails("ringside", verb)

        assert str(tmp_path) in said
        assert "change into your copy of the repository" in said

    @pytest.mark.parametrize("verb", ["ingest", "validate", "metrics"])
    def test_without_the_folder_of_dvc_is_refused(self, patients, verb):
        """The error names .dvc and how to restore it; nothing is changed."""
        shutil.rmtree(patients.root / ".dvc")
        before = kept(patients)
        said = patients.fails("ringside", verb)

        assert ".dvc is missing" in said
        assert "git checkout .dvc" in said
        assert kept(patients) == before


class TestAnotherTask:
    """params.yaml names a task whose data are not here."""

    @pytest.fixture
    def switched(self, patients):
        """The toy task wine in params.yaml, and everything else still of the patients."""
        shutil.copytree(TASKS / "wine", patients.root / "src" / "wine", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(TASKS / "wine" / "params.yaml", patients.root / "params.yaml")
        return patients

    def test_is_refused_where_dvc_yaml_names_the_former_one(self, switched):
        """A stage names both tasks and says that ingest brings dvc.yaml up to date; exit code 2."""
        said = switched.fails("ringside", "validate", code=2)

        assert [text for text in ("dvc.yaml", "diabetes", "wine", "ringside ingest") if text not in said] == []

    def test_is_refused_where_the_manifest_is_of_the_former_one(self, switched):
        """Ingest names the manifest, both tasks and what to remove."""
        said = switched.fails("ringside", "ingest")

        assert [t for t in ("data/manifest.json", "'diabetes'", "'wine'", "remove", "data/raw") if t not in said] == []

    def test_is_ingested_when_that_is_followed(self, switched):
        """With the former data removed, ingest brings the new ones, and validate runs."""
        for name in ("data/manifest.json", "data/raw.dvc"):
            (switched.root / name).unlink()
        shutil.rmtree(switched.root / "data" / "raw")

        assert "src/wine" in switched.ok("ringside", "ingest")
        assert "178 rows in" in switched.ok("ringside", "validate")

    def test_that_there_is_not_is_refused(self, patients):
        """A name without a package under src/ is an error that names the folder."""
        patients.edit("params.yaml", "task: diabetes", "task: churn")

        assert "there is no src/churn" in patients.fails("ringside", "validate")
