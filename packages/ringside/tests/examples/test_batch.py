"""examples/batch: the nightly job, against SQLite and PostgreSQL, with a version that was really published."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from harbour_months import month
from harness import PROJECT
from made import Made
from sources import databases

BATCH = PROJECT / "examples" / "batch"
JOB = BATCH / "score.yaml"
ROWS = 60


@pytest.fixture(scope="session")
def pg_port() -> Iterator[int]:
    """The port of a PostgreSQL server."""
    with databases.postgres() as port:
        yield port


class Night:
    """A database with ships that have not docked yet, and the job that scores them."""

    def __init__(self, url: str, made: Made) -> None:
        self.url = url
        self.made = made
        self.engine = sa.create_engine(url)

    def arrive(self, ships: pd.DataFrame) -> None:
        """Let rows come in."""
        ships.to_sql("ships", self.engine, index=False, if_exists="append")

    def run(self, *more: str) -> subprocess.CompletedProcess:
        """The job, as the workflow types it."""
        command = [sys.executable, "examples/batch/score.py", "--rows", "ships", "--key", "call", *more]
        env = self.made.checkout.environment({"DATABASE_URL": self.url})
        root = self.made.checkout.root
        return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False, timeout=300)

    def scores(self, table: str = "scores") -> pd.DataFrame:
        """What was written."""
        with self.engine.connect() as connection:
            return pd.read_sql(sa.text(f'SELECT * FROM {table} ORDER BY "call", version'), connection)  # noqa: S608


@contextmanager
def night(url: str, made: Made) -> Iterator[Night]:
    """A database without tables before and after."""
    found = Night(url, made)
    with found.engine.begin() as connection:
        for table in ("ships", "scores"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
    found.arrive(ships())
    try:
        yield found
    finally:
        found.engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def job(request: pytest.FixtureRequest, harbour: Made, tmp_path: Path) -> Iterator[Night]:
    """The job, in both databases."""
    url = f"sqlite:///{tmp_path / 'night.db'}"
    if request.param == "postgresql":
        url = f"postgresql+psycopg://ship:tide@127.0.0.1:{request.getfixturevalue('pg_port')}/postgres"
    with night(url, harbour) as found:
        yield found


@pytest.fixture
def lite(harbour: Made, tmp_path: Path) -> Iterator[Night]:
    """The job, in SQLite."""
    with night(f"sqlite:///{tmp_path / 'night.db'}", harbour) as found:
        yield found


def ships(start: int = 0, count: int = ROWS) -> pd.DataFrame:
    """Ships that have not docked yet, with a column that the model does not know."""
    frame = month("2025-05").iloc[start : start + count].drop(columns="late")
    return frame.assign(day=pd.to_datetime(frame["day"]), captain="Noor")


@pytest.mark.long
class TestScores:
    """What the job writes."""

    def test_are_the_champions_predictions(self, job):
        """Each row gets its prediction, the version and the time."""
        done = job.run()
        found = job.scores()
        model = job.made.checkout.root, job.made.registry.champion().metadata.version

        assert done.returncode == 0, done.stderr
        assert done.stdout == f"score: {ROWS} rows scored by v1.0.0\n"
        assert found["call"].tolist() == sorted(ships()["call"])
        assert set(found["version"]) == {model[1]}
        assert found["scored_at"].notna().all()
        assert found["prediction"].tolist() == pytest.approx(_predicted(job.made), rel=1e-12)

    def test_are_written_once(self, job):
        """Run again, nothing is scored; new rows are scored and old scores stay as they were."""
        job.run()
        before = job.scores()
        again = job.run()
        job.arrive(ships(ROWS, 5))
        more = job.run()
        after = job.scores()

        assert again.stdout == "score: 0 rows scored by v1.0.0\n"
        assert more.stdout == "score: 5 rows scored by v1.0.0\n"
        pd.testing.assert_frame_equal(after[after["call"].isin(before["call"])].reset_index(drop=True), before)
        assert len(after) == ROWS + 5

    def test_are_written_for_each_version(self, job):
        """A row that another version scored is scored by this one, too."""
        job.run()
        with job.engine.begin() as connection:
            connection.execute(sa.text("UPDATE scores SET version = 'v0.9.0'"))
        job.run()

        assert job.scores()["version"].value_counts().to_dict() == {"v0.9.0": ROWS, "v1.0.0": ROWS}

    def test_of_two_jobs_at_once_are_written_once(self, job):
        """Neither fails, and no row has two scores of one version."""
        command = [sys.executable, "examples/batch/score.py", "--rows", "ships", "--key", "call"]
        env = job.made.checkout.environment({"DATABASE_URL": job.url})
        both = [subprocess.Popen(command, cwd=job.made.checkout.root, env=env) for _ in range(2)]

        assert [one.wait(300) for one in both] == [0, 0]
        assert len(job.scores()) == ROWS


@pytest.mark.long
class TestTrouble:
    """What goes wrong."""

    def test_of_a_row_writes_nothing_and_says_why(self, lite):
        """A row that the schema refuses stops the job; the message names it."""
        lite.arrive(ships(ROWS, 1).assign(wind=99.0))
        done = lite.run()

        assert done.returncode == 1
        assert "wind: not in 0 to 60" in done.stderr
        assert "Traceback" not in done.stderr
        assert lite.scores().empty

    def test_of_a_missing_column_is_said(self, lite):
        """A table that changed is told by the column's name."""
        with lite.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE ships RENAME COLUMN swell TO waves"))
        done = lite.run()

        assert done.returncode == 1
        assert "the column 'swell' is missing" in done.stderr

    def test_of_a_row_without_a_key_is_said(self, lite):
        """Nobody could tell whose score it is, and it would be scored every night."""
        with lite.engine.begin() as connection:
            connection.execute(sa.text("UPDATE ships SET call = NULL WHERE wind = (SELECT max(wind) FROM ships)"))
        done = lite.run()

        assert done.returncode == 1
        assert "a row has no key" in done.stderr

    def test_of_the_database_shows_no_secret(self, lite):
        """Nobody listens there; the password is not repeated."""
        lite.url = "postgresql+psycopg://ship:p4ssw0rd@127.0.0.1:1/none"
        done = lite.run()

        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == "score: the database failed (OperationalError)"
        assert "p4ssw0rd" not in done.stdout + done.stderr

    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("nonsense p4ssw0rd", "it is no address of a database"),
            ("postgresql://ship:p4ssw0rd@host:port/x", "it is no address of a database"),
            ("mysql://ship:p4ssw0rd@127.0.0.1/x", "mysql is not among the databases"),
            ("postgresql+pg8000://ship:p4ssw0rd@127.0.0.1/x", "the driver postgresql+pg8000 is not installed"),
            ("", "DATABASE_URL is not set"),
        ],
    )
    def test_of_an_odd_address_is_wrong_usage(self, lite, address, said):
        """A secret that is missing or mistyped is told in a line, without a word of it."""
        lite.url = address
        done = lite.run()

        assert done.returncode == 2
        assert said in done.stderr
        assert "p4ssw0rd" not in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("--key", "name"), "ships: it has no column 'name'"),
            (("--rows", "boats"), "boats: there is no such table or view"),
            (("--scores", "ships"), "ships: it has no column 'version'"),
        ],
    )
    def test_of_a_wrong_name_is_said(self, lite, words, said):
        """A table or a column that is not there, and a table of scores that is something else."""
        done = lite.run(*words)

        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr

    def test_of_no_driver_is_none(self, request, harbour):
        """`postgresql://`, as other tools write it, means the driver that the job's lock has."""
        port = request.getfixturevalue("pg_port")
        with night(f"postgresql+psycopg://ship:tide@127.0.0.1:{port}/postgres", harbour) as found:
            found.url = found.url.replace("+psycopg", "")
            assert found.run().stdout == f"score: {ROWS} rows scored by v1.0.0\n"

    def test_of_no_address_is_wrong_usage(self, harbour):
        """The variable is named."""
        env = harbour.checkout.environment()
        env.pop("DATABASE_URL", None)
        command = [sys.executable, "examples/batch/score.py", "--rows", "ships", "--key", "call"]
        done = subprocess.run(command, cwd=harbour.checkout.root, env=env, capture_output=True, text=True, check=False)

        assert (done.returncode, "DATABASE_URL is not set" in done.stderr) == (2, True)

    def test_of_an_empty_table_is_none(self, lite):
        """Nothing to score is no failure."""
        with lite.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM ships"))

        assert lite.run().stdout == "score: 0 rows scored by v1.0.0\n"

    def test_of_odd_names_is_none(self, lite):
        """Names of tables are quoted, whatever stands in them."""
        with lite.engine.begin() as connection:
            connection.execute(sa.text('ALTER TABLE ships RENAME TO "ships; DROP TABLE x --"'))
        done = lite.run("--rows", "ships; DROP TABLE x --", "--scores", 'odd "scores"')

        assert done.stdout == f"score: {ROWS} rows scored by v1.0.0\n", done.stderr


