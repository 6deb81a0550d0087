"""Stories of pull requests that change data, schema or split, and of those whose data nobody can read here."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from arena import Arena
from bouts import typed
from harbour_months import MONTHS, month, write_month
from telling import BOT, opened, told, twin

MODEL, SCHEMA = "src/harbour/model.py", "src/harbour/schema.py"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stories-data")]


@contextlib.contextmanager
def harbour(released: Arena, folder: Path) -> Iterator[Arena]:
    """The released harbour, with months of its own."""
    with twin(released, folder / "hub") as arena:
        arena.machine["HARBOUR"] = str(shutil.copytree(released.machine["HARBOUR"], folder / "months"))
        yield arena


def ingested(arena: Arena, branch: str, *words: str, edits: Mapping[str, tuple[str, str]] | None = None) -> None:
    """Push a branch with edits, and with the data as `ringside ingest` brings them at a person's desk."""
    desk = arena.clone(branch)
    desk.branch(branch)
    for file, edit in (edits or {}).items():
        desk.edit(file, edit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARBOUR", arena.machine["HARBOUR"])
        typed(desk.root, "ingest", *words)
    desk.push("data", branch)


def corrupted() -> pd.DataFrame:
    """April, of which a part was written in another unit, and a smaller part at a pier that there is not."""
    frame = month("2025-04")
    frame.loc[frame.index[:90], "wind"] += 200
    frame.loc[frame.index[500:512], "pier"] = "east"
    return frame


@pytest.fixture(scope="module")
def corrupt(_released, tmp_path_factory):
    """A pull request with that month."""
    folder = tmp_path_factory.mktemp("corrupt")
    with harbour(_released, folder) as arena:
        write_month(folder / "months", "2025-04", corrupted())
        ingested(arena, "april")
        yield opened(arena, "april")


class TestCorruptedData:
    """A month of which more rows fail the schema than may."""

    def test_is_red_and_says_where_to_look(self, corrupt):
        """The check names the stage, the likely reason and the command; nothing was trained."""
        assert corrupt.shown == ("failure", "error", "Broken"), corrupt.log
        assert "the stage validate failed" in corrupt.check.annotations[0][1]
        assert "ringside ingest --refresh PARTITION" in corrupt.check.annotations[0][1]
        assert corrupt.ran == ["validate"]

    def test_has_a_table_of_reasons_in_the_summary(self, corrupt):
        """The month, how many of its rows, and how many failed which check; then what to do."""
        summary = corrupt.played.check("Train and judge").summary

        assert "2025-04: 102 of 1,120 rows (9.11%)" in summary, summary
        assert "90  wind: not in 0 to 60" in summary
        assert "12  pier: not north, south or west" in summary
        assert "look at data/quarantine" in summary

    def test_has_a_comment_without_a_word_of_the_data(self, corrupt):
        """The comment has our own words alone: what an error quotes was written by the pull request's code."""
        assert "> **Broken: the stage validate failed, so there is no model to judge.**" in corrupt.head
        assert "ringside ingest --refresh PARTITION" in corrupt.head
        assert "not in 0 to 60" not in corrupt.comment


def with_tide(name: str) -> pd.DataFrame:
    """A month with one column more, which tells much of who is late."""
    frame = month(name)
    noise = np.random.default_rng(len(frame)).normal(0, 1.5, len(frame))
    return frame.assign(tide=(frame["late"] * 2.0 + noise).round(2))


@pytest.fixture(scope="module")
def widened(_released, tmp_path_factory):
    """All months have the column `tide` from now on; schema and model take it."""
    folder = tmp_path_factory.mktemp("widened")
    with harbour(_released, folder) as arena:
        for name in MONTHS[:3]:
            write_month(folder / "months", name, with_tide(name))
        hour = '        "hour": Column(float'
        edits = {SCHEMA: (hour, f'        "tide": Column(float),\n{hour}'), MODEL: ('"hour"]', '"hour", "tide"]')}
        refresh = [word for name in MONTHS[:3] for word in ("--refresh", name)]
        ingested(arena, "tide", *refresh, edits=edits)
        yield opened(arena, "tide")


class TestSchemaChange:
    """A column more in data, schema and model."""

    def test_is_judged_against_the_champion(self, widened):
        """The champion predicts the rows by its own code, which knows nothing of the column."""
        assert widened.shown == ("success", "notice", "Pass"), widened.log
        assert "better than v1.0.0" in widened.check.annotations[0][1]
        assert "so v1.0.0 ran with its own" in widened.part("Models and rows")

    def test_says_that_it_is_major(self, widened):
        """Before anything is unfolded; the part on data has the column."""
        assert "The columns differ from those of v1.0.0: tide (added)" in widened.head
        assert "major version" in widened.head
        assert "| `tide` | added |" in widened.part("Data")


@pytest.fixture(scope="module")
def resplit(_released, tmp_path_factory):
    """A test window of two months in place of one."""
    with twin(_released, tmp_path_factory.mktemp("resplit")) as arena:
        yield told(arena, {"params.yaml": ("  test: 1", "  test: 2")})


class TestChangedSplit:
    """A split that tests on rows which the champion was trained on."""

    def test_judges_on_rows_that_are_new_to_both(self, resplit):
        """February is left out, since the champion learnt from it; the comment says how many rows that are."""
        part = resplit.part("Models and rows")

        assert "Test set: 1,120 rows in 28 groups" in part, resplit.log
        assert "1,120 test rows left out: training rows of the rival, or rows without its prediction." in part

    def test_is_seen_among_the_parameters(self, resplit):
        """And the stages from the split on ran."""
        assert "| `split.test` | 1 | 2 |" in resplit.part("Parameters")
        assert resplit.ran == ["split", "train", "evaluate"]


@pytest.fixture(scope="module")
def unread(_born, tmp_path_factory):
    """A fork's pull request and one of Dependabot, where no machine of theirs is given the data."""
    with twin(_born, tmp_path_factory.mktemp("unread")) as arena:
        arena.machine.pop("HARBOUR")
        arena.hub.repository("ada/demo", fork_of="acme/demo")
        seed = {"params.yaml": ("  seed: 0", "  seed: 1")}
        arena.change("seed", seed, repository="ada/demo", user="ada")
        lock = arena.bare.run("show", "main:requirements/model.txt")
        yield {
            "fork": opened(arena, "seed", fork="ada/demo", user="ada"),
            "dependabot": told(
                arena, {"requirements/model.txt": f"{lock}\n# bumped\n"}, "dependabot/pip/model-1", user=BOT
            ),
        }


@pytest.mark.parametrize("whose", ["fork", "dependabot"])
class TestUnreadableData:
    """Pull requests whose runs may not read the data."""

    def test_are_green_and_not_judged(self, unread, whose):
        """Nothing fails for what its author cannot change."""
        assert unread[whose].shown == ("success", "notice", "Not"), unread[whose].log
        assert unread[whose].check.annotations[0][1].startswith("Not judged: the data cannot be read here.")
        assert unread[whose].ran == []

    def test_say_who_can_judge_them(self, unread, whose):
        """The comment says it, and how; and that nothing is published before."""
        assert "> **Not judged: the data cannot be read here.**" in unread[whose].head
        assert "If you have access, review the change" in unread[whose].head
        assert "The change is judged again before anything is published." in unread[whose].head
