"""The columns of scikit-learn's data set."""

from pandera.pandas import Check, Column, DataFrameSchema

MEASURED = [
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280_od315_of_diluted_wines",
    "proline",
]

SCHEMA = DataFrameSchema(
    {name: Column(float, Check.gt(0)) for name in MEASURED}
    | {
        "bottle": Column(int),
        "crate": Column(str),
        "strength": Column(str, Check.isin(["light", "strong"])),
        "cultivar": Column(str, Check.isin(["barolo", "grignolino", "barbera"])),
    },
    strict=True,
)