def _predicted(made: Made) -> list[float]:
    """The predictions for the rows by `ringside predict`, another way to the same model."""
    source, target = (made.checkout.root / ".dvc" / "tmp" / name for name in ("ships.parquet", "predicted.parquet"))
    ships().drop(columns="captain").sort_values("call").to_parquet(source)
    made.checkout.ok("ringside", "predict", str(source), "-o", str(target))
    return pd.read_parquet(target)["prediction"].tolist()


@pytest.mark.slow
class TestWorkflow:
    """examples/batch/score.yaml, in the place that it is copied to."""

    @pytest.fixture
    def copied(self, tmp_path: Path) -> Path:
        """A repository with the file beside the workflows' actions."""
        shutil.copytree(PROJECT / ".github", tmp_path / ".github")
        shutil.copyfile(JOB, tmp_path / ".github" / "workflows" / "score.yaml")
        subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
        return tmp_path

    @pytest.mark.parametrize(
        "command",
        [
            ["actionlint", ".github/workflows/score.yaml"],
            ["zizmor", "--quiet", "--offline", "--persona", "pedantic", "--no-progress", ".github"],
            ["act", "--validate", "--strict", "--workflows", ".github/workflows/score.yaml"],
        ],
        ids=lambda command: command[0],
    )
    def test_passes_the_linters(self, copied, command):
        """What holds for the workflows holds for this one."""
        words = [str(Path(sys.executable).with_name(command[0])), *command[1:]]
        done = subprocess.run(
            words,
            cwd=copied,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr

    def test_pins_what_the_workflows_pin(self):
        """Each action is one that a workflow uses, at the same commit."""
        ours = {line.strip().removeprefix("uses: ") for line in JOB.read_text().splitlines() if "uses:" in line}
        theirs = "\n".join(file.read_text() for file in (PROJECT / ".github" / "workflows").glob("*.yaml"))

        assert ours
        assert [use for use in ours if use not in theirs] == []

    def test_hears_of_another_champion(self):
        """The event is the one that Publish and Rollback send."""
        from ringside.cli.ci.workflow_inputs import MODEL_CHANGED

        assert f"types: [{MODEL_CHANGED}]" in JOB.read_text()

    def test_types_what_exists(self, tmp_path):
        """Its last step's options are those of the script."""
        command = next(line for line in JOB.read_text().splitlines() if "score.py --rows" in line).split("run: ")[1]
        env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        words = [sys.executable, str(BATCH / "score.py"), *command.split()[2:]]
        done = subprocess.run(words, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)

        assert (done.returncode, "DATABASE_URL" in done.stderr) == (2, True), done.stderr
