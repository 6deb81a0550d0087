"""One partition; bottles come in crates of three, which the split keeps together."""

import pandas as pd
from sklearn.datasets import load_wine


def partitions() -> list[str]:
    """All wines at once."""
    return ["all"]


def read(_partition: str) -> pd.DataFrame:
    """The wines, in an order of no meaning; a label is missing for one bottle in twenty."""
    data = load_wine(as_frame=True)
    frame = data.data.rename(columns=lambda name: name.replace("/", "_"))
    frame["cultivar"] = data.target.map({0: "barolo", 1: "grignolino", 2: "barbera"})
    frame["bottle"] = range(len(frame))
    frame["crate"] = "crate-" + (frame["bottle"] // 3).astype(str)
    frame["strength"] = (frame["alcohol"] > 13).map({True: "strong", False: "light"})
    frame.loc[frame["bottle"] % 20 == 7, "cultivar"] = None
    return frame.sample(frac=1, random_state=3)
