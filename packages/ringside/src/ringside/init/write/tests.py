"""The text of a new task's tests; they run on rows generated from the schema, so that Git contains none of yours."""

from ringside.init.infer.draft import TaskDraft


def test_file(draft: TaskDraft) -> str:
    """Return the text of `tests/<name>/test_<name>.py`."""
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


_TEXT = '''"""Tests of the task {name} on generated rows; add your own tests to these."""

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
    """Return values that the schema allows in a column."""
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
    """Return rows that the schema allows."""
    return pd.DataFrame({{name: made_up(name) for name in SCHEMA.columns}})


@pytest.fixture(scope="module")
def valid(rows: pd.DataFrame) -> pd.DataFrame:
    """Return these rows in the types of the schema."""
    return validate(rows, SCHEMA, TASK, where="made-up rows").valid


@pytest.fixture(scope="module")
def model(valid: pd.DataFrame) -> Pipeline:
    """Return the model of params.yaml, trained on these rows."""
    params = read_params(Path(__file__).parents[2] / "params.yaml")
    return train(valid, TASK, train_params(params, {params}), build_model)


class TestSchema:
    """The schema of a valid row."""

    def test_accepts_rows_in_its_ranges(self, valid):
        """No row within the ranges and categories is quarantined."""
        assert len(valid) == ROWS

    def test_counts_a_row_without_a_label_as_unlabelled(self, rows):
        """A row without a label is neither valid nor quarantined."""
        first = rows[TASK.target].astype(object).where(rows.index > 0, None)

        assert validate(rows.assign(**{{TASK.target: first}}), SCHEMA, TASK, where="made-up rows").unlabelled == 1


class TestFeatures:
    """The columns that the model sees."""

    def test_are_columns_of_the_schema(self):
        """Every feature is validated before training."""
        assert set(FEATURES) <= set(SCHEMA.columns)

    def test_contain_neither_target_nor_identity(self):
        """Target, identity, time and group of a row are no features, except as slices."""
        named = {{TASK.target, TASK.time, TASK.group, *TASK.identity}} - set(TASK.slices)

        assert not named & set(FEATURES)


class TestModel:
    """The model of params.yaml."""

    def test_predicts_if_values_are_missing_or_new(self, model, valid):
        """Missing values and unseen categories do not prevent a prediction."""
        odd = valid.head(3).copy()
        for name in FEATURES:
            text = not pd.api.types.is_numeric_dtype(valid[name])
            odd[name] = pd.Series([None, "new", "new"], dtype="str") if text else pd.Series([np.nan, 0.0, 1.0])
        predict = getattr(model, "predict_proba", model.predict)

        assert np.isfinite(predict(odd)).all()

    def test_is_reproducible(self, model, valid):
        """Training on the same rows with the same seed results in the same predictions."""
        params = read_params(Path(__file__).parents[2] / "params.yaml")
        again = train(valid, TASK, train_params(params, {params}), build_model)

        assert np.array_equal(model.predict(valid), again.predict(valid))
'''
