"""A small problem for the tests of the pipeline: what a shop's customers buy, in one task per kind."""

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
from pandera.pandas import Check, Column, DataFrameSchema

from ringside.task import Task

_FACTS = {"name": "shop", "target": "bought", "identity": ("customer",), "group": "street", "slices": ("region",)}

BINARY = Task(kind="binary", **_FACTS)
MULTICLASS = Task(kind="multiclass", **_FACTS)
REGRESSION = Task(kind="regression", **_FACTS)

REGIONS = ("east", "west")
PRICES = (0, 100)

SCHEMA = DataFrameSchema(
    {
        "customer": Column("int64"),
        "price": Column(float, Check.in_range(*PRICES, error="not in 0 to 100"), nullable=True),
        "region": Column(str, Check.isin(REGIONS, error="not east or west")),
        "bought": Column(bool),
    },
    coerce=True,
    strict=True,
)


def visits(prices: list[object], regions: list[str | None], labels: list[bool | None]) -> pd.DataFrame:
    """A partition for `SCHEMA`: one row per customer, numbered from 0; a label can be missing."""
    return pd.DataFrame(
        {
            "customer": np.arange(len(labels)),
            "price": prices,
            "region": pd.Series(regions, dtype="str"),
            "bought": pd.Series(labels, dtype="boolean"),
        }
    )


def partitions(sizes: list[int], *, per_street: int = 3) -> dict[str, pa.Table]:
    """Partitions named in order, of customers numbered through, with so many neighbours to a street."""
    tables, first = {}, 0
    for number, size in enumerate(sizes):
        customers = np.arange(first, first + size)
        streets = [f"street {customer // per_street}" for customer in customers]
        tables[f"week-{number:02d}"] = pa.table({"customer": customers, "street": streets})
        first += size
    return tables


def known(rows: int, *, seed: int = 0) -> pd.DataFrame:
    """Rows with features that say something about three targets: `bought`, `kind` and `amount`."""
    rng = np.random.default_rng(seed)
    price, age = rng.uniform(*PRICES, rows), rng.integers(18, 90, rows)
    region = rng.choice(REGIONS, rows)
    inclined = price / 50 + (region == "east") + rng.normal(size=rows)
    return pd.DataFrame(
        {
            "customer": np.arange(rows),
            "street": [f"street {customer // 3}" for customer in range(rows)],
            "price": price,
            "age": age.astype(float),
            "region": pd.Series(region, dtype="str"),
            "bought": inclined > np.median(inclined),
            "kind": pd.Series(np.array(["bread", "milk", "wine"])[np.digitize(inclined, [1, 2])], dtype="str"),
            "amount": inclined * 10,
        }
    )


def rows_for(task: Task, rows: int, *, seed: int = 0) -> pd.DataFrame:
    """Rows of `known` whose one target is that of `task`."""
    frame = known(rows, seed=seed)
    target = {"binary": "bought", "multiclass": "kind", "regression": "amount"}[task.kind]
    return frame.drop(columns=["bought", "kind", "amount"]).assign(bought=frame[target])


FEW_ROWS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 12.5, 100.0, None, -1.0, 100.5]),
        st.sampled_from(["east", "west", "north", None]),
        st.sampled_from([True, False, None]),
    ),
    max_size=12,
)
"""Price, region and label of a few rows; some fail `SCHEMA`, some have no label yet."""
