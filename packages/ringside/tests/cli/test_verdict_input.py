"""`ringside verdict` where a file, the registry or the champion is not what it must be: never a wrong verdict."""

import shutil
import subprocess

import pandas as pd
import pytest

from bouts import Ring, rule, typed

pytestmark = pytest.mark.xdist_group("verdict")


def gone(ring: Ring) -> None:
    """The release's folder is not there."""
    shutil.rmtree(ring.release("v1.0.1"))


def file_gone(ring: Ring) -> None:
    """A file of the release is not there."""
    (ring.release("v1.0.1") / "model.skops").unlink()


def damaged(ring: Ring) -> None:
    """The model file is not the one that was published."""
    path = ring.release("v1.0.1") / "model.skops"
    path.write_bytes(path.read_bytes()[:-1])


def all_gone(ring: Ring) -> None:
    """The tags are there, and no release at all."""
    shutil.rmtree(ring.bare / "releases")


def moved_tag(ring: Ring) -> None:
    """The version's tag is on another commit than the one that was published."""
    subprocess.run(["git", "-C", ring.bare, "tag", "-f", "model@v1.0.1", "main~1"], check=True, capture_output=True)


def no_repository(ring: Ring) -> None:
    """The remote is a folder that is not there."""
    shutil.rmtree(ring.bare)


def closed_port(ring: Ring) -> None:
    """Nobody listens at the remote's address."""
    ring.points_at("http://127.0.0.1:1/x.git")


def shallow(ring: Ring) -> None:
    """The remote is a clone with one commit and no tag."""
    source = f"file://{ring.bare}"
    clone = ["git", "clone", "--quiet", "--depth=1", "--no-tags", "--bare", source, ring.folder / "shallow"]
    subprocess.run(clone, check=True)
    ring.points_at(str(ring.folder / "shallow"))


def other_name(ring: Ring) -> None:
    """There is a remote, and it is not called origin."""
    ring.checkout.ok("git", "remote", "rename", "origin", "upstream")


def no_git(ring: Ring) -> None:
    """The checkout is no repository."""
    shutil.rmtree(ring.root / ".git")


def no_environment(ring: Ring) -> None:
    """The code changed, and the packages that the champion needs cannot be installed."""
    ring.recode()
    ring.damage("v1.0.1", "model.txt", b"no-such-package-anywhere==1\n")


def no_wheel(ring: Ring) -> None:
    """The code changed, and the champion's wheel is none."""
    ring.recode()
    ring.damage("v1.0.1", "model.txt", b"")
    ring.damage("v1.0.1", "flights-0.1.0-py3-none-any.whl", b"not a wheel")


def not_ours(ring: Ring) -> None:
    """The profile of the champion's data was damaged before it was published."""
    ring.damage("v1.0.1", "profile.json", b"{")


class TestChampionThatCannotBeHad:
    """A champion that is there and cannot be compared, or a registry that cannot say whether there is one."""

    @pytest.mark.parametrize(
        ("damage", "state", "place"),
        [
            (gone, "files_missing", "model@v1.0.1"),
            (file_gone, "files_missing", "model.skops"),
            (damaged, "files_damaged", "model.skops"),
            (all_gone, "tag_points_nowhere", "releases"),
            (moved_tag, "tag_points_nowhere", "model@v1.0.1"),
            (no_repository, "unreachable", "bare"),
            (closed_port, "unreachable", "127.0.0.1"),
            (shallow, "shallow", "shallow"),
            (other_name, "no_remote", "upstream"),
            (no_git, "unreachable", "checkout"),
            (no_environment, "environment_fails", "no-such-package-anywhere"),
            (no_wheel, "environment_fails", "the environment of a released model"),
            (not_ours, "cannot_predict", "profile.json"),
        ],
    )
    def test_is_inconclusive(self, ring, damage, state, place):
        """The verdict is neither pass nor fail, the report has the reason, and the terminal the place."""
        damage(ring)
        report, said = ring.judged(4)

        assert (report.verdict, report.champion) == ("inconclusive", state)
        assert rule(report, "RS006") == ("undecided", state)
        assert place in next(line for line in said.err.splitlines() if "the champion was not compared" in line)

    def test_does_not_let_adopted_predictions_in(self, ring):
        """Those are a rival only where it is proven that there is no champion."""
        predictions = str(ring.root / "reports" / "predictions.parquet")
        frame = pd.read_parquet(predictions)[["patient", "prediction"]]
        frame.to_parquet(ring.root / "data" / "adopted.parquet")
        gone(ring)

        assert ring.verdict(code=4).rival is None

    def test_does_not_hide_a_floor(self, ring):
        """What needs no champion is judged, and fails."""
        ring.policy("{floors: {mae: 10}}")
        gone(ring)

        assert rule(ring.verdict(code=3), "RS004") == ("failed", "below_floor")

    def test_may_predict_something_else(self, ring):
        """A champion for another target is no rival."""
        ring.damage("v1.0.1", "release.json", _edited(ring, '"progression"', '"age"'))

        assert rule(ring.verdict(code=4), "RS006") == ("undecided", "another_target")

    def test_is_asked_under_another_name(self, ring):
        """`--remote` names the registry."""
        other_name(ring)

        assert ring.verdict("--remote", "upstream").rival.version == "v1.0.1"


