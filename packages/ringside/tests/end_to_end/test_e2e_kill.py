"""A kill at any moment is harmless: the next run makes what an undisturbed run would have made, to the byte."""

import random
from pathlib import Path

import pytest

from harness import Checkout
from kills import Timeline, between, kill
from patients import files, results

pytestmark = pytest.mark.long

STAGES = {
    "validate": "data/valid",
    "split": "reports/split.json",
    "train": "models/model.skops",
    "evaluate": "reports/metrics.json",
}
"""Each stage, and what its closing line names."""


def moments(seed: int, count: int, seconds: float) -> list[float]:
    """Random moments, one in each of `count` equal parts of a run."""
    draw = random.Random(seed)  # noqa: S311  # chooses moments, no secrets
    return [seconds * (part + draw.random()) / count for part in range(count)]


def spans(timeline: Timeline) -> list[tuple[str, float]]:
    """The parts of `dvc repro`, each with a text of the line that opens it and its seconds.

    A stage has two: from its start to its closing line, and from there to the next stage, while DVC puts the outputs
    into its cache and writes dvc.lock.
    """
    found = []
    for stage, result in STAGES.items():
        opens, closes, follows = f"Running stage '{stage}'", f"-> {result}", "Running stage"
        found += [(opens, between(timeline, opens, closes)), (closes, between(timeline, closes, follows))]
    return found


def data(checkout: Checkout) -> dict[str, bytes]:
    """The partitions, with the manifest's and DVC's record of them."""
    return files(checkout, "data/raw", "data/manifest.json", "data/raw.dvc")


def without(clone: Checkout, *names: str) -> Checkout:
    """The clone without files that a former run committed."""
    for name in names:
        (clone.root / name).unlink()
    return clone


@pytest.mark.xdist_group("patients-kill")
class TestKillsOfIngest:
    """`ringside ingest`, killed several times over, then left alone."""

    def test_leave_what_an_undisturbed_ingest_makes(self, patients_run, undisturbed, tmp_path: Path):
        """Three partitions read from nothing: files, manifest and DVC's record are those of an undisturbed run."""
        clone = without(undisturbed.clone(tmp_path / "clone"), "data/manifest.json", "data/raw.dvc")
        killed = [
            kill(clone, "ringside", "ingest", "--until", "block-3", seconds=moment)
            for moment in moments(1, 6, between(patients_run.ingest, ""))
        ]
        expected = undisturbed.copy(tmp_path / "expected")
        for checkout in (clone, expected):
            checkout.ok("ringside", "ingest", "--until", "block-3")

        assert any(killed)
        assert data(clone) == data(expected)
        assert not (clone.root / "data" / ".incoming").exists()

    def test_leave_what_an_undisturbed_frozen_ingest_brings(self, patients_run, undisturbed, tmp_path: Path):
        """Brought from the source as the manifest names them: the same files, and Git finds no change."""
        clone = without(undisturbed.clone(tmp_path / "clone"))
        for moment in moments(2, 4, between(patients_run.ingest, "")):
            kill(clone, "ringside", "ingest", "--frozen", seconds=moment)
        clone.ok("ringside", "ingest", "--frozen")

        assert data(clone) == data(undisturbed)
        assert clone.status() == ""

    def test_leave_a_repository_in_which_the_pipeline_runs(self, patients_run, patients):
        """Killed while it reads one more partition, and not begun again: `dvc repro` runs on what there is."""
        (late,) = moments(4, 1, between(patients_run.ingest, "block-2"))
        kill(patients, "ringside", "ingest", after="block-3", seconds=late)
        patients.ok("ringside", "ingest", "--frozen")
        patients.ok("dvc", "repro", "validate")

        partitions = [row["partition"] for row in patients.json("reports/validation.json")]
        assert partitions == [row["partition"] for row in patients.json("data/manifest.json")["partitions"]]


