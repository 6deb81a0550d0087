"""What a DVC user expects of the commands of DVC, in a repository whose pipeline has run."""

import csv
import json
import shutil
from pathlib import Path

import pytest
import yaml

from harness import PROJECT, Checkout
from patients import RESULTS, results

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("patients-dvc")]

STAGES = ["validate", "split", "train", "evaluate"]


def ran(said: str) -> list[str]:
    """The stages that a `dvc repro` ran itself: neither skipped nor brought back from the run-cache."""
    return [stage for stage in STAGES if f"Running stage '{stage}'" in said]


def answer(checkout: Checkout, *command: str):
    """What a command answers as JSON."""
    return json.loads(checkout.run(*command, "--json").stdout)


class TestNothingChanged:
    """A repository in which the pipeline has run and nothing was touched since."""

    def test_repro_runs_nothing(self, undisturbed):
        """A second `dvc repro` skips every stage and says that all is up to date."""
        said = undisturbed.ok("dvc", "repro")

        assert ran(said) == []
        assert "Data and pipelines are up to date." in said

    def test_status_is_clean(self, undisturbed):
        """`dvc status` finds no change."""
        assert answer(undisturbed, "dvc", "status") == {}

    def test_metrics_are_shown(self, undisturbed):
        """`dvc metrics show` shows the numbers of reports/metrics.json."""
        shown = answer(undisturbed, "dvc", "metrics", "show")

        assert shown[""]["data"]["reports/metrics.json"]["data"] == undisturbed.json("reports/metrics.json")

    def test_plots_are_drawn(self, undisturbed):
        """`dvc plots show` draws the curves that a regression has, from the data that evaluate wrote."""
        drawn = answer(undisturbed, "dvc", "plots", "show")["data"]

        assert {name for name, plots in drawn.items() if plots} == {"calibration", "scores", "slices"}

    def test_plots_are_compared_with_the_last_commit(self, undisturbed):
        """`dvc plots diff`, which an editor asks for, has both revisions of a curve."""
        drawn = answer(undisturbed, "dvc", "plots", "diff", "HEAD")["data"]

        assert drawn["calibration"][0]["revisions"] == ["workspace", "HEAD"]


@pytest.fixture(scope="module")
def declared():
    """The content of dvc.yaml."""
    return yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))


class TestDeclaration:
    """What dvc.yaml declares, for DVC and for an editor's DVC extension."""

    def test_each_stage_is_a_verb_with_its_own_section_of_params(self, declared):
        """Stage, verb and section of params.yaml have one name, and a stage reads no other section."""
        sections = {name: set(stage["params"]) - {"task"} for name, stage in declared["stages"].items()}

        assert list(declared["stages"]) == STAGES
        assert [stage["cmd"] for stage in declared["stages"].values()] == [f"ringside {name}" for name in STAGES]
        assert all(sections[name] <= {name} for name in STAGES)

    def test_metrics_are_in_git(self, declared):
        """reports/metrics.json is a metric that DVC leaves to Git."""
        assert declared["stages"]["evaluate"]["metrics"] == [{"reports/metrics.json": {"cache": False}}]

    def test_every_plot_is_drawn_from_an_output(self, declared):
        """Each plot reads files of reports/plots, an output of evaluate."""
        read = [file for plot in declared["plots"] for settings in plot.values() for file in settings["y"]]

        assert "reports/plots" in declared["stages"]["evaluate"]["outs"]
        assert read
        assert all(file.startswith("reports/plots/") for file in read)

    def test_the_artifact_model_is_what_train_makes(self, declared):
        """The artifact has the constant name `model` and is the output of train."""
        assert declared["artifacts"]["model"]["path"] == "models/model.skops"
        assert declared["stages"]["train"]["outs"] == ["models/model.skops"]

    def test_no_output_is_kept_between_runs(self, declared):
        """No stage has a `persist` output, for DVC keeps no run-cache of such a stage."""
        assert "persist" not in json.dumps(declared)


@pytest.fixture(scope="module")
def tuned(undisturbed, tmp_path_factory):
    """The checkout, and what `dvc repro` said."""
    checkout = undisturbed.copy(tmp_path_factory.mktemp("tuned") / "checkout")
    checkout.edit("params.yaml", "n_estimators: 30", "n_estimators: 5")
    return checkout, checkout.ok("dvc", "repro")


class TestAParameterOfTrain:
    """`train.n_estimators` changed in params.yaml and the pipeline run again."""

    def test_reruns_train_and_what_depends_on_it(self, tuned):
        """Validate and split are skipped."""
        _, said = tuned

        assert ran(said) == ["train", "evaluate"]

    def test_is_in_the_diff_of_params(self, tuned):
        """`dvc params diff` names the key with its old and new value, and nothing else."""
        changed = answer(tuned[0], "dvc", "params", "diff")

        assert changed == {"params.yaml": {"train.n_estimators": {"old": 30, "new": 5, "diff": -25}}}

    def test_is_in_the_diff_of_metrics(self, tuned):
        """`dvc metrics diff` has the metrics of the last commit beside those of the workspace."""
        changed = answer(tuned[0], "dvc", "metrics", "diff")["reports/metrics.json"]

        assert changed["mae"]["new"] == tuned[0].json("reports/metrics.json")["mae"]
        assert changed["mae"]["old"] != changed["mae"]["new"]

    def test_set_back_restores_the_former_results_without_a_run(self, tuned, undisturbed):
        """The parameter set back, the run-cache has the results, to the byte."""
        checkout, _ = tuned
        checkout.edit("params.yaml", "n_estimators: 5", "n_estimators: 30")

        assert ran(checkout.ok("dvc", "repro")) == []
        assert results(checkout) == results(undisturbed)


