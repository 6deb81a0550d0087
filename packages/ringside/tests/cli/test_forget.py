"""`ringside forget`: rows that are erased are in no file of the checkout any more, and do not come back."""

import io
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harbour_months import month
from harness import Checkout
from ringside.common.fingerprint import row_hashes
from ringside.pipeline.evaluate.profile import contains
from ringside.registry.registry import RELEASES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("forget")]

SOURCE = '''"""Calls of ships, from one file."""

from ringside.task import File

COLUMNS = {
    "call": "int64", "day": "datetime", "pier": "str", "wind": "float64", "swell": "float64",
    "tonnage": "float64", "hour": "float64", "late": "bool",
}
SOURCE = File(path="data/source/calls.csv", columns=COLUMNS, time="day", partition_by="month")
partitions, read, fingerprint = SOURCE.partitions, SOURCE.read, SOURCE.fingerprint
'''
IDS = [100_000 * (12 * 2025 + 1) + 3, 100_000 * (12 * 2025 + 3) + 7]
"""A call that was learnt from, and one that was tested on."""


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Checkout:
    """A task whose data are in Git, after a release and after a run with other values, of which DVC keeps both."""
    checkout = Checkout.of_project(tmp_path_factory.mktemp("forget") / "copy")
    checkout.use_task("harbour")
    (checkout.root / "src" / "harbour" / "source.py").write_text(SOURCE)
    checkout.edit("params.yaml", "data:\n", "data:\n  store: git\n")
    checkout.edit("params.yaml", "reference_rows: 20", "reference_rows: 1000")
    write(checkout, wind=0)
    checkout.ok("ringside", "ingest")
    checkout.ok("dvc", "repro")
    checkout.commit("a first model")
    checkout.ok("ringside", "verdict", "--exit-zero")
    checkout.ok("ringside", "publish", "--accept-reason", "the first one")
    # Fetched, and so in this checkout once more.
    checkout.ok("ringside", "verify", "v1.0.0")
    write(checkout, wind=1)
    checkout.ok("ringside", "ingest", "--refresh", "2025-03")
    checkout.ok("dvc", "repro")
    checkout.commit("data")
    return checkout


def write(checkout: Checkout, *, wind: float) -> None:
    """Three months in one file; the wind of the last can be another."""
    frames = [month(name) for name in ("2025-01", "2025-02", "2025-03")]
    frames[-1]["wind"] = (frames[-1]["wind"] + wind).clip(0, 60)
    path = checkout.root / "data" / "source" / "calls.csv"
    path.parent.mkdir(exist_ok=True)
    pd.concat(frames).to_csv(path, index=False)


def holders(root: Path) -> list[str]:
    """The files of a checkout and of its releases, but for Git's own, that hold one of the rows or a hash of one."""
    found = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        gits = name.startswith(".git/") and not name.startswith(f".git/{RELEASES}/")
        if not path.is_file() or gits or name.startswith(("src/", "requirements/", "tests/")):
            continue
        content = path.read_bytes()
        if content.startswith(b"PAR1"):
            table = pq.read_table(io.BytesIO(content))
            held = "call" in table.column_names and bool(set(IDS) & set(table.column("call").to_pylist()))
        elif content.startswith(b"{") and b'"trained_on"' in content[:100_000]:
            packed = json.loads(content)["trained_on"]
            held = bool(contains(packed, row_hashes(pa.table({"call": IDS}), ["call"])).any())
        else:
            held = any(str(number).encode() in content for number in IDS)
        found += [name] if held else []
    return found


@pytest.fixture(scope="module")
def after(before, tmp_path_factory) -> tuple[Checkout, str]:
    """The checkout in which two rows were forgotten, and what the command said."""
    checkout = before.copy(tmp_path_factory.mktemp("forgotten") / "copy")
    ids = tmp_path_factory.mktemp("ids") / "ids.csv"
    ids.write_text("name,call\n" + "".join(f"x,{number}\n" for number in IDS))
    return checkout, checkout.ok("ringside", "forget", "--ids", str(ids))


