"""`ringside compare`: predictions from any tool, in a folder that is no repository."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from harness import PROJECT
from ringside.cli.main import app
from ringside.errors import RingsideError
from ringside.verdict import Policy, Scored, Tolerance, Truth, compare

pytestmark = pytest.mark.slow

ROWS = 1200
BINARY = ("--kind", "binary", "--y", "churned", "--prediction", "p")


def sigmoid(values):
    """Scores as probabilities."""
    return 1 / (1 + np.exp(-values))


@pytest.fixture(scope="module")
def columns() -> dict[str, np.ndarray]:
    """Customers, days, labels, and the predictions of an old and of a better model."""
    rng = np.random.default_rng(1)
    signal = rng.normal(size=ROWS)
    customer = np.arange(ROWS) % 40
    return {
        "id": np.arange(ROWS),
        "customer": np.char.add("c", customer.astype(str)),
        "day": np.char.add("2024-01-", np.char.zfill((1 + customer % 28).astype(str), 2)),
        "region": np.where(np.arange(ROWS) % 3, "north", "south"),
        "churned": (rng.uniform(size=ROWS) < sigmoid(signal)).astype(int),
        "old": sigmoid(0.4 * signal + rng.normal(0, 0.3, ROWS)),
        "new": sigmoid(signal),
    }


@pytest.fixture(scope="module")
def folder(columns, tmp_path_factory) -> Path:
    """Old and new predictions as CSV, the new ones also in another order, as Parquet, turned around and cut."""
    folder = tmp_path_factory.mktemp("predictions")
    shared = {name: values for name, values in columns.items() if name not in ("old", "new")}
    old, new, worse = (pa.table(shared | {"p": p}) for p in (columns["old"], columns["new"], 1 - columns["new"]))
    shuffled = new.take(np.random.default_rng(2).permutation(ROWS))
    for name, table in (("old", old), ("new", new), ("shuffled", shuffled), ("worse", worse), ("cut", new.slice(5))):
        pyarrow.csv.write_csv(table, folder / f"{name}.csv")
    pq.write_table(shuffled, folder / "shuffled.parquet")
    kinds = {f"q:{name}": share for name, share in (("yes", columns["new"]), ("no", 1 - columns["new"]))}
    named = np.where(columns["churned"] == 1, "yes", "no")
    pyarrow.csv.write_csv(pa.table(kinds | {"kind": named, "n": columns["new"] * 9}), folder / "kinds.csv")
    return folder


@dataclass(frozen=True)
class Typed:
    """What a command wrote."""

    stdout: str
    stderr: str


def typed(folder, *arguments, code) -> Typed:
    """Type the command, in this process, on files of a folder; it must end with this exit code."""
    paths = [str(folder / text) if (folder / text).is_file() else text for text in arguments]
    done = CliRunner().invoke(app, ["compare", *paths])
    if isinstance(done.exception, RingsideError):
        done = SimpleNamespace(
            exit_code=done.exception.exit_code, stdout=done.stdout, stderr=done.stderr + str(done.exception)
        )
    assert done.exit_code == code, done.stdout + done.stderr
    return Typed(done.stdout, done.stderr)


@pytest.fixture(scope="module")
def document(folder) -> dict:
    """What `--json` prints of a whole comparison, joined with Parquet."""
    asked = ("--on", "id", "--group", "customer", "--slice", "region", "--slice-tolerance", "0.05", "--floor", "f1=0.5")
    tolerances = ("--tolerance", "log_loss=0.002", "--tolerance", "roc_auc=0.01")
    return json.loads(
        typed(folder, "old.csv", "shuffled.parquet", *BINARY, *asked, *tolerances, "--json", code=0).stdout
    )


class TestJson:
    """What programs read."""

    def test_equals_the_comparison_from_python(self, document, columns):
        """The same code path: the deciding result is that of `ringside.verdict.compare`."""
        truth = Truth.of("binary", columns["churned"], columns["customer"])
        models = [Scored.of(truth, columns[name]) for name in ("new", "old")]
        expected = compare(*models, Policy(metric="log_loss", tolerance=Tolerance(0.002))).deciding

        found = document["metrics"][0]
        assert found["difference"] == pytest.approx(expected.difference, rel=1e-9)
        assert found["lower"] == pytest.approx(expected.lower, rel=1e-9)
        assert found["outcome"] == expected.outcome == "better"

    def test_has_the_keys_that_its_page_names(self, document):
        """docs/compare.md describes each key, and no other."""
        page = (PROJECT / "docs" / "compare.md").read_text(encoding="utf-8")
        table = page.partition("| key | value |")[2].partition("\n\n")[0]
        named = set(re.findall(r"`(\w+)`", "\n".join(row.split("|")[1] for row in table.splitlines()[2:])))
        result = page.partition("A result has")[2].partition("\n\n")[0]

        assert named == set(document)
        assert set(document["metrics"][0]) <= set(re.findall(r"`(\w+)`", result))

    def test_says_how_rows_and_groups_were_matched(self, document):
        """By identity, 40 customers in no order of time."""
        assert (document["rows"], document["matched"], document["groups"]) == (ROWS, "identity", 40)
        assert document["ordered"] is False

    def test_puts_the_deciding_metric_first(self, document):
        """That of the first tolerance; the other tolerance is a guardrail."""
        judged = [found["metric"] for found in document["metrics"] if found["outcome"]]

        assert judged == ["log_loss", "roc_auc"]

    def test_has_the_rules_that_were_asked(self, document):
        """Floors, deciding metric, guardrails and slices."""
        assert [rule["rule"] for rule in document["rules"]] == ["RS004", "RS006", "RS008", "RS009"]
        assert {rule["state"] for rule in document["rules"]} == {"passed"}


class TestExitCode:
    """What a script branches on."""

    def test_of_a_worse_model_is_3(self, folder):
        """The verdict is fail, and a table says where."""
        done = typed(folder, "old.csv", "worse.csv", *BINARY, "--on", "id", "--group", "customer", code=3)

        assert "RS006 deciding_metric: failed (worse than the tolerance allows): log_loss" in done.stdout
        assert done.stdout.endswith("verdict: fail\n")

    def test_of_one_group_is_4(self, folder):
        """Inconclusive, with the reason."""
        done = typed(folder, "old.csv", "new.csv", *BINARY, "--group", "one", code=2)
        assert "no column 'one'; its columns are id, customer, day" in done.stderr

        done = typed(folder, "old.csv", "new.csv", *BINARY, "--on", "id", "--group", "region", code=4)
        assert "too few groups for an interval" in done.stdout

    def test_of_identical_files_is_0(self, folder):
        """No worse, and the tolerance is 10 % of the gain where nobody names one."""
        done = typed(folder, "old.csv", "old.csv", *BINARY, "--json", code=0)
        found = json.loads(done.stdout)["metrics"][0]

        assert (found["outcome"], found["reason"], found["relative"]) == ("no_worse", "identical", 0.1)

    def test_of_a_missed_floor_is_3(self, folder):
        """A better model that is not good enough."""
        done = typed(folder, "old.csv", "new.csv", *BINARY, "--on", "id", "--floor", "roc_auc=0.99", code=3)

        assert "RS004 floors: failed (misses the floor of the policy, and not by chance): roc_auc" in done.stdout


class TestOrder:
    """Groups that follow each other in time."""

    @pytest.mark.parametrize(("options", "ordered"), [((), True), (("--unordered",), False)])
    def test_is_that_of_dates(self, folder, options, ordered):
        """Unless the command line says otherwise."""
        done = typed(folder, "old.csv", "new.csv", *BINARY, "--group", "day", *options, "--json", code=0)

        assert json.loads(done.stdout)["ordered"] is ordered


class TestKinds:
    """Tasks that are not binary."""

    def test_multiclass_has_a_column_for_each_class(self, folder):
        """Two classes have the log loss of a binary task."""
        asked = ("--kind", "multiclass", "--y", "kind", "--prediction", "q", "--json")
        found = json.loads(typed(folder, "kinds.csv", "kinds.csv", *asked, code=0).stdout)

        assert [result["metric"] for result in found["metrics"]] == ["log_loss", "accuracy", "macro_f1"]

    def test_regression_is_decided_by_mae(self, folder):
        """Where nobody names a metric."""
        asked = ("--kind", "regression", "--y", "p", "--prediction", "churned", "--json")
        found = json.loads(typed(folder, "new.csv", "new.csv", *asked, code=0).stdout)

        assert found["metrics"][0]["metric"] == "mae"


class TestRows:
    """Which rows are compared."""

    def test_in_the_same_order_need_no_identity(self, folder):
        """The terminal says what could be seen."""
        done = typed(folder, "old.csv", "new.csv", *BINARY, "--group", "customer", code=0)

        assert "assumed to be in the same order (labels and groups agree)" in done.stderr

    def test_in_another_order_are_refused(self, folder):
        """The error says how to name an identity."""
        done = typed(folder, "old.csv", "shuffled.csv", *BINARY, code=1)

        assert "have another label" in done.stderr
        assert "--on" in done.stderr

    def test_of_one_file_are_refused(self, folder):
        """With their number and the first three identities."""
        done = typed(folder, "old.csv", "cut.csv", *BINARY, "--on", "id", code=1)

        assert "old.csv (first: 0, 1, 2)" in done.stderr

    def test_of_one_file_are_left_out_on_request(self, folder):
        """The terminal says how many."""
        done = typed(folder, "old.csv", "cut.csv", *BINARY, "--on", "id", "--inner", code=0)

        assert "left out 5 rows of the old file and 0 of the new one" in done.stderr


class TestRefuses:
    """Input that is no comparison."""

    @pytest.mark.parametrize(
        ("value", "found"), [("", "1 predictions are missing"), ("1.5", "1 probabilities are outside 0 to 1")]
    )
    def test_predictions_that_are_none(self, folder, tmp_path, value, found):
        """The error names the file and the row."""
        lines = (folder / "new.csv").read_text().splitlines()
        lines[4] = lines[4].rpartition(",")[0] + "," + value
        (tmp_path / "bad.csv").write_text("\n".join(lines) + "\n")

        done = typed(folder, "old.csv", str(tmp_path / "bad.csv"), *BINARY, "--on", "id", code=1)

        assert f"bad.csv: {found}" in done.stderr
        assert "first in row 3 (counted from 0)" in done.stderr

    @pytest.mark.parametrize(
        ("options", "found"),
        [
            (("--tolerance", "auc=0.1"), "names the metric 'auc', which does not exist"),
            (("--tolerance", "0.1"), "is not METRIC=VALUE"),
            (("--tolerance", "f1=0.1", "--tolerance", "f1=0.2"), "repeats a metric"),
            (("--tolerance", "f1=much"), "'much' is no tolerance"),
            (("--floor", "f1=high"), "--floor"),
            (("--confidence", "95"), "`confidence` is 95"),
            (("--inner",), "cannot be matched without columns that identify them"),
        ],
    )
    def test_wrong_usage(self, folder, options, found):
        """Exit code 2, and the message names the option or the allowed values."""
        assert found in typed(folder, "old.csv", "new.csv", *BINARY, *options, code=2).stderr


class TestProcess:
    """A process of its own."""

    @pytest.mark.parametrize(("new", "code"), [("new.csv", 0), ("worse.csv", 3), ("nowhere.csv", 1)])
    def test_ends_with_the_exit_code(self, folder, new, code):
        """In a folder that is no repository, and without a traceback."""
        run = (sys.executable, "-m", "ringside.cli.main", "compare")
        done = subprocess.run([*run, "old.csv", new, *BINARY], cwd=folder, capture_output=True, text=True, check=False)

        assert done.returncode == code
        assert "Traceback" not in done.stderr


class TestAlone:
    """Without the rest of the machinery."""

    def test_imports_neither_pandas_nor_the_pipeline(self, folder):
        """NumPy, SciPy and PyArrow are enough, from the command line to the verdict."""
        script = (
            "import sys\nfrom ringside.cli.main import main\n"
            f"sys.argv = ['ringside', 'compare', 'old.csv', 'new.csv', *{BINARY!r}]\n"
            "try:\n    main()\nfinally:\n    print('modules', *sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)

        loaded = {name.partition(".")[0] for name in done.stdout.rpartition("modules")[2].split()}
        assert loaded & {"pandas", "sklearn", "pandera", "yaml", "dvc", "skops"} == set()

    def test_has_an_example_that_runs(self):
        """The Python of docs/compare.md prints what the page says."""
        page = (PROJECT / "docs" / "compare.md").read_text(encoding="utf-8")
        code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert f"It prints `{done.stdout.strip()}`." in page
