"""`ringside fetch` and `ringside verify`."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from made import Made
from ringside.common.model_file import dump_model
from ringside.errors import ModelError, RegistryError, UsageError
from ringside.registry.checksums import SUMS, check_folder, sha256, write_sums
from ringside.registry.client import fetch, find, read_metadata, release_folder, verify


def verified(made: Made, folder: Path) -> object:
    """What verifying the files in a folder answers."""
    return verify(folder, made.workspace, made.task)


def with_model(release: Path, content: bytes) -> None:
    """Put another model into a release, with hashes that fit, as one who may publish could."""
    (release / "model.skops").write_bytes(content)
    record = json.loads((release / "release.json").read_text(encoding="utf-8"))
    record["model"] = sha256(release / "model.skops")
    (release / "release.json").write_text(json.dumps(record), encoding="utf-8")
    write_sums(release)


@pytest.fixture
def own(diabetes: Made, mine: Made, tmp_path: Path) -> Made:
    """A checkout with a registry of its own, to do anything with."""
    bare = Path(shutil.copytree(Path(diabetes.registry.releases.where).parent, tmp_path / "bare"))
    mine.checkout.ok("git", "remote", "set-url", "origin", str(bare))
    return mine


class TestVerify:
    """A version's files, types and predictions."""

    def test_finds_a_release_in_order(self, diabetes: Made, release: Path):
        """All files, twenty rows, no difference, in this process."""
        found = verified(diabetes, release)

        assert (found.files, found.reference_rows, found.largest, found.own_environment) == (14, 20, 0.0, False)

    @pytest.mark.parametrize("name", ["model.skops", "release.json", "MODEL_CARD.md", "model.txt"])
    def test_names_a_file_that_was_changed(self, diabetes: Made, release: Path, name):
        """One byte more is enough."""
        (release / name).write_bytes((release / name).read_bytes() + b" ")
        with pytest.raises(RegistryError, match=f": {name} does not match its hash in SHA256SUMS") as caught:
            verified(diabetes, release)

        assert caught.value.state == "files_damaged"

    def test_names_a_file_that_is_missing(self, diabetes: Made, release: Path):
        """A release without its bill of materials is not whole."""
        (release / "sbom.json").unlink()
        with pytest.raises(RegistryError, match=r": sbom\.json is missing") as caught:
            verified(diabetes, release)

        assert caught.value.state == "files_missing"

    def test_names_a_file_that_nobody_published(self, diabetes: Made, release: Path):
        """A file that is not on the list is no part of the version."""
        (release / "extra.py").touch()

        with pytest.raises(RegistryError, match=r"extra\.py is not listed"):
            verified(diabetes, release)

    def test_needs_the_list(self, diabetes: Made, release: Path):
        """Without SHA256SUMS nothing is in order."""
        (release / SUMS).unlink()

        with pytest.raises(RegistryError, match="there is no SHA256SUMS"):
            verified(diabetes, release)

    @pytest.mark.parametrize("line", ["", "nonsense", f"{'0' * 64}  ../outside", f"{'0' * 64}  a\n{'0' * 64}  a"])
    def test_refuses_a_list_that_is_none(self, diabetes: Made, release: Path, line):
        """No line, no hash, a path, or a name that stands twice."""
        (release / SUMS).write_text(line, encoding="utf-8")

        with pytest.raises(RegistryError, match="not a list of hashes"):
            verified(diabetes, release)

    def test_refuses_types_that_are_not_trusted(self, diabetes: Made, release: Path):
        """A model file with right hashes is still not loaded when it holds a type of somebody's own."""
        with_model(release, dump_model(Made))

        with pytest.raises(ModelError, match="not trusted"):
            verified(diabetes, release)

    def test_says_how_far_predictions_are_off(self, diabetes: Made, release: Path):
        """Stored predictions that the model does not make are counted, with the largest difference."""
        path = release / "reference.parquet"
        frame = pd.read_parquet(path)
        frame.loc[3, "prediction"] *= 1 + 1e-6
        frame.to_parquet(path)
        write_sums(release)

        with pytest.raises(RegistryError, match=r"1 of 20 stored predictions .* 1e-06 at most"):
            verified(diabetes, release)

    def test_allows_what_another_processor_rounds(self, diabetes: Made, release: Path):
        """A difference of the last digits is none, and is told."""
        path = release / "reference.parquet"
        frame = pd.read_parquet(path)
        frame["prediction"] *= 1 + 1e-12
        frame.to_parquet(path)
        write_sums(release)

        assert 0 < verified(diabetes, release).largest < 1e-11

    def test_of_a_release_without_rows_compares_no_predictions(self, diabetes: Made, release: Path):
        """Private data leave hashes and types to be checked."""
        (release / "reference.parquet").unlink()
        write_sums(release)

        assert verified(diabetes, release).largest is None

    def test_of_a_release_whose_rows_were_erased_compares_none_and_says_so(self, diabetes: Made, release: Path):
        """A request of somebody takes the rows away, and nothing else of the version."""
        (release / "reference.parquet").unlink()
        found = verified(diabetes, release)

        assert (found.largest, found.erased, found.files) == (None, True, 13)

    @pytest.mark.xdist_group("environment")
    def test_runs_other_code_in_its_own_environment(self, apart: Made, release: Path):
        """A checkout that has moved on verifies an old version all the same."""
        found = verified(apart, release)

        assert found.own_environment
        assert found.largest <= 1e-9


