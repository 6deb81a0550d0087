"""Three partitions of patients, without a fingerprint: the source cannot tell cheaply whether it changed."""

import pandas as pd
from sklearn.datasets import load_diabetes


def partitions() -> list[str]:
    """The blocks of patients."""
    return ["block-1", "block-2", "block-3"]


def read(partition: str) -> pd.DataFrame:
    """Every third patient."""
    data = load_diabetes(as_frame=True, scaled=False)
    frame = data.data.assign(progression=data.target, patient=range(len(data.data)))
    frame["sex"] = frame["sex"].map({1.0: "one", 2.0: "two"})
    return frame[frame["patient"] % 3 == int(partition[-1]) - 1]
