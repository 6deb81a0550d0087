"""The files that `init` writes: Python that a linter finds nothing in, whatever the data are called."""

import ast
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from drafting import EVIL, customers, drafted
from harness import PROJECT
from ringside.init.write.literals import literal, rounded
from ringside.init.write.literals import yaml as as_yaml
from ringside.init.write.model import model_file, parameters
from ringside.init.write.package import files
from ringside.init.write.params import Limits, params_file
from ringside.init.write.schema import bounds, closed, schema_file
from ringside.init.write.tests import test_file as checks_file
from ringside.params import Params


def hostile():
    """Data whose names and values are code, words of Python, or of other scripts."""
    chance = np.random.default_rng(0)
    rows = 300
    return pd.DataFrame(
        {
            EVIL: chance.normal(size=rows),
            "class": chance.choice(['x\'"""', "y\n#", "{z}"], rows),
            "возраст": chance.integers(18, 90, rows),
            "with,comma \\": chance.choice([f"k{n}" for n in range(60)], rows),
            "None": chance.choice([True, False], rows),
            "y": chance.choice(["ja", 'ne"in'], rows),
        }
    )


def wide():
    """A table of 300 columns."""
    chance = np.random.default_rng(0)
    return pd.DataFrame(chance.normal(size=(200, 300))).rename(columns=lambda n: f"gene {n}").assign(y=np.arange(200.0))


DRAFTS = {
    "hostile": lambda: drafted(hostile(), "y", slices=["class", "None"]),
    "wide": lambda: drafted(wide(), "y", kind="regression", identity=["row"]),
    "customers": lambda: drafted(pd.concat([customers()] * 6, ignore_index=True), "left", identity=["row"]),
}


@pytest.fixture(params=DRAFTS)
def draft(request):
    """A task of each shape."""
    return DRAFTS[request.param]()


def written(draft, folder):
    """The files of a draft in a folder that ruff takes for a project's."""
    for name, text in files(draft, {"path": "data/source/mine.csv"}).items():
        path = folder / "src" / draft.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    tests = folder / "tests" / draft.name / f"test_{draft.name}.py"
    tests.parent.mkdir(parents=True)
    tests.write_text(checks_file(draft), encoding="utf-8")
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    # Other scripts' letters are what `init` lets the linter pass if the data have them.
    ignored = 'ignore = ["D105", "D107"'
    assert ignored in text
    text = text.replace(ignored, f'{ignored}, "RUF001", "RUF003"')
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


class TestPython:
    """The package of a task, and its tests."""

    def test_has_names_and_values_as_literals_alone(self, draft):
        """Parsed, the files hold the very names of the data, and import nothing but what belongs there."""
        texts = files(draft, {"path": "data/source/mine.csv"})
        trees = {name: ast.parse(text) for name, text in texts.items()}

        constants = {node.value for node in ast.walk(trees["source.py"]) if isinstance(node, ast.Constant)}
        assert set(draft.seen.columns) <= constants
        imported = {
            (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name).split(".")[0]
            for tree in trees.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
        }
        assert imported <= {"datetime", "ringside", "pandera", "numpy", "pandas", "sklearn", draft.name}

    def test_passes_the_linter_and_the_formatter_as_it_is(self, draft, tmp_path):
        """`make lint` of a copy finds nothing, and the formatter would change nothing."""
        folder = written(draft, tmp_path)
        for command in (["check", "--no-cache"], ["format", "--no-cache", "--check", "--diff"]):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "."], cwd=folder, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr


def built(draft):
    """The Pipeline of a draft's model.py, with the parameters that params.yaml begins with."""
    spaces = {"MineParams": object, "__name__": "model"}
    exec(model_file(draft).replace("from mine import MineParams\n", ""), spaces)  # noqa: S102  # what init writes is run
    return spaces["build_model"](SimpleNamespace(seed=7, **{one.name: one.value for one in parameters(draft)}))


