"""A file in a bucket as a source (`dvc import-url`), and a bucket as the place where data are kept."""

from dataclasses import dataclass

import pandas as pd
import pytest

from harbour_months import month
from harness import Checkout
from sources.buckets import Bucket, bucket

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("s3")]

SOURCE = '''"""Calls of ships, from a file that DVC imports from a bucket."""

from ringside.task import File

COLUMNS = {
    "call": "int64", "day": "datetime", "pier": "str", "wind": "float64", "swell": "float64",
    "tonnage": "float64", "hour": "float64", "late": "bool",
}
SOURCE = File(path="data/source/calls.csv", columns=COLUMNS, time="day", partition_by="month")
partitions, read, fingerprint = SOURCE.partitions, SOURCE.read, SOURCE.fingerprint
'''


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    """A bucket with two months in one file."""
    with bucket(tmp_path_factory.mktemp("s3")) as found:
        found.put("calls.csv", calls("2025-01", "2025-02"))
        yield found


def calls(*months: str) -> bytes:
    """The calls of months, as the bucket's file has them."""
    return pd.concat([month(name) for name in months]).to_csv(index=False).encode()


@dataclass(frozen=True)
class Typing:
    """A checkout in which commands reach the bucket."""

    checkout: Checkout
    s3: Bucket

    def ok(self, *command: str) -> str:
        """Type a command that must succeed."""
        return self.checkout.ok(*command, env=self.s3.environment)

    def fails(self, *command: str, **env: str) -> str:
        """Type a command that must fail without a traceback."""
        done = self.checkout.run(*command, env=self.s3.environment | env)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def manifest(self) -> dict[str, int]:
        """Rows by partition."""
        return {entry["partition"]: entry["rows"] for entry in self.checkout.json("data/manifest.json")["partitions"]}

    def clone(self, root) -> "Typing":
        """A fresh clone of what is committed."""
        return Typing(self.checkout.clone(root), self.s3)


@pytest.fixture(scope="module")
def ingested(s3, tmp_path_factory) -> Typing:
    """A task whose file was imported from the bucket, and whose data the bucket keeps too."""
    typing = Typing(Checkout.of_project(tmp_path_factory.mktemp("s3") / "copy"), s3)
    root = typing.checkout.root
    typing.checkout.use_task("harbour")
    (root / "src" / "harbour" / "source.py").write_text(SOURCE)
    (root / "data" / "source").mkdir()
    typing.ok("dvc", "import-url", f"s3://{s3.name}/calls.csv", "data/source/calls.csv")
    typing.ok("dvc", "remote", "add", "--default", "store", f"s3://{s3.name}/dvc")
    typing.checkout.edit("params.yaml", "data:\n", "data:\n  store: remote\n")
    typing.ok("ringside", "ingest")
    typing.checkout.commit("data")
    return typing