class TestAnExperiment:
    """`dvc exp run -S`."""

    def test_is_run_with_the_parameter_and_listed(self, patients):
        """`dvc exp run -S train.n_estimators=4` trains with the key, and `dvc exp show` lists it with its metrics."""
        said = patients.ok("dvc", "exp", "run", "--name", "small", "-S", "train.n_estimators=4")
        listed = csv.DictReader(patients.run("dvc", "exp", "show", "--csv").stdout.splitlines())
        rows = {row["Experiment"]: row for row in listed}

        assert ran(said) == ["train", "evaluate"]
        assert rows["small"]["train.n_estimators"] == "4"
        assert float(rows["small"]["mae"]) == patients.json("reports/metrics.json")["mae"]


class TestAnEditOfTheModel:
    """src/<task>/model.py changed."""

    @pytest.fixture
    def edited(self, patients):
        """A model whose trees are shallow."""
        patients.edit("src/diabetes/model.py", "n_jobs=1", "n_jobs=1, max_depth=2")
        return patients

    def test_reruns_train_and_neither_validate_nor_split(self, edited):
        """`dvc repro train` runs train alone."""
        assert ran(edited.ok("dvc", "repro", "train")) == ["train"]

    def test_reads_no_data(self, edited):
        """`ringside ingest` finds nothing to read."""
        said = edited.ok("ringside", "ingest", "--until", "block-2")

        assert "read:" not in said
        assert "block-1 (" not in said


@pytest.fixture(scope="module")
def grown(undisturbed, tmp_path_factory):
    """The checkout, what ingest said, and what `dvc repro` said."""
    checkout = undisturbed.copy(tmp_path_factory.mktemp("grown") / "checkout")
    return checkout, checkout.ok("ringside", "ingest", "--until", "block-3"), checkout.ok("dvc", "repro")


class TestOneMorePartition:
    """The source has a partition that the manifest has not."""

    def test_is_the_only_one_that_is_read(self, grown):
        """Ingest reads the new partition and says so."""
        _, said, _ = grown

        assert "ingest: block-3 (1 of 1)" in said
        assert "ingest: 1 read: block-3" in said

    def test_leaves_the_others_as_they_were(self, grown, undisturbed):
        """The files of the partitions that were there before are the same, to the nanosecond of their change."""
        before, after = (
            [(checkout.root / f"data/raw/block-{n}.parquet").stat().st_mtime_ns for n in (1, 2)]
            for checkout in (undisturbed, grown[0])
        )
        assert after == before

    def test_runs_every_stage(self, grown):
        """`dvc repro` validates, splits, trains and evaluates again."""
        assert ran(grown[2]) == STAGES

    def test_is_one_entry_in_the_diff_of_the_manifest(self, grown):
        """A reviewer sees one partition come in data/manifest.json, and no line go."""
        diff = grown[0].ok("git", "diff", "--unified=0", "data/manifest.json").splitlines()
        gone = [line for line in diff if line.startswith("-") and not line.startswith("---")]

        assert any("block-3" in line for line in diff)
        assert gone == []


class TestWithoutTheLock:
    """dvc.lock removed, the cache kept: what CI does, since a lock can lie and the run-cache cannot."""

    def test_every_stage_is_restored_in_place(self, patients, undisturbed):
        """No stage runs, and the lock is the one that was removed, to the byte."""
        (patients.root / "dvc.lock").unlink()

        assert ran(patients.ok("dvc", "repro")) == []
        assert results(patients) == results(undisturbed)

    def test_every_stage_is_restored_on_a_fresh_clone_with_the_cache(self, undisturbed, tmp_path: Path):
        """The data come from the cache, no stage runs, and Git finds no change."""
        clone = undisturbed.clone(tmp_path / "clone")
        shutil.copytree(undisturbed.root / ".dvc" / "cache", clone.root / ".dvc" / "cache")
        (clone.root / "dvc.lock").unlink()

        assert "restored from DVC" in clone.ok("ringside", "ingest", "--frozen")
        assert ran(clone.ok("dvc", "repro")) == []
        assert {file: clone.bytes(file) == undisturbed.bytes(file) for file in RESULTS} == dict.fromkeys(RESULTS, True)
        assert clone.status() == ""


class TestAFreshClone:
    """A clone that has no cache."""

    def test_takes_the_data_from_a_remote(self, patients, tmp_path: Path):
        """What `dvc push` put in a DVC remote comes back, and the source, which cannot be read, is not asked."""
        patients.ok("dvc", "remote", "add", "--default", "store", str(tmp_path / "store"))
        patients.ok("dvc", "push", "data/raw.dvc")
        patients.edit("src/diabetes/source.py", 'Path(__file__).with_name("patients.csv")', '"no-such-file.csv"')
        patients.commit("a remote, and a source that cannot be read")
        clone = patients.clone(tmp_path / "clone")

        assert "block-2 restored from DVC" in clone.ok("ringside", "ingest", "--frozen")
        assert clone.status() == ""