@pytest.mark.xdist_group("patients-kill")
class TestKillsOfRepro:
    """`dvc repro`, killed in each stage and after each, every time begun again, then left alone."""

    def test_leave_what_an_undisturbed_run_makes(self, patients_run, undisturbed, tmp_path: Path):
        """Model, metrics, lock, manifest and DVC's record of the data are those of an undisturbed run, to the byte."""
        clone, killed = without(undisturbed.clone(tmp_path / "clone"), "dvc.lock", "reports/metrics.json"), []
        for (opens, seconds), part in zip(spans(patients_run.repro), moments(3, 8, 8.0), strict=True):
            clone.ok("ringside", "ingest", "--frozen")
            killed.append(kill(clone, "dvc", "repro", after=opens, seconds=part % 1 * seconds))
        clone.ok("ringside", "ingest", "--frozen")
        clone.ok("dvc", "repro")

        assert killed.count(True) >= 4
        assert results(clone) == results(undisturbed)
        assert clone.status() == ""


@pytest.mark.xdist_group("flights-clones")
class TestKillsOfTheSample:
    """The sample, killed once while ingest brings its data and once in train."""

    def test_leave_what_an_undisturbed_run_makes(self, flights_run, tmp_path: Path):
        """Model, metrics, lock, manifest and DVC's record of the data are those of an undisturbed run, to the byte."""
        flights, ingest, repro = flights_run.checkout, flights_run.ingest, flights_run.repro
        clone = without(flights.clone(tmp_path / "clone"), "dvc.lock", "reports/metrics.json")
        restore, fit = ("restore: 2013-02", "-> data/raw"), ("train: fitting", "-> models/model.skops")
        early, late = moments(5, 2, 1.0)
        for command, opens, seconds in (
            (("ringside", "ingest", "--frozen"), restore[0], early * between(ingest, *restore)),
            (("dvc", "repro"), fit[0], late / 2 * between(repro, *fit)),
        ):
            assert kill(clone, *command, after=opens, seconds=seconds)
            clone.ok("ringside", "ingest", "--frozen")
        clone.ok("dvc", "repro")

        assert results(clone) == results(flights)


@pytest.mark.xdist_group("patients-kill")
class TestAFileCutOff:
    """A file that DVC writes in place, and of which a kill left the beginning."""

    @pytest.mark.parametrize(
        "end",
        ["", "stages:\n  val", "  train:\n    cmd: ringside train\n"],
        ids=["before anything", "in the first stage", "between two lines"],
    )
    def test_dvc_lock_is_made_again(self, patients, undisturbed, end):
        """`ringside ingest --frozen` and `dvc repro` make the lock that was there, from the run-cache."""
        content = undisturbed.bytes("dvc.lock").decode()
        (patients.root / "dvc.lock").write_text(content[: content.index(end) + len(end)])
        patients.ok("ringside", "ingest", "--frozen")

        assert "Running stage" not in patients.ok("dvc", "repro")
        assert results(patients) == results(undisturbed)

    @pytest.mark.parametrize("end", ["outs:\n- md5:", "  hash: md5\n"])
    def test_dvcs_record_of_the_data_is_made_again(self, patients, undisturbed, end):
        """`ringside ingest --frozen` and `dvc repro` make the data/raw.dvc that was there."""
        content = undisturbed.bytes("data/raw.dvc").decode()
        (patients.root / "data/raw.dvc").write_text(content[: content.index(end) + len(end)])

        assert "data/raw.dvc" in patients.ok("ringside", "ingest", "--frozen")
        patients.ok("dvc", "repro")
        assert results(patients) == results(undisturbed)

    def test_dvcs_lock_of_readers_and_writers_is_removed(self, patients, undisturbed):
        """`ringside ingest --frozen` removes a cut-off .dvc/tmp/rwlock, and `dvc repro` runs."""
        (patients.root / ".dvc" / "tmp" / "rwlock").write_text('{"data/raw": {"write": {"pid"')
        patients.ok("ringside", "ingest", "--frozen")
        patients.ok("dvc", "repro")

        assert results(patients) == results(undisturbed)
