"""How the sample's model does in months that it has not seen: `make months`.

Trained on January to June 2013 with the parameters of params.yaml and scored on each month from July to December,
beside a plain `HistGradientBoostingClassifier()` on the same columns, and the log loss of the base rate in training.
"""

from pathlib import Path

import pandas as pd
from flights import TASK, source
from flights.model import CATEGORIES, build_model
from flights.schema import SCHEMA
from sklearn.ensemble import HistGradientBoostingClassifier

from ringside.cli.terminal import result, table, track
from ringside.params import read_params, train_params
from ringside.pipeline.evaluate.predict import predict
from ringside.pipeline.evaluate.scores import baseline, scores
from ringside.pipeline.train.stage import train
from ringside.pipeline.validate.rows import validate

TRAINED_ON = [f"2013-{month:02d}" for month in range(1, 7)]
TESTED_ON = [f"2013-{month:02d}" for month in range(7, 13)]


def months(params_file: Path) -> list[dict[str, object]]:
    """A row per month: ROC AUC and log loss of the sample's model, of the plain one, and of the base rate."""
    frames = {name: _valid(name) for name in track([*TRAINED_ON, *TESTED_ON], "read")}
    rows = pd.concat([frames[name] for name in TRAINED_ON], ignore_index=True)
    params = train_params(read_params(params_file), TASK.train_params)
    ours = train(rows, TASK, params, build_model)
    plain = train(rows, TASK, params, _plain)
    found = []
    for name in TESTED_ON:
        features, labels = frames[name].drop(columns=TASK.target), frames[name][TASK.target]
        ours_here = scores(labels, predict(ours, features, TASK), TASK)
        plain_here = scores(labels, predict(plain, features, TASK), TASK)
        base = baseline(rows[TASK.target], labels, TASK, [])
        found.append(
            {
                "month": name,
                "roc_auc": ours_here["roc_auc"],
                "plain_roc_auc": plain_here["roc_auc"],
                "log_loss": ours_here["log_loss"],
                "plain_log_loss": plain_here["log_loss"],
                "base_log_loss": base["log_loss"],
            }
        )
    return found


def _plain(params: object) -> object:
    """The sample's columns in the sample's encoding, and scikit-learn's defaults."""
    pipeline = build_model(params)
    booster = HistGradientBoostingClassifier(categorical_features=list(range(len(CATEGORIES))), random_state=0)
    return pipeline.set_params(booster=booster)


def _valid(name: str) -> pd.DataFrame:
    return validate(source.read(name), SCHEMA, TASK, where=name).valid


if __name__ == "__main__":
    rows = months(Path(__file__).resolve().parents[3] / "params.yaml")
    header = ["month", "ROC AUC", "plain", "log loss", "plain", "base rate"]
    result(table(header, [[str(row["month"]), *(f"{v:.4f}" for v in list(row.values())[1:])] for row in rows]))
