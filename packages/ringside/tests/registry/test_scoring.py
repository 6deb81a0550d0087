"""Predictions of a released model by its own code and packages."""

import json
import resource
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from made import Made
from ringside.common.model_file import dump_model
from ringside.errors import DataError, RegistryError
from ringside.registry.score_process import main
from ringside.registry.scoring import predict_with, runs_here


def rows(made: Made) -> pd.DataFrame:
    """All rows of the first block, under an index of their own."""
    frame = pd.read_parquet(made.workspace.partition(made.workspace.valid, "block-1"))
    return frame.drop(columns="progression").set_axis(range(500, 500 + len(frame)))


def predicted(made: Made, release: Path, frame: pd.DataFrame, *, check: bool = False) -> pd.DataFrame:
    """The predictions of v1.0.0 in a checkout."""
    return predict_with(release, made.metadata(), frame, made.workspace, made.task, check=check)


def _renamed(content: bytes) -> bytes:
    """Metadata of the package as those of the project that once contained it; other files as they are."""
    return content.replace(b"Name: ringside-ml\n", b"Name: ringside\n")


def environments(made: Made) -> list[str]:
    """The environments in a checkout."""
    folder = made.workspace.root / ".dvc" / "tmp" / "ringside-environments"
    return [path.name for path in folder.glob("*") if not path.name.startswith(".")]


class TestHere:
    """A version whose code is the checkout's."""

    def test_is_known_by_its_code(self, diabetes: Made):
        """The hash in `release.json` is that of the checkout."""
        assert runs_here(diabetes.metadata(), diabetes.workspace, diabetes.task)

    def test_starts_no_process(self, diabetes: Made, release: Path):
        """No child was waited for, and no environment was made."""
        frame, metadata, task = rows(diabetes), diabetes.metadata(), diabetes.task
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        predict_with(release, metadata, frame, diabetes.workspace, task)

        assert resource.getrusage(resource.RUSAGE_CHILDREN) == before
        assert environments(diabetes) == []

    def test_predicts_as_the_pipeline_did(self, diabetes: Made, release: Path):
        """The test rows get the predictions of reports/predictions.parquet."""
        judged = pd.read_parquet(diabetes.workspace.predictions).set_index("patient")["prediction"]
        frame = rows(diabetes)
        found = predicted(diabetes, release, frame).set_axis(frame["patient"])["prediction"]
        both = found.index.intersection(judged.index)

        assert len(both) > 20
        assert found[both].tolist() == pytest.approx(judged[both].tolist(), rel=1e-12)

    def test_keeps_the_index(self, diabetes: Made, release: Path):
        """Predictions stand under the index of their rows."""
        frame = rows(diabetes).iloc[[5, 2]]

        assert predicted(diabetes, release, frame).index.tolist() == [505, 502]

    def test_has_no_use_for_the_target(self, diabetes: Made, release: Path):
        """Rows with the target are predicted as those without."""
        frame = rows(diabetes)

        assert predicted(diabetes, release, frame.assign(progression=0.0)).equals(predicted(diabetes, release, frame))

    def test_that_cannot_predict_says_so(self, diabetes: Made, release: Path):
        """Rows without a column that the model needs give the state `cannot_predict`."""
        with pytest.raises(RegistryError, match="bmi") as caught:
            predicted(diabetes, release, rows(diabetes).drop(columns="bmi"))

        assert caught.value.state == "cannot_predict"

    def test_of_another_model_is_refused(self, diabetes: Made, release: Path):
        """A model file that is not the one of `release.json` is never loaded."""
        (release / "model.skops").write_bytes(dump_model([1]))
        with pytest.raises(
            RegistryError, match=r"model\.skops: the file does not match the hash in release\.json"
        ) as caught:
            predicted(diabetes, release, rows(diabetes))

        assert caught.value.state == "files_damaged"


