"""The tests of a new task: on rows that are made up from its schema, so that no row of somebody's stands in Git."""

from ringside.init.infer.draft import TaskDraft


def test_file(draft: TaskDraft) -> str:
    """The text of `tests/<name>/test_<name>.py`."""
    lists = [name for name in ("CATEGORIES", "NUMBERS", "TEXTS") if getattr(draft, name.lower())]
    features = lists[0] if len(lists) == 1 else f"[{', '.join(f'*{name}' for name in lists)}]"
    imports = [
        f"from {draft.name} import TASK, {draft.params_class}",
        f"from {draft.name}.model import {', '.join([*lists, 'build_model'])}",
        f"from {draft.name}.schema import SCHEMA",
    ]
    return _TEXT.format(
        name=draft.name,
        params=draft.params_class,
        imports="\n".join(imports),
        features=features,
    )


_TEXT = '''"""The task {name} keeps what it promises, on rows that are made up; put your own facts beside these."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ringside.testing import read_params, train, train_params, validate
from sklearn.pipeline import Pipeline

{imports}

FEATURES = {features}
ROWS = 200


def made_up(name: str) -> object:
    """Values that the schema allows in a column."""
    column, chance = SCHEMA.columns[name], np.random.default_rng(len(name))
    facts = {{key: value for check in column.checks for key, value in (check.statistics or {{}}).items()}}
    kind = str(column.dtype)
    if "allowed_values" in facts:
        values = sorted(facts["allowed_values"])
        return [values[row % len(values)] for row in range(ROWS)]
    if kind.startswith("datetime"):
        return pd.date_range("2026-01-01", periods=ROWS, freq="h", unit="us", tz="UTC" if "UTC" in kind else None)
    if kind == "bool":
        return [row % 2 == 0 for row in range(ROWS)]
    if kind == "int64":
        low = facts.get("min_value", 0)
        return [low + row % (facts.get("max_value", low + ROWS) - low + 1) for row in range(ROWS)]
    if kind == "float64":
        return chance.uniform(facts.get("min_value", 0), facts.get("max_value", 1), ROWS)
    return [str(row) for row in range(ROWS)]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Rows that the schema allows."""
    return pd.DataFrame({{name: made_up(name) for name in SCHEMA.columns}})


@pytest.fixture(scope="module")
def valid(rows: pd.DataFrame) -> pd.DataFrame:
    """The same in the types of the schema."""
    return validate(rows, SCHEMA, TASK, where="made-up rows").valid


@pytest.fixture(scope="module")
def model(valid: pd.DataFrame) -> Pipeline:
    """The model of params.yaml, trained on them."""
    params = read_params(Path(__file__).parents[2] / "params.yaml")
    return train(valid, TASK, train_params(params, {params}), build_model)


class TestSchema:
    """What rows must look like."""

    def test_lets_rows_in_its_ranges_pass(self, valid):
        """No row that keeps the ranges and categories is quarantined."""
        assert len(valid) == ROWS

    def test_takes_a_row_without_a_label_for_one_that_waits(self, rows):
        """Such a row is neither valid nor bad: it is counted."""
        first = rows[TASK.target].astype(object).where(rows.index > 0, None)

        assert validate(rows.assign(**{{TASK.target: first}}), SCHEMA, TASK, where="made-up rows").unlabelled == 1


class TestFeatures:
    """What the model sees."""

    def test_are_columns_of_the_schema(self):
        """Each is validated before it is learnt from."""
        assert set(FEATURES) <= set(SCHEMA.columns)

    def test_do_not_tell_the_answer_or_name_the_row(self):
        """Neither the target nor what names a row, its time or its group is among them."""
        named = {{TASK.target, TASK.time, TASK.group, *TASK.identity}} - set(TASK.slices)

        assert not named & set(FEATURES)


class TestModel:
    """The model of params.yaml."""

    def test_predicts_where_values_are_missing_or_new(self, model, valid):
        """A row without a value, or with a category that nobody has seen, has a prediction like any other."""
        odd = valid.head(3).copy()
        for name in FEATURES:
            text = not pd.api.types.is_numeric_dtype(valid[name])
            odd[name] = pd.Series([None, "new", "new"], dtype="str") if text else pd.Series([np.nan, 0.0, 1.0])
        predict = getattr(model, "predict_proba", model.predict)

        assert np.isfinite(predict(odd)).all()

    def test_is_the_same_for_the_same_rows_and_seed(self, model, valid):
        """Training again makes the model that there was."""
        params = read_params(Path(__file__).parents[2] / "params.yaml")
        again = train(valid, TASK, train_params(params, {params}), build_model)

        assert np.array_equal(model.predict(valid), again.predict(valid))
'''
