"""docs/task.md, done: somebody changes the model that `init` wrote, as the page says, and as an error says."""

import re

import pandas as pd
import pytest

import pages
from drafting import customers
from harness import Checkout

pytestmark = [
    pytest.mark.long,
    pytest.mark.xdist_group("docs-task"),
]
PAGE = "docs/task.md"
FACTS, MODEL = "src/churn/__init__.py", "src/churn/model.py"


def fences(language: str) -> list[str]:
    """What the page shows in a language."""
    return [content for name, content in pages.fences(PAGE) if name == language]


@pytest.fixture(scope="module")
def mine(tmp_path_factory) -> Checkout:
    """A copy whose task `init` wrote, with a first model."""
    folder = tmp_path_factory.mktemp("mine")
    # Five customers a day, so that their day groups them, and more than a thousand, so that the model is of trees.
    days = pd.date_range("2025-01-01", periods=400, freq="D").repeat(5).strftime("%Y-%m-%d")
    people = customers(2000).assign(signup=days).drop(columns=["größe", "country"])
    people = people.rename(columns={"class": "plan", "left": "churned"})
    people.to_csv(folder / "churn.csv", index=False)
    checkout = Checkout.of_project(folder / "checkout")
    checkout.ok("ringside", "init", "churn", "--from", str(folder / "churn.csv"), "--target", "churned", "--yes")
    checkout.ok("dvc", "repro")
    checkout.commit("my own")
    return checkout


@pytest.fixture
def copy(mine, tmp_path) -> Checkout:
    """One for each test."""
    return mine.copy(tmp_path / "checkout")


class TestAnotherModel:
    """The page's logistic regression in place of trees."""

    def test_is_three_edits(self, copy):
        """Model, fields and keys are put where the page says; the task's tests and style hold, and it is judged."""
        model, fields, _ = fences("python")
        (copy.root / MODEL).write_text(model, encoding="utf-8")
        facts = (copy.root / FACTS).read_text(encoding="utf-8")
        facts, swapped = re.subn(r"class ChurnParams.*?\n\n\n", lambda _: f"{fields}\n\n", facts, flags=re.DOTALL)
        (copy.root / FACTS).write_text(facts, encoding="utf-8")
        text = (copy.root / "params.yaml").read_text(encoding="utf-8")
        text, put = re.subn(r"train:.*?\n\n", lambda _: f"{fences('yaml')[0]}\n", text, flags=re.DOTALL)
        (copy.root / "params.yaml").write_text(text, encoding="utf-8")
        copy.ok("dvc", "repro")
        copy.ok("ringside", "verdict", "--exit-zero")
        copy.ok("pytest", "-q", "-n", "0", "tests/churn", "tests/test_task_contract.py")
        copy.ok("ruff", "check", "src/churn")
        copy.ok("ruff", "format", "--check", "src/churn")

        assert (swapped, put) == (1, 1)
        assert b"LogisticRegression" in copy.bytes("models/model.skops")
        assert copy.json("reports/report.json")["verdict"] == "pass"


class TestTypes:
    """A model that keeps types which nobody trusts."""

    def test_is_refused_where_it_is_made_with_the_lines_that_mend_it(self, copy):
        """Nearest neighbours end the stage `train`; with the lines that the error shows, all stages run."""
        copy.edit(MODEL, "from sklearn.ensemble import HistGradientBoostingClassifier", IMPORTS)
        text = (copy.root / MODEL).read_text(encoding="utf-8")
        text, put = re.subn(
            r"    # A category unseen in training.*    return .*\n", lambda _: NEIGHBOURS, text, flags=re.DOTALL
        )
        (copy.root / MODEL).write_text(text, encoding="utf-8")
        said = copy.fails("dvc", "repro", code=255)
        lines = re.search(r"    trusted_types=\(\n(        \"[\w.]+\",\n)+    \),\n", said)

        assert put == 1
        assert "models/model.skops: it holds types that are not trusted: sklearn." in said
        assert "src/churn/__init__.py, where a review sees it" in said
        assert lines is not None
        assert re.findall(r'"[\w.]+",', fences("python")[2]) == lines[0].split()[1:-1]
        assert not (copy.root / "models/model.skops").exists()

        copy.edit(FACTS, "    train_params=ChurnParams,\n", f"    train_params=ChurnParams,\n{lines[0]}")
        copy.ok("dvc", "repro")
        copy.ok("ringside", "verdict", "--exit-zero")

        rules = {rule["code"]: rule["state"] for rule in copy.json("reports/report.json")["rules"]}
        assert rules["RS003"] == "passed"


IMPORTS = "from sklearn.impute import SimpleImputer\nfrom sklearn.neighbors import KNeighborsClassifier"
NEIGHBOURS = """    columns = ColumnTransformer([("numbers", SimpleImputer(), NUMBERS)])
    return Pipeline([("columns", columns), ("neighbours", KNeighborsClassifier(n_neighbors=params.min_samples_leaf))])
"""


class TestAnotherFeature:
    """A column that `read` makes."""

    def test_comes_into_every_partition_at_once(self, copy):
        """Source, schema and model name it, `--refresh all` reads all partitions, and the model learns from it."""
        copy.edit("src/churn/source.py", "    return frame", '    frame["odd"] = frame["calls"] % 2\n    return frame')
        copy.edit("src/churn/schema.py", '        "churned":', '        "odd": _number(0, 1),\n        "churned":')
        copy.edit(MODEL, '"calls"]', '"calls", "odd"]')
        copy.ok("ringside", "ingest", "--refresh", "all")
        copy.ok("dvc", "repro")

        columns = copy.json("reports/profile.json")["bins"]
        changed = copy.ok("git", "diff", "--stat", "HEAD", "data/manifest.json")
        assert "odd" in columns
        assert "data/manifest.json" in changed
