"""The data sets, the command line that makes a task of each, and what a person has to say that the data do not."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shapes import makers


@dataclass(frozen=True, kw_only=True)
class DataSet:
    """One data set."""

    shape: str
    """What it is there for."""
    make: Callable[[Path], str]
    """Writes it into a folder, and says where it is."""
    target: str
    said: tuple[str, ...] = ()
    """What is said beside `--from`, `--target` and `--yes`."""
    why: str = ""
    """Why that had to be said."""

    @property
    def source(self) -> str:
        """Where the data come from, and what was derived: the first line of the maker's docstring."""
        return (self.make.__doc__ or "").splitlines()[0]


def _out(*names: str) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--leave-out", name))


SETS = {
    "iris": DataSet(shape="150 rows, three labels", make=makers.iris, target="target"),
    "penguins": DataSet(
        shape="missing values, remarks, dates, units in names",
        make=makers.penguins,
        target="Species",
        said=("--leave-out", "Comments", "--leave-out", "Sample Number"),
        why="remarks come after the species; samples are counted within each",
    ),
    "diabetes": DataSet(shape="442 rows, a number to predict", make=makers.diabetes, target="target"),
    "cancer": DataSet(shape="569 rows, yes or no", make=makers.cancer, target="target"),
    "countries": DataSet(
        shape="142 countries, a row for each of 12 years",
        make=makers.countries,
        target="lifeExp",
    ),
    "weather": DataSet(shape="days in order; one label of five is rare", make=makers.weather, target="weather"),
    "wide": DataSet(shape="500 columns, ten labels", make=makers.wide, target="digit"),
    "bundesliga": DataSet(
        shape="46 seasons with dates, 52 teams, a column without a name",
        make=makers.bundesliga,
        target="HomeGoals",
        said=("--leave-out", "AwayGoals"),
        why="known only when the match is over; without the dates `init` says what is lost",
    ),
    "doctors": DataSet(
        shape="a database; people seen several times",
        make=makers.doctors,
        target="outwork",
        said=("--query", "SELECT * FROM visits"),
        why="a database has many tables",
    ),
    "lectures": DataSet(
        shape="73,421 rows of 2,972 students; codes as numbers",
        make=makers.lectures,
        target="y",
        said=("--group", "s", "--kind", "regression"),
        why="marks are a quantity, and a student's belong together; no name says so",
    ),
    "diamonds": DataSet(
        shape="1,5 for 1.5; names of columns in four scripts", make=makers.diamonds, target="Preis (€)"
    ),
    "movies": DataSet(
        shape="58,788 titles; nine budgets of ten missing",
        make=makers.movies,
        target="rating",
        said=_out(*(f"r{number}" for number in range(1, 11))),
        why="r1 to r10 are the votes that the rating is made of",
    ),
    "cancelled": DataSet(
        shape="a folder of 12 Parquet files; 2.5 % yes",
        make=makers.cancelled,
        target="cancelled",
        said=(*_out("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum"), "--time", "time_hour"),
        why="a cancelled flight has none of the first five, and flights without a plane were cancelled: `init` says so",
    ),
    "million": DataSet(
        shape="1,010,328 rows; 28,290 without a label",
        make=makers.million,
        target="arr_delay",
        said=_out("arr_time", "air_time"),
        why="known only on arrival: `init` warned of the second",
    ),
}