def _edited(ring: Ring, old: str, new: str) -> bytes:
    text = (ring.release("v1.0.1") / "release.json").read_text()
    assert old in text
    return text.replace(old, new).encode()


class TestAnchorThatCannotBeHad:
    """A version behind the champion, whose files are damaged."""

    def test_is_inconclusive(self, ring):
        """Small losses cannot be added up, and the terminal says why."""
        ring.policy("{anchor: v1.0.0}")
        path = ring.release("v1.0.0") / "model.skops"
        path.write_bytes(b"")
        report, said = ring.judged(4)

        assert (report.anchor.state, rule(report, "RS007")) == ("files_damaged", ("undecided", "files_damaged"))
        assert "the anchor was not compared" in said.err


class TestStaleFiles:
    """Files that are not what the pipeline made of this checkout."""

    def test_by_hand_are_refused(self, ring):
        """Predictions that somebody improved are not judged, and nothing is written."""
        path = ring.root / "reports" / "predictions.parquet"
        frame = pd.read_parquet(path)
        frame.assign(prediction=frame["y"]).to_parquet(path)
        before = (ring.root / "reports" / "report.json").read_bytes()

        assert "predictions.parquet: it changed since the pipeline ran" in typed(ring.root, "verdict", code=2).err
        assert (ring.root / "reports" / "report.json").read_bytes() == before

    def test_in_another_order_are_refused(self, ring):
        """Rows are never matched by their place."""
        path = ring.root / "reports" / "predictions.parquet"
        pd.read_parquet(path)[::-1].to_parquet(path)

        assert "predictions.parquet: it changed since the pipeline ran" in typed(ring.root, "verdict", code=2).err

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("params.yaml", "n_estimators: 60", "n_estimators: 61"),
            ("src/diabetes/model.py", "n_jobs=1", "n_jobs=1, max_depth=2"),
            ("dvc.lock", "stages:", "stages: ["),
        ],
    )
    def test_of_a_person_are_refused(self, ring, file, old, new):
        """A parameter or code that changed since, or a damaged lock, is named with what to do."""
        ring.checkout.edit(file, old, new)
        said = typed(ring.root, "verdict", code=2).err

        assert said.startswith(f"ringside: {file}: ")
        assert "make run" in said

    def test_that_are_missing_are_named(self, ring):
        """Without an output there is nothing to judge."""
        (ring.root / "reports" / "split.json").unlink()

        assert "reports/split.json: it is missing" in typed(ring.root, "verdict", code=2).err


class TestAdoptedPredictions:
    """`data/adopted.parquet`, which people may edit."""

    @pytest.mark.parametrize(
        ("change", "found"),
        [
            (lambda frame: pd.concat([frame, frame.head(2)]), "2 rows repeat the identity of another"),
            (
                lambda frame: frame.rename(columns={"prediction": "p"}),
                "the prediction columns are none; expected is prediction",
            ),
            (lambda frame: frame.rename(columns={"patient": "p"}), "it lacks the column patient"),
            (lambda frame: frame.assign(prediction=float("nan")), "predictions are missing or infinite"),
            (lambda frame: frame.assign(prediction="high"), "prediction, of type"),
        ],
    )
    def test_that_are_none_are_refused(self, first, tmp_path, change, found):
        """The file is named, and there is no verdict."""
        ring = first.copy(tmp_path / "ring")
        frame = pd.read_parquet(ring.root / "reports" / "predictions.parquet")[["patient", "prediction"]]
        change(frame).to_parquet(ring.root / "data" / "adopted.parquet")
        said = typed(ring.root, "verdict", code=1).err

        assert found in said
        assert "adopted.parquet" in said

    def test_of_other_rows_are_too_few(self, first, tmp_path):
        """Predictions of nobody in the window leave no row to compare on."""
        ring = first.copy(tmp_path / "ring")
        nobody = pd.DataFrame({"patient": range(10_000, 10_200), "prediction": 100.0})
        nobody.to_parquet(ring.root / "data" / "adopted.parquet")

        assert rule(ring.verdict(code=4), "RS006") == ("undecided", "too_few_rows")