class TestModel:
    """The Pipeline of model.py."""

    def test_of_many_rows_learns_from_all_of_them(self):
        """Early stopping would hold out rows at random, and test trees on groups that they know."""
        frame = pd.DataFrame({"x": np.arange(2000.0) % 7, "y": np.arange(2000) % 2})
        booster = built(drafted(frame, "y", identity=["row"])).named_steps["booster"]

        assert booster.early_stopping is False
        assert booster.random_state == 7

    @pytest.mark.parametrize("kind", ["regression", "binary"])
    def test_of_few_rows_is_another_for_another_seed(self, kind):
        """Each linear model learns from four of five rows, none twice; which, the seed says."""
        frame = pd.DataFrame({"x": np.arange(200.0) % 7, "y": np.arange(200) % 2})
        linear = built(drafted(frame, "y", kind=kind, identity=["row"])).named_steps["linear"]
        linear.fit(frame[["x"]], frame["y"])

        assert all(len(set(rows)) == len(rows) == 160 for rows in linear.estimators_samples_)
        assert linear.random_state == 7

    @pytest.mark.parametrize(("kind", "columns"), [("regression", 1), ("multiclass", 9)])
    def test_encodes_a_text_by_the_kind_of_the_task(self, kind, columns):
        """A quantity in whole numbers is one column, not one for each number; labels are one for each."""
        frame = pd.DataFrame({"text": [f"t{n % 60}" for n in range(900)], "y": [n % 9 for n in range(900)]})
        model = built(drafted(frame, "y", kind=kind, identity=["row"]))

        assert model.named_steps["columns"].fit_transform(frame, frame["y"]).shape == (900, columns)


class TestSchema:
    """Ranges and categories with room to spare."""

    def test_has_as_much_room_on_both_sides(self):
        """Half as old and twice as old as anybody is no mistake yet; a negative number is, where there was none."""
        column = drafted(customers(), "left").column("größe")
        low, high = bounds(column)

        assert low == 0
        assert high >= column.high + (column.high - column.low)

    def test_closes_no_list_of_which_the_data_have_not_seen_all(self):
        """A category that stands once says that there are more to come."""
        frame = customers().assign(country=["DE"] * 598 + ["FR", "IT"])
        draft = drafted(frame, "left")

        assert closed(draft.column("class"))
        assert not closed(draft.column("country"))

    @pytest.mark.parametrize("labels", [[f"Genus species{n} (Genus {n})" for n in range(8)], list(range(70))])
    def test_names_many_long_labels_within_the_width(self, labels):
        """Labels are as long as the data have them; no line is."""
        frame = pd.DataFrame({"x": np.arange(350.0), "y": labels * (350 // len(labels)) + labels[: 350 % len(labels)]})
        text = schema_file(drafted(frame, "y", kind="multiclass", identity=["row"]))

        assert max(map(len, text.splitlines())) <= 120

    def test_lets_a_text_be_twice_as_long(self):
        """The longest one so far is not the longest there will be."""
        frame = pd.DataFrame({"x": np.arange(900.0) % 7, "city": [f"c{n % 90:02d}" for n in range(900)]})
        draft = drafted(frame.assign(y=frame["x"] > 2), "y", identity=["row"])

        assert '"city": _text(6),' in schema_file(draft)

    def test_lets_a_column_lack_values_only_where_it_did(self):
        """`missing=True` stands beside those columns alone."""
        frame = customers()
        frame.loc[:30, "calls"] = np.nan

        text = files(drafted(frame, "left"), {"path": "x.csv"})["schema.py"]

        assert text.count("missing=True)") == 1
        assert '"calls": _number(0, ' in text


class TestParams:
    """params.yaml of a new task."""

    @pytest.mark.parametrize("limits", [Limits(), Limits(tolerance=0.01, why="so", guardrails={"roc_auc": 0.02})])
    def test_is_what_the_machinery_reads(self, draft, limits):
        """Every key is known, and the task is live."""
        text = params_file(draft, store="git", public=False, limits=limits)

        params = Params.model_validate(yaml.safe_load(text))
        assert (params.task, params.live, params.data.store) == (draft.name, True, "git")


class TestWords:
    """Values as text."""

    @pytest.mark.parametrize(
        "value", ["plain", "it's", 'say "x"', "both ' and \"", EVIL, "\\", "ä", True, 3, 2.5, None]
    )
    def test_read_back_are_what_they_were(self, value):
        """In Python and in YAML."""
        assert ast.literal_eval(literal(value)) == value
        assert yaml.safe_load(as_yaml(value)) == value

    def test_are_rounded_away_from_the_data(self):
        """Two digits, up or down."""
        assert [rounded(0.0123, up=True), rounded(-0.0123, up=False), rounded(987, up=True)] == [0.013, -0.013, 990]