class TestImported:
    """A file that DVC brings."""

    def test_is_pulled_where_it_lacks(self, ingested, tmp_path):
        """Another machine, with no cache, reads the source by DVC's record of it."""
        clone = ingested.clone(tmp_path / "clone")
        assert "2025-01 restored from DVC" in clone.ok("ringside", "ingest", "--refresh", "2025-02")

        assert clone.manifest() == {"2025-01": 1120, "2025-02": 1120}
        assert (clone.checkout.root / "data" / "source" / "calls.csv").exists()

    def test_is_got_from_where_it_was_imported_where_no_remote_has_it(self, ingested, tmp_path):
        """A person who never pushed has the file all the same, and DVC's record of it stays as it is."""
        clone = ingested.clone(tmp_path / "clone")
        clone.ok("dvc", "remote", "modify", "store", "url", f"s3://{clone.s3.name}/empty")
        clone.ok("ringside", "ingest")

        assert (clone.checkout.root / "data" / "source" / "calls.csv").read_bytes() == calls("2025-01", "2025-02")
        assert clone.checkout.status() == " M .dvc/config\n"

    def test_brings_new_data_by_dvc_update(self, ingested, tmp_path):
        """A month that came into the bucket is a partition after `dvc update`, and the others stay what they were."""
        clone = ingested.clone(tmp_path / "clone")
        before = clone.checkout.json("data/manifest.json")["partitions"]
        ingested.s3.put("calls.csv", calls("2025-01", "2025-02", "2025-03"))
        try:
            clone.ok("dvc", "update", "data/source/calls.csv.dvc")
        finally:
            ingested.s3.put("calls.csv", calls("2025-01", "2025-02"))
        said = clone.ok("ringside", "ingest")

        assert "1 read: 2025-03" in said
        assert clone.checkout.json("data/manifest.json")["partitions"][:2] == before

    def test_that_changed_in_schema_stops_everything(self, ingested, tmp_path):
        """A column that was renamed in the bucket is named, and the data stay what they were."""
        clone = ingested.clone(tmp_path / "clone")
        ingested.s3.put("calls.csv", calls("2025-01", "2025-02").replace(b"swell", b"waves", 1))
        try:
            clone.ok("dvc", "update", "data/source/calls.csv.dvc")
        finally:
            ingested.s3.put("calls.csv", calls("2025-01", "2025-02"))

        assert "lacks the column 'swell', and it has the column 'waves'" in clone.fails("ringside", "ingest")
        assert "data/manifest.json" not in clone.checkout.status()

    def test_of_a_bucket_that_is_down_is_not_readable_here(self, ingested, tmp_path):
        """The error names DVC's record and what to try; nothing is left half done."""
        clone = ingested.clone(tmp_path / "clone")
        said = clone.fails("ringside", "ingest", AWS_ENDPOINT_URL="http://127.0.0.1:9")

        assert "DVC cannot bring it" in said
        assert "dvc pull data/source/calls.csv.dvc" in said
        assert clone.checkout.status() == ""


class TestKept:
    """A bucket that keeps the data."""

    def test_is_all_that_another_machine_needs(self, ingested, tmp_path):
        """A clone without cache has the data back, and the source's file is not brought for it."""
        clone = ingested.clone(tmp_path / "clone")
        said = clone.ok("ringside", "ingest", "--frozen")

        assert "2025-01 restored from DVC" in said
        assert not (clone.checkout.root / "data" / "source" / "calls.csv").exists()

    def test_that_is_down_is_not_the_source_s_matter(self, ingested, tmp_path):
        """A frozen ingest says that the remote cannot be read, and asks nobody else."""
        clone = ingested.clone(tmp_path / "clone")
        said = clone.fails("ringside", "ingest", "--frozen", AWS_ENDPOINT_URL="http://127.0.0.1:9")

        assert "not to be had from the DVC remote" in said
        assert clone.checkout.status() == ""

    def test_that_takes_nothing_fails_the_ingest(self, ingested, tmp_path):
        """Data that are here and nowhere else are said to be so."""
        clone = ingested.clone(tmp_path / "clone")
        clone.ok("ringside", "ingest", "--frozen")
        (clone.checkout.root / "data" / "source" / "calls.csv").write_bytes(calls("2025-01", "2025-02", "2025-03"))
        said = clone.fails("ringside", "ingest", AWS_ENDPOINT_URL="http://127.0.0.1:9")

        assert "the push to the DVC remote failed" in said
        assert list(clone.manifest()) == ["2025-01", "2025-02", "2025-03"]

    def test_needs_a_remote(self, ingested, tmp_path):
        """Without one nothing is read that could be sent nowhere."""
        clone = ingested.clone(tmp_path / "clone")
        clone.ok("dvc", "remote", "remove", "store")
        done = clone.checkout.run("ringside", "ingest", env=clone.s3.environment)

        assert done.returncode == 2
        assert "DVC has no remote in this repository" in done.stderr
