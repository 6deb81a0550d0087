"""What a release holds."""

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from harness import Checkout
from made import Made, report
from ringside.common.model_file import dump_model
from ringside.errors import DataError, ModelError, RegistryError
from ringside.registry.build import assemble, reference_rows
from ringside.registry.checksums import check_folder
from ringside.registry.code_hash import code_hash
from ringside.registry.wheel import build_wheels

FILES = {
    "MODEL_CARD.md",
    "SHA256SUMS",
    "dvc.lock",
    "manifest.json",
    "metrics.json",
    "model.skops",
    "model.txt",
    "profile.json",
    "reference.parquet",
    "release.json",
    "report.html",
    "report.json",
    "flights-0.1.0-py3-none-any.whl",
    "ringside_ml-0.1.0-py3-none-any.whl",
    "sbom.json",
}


def assembled(made: Made, folder: Path) -> Path:
    """The release of v1.0.0 assembled once more."""
    folder.mkdir()
    shutil.copyfile(made.release() / "release.json", folder / "release.json")
    assemble(made.workspace, made.task, made.metadata(), report(), folder)
    return folder


class TestRelease:
    """The folder."""

    def test_holds_every_file(self, diabetes: Made):
        """A published version has all files, and no other."""
        assert {path.name for path in diabetes.release().iterdir()} == FILES

    def test_is_what_its_hashes_say(self, diabetes: Made):
        """SHA256SUMS names every file but itself, with its hash."""
        assert set(check_folder(diabetes.release())) == FILES - {"SHA256SUMS"}

    def test_has_hashes_that_sha256sum_reads(self, diabetes: Made):
        """The usual command checks them."""
        said = Checkout(diabetes.release()).ok("sha256sum", "--check", "--strict", "SHA256SUMS")

        assert said.count(": OK") == len(FILES) - 1

    def test_is_the_same_when_it_is_made_again(self, diabetes: Made, tmp_path: Path):
        """Equal sources and metadata give equal bytes, file by file."""
        first, second = (assembled(diabetes, tmp_path / name) for name in ("first", "second"))

        assert check_folder(first) == check_folder(second)

    def test_needs_the_model_that_was_judged(self, mine: Made, tmp_path: Path):
        """Another model file than that of the metadata stops it."""
        mine.workspace.model.write_bytes(dump_model([1]))

        with pytest.raises(RegistryError, match="not the model in the release metadata"):
            assembled(mine, tmp_path / "again")

    def test_needs_a_page_of_the_report(self, mine: Made, tmp_path: Path):
        """A file that is missing is named."""
        mine.workspace.report_page.unlink()

        with pytest.raises(DataError, match=r"report\.html"):
            assembled(mine, tmp_path / "again")


class TestReferenceRows:
    """The rows that a release can be verified by."""

    def test_are_as_many_as_params_say(self, diabetes: Made):
        """Twenty were asked for, with all columns of the schema but the target, and the prediction."""
        found = pd.read_parquet(diabetes.release() / "reference.parquet")

        assert len(found) == 20
        assert set(found.columns) == {*diabetes.metadata().columns, "prediction"}

    def test_are_predicted_as_they_were_judged(self, diabetes: Made):
        """Their predictions are those of reports/predictions.parquet for the same patients."""
        found = pd.read_parquet(diabetes.release() / "reference.parquet").set_index("patient")["prediction"]
        judged = pd.read_parquet(diabetes.workspace.predictions).set_index("patient")["prediction"]

        assert found.tolist() == judged[found.index].tolist()

    def test_are_all_where_there_are_fewer(self, diabetes: Made):
        """More than there are gives each test row once."""
        found = reference_rows(diabetes.workspace, diabetes.task, 1000)

        assert len(found) == found["patient"].nunique() == len(pd.read_parquet(diabetes.workspace.predictions))

    def test_are_none_where_data_are_private(self, mine: Made, tmp_path: Path):
        """`publish.reference_rows: 0` keeps every row out of the release."""
        mine.checkout.edit("params.yaml", "reference_rows: 20", "reference_rows: 0")

        assert not (assembled(mine, tmp_path / "again") / "reference.parquet").exists()

    def test_of_other_predictions_stop_it(self, mine: Made, tmp_path: Path):
        """Predictions that the model does not make are not published."""
        path = mine.workspace.predictions
        frame = pd.read_parquet(path)
        frame.assign(prediction=frame["prediction"] + 1).to_parquet(path)

        with pytest.raises(RegistryError, match="20 of 20 stored predictions differ"):
            assembled(mine, tmp_path / "again")