class TestRows:
    """The rows themselves."""

    def test_were_in_many_places(self, before):
        """The test looks where rows are: the source, Git's copy, data/raw, what stages made, and DVC's cache."""
        held = holders(before.root)

        assert {name.split("/")[1] for name in held if name.startswith("data/")} == {"raw", "source", "store", "valid"}
        assert {"reports/predictions.parquet", "reports/profile.json"} <= set(held)
        assert len([name for name in held if name.startswith(".dvc/cache/")]) >= 7
        assert {f".git/{RELEASES}/model@v1.0.0/{name}" for name in ("reference.parquet", "profile.json")} <= set(held)
        assert ".dvc/tmp/ringside-releases/v1.0.0/reference.parquet" in held

    def test_are_nowhere_any_more(self, after):
        """No file of the checkout has one of them, nor a hash by which one could be known again, but what is said."""
        left = f".git/{RELEASES}/model@v1.0.0/profile.json"

        assert holders(after[0].root) == [left]
        assert "hashes of identities in profile.json of releases" in after[1]

    def test_are_not_missed_by_the_release_that_had_them(self, after, tmp_path):
        """The version is whole without its reference rows: it is verified, judged against, and predicts."""
        checkout = after[0].copy(tmp_path / "copy")
        said = checkout.ok("ringside", "verify", "v1.0.0")
        checkout.ok("dvc", "repro")
        checkout.ok("ringside", "verdict", "--exit-zero")
        rows = pd.read_parquet(checkout.root / "data" / "valid" / "2025-03.parquet").drop(columns="late").head(3)
        rows.to_parquet(checkout.root / "rows.parquet")
        checkout.ok("ringside", "predict", "rows.parquet", "--model", "champion", "-o", "out.parquet")

        assert "predictions were not compared: its reference rows were erased" in said
        assert checkout.json("reports/report.json")["rival"]["version"] == "v1.0.0"
        assert len(pd.read_parquet(checkout.root / "out.parquet")) == 3

    def test_are_counted_and_not_named(self, after):
        """The manifest's diff has counts and hashes; what the command prints names no identity."""
        checkout, said = after
        changed = checkout.ok("git", "diff", "--", "data/manifest.json", "data/erased.json", "data/raw.dvc")

        assert '-      "rows": 1120' in changed
        assert '+      "rows": 1119' in changed
        assert not any(str(number) in changed + said for number in IDS)
        assert "1 rows deleted from data/source/calls.csv" not in said
        assert "2 rows deleted from data/source/calls.csv" in said

    def test_leave_the_others_alone(self, before, after):
        """The source lacks two lines and is otherwise byte for byte what it was."""
        lines = before.bytes("data/source/calls.csv").splitlines(keepends=True)
        left = [line for line in lines if not line.startswith(tuple(f"{number},".encode() for number in IDS))]

        assert after[0].bytes("data/source/calls.csv") == b"".join(left)
        assert len(lines) - len(left) == 2

    def test_stay_away(self, after, before, tmp_path):
        """A source that has them again brings them not back; the pipeline runs, and nothing is restored."""
        checkout = after[0].copy(tmp_path / "copy")
        (checkout.root / "data" / "source" / "calls.csv").write_bytes(before.bytes("data/source/calls.csv"))
        said = checkout.ok("ringside", "ingest", "--refresh", "2025-01")
        checkout.ok("dvc", "repro")

        assert "1 rows of 2025-01 were erased earlier" in said
        assert {name for name in holders(checkout.root) if not name.startswith(".git/")} == {"data/source/calls.csv"}

    def test_are_forgotten_once(self, after, tmp_path):
        """The same request again finds nothing, and says so."""
        checkout = after[0].copy(tmp_path / "copy")
        ids = tmp_path / "ids.csv"
        ids.write_text(f"{IDS[0]}\n")
        before = checkout.bytes("data/manifest.json")

        assert "this repository has no row of these identities" in checkout.ok("ringside", "forget", "--ids", str(ids))
        assert checkout.bytes("data/manifest.json") == before


class TestBeyond:
    """What no command of a checkout reaches."""

    @pytest.mark.parametrize(
        "words",
        [
            "git filter-repo --invert-paths",
            "gh cache delete --all",
            "forks, clones",
            "MLflow",
            "gh run",
        ],
    )
    def test_is_named_with_what_helps(self, after, words):
        """Each place is named with a command."""
        assert words in after[1]

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("https://github.com/acme/demo", "gh release delete-asset TAG reference.parquet"),
            ("../shared.git", "shared.git/releases, delete `model@*/reference.parquet`"),
        ],
    )
    def test_are_releases_of_another_place(self, before, tmp_path, address, words):
        """What a remote keeps is named, and left alone."""
        checkout = before.copy(tmp_path / "copy")
        checkout.ok("git", "clone", "--quiet", "--bare", ".", str(tmp_path / "shared.git"))
        checkout.ok("git", "remote", "add", "origin", address)
        (tmp_path / "ids.csv").write_text(f"{IDS[1]}\n")
        said = checkout.ok("ringside", "forget", "--ids", str(tmp_path / "ids.csv"))

        assert words in said
        assert "a release is valid without this file" in said
        assert f".git/{RELEASES}/model@v1.0.0/reference.parquet" in holders(checkout.root)


class TestFile:
    """The file of identities."""

    @pytest.mark.parametrize(
        ("text", "says"),
        [("call\nx\n", "cannot be read"), ("call,b\n,1\n", "no value"), ("", "cannot be read")],
    )
    def test_that_is_none_changes_nothing(self, before, tmp_path, text, says):
        """A value of another type is an error before anything is written."""
        checkout = before.copy(tmp_path / "copy")
        (tmp_path / "ids.csv").write_text(text)

        assert says in checkout.fails("ringside", "forget", "--ids", str(tmp_path / "ids.csv"))
        assert checkout.status() == ""
