"""Bad parameters, partitions, manifests and sources: a clear error, the exit code of its kind, and nothing lost."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patients import PARTITION, SOURCE_FILE, files, kept, let_source_answer, results

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("patients-bad-input")]


class TestParams:
    """params.yaml is wrong."""

    @pytest.mark.parametrize(
        ("old", "new", "named"),
        [
            ("max_quarantined: 0", "max_quarantine: 0", ["unknown key `validate.max_quarantine`", "`max_quarantined`"]),
            ("n_estimators: 30", "trees: 30", ["unknown key `train.trees`", "n_estimators"]),
            ("test: 0.25", "test: much", ["`split.test", "'much'", "number"]),
            ("n_estimators: 30", "n_estimators: thirty", ["`train.n_estimators` is 'thirty'", "integer"]),
            ("bins: 5", "bins: 1", ["`evaluate.bins` is 1", "2"]),
            ("test: 0.25", "test: 25", ["`split`", "between 0 and 1"]),
            ("strategy: random", "strategy: chance", ["`split.strategy` is 'chance'", "'time', 'group' or 'random'"]),
            ("evaluate:\n  bins: 5\n", "", ["`evaluate` is missing"]),
            ("split:\n", "split: [\n", ["not YAML", "line"]),
        ],
    )
    def test_names_the_key_and_what_is_allowed(self, patients, old, new, named):
        """The error stands under params.yaml, names the key, what was found and what is allowed, and exits with 2."""
        patients.edit("params.yaml", old, new)
        said = patients.fails("ringside", "split", code=2)

        assert [text for text in ["params.yaml", "What to do: ", *named] if text not in said] == []

    def test_stops_dvc_repro_and_loses_nothing(self, patients):
        """`dvc repro` fails in the stage whose key is wrong, with data and model as they were."""
        patients.edit("params.yaml", "n_estimators: 30", "n_estimators: -1")
        data, model = files(patients, "data"), patients.bytes("data/raw.dvc")

        assert "`train.n_estimators` is -1" in patients.fails("dvc", "repro", code=255)
        assert (files(patients, "data"), patients.bytes("data/raw.dvc")) == (data, model)


class TestCommandLine:
    """The command asks for what there is not."""

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            (["ingest", "--until", "block-9"], ["'block-9'", "block-1, block-2, block-3"]),
            (["ingest", "--refresh", "block-3"], ["'block-3'", "block-1, block-2"]),
            (["ingest", "--frozen", "--until", "block-3"], ["--frozen", "--until"]),
            (["ingest", "--untill", "block-3"], ["--untill"]),
            (["trian"], ["trian"]),
        ],
    )
    def test_exits_with_2_and_names_what_there_is(self, patients, arguments, named):
        """The error names what was asked for and, where there is a choice, what can be; nothing changes."""
        before = kept(patients)
        said = patients.fails("ringside", *arguments, code=2)

        assert [text for text in named if text not in said] == []
        assert kept(patients) == before


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


def _no_parquet(path: Path) -> None:
    path.write_text("patient,age\n1,59\n")


def _lacks_a_column(path: Path) -> None:
    pq.write_table(pq.read_table(path).drop_columns(["bmi"]), path)


def _other_type(path: Path) -> None:
    table = pq.read_table(path)
    position = table.column_names.index("bmi")
    pq.write_table(table.set_column(position, "bmi", table["bmi"].cast(pa.string())), path)


def _doubled_identities(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(pa.concat_tables([table, table.slice(0, 1)]), path)


def _no_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(0, 0), path)


def _no_bytes(path: Path) -> None:
    path.write_bytes(b"")


FAULTS = [_truncated, _no_parquet, _lacks_a_column, _other_type, _doubled_identities, _no_rows, _no_bytes]


class TestPartitionFile:
    """A file in data/raw is not what ingest wrote."""

    @pytest.mark.parametrize("command", [("ringside", "ingest", "--frozen"), ("ringside", "validate")], ids=" ".join)
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__.strip("_"))
    def test_is_refused(self, patients, fault, command):
        """Ingest and validate name the file and what to do about it, and change neither data nor results."""
        fault(patients.root / PARTITION)
        before = kept(patients)
        said = patients.fails(*command)

        assert PARTITION in said
        assert "What to do: " in said
        assert "ringside ingest --frozen" in said
        assert kept(patients) == before

    def test_is_refused_by_dvc_repro(self, patients):
        """`dvc repro` fails in validate with the same words."""
        _truncated(patients.root / PARTITION)

        said = patients.fails("dvc", "repro", code=255)
        assert PARTITION in said
        assert "ringside ingest --frozen" in said

    def test_moved_away_comes_back(self, patients, undisturbed):
        """The remedy works, even where `dvc repro` has taken the damaged file for new data: all is as before."""
        _truncated(patients.root / PARTITION)
        patients.fails("dvc", "repro", code=255)
        (patients.root / PARTITION).unlink()
        patients.ok("ringside", "ingest", "--frozen")
        patients.ok("dvc", "repro")

        assert results(patients) == results(undisturbed)
        assert patients.status() == ""

    def test_can_be_read_again(self, patients, undisturbed):
        """The other remedy works too: `ringside ingest --refresh` replaces the damaged file by the source's answer."""
        _truncated(patients.root / PARTITION)
        patients.ok("ringside", "ingest", "--until", "block-2", "--refresh", "block-2")

        assert patients.bytes(PARTITION) == undisturbed.bytes(PARTITION)


