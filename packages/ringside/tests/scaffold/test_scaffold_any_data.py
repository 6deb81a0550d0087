"""Whatever columns are called and hold, what `init` writes reads the file that it was made from, row for row."""

import csv
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from drafting import EVIL, default
from ringside.errors import DataError, UsageError
from ringside.init.infer.doubts import doubts
from ringside.init.infer.draft import Wishes
from ringside.init.infer.facts import decide
from ringside.init.infer.look import look_at_file
from ringside.init.write.package import files
from ringside.pipeline.validate.rows import validate

ROWS = 40
ODD = [EVIL, "back\\", "{x}", "\u2028", "\u202e", "\x1b[31m", "class", "None", "COLUMNS", "day", "row", "=1+1", "none"]
NAMES = st.one_of(st.sampled_from(ODD), st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
TEXTS = st.one_of(st.sampled_from([*ODD, "?", " ?", " NA ", "\x85", "1,5", "007", "12 %", "Yes", "no"]), st.text())
COLUMNS = st.one_of(
    st.lists(st.integers(-(2**62), 2**62), min_size=ROWS, max_size=ROWS),
    st.lists(st.floats(-1e12, 1e12) | st.none(), min_size=ROWS, max_size=ROWS),
    st.lists(TEXTS, min_size=1, max_size=5).map(lambda texts: [texts[row * 7 % len(texts)] for row in range(ROWS)]),
    st.just([f"2025-01-{1 + row % 28:02d}" for row in range(ROWS)]),
)


@st.composite
def frames(draw):
    """Rows of a target that is learnable and columns of any kind, under any names."""
    names = draw(st.lists(NAMES.filter(str.strip), min_size=3, max_size=5, unique=True))
    answers = draw(st.sampled_from([[0, 1], ["ja", 'ne"in'], ["a", "\u2028b", "{c}"], range(ROWS)]))
    first = [answers[row % len(answers)] for row in range(ROWS)]
    return pd.DataFrame({name: draw(COLUMNS) if place else first for place, name in enumerate(names)})


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Where the data are."""
    return tmp_path_factory.mktemp("any") / "data.parquet"


def run(texts):
    """The modules of a task, of the texts that were written."""
    found = {}
    for name in ("__init__", "source", "schema"):
        found[name] = ModuleType("mine")
        exec(compile(texts[f"{name}.py"], name, "exec"), found[name].__dict__)  # noqa: S102  # what init writes is run
    return found


class TestAnyData:
    """Names and values of somebody else's."""

    @settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(frame=frames(), suffix=st.sampled_from([".csv", ".parquet"]))
    def test_pass_the_schema_that_was_made_of_them(self, path, frame, suffix):
        """Every row is answered under its columns' very names, and none is quarantined."""
        place = path.with_suffix(suffix)
        frame.to_csv(place, index=False, quoting=csv.QUOTE_ALL) if suffix == ".csv" else frame.to_parquet(place)
        try:
            seen = look_at_file(place)
            draft = decide(seen, Wishes(name="mine", target=next(iter(seen.columns))), default)
        except (DataError, UsageError):
            reject()
        list(doubts(draft))
        task = run(files(draft, {"path": str(place)}))
        rows = pd.concat([task["source"].read(name) for name in task["source"].partitions()])

        answer = validate(rows, task["schema"].SCHEMA, task["__init__"].TASK, where="data")
        assert len(answer.valid) + answer.unlabelled == ROWS
        assert answer.reasons == {}
