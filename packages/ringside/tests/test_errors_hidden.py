"""Values of rows in messages, where logs may be read by people who may not see the rows."""

import json

import pandas as pd
import pyarrow as pa
import pytest

from data.toy import toy_task
from harness import Checkout
from ringside.cli.terminal import say_where
from ringside.common.labels import check_labels
from ringside.errors import HIDDEN, RingsideError, hides_values, quoted, told, values_hidden
from ringside.pipeline.evaluate.predict import predict
from ringside.pipeline.train.stage import train
from ringside.pipeline.validate.partitions import check_identities
from ringside.task import File, TrainParams

JANE = "Jane Doe"


class Refusing:
    """An estimator that says what it was given, as those of scikit-learn do."""

    classes_ = (0, 1)

    def fit(self, features: pd.DataFrame, _target: pd.Series) -> None:
        """Refuse."""
        raise ValueError(f"could not convert string to float: {features.iloc[0, 0]!r}")

    def predict_proba(self, features: pd.DataFrame) -> None:
        """Refuse."""
        self.fit(features, features.iloc[:, 0])


def read(folder, content: bytes, **options: object) -> None:
    """Ask a file for its rows."""
    (folder / "rows.csv").write_bytes(content)
    columns = {"id": "int64", "when": "str"} | options.pop("columns", {})
    File(path=str(folder / "rows.csv"), columns=columns, **options).partitions()


def doubled(_folder) -> None:
    """Two rows of one name."""
    table = pa.table({"id": [JANE, JANE], "late": [True, False]})
    check_identities(table, toy_task(), where="here")


ROWS = pd.DataFrame({"name": [JANE, "b"], "late": [True, False]})
PLACES = {
    "a value of another type": lambda folder: read(folder, f"id,when\n1,x\n{JANE},y\n".encode()),
    "a row of another length": lambda folder: read(folder, f"id,when\n1,x\n2,y,{JANE}\n".encode()),
    "a name of a partition": lambda folder: read(folder, f"id,when\n1,{JANE} /\n".encode(), partition_by="when"),
    "an identity": doubled,
    "a label": lambda _folder: check_labels(pd.Series([JANE, "b"]), toy_task(), where="here"),
    "a library's word in training": lambda _folder: train(ROWS, toy_task(), TrainParams(), lambda _params: Refusing()),
    "a library's word in predicting": lambda _folder: predict(Refusing(), ROWS[["name"]], toy_task()),
}


@pytest.fixture
def hidden():
    """Messages of this process quote nothing."""
    with values_hidden():
        yield


class TestMessages:
    """What an error says of a value."""

    @pytest.mark.parametrize("place", PLACES)
    def test_quote_it_for_a_person(self, place, tmp_path):
        """Whoever has to mend a row is told which value it is."""
        with pytest.raises(RingsideError) as caught:
            PLACES[place](tmp_path)

        assert JANE in str(caught.value)

    @pytest.mark.usefixtures("hidden")
    @pytest.mark.parametrize("place", PLACES)
    def test_do_not_quote_it_where_it_may_not_be_seen(self, place, tmp_path):
        """Everything else of the message is as it was."""
        with pytest.raises(RingsideError) as caught:
            PLACES[place](tmp_path)

        assert JANE not in str(caught.value)
        assert HIDDEN in str(caught.value)

    @pytest.mark.usefixtures("hidden")
    def test_of_an_error_that_nobody_expected_name_the_lines_alone(self, capsys):
        """Where it was raised, and of what kind it is."""
        try:
            Refusing().fit(ROWS, ROWS["late"])
        except ValueError as error:
            say_where(error)
        said = capsys.readouterr().err

        assert "in fit" in said
        assert f"ValueError: {HIDDEN}" in said
        assert JANE not in said

    def test_are_whole_by_default(self):
        """On a person's machine."""
        assert (hides_values(), quoted("x"), told(ValueError("a\n b"))) == (False, "'x'", "a b")


@pytest.mark.slow
class TestALog:
    """A log of Actions."""

    @pytest.fixture
    def checkout(self, tmp_path):
        """A task whose source raises an error that has a value in it."""
        found = Checkout.of_project(tmp_path / "copy")
        found.edit(
            "src/flights/source.py", "def partitions()", f"def partitions(): raise KeyError({JANE!r})\n\n\ndef _()"
        )
        found.edit("params.yaml", "  public: true", "  public: false")
        return found

    @pytest.mark.parametrize(("visibility", "shown"), [("private", True), ("public", False), (None, False)])
    def test_quotes_rows_in_a_private_repository_alone(self, checkout, tmp_path, visibility, shown):
        """Where GitHub does not say that it is private, it is taken for public."""
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"repository": {"visibility": visibility}}), encoding="utf-8")
        env = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "acme/demo"}
        done = checkout.run("ringside", "ingest", env=env)

        assert done.returncode == 1
        assert "source.py, `partitions()`" in done.stderr
        assert (JANE in done.stderr) is shown, done.stderr

    def test_quotes_rows_of_public_data(self, checkout):
        """Nobody is kept from what everybody may see."""
        checkout.edit("params.yaml", "  public: false", "  public: true")
        env = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/demo"}

        assert JANE in checkout.run("ringside", "ingest", env=env).stderr