class TestManifest:
    """data/manifest.json and data/raw do not fit each other."""

    @pytest.fixture(params=[("ringside", "ingest", "--frozen"), ("ringside", "validate")], ids=" ".join)
    def command(self, request):
        """Each of the two commands that must see it."""
        return request.param

    def test_with_other_rows_is_refused(self, patients, command):
        """A row count that is not the file's is an error that names the partition."""
        patients.edit(
            "data/manifest.json",
            '"partition": "block-2",\n      "rows": 147',
            '"partition": "block-2",\n      "rows": 146',
        )

        assert "block-2" in patients.fails(*command)

    def test_with_another_hash_is_refused(self, patients, command):
        """A content hash that nothing here has is an error that names the partition and the manifest."""
        patients.edit("data/manifest.json", patients.json("data/manifest.json")["partitions"][1]["content"], "sha256:0")
        said = patients.fails(*command)

        assert "block-2" in said
        assert "manifest" in said

    def test_brought_back_brings_everything_back(self, patients, undisturbed):
        """After such a refusal, the manifest as it was committed has its data again."""
        patients.edit("data/manifest.json", patients.json("data/manifest.json")["partitions"][1]["content"], "sha256:0")
        patients.fails("ringside", "ingest", "--frozen")
        patients.ok("git", "checkout", "data/manifest.json")
        patients.ok("ringside", "ingest", "--frozen")

        assert kept(patients) == kept(undisturbed)

    def test_with_a_file_too_many_is_refused(self, patients, command):
        """A file in data/raw that the manifest does not name is an error that names the file."""
        table = pq.read_table(patients.root / PARTITION)
        pq.write_table(table.slice(0, 7), patients.root / "data" / "raw" / "block-7.parquet")

        assert "block-7.parquet" in patients.fails(*command)

    def test_cut_off_is_refused(self, patients, command):
        """Half a manifest is an error that names it, and how to restore it."""
        (patients.root / "data" / "manifest.json").write_bytes(patients.bytes("data/manifest.json")[:200])
        said = patients.fails(*command)

        assert "data/manifest.json" in said
        assert "git checkout data/manifest.json" in said

    def test_with_a_file_too_few_is_mended_by_ingest(self, patients, undisturbed):
        """`ringside ingest --frozen` brings the file that validate misses, and validate says so."""
        (patients.root / PARTITION).unlink()

        assert "ringside ingest --frozen" in patients.fails("ringside", "validate")
        assert "block-2 restored from DVC" in patients.ok("ringside", "ingest", "--frozen")
        assert patients.bytes(PARTITION) == undisturbed.bytes(PARTITION)

    def test_removed_is_refused(self, patients):
        """Without a manifest `ringside ingest --frozen` says how to make or restore one."""
        (patients.root / "data" / "manifest.json").unlink()

        assert "git checkout data/manifest.json" in patients.fails("ringside", "ingest", "--frozen")