class TestModelFile:
    """The types in it."""

    def test_is_refused_with_a_type_that_is_not_trusted(self, mine: Made, tmp_path: Path):
        """A model that nobody could verify is not published."""
        content = dump_model(Made)
        mine.workspace.model.write_bytes(content)
        metadata = mine.candidate().metadata

        with pytest.raises(ModelError, match=r"not trusted: made\.Made"):
            assemble(mine.workspace, mine.task, metadata, report(), tmp_path)


class TestWheel:
    """The code of a version."""

    def test_is_a_function_of_the_code(self, diabetes: Made, mine: Made):
        """Two checkouts, whose files have other times, give the same bytes."""
        for path in (mine.checkout.root / "src").rglob("*.py"):
            path.touch()

        assert build_wheels(mine.checkout.root, "diabetes") == build_wheels(diabetes.checkout.root, "diabetes")

    def test_changes_with_the_task(self, mine: Made):
        """An edit of the task gives other bytes, and another hash of the code."""
        root = mine.checkout.root
        (before, package), code = build_wheels(root, "diabetes"), code_hash(root, "diabetes")
        mine.checkout.edit("src/diabetes/model.py", "An unfitted model.", "A model, unfitted.")

        assert build_wheels(root, "diabetes")[0].content != before.content
        assert build_wheels(root, "diabetes")[1] == package
        assert code_hash(root, "diabetes") != code

    @pytest.mark.parametrize(("name", "package"), [("flights", "diabetes"), ("ringside_ml", "ringside")])
    def test_has_one_package_alone(self, diabetes: Made, name, package):
        """The task's wheel, named after the project, does not contain the package; neither has bytecode."""
        with zipfile.ZipFile(diabetes.release() / f"{name}-0.1.0-py3-none-any.whl") as wheel:
            names = wheel.namelist()

        assert {name.partition("/")[0] for name in names} == {package, f"{name}-0.1.0.dist-info"}
        assert not [name for name in names if name.endswith(".pyc")]

    def test_of_the_task_requires_no_name_that_an_index_could_resolve(self, diabetes: Made):
        """Whoever owns the package's name on an index cannot bring code into an installation of the release."""
        with zipfile.ZipFile(diabetes.release() / "flights-0.1.0-py3-none-any.whl") as wheel:
            assert b"ringside" not in wheel.read("flights-0.1.0.dist-info/METADATA")

    @pytest.mark.parametrize(
        ("old", "new", "key"),
        [
            ('name = "flights"', 'name = "my flights"', "name"),
            ('name = "flights"', 'name = "../flights"', "name"),
            ('version = "0.1.0"', 'version = "1.0-beta"', "version"),
            ('version = "0.1.0"', 'version = "0.1/../2"', "version"),
        ],
    )
    def test_has_a_name_that_installers_take(self, mine: Made, old, new, key):
        """A name or version that no installer reads, or that leads to another folder, is refused."""
        mine.checkout.edit("pyproject.toml", old, new)

        with pytest.raises(RegistryError, match=f"its {key} is"):
            build_wheels(mine.checkout.root, "diabetes")

    def test_is_not_called_as_the_package(self, mine: Made):
        """Two wheels of one name would be one file."""
        mine.checkout.edit("pyproject.toml", 'name = "flights"', 'name = "Ringside.ML"')

        with pytest.raises(RegistryError, match="the project has the package's name, ringside-ml"):
            build_wheels(mine.checkout.root, "diabetes")

    def test_of_the_package_has_its_version_and_command(self, diabetes: Made):
        """The command line works in an environment of the release's wheels."""
        with zipfile.ZipFile(diabetes.release() / "ringside_ml-0.1.0-py3-none-any.whl") as wheel:
            assert b"ringside = ringside.cli.main:main" in wheel.read("ringside_ml-0.1.0.dist-info/entry_points.txt")

    def test_lists_each_file_with_its_hash(self, diabetes: Made):
        """RECORD names all files of the wheel."""
        with zipfile.ZipFile(diabetes.release() / "flights-0.1.0-py3-none-any.whl") as wheel:
            record = wheel.read("flights-0.1.0.dist-info/RECORD").decode().splitlines()

            assert [line.partition(",")[0] for line in record] == wheel.namelist()

    def test_carries_a_table_beside_the_modules(self, mine: Made):
        """A file that a task reads is part of its code."""
        table = mine.checkout.root / "src" / "diabetes" / "regions.csv"
        before = code_hash(mine.checkout.root, "diabetes")
        table.write_text("a,b\n", encoding="utf-8")

        assert b"diabetes/regions.csv" in build_wheels(mine.checkout.root, "diabetes")[0].content
        assert code_hash(mine.checkout.root, "diabetes") != before

    def test_of_a_task_that_is_not_there_is_refused(self, diabetes: Made):
        """The error names the package."""
        with pytest.raises(RegistryError, match="src/nothing is empty"):
            build_wheels(diabetes.checkout.root, "nothing")