class TestVerb:
    """`ringside verify`."""

    def test_says_what_is_in_order(self, mine: Made):
        """The version in production, here."""
        said = mine.checkout.ok("ringside", "verify", "latest")

        assert "v1.0.0: all checks passed" in said
        assert "20 reference rows have the stored predictions" in said

    def test_takes_a_folder(self, mine: Made, release: Path):
        """A version that was fetched before, or came by mail."""
        assert "all checks passed" in mine.checkout.ok("ringside", "verify", str(release))

    def test_fails_where_the_registry_was_tampered_with(self, own: Made):
        """The file is named, and the exit code is 1."""
        (own.release() / "model.skops").write_bytes(b"other")

        assert "model.skops does not match its hash in SHA256SUMS" in own.checkout.fails("ringside", "verify", "v1.0.0")

    def test_of_a_version_that_there_is_not_says_so(self, mine: Made):
        """It names the command that lists versions."""
        said = mine.checkout.fails("ringside", "verify", "v9.0.0")

        assert "there is no release of v9.0.0" in said
        assert "ringside versions" in said

    def test_of_what_is_no_version_is_wrong_usage(self, mine: Made):
        """A text that is no version exits with 2."""
        assert "is not a version" in mine.checkout.fails("ringside", "verify", "../x", code=2)


class TestFetch:
    """`ringside fetch`."""

    def test_brings_all_files(self, mine: Made):
        """Into a folder that is named as the version, whole."""
        assert mine.checkout.run("ringside", "fetch", "latest").stdout == "v1.0.0\n"
        assert check_folder(mine.checkout.root / "v1.0.0") == check_folder(mine.release())

    def test_brings_nothing_twice(self, mine: Made, tmp_path: Path):
        """A folder that is right already stays as it is."""
        metadata = find(mine.registry, "v1.0.0")

        assert fetch(mine.registry, metadata, tmp_path / "here")
        assert not fetch(mine.registry, metadata, tmp_path / "here")

    def test_never_overwrites(self, mine: Made, tmp_path: Path):
        """Whatever else has the name is left alone."""
        (tmp_path / "here").mkdir()
        (tmp_path / "here" / "thesis.txt").touch()

        with pytest.raises(UsageError, match=r"is not v1\.0\.0"):
            fetch(mine.registry, mine.metadata(), tmp_path / "here")

    def test_leaves_nothing_of_a_damaged_release(self, own: Made, tmp_path: Path):
        """A hash that is wrong stops it, with no half of a folder."""
        (own.release() / "model.skops").write_bytes(b"other")
        target = tmp_path / "new" / "here"

        with pytest.raises(RegistryError, match=r"model\.skops does not match its hash in SHA256SUMS"):
            fetch(own.registry, own.metadata(), target)
        assert list(target.parent.iterdir()) == []


class TestReleaseFolder:
    """The files that are kept below `.dvc/tmp`."""

    def test_are_used_again(self, own: Made):
        """What is there and right is not copied again: the file is the same one."""
        first = (release_folder(own.registry, own.metadata(), own.workspace) / "model.skops").stat().st_ino

        assert (release_folder(own.registry, own.metadata(), own.workspace) / "model.skops").stat().st_ino == first

    def test_are_mended(self, own: Made):
        """A kept file that was damaged is fetched again."""
        kept = release_folder(own.registry, own.metadata(), own.workspace) / "model.skops"
        kept.write_bytes(b"other")

        assert (
            sha256(release_folder(own.registry, own.metadata(), own.workspace) / "model.skops") == own.metadata().model
        )

    def test_are_those_of_the_registry_that_is_asked(self, own: Made):
        """The same version number in another registry is another model."""
        release_folder(own.registry, own.metadata(), own.workspace)
        with_model(own.release(), dump_model([1]))

        assert read_metadata(release_folder(own.registry, own.metadata(), own.workspace)) == own.metadata()

    def test_are_ignored_by_git(self, mine: Made):
        """They never come into a commit."""
        release_folder(mine.registry, mine.metadata(), mine.workspace)

        assert "ringside-releases" not in mine.checkout.status()