class TestSource:
    """The source's answer is wrong, or there is none."""

    @pytest.mark.parametrize(
        ("line", "named"),
        [
            ("return frame.drop(columns='patient')", "lacks the column patient"),
            ("return frame.assign(bmi=[1, *['x'] * (len(frame) - 1)])", "several types"),
            ("return pd.concat([frame, frame.head(1)])", "patient=2"),
            ("return frame.head(0)", "no rows"),
            ("return pd.concat([frame, frame[['bmi']]], axis=1)", "bmi"),
            ("return pd.concat([frame, frame[['patient']]], axis=1)", "patient"),
            ("raise ConnectionError('the database is asleep')", "ConnectionError: the database is asleep"),
        ],
        ids=[
            "lacks a column",
            "mixed types",
            "doubled identity",
            "no rows",
            "a column twice",
            "the identity twice",
            "cannot be reached",
        ],
    )
    def test_is_refused_at_ingest(self, patients, line, named):
        """The error names the task, the partition and the fault; nothing of the answer is kept."""
        let_source_answer(patients, line)
        before = kept(patients)
        said = patients.fails("ringside", "ingest")

        assert [text for text in ("diabetes", "block-3", named, "What to do: ") if text not in said] == []
        assert kept(patients) == before

    @pytest.mark.parametrize(
        ("line", "named"),
        [
            ("return frame.drop(columns='bmi')", "the column 'bmi' is missing"),
            ("return frame.assign(bmi=frame['bmi'].astype(str))", "the column 'bmi' has type"),
        ],
        ids=["lacks a feature", "another type"],
    )
    def test_is_refused_by_the_schema(self, patients, line, named):
        """Validate names the partition and the column, and how a mended answer comes in; the raw data are kept."""
        let_source_answer(patients, line)
        patients.ok("ringside", "ingest")
        said = patients.fails("ringside", "validate")

        assert "data/raw/block-3.parquet" in said
        assert named in said
        assert "--refresh block-3" in said

    def test_that_answers_differently_than_before_is_refused(self, patients):
        """A partition that changed is an error that names it and the option to believe it; nothing is changed."""
        let_source_answer(patients, "return frame.assign(age=frame['age'] + 1)")
        with (patients.root / SOURCE_FILE).open("a") as source:
            source.write('\n\ndef fingerprint(partition: str) -> str:\n    """Newer."""\n    return "2"\n')
        before = kept(patients)

        assert "--refresh block-1 --refresh block-2" in patients.fails("ringside", "ingest")
        assert kept(patients) == before

    def test_whose_package_is_not_installed_is_refused(self, patients):
        """The error names the package, the file and where to declare it."""
        patients.edit(SOURCE_FILE, "import pandas as pd", "import pandas as pd\nimport no_such_package")
        said = patients.fails("ringside", "ingest")

        assert [t for t in ("source.py", "'no_such_package'", "not installed", "pyproject.toml") if t not in said] == []

    def test_whose_package_is_not_installed_is_not_needed_where_the_cache_has_the_data(self, patients, undisturbed):
        """`ringside ingest --frozen` asks the source for nothing that DVC has."""
        patients.edit(SOURCE_FILE, "import pandas as pd", "import pandas as pd\nimport no_such_package")
        shutil.rmtree(patients.root / "data" / "raw")

        assert "block-2 restored from DVC" in patients.ok("ringside", "ingest", "--frozen")
        assert files(patients, "data/raw") == files(undisturbed, "data/raw")

    def test_that_cannot_be_reached_from_a_clone_is_said_to_be_what_is_missing(self, undisturbed, tmp_path: Path):
        """A clone with neither cache nor source says that the data cannot be read here, and what would help."""
        clone = undisturbed.clone(tmp_path / "clone")
        let_source_answer(clone, "raise ConnectionError('the database is asleep')")
        said = clone.fails("ringside", "ingest", "--frozen")

        assert "the data cannot be read here" in said
        assert "DVC remote" in said