@pytest.mark.xdist_group("environment")
class TestApart:
    """A version whose code is another one."""

    def test_is_known_by_its_code(self, apart: Made):
        """An edit of the task makes it another one."""
        assert not runs_here(apart.metadata(), apart.workspace, apart.task)

    def test_predicts_as_it_did(self, apart: Made, diabetes: Made, release: Path):
        """Its own environment gives the same predictions under the same index."""
        frame = rows(apart)
        found = predicted(apart, release, frame)

        pd.testing.assert_frame_equal(found, predicted(diabetes, release, frame), rtol=1e-12)

    def test_with_one_wheel_predicts_as_it_did(self, apart: Made, diabetes: Made, release: Path):
        """Releases before 0.1.0 have the task and the package in one wheel."""
        frame, one = rows(apart), release / "ringside-0.1.0-py3-none-any.whl"
        with zipfile.ZipFile(one, "w") as whole:
            for wheel in sorted(release.glob("*-0.1.0-*.whl")):
                if wheel == one:
                    continue
                with zipfile.ZipFile(wheel) as part:
                    names = [name for name in part.namelist() if ".dist-info/" not in name or "ringside_ml" in name]
                    for name in names:
                        whole.writestr(name.replace("ringside_ml-", "ringside-"), _renamed(part.read(name)))
                wheel.unlink()

        pd.testing.assert_frame_equal(predicted(apart, release, frame), predicted(diabetes, release, frame), rtol=1e-12)

    def test_uses_its_environment_again(self, apart: Made, release: Path):
        """However many predictions there were, there is one environment."""
        predicted(apart, release, rows(apart).head(3))
        before = environments(apart)
        predicted(apart, release, rows(apart).head(3))

        assert environments(apart) == before

    def test_is_checked_by_its_own_schema(self, apart: Made, release: Path):
        """The checkout's schema would refuse every row, the version's refuses the one that it must."""
        frame = rows(apart)
        frame["age"] = frame["age"].where(frame.index != 502, 300.0)

        with pytest.raises(DataError, match=r"^the rows to predict: 1 row is not .*\n  row 3: age: [^\n]*\n  What"):
            predicted(apart, release, frame, check=True)

    def test_that_cannot_predict_says_so(self, apart: Made, release: Path):
        """An error of the version's own process comes back in words."""
        with pytest.raises(RegistryError, match=r"it cannot predict: .*bmi") as caught:
            predicted(apart, release, rows(apart).drop(columns="bmi"))

        assert caught.value.state == "cannot_predict"


class TestProcess:
    """The entry that each wheel carries."""

    @pytest.mark.parametrize("arguments", [["2", *"abcd"], ["1", *"abcd", "--unknown"]])
    def test_refuses_another_contract(self, capsys, arguments):
        """What it was not made for it says in the form of its contract."""
        code = main(arguments)

        assert code == 1
        assert json.loads(capsys.readouterr().out)["kind"] == "contract"

    def test_tells_a_model_that_fails_from_rows_that_are_wrong(self, diabetes: Made, capsys, tmp_path: Path):
        """The kind of an error is part of the contract."""
        model, source = diabetes.release() / "model.skops", tmp_path / "rows.parquet"
        rows(diabetes).drop(columns="bmi").to_parquet(source)
        kinds = []
        for flags in ([], ["--check"]):
            main(["1", "diabetes", str(model), str(source), str(tmp_path / "out.parquet"), *flags])
            kinds.append(json.loads(capsys.readouterr().out)["kind"])

        assert kinds == ["model", "rows"]


class TestEnvironmentThatFails:
    """A version whose packages no longer install."""

    def test_says_so(self, mine: Made, release: Path):
        """The state is `environment_fails`, and the error says what could not be had."""
        mine.checkout.edit("src/diabetes/model.py", "An unfitted model.", "A model, unfitted.")
        (release / "model.txt").write_text("a package that is gone\n", encoding="utf-8")
        with pytest.raises(RegistryError, match="failed") as caught:
            predicted(mine, release, rows(mine))

        assert caught.value.state == "environment_fails"

    def test_that_dies_says_so(self, mine: Made, release: Path):
        """A wheel without packages cannot even start: the state is `cannot_predict`."""
        mine.checkout.edit("src/diabetes/model.py", "An unfitted model.", "A model, unfitted.")
        (release / "model.txt").write_text("# nothing\n", encoding="utf-8")
        with pytest.raises(RegistryError, match="No module named") as caught:
            predicted(mine, release, rows(mine))

        assert caught.value.state == "cannot_predict"

    def test_has_no_third_wheel(self, mine: Made, release: Path):
        """The task's and the package's are a release's code; nothing else is installed."""
        mine.checkout.edit("src/diabetes/model.py", "An unfitted model.", "A model, unfitted.")
        (release / "other.whl").write_bytes(b"")

        with pytest.raises(RegistryError, match="3 wheels"):
            predicted(mine, release, rows(mine))
