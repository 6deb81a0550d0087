"""The model card and the release notes."""

import re
import subprocess
import sys
from datetime import UTC, datetime

import pandas as pd
import pytest

from made import Made, report, result
from ringside.common.manifest import PartitionEntry
from ringside.common.model_file import dump_model
from ringside.registry.card import Material, asked_types, card, loader_lines, notes, text
from ringside.report.model import ColumnChangeRecord, DataDiffRecord, RuleRecord, SliceRecord
from shelf import metadata

HOSTILE = "x`|<script>alert(1)</script>\n# Heading\n[a](http://b) @someone &amp; *bold*"
MATERIAL = Material(
    params={"train": {"seed": 1, "depth": 3}},
    entries=[PartitionEntry("block-1", 1234, "sha256:abc", None)],
    trusted=["sklearn.tree._tree.Tree"],
    reference_rows=7,
)

# The loader runs where neither the machinery nor the task can be imported.
ALONE = """
import sys
sys.modules["ringside"] = sys.modules["diabetes"] = None
exec(compile(sys.stdin.read(), "notes", "exec"))
"""


def written(**changes: object) -> str:
    """The card of a plain version with another report."""
    return card(metadata(version="v1.2.0"), report(**changes), MATERIAL)


class TestText:
    """A value that anybody may have written."""

    @pytest.mark.parametrize("value", ["plain", "a b", "2013-01", "origin=JFK", "string[pyarrow]", 0.25, True])
    def test_that_is_plain_stands_as_code(self, value):
        """Usual names and numbers are shown as they are."""
        assert text(value) == f"`{value}`"

    def test_that_is_hostile_has_no_character_of_markup(self):
        """Nothing of Markdown or HTML is left between the tags of the code."""
        inner = text(HOSTILE).removeprefix("<code>").removesuffix("</code>")

        assert re.fullmatch(r"(?:[A-Za-z0-9 ]|&#[0-9]+;)+", inner)

    def test_that_is_long_is_cut(self):
        """A megabyte of text does not make a megabyte of card."""
        assert len(text("a" * 1_000_000)) < 300

    def test_that_is_empty_is_still_a_cell(self):
        """An empty text does not break a table."""
        assert text("") == "<code>&nbsp;</code>"


class TestCard:
    """MODEL_CARD.md."""

    @pytest.mark.parametrize(
        "fact",
        [
            "# Model card: `toy` v1.2.0",
            "`y` of task `toy` (regression)",
            "| `z` | `float64` | yes |",
            "| `block-1` | 1,234 | `sha256:abc` |",
            "| `train.depth` | `3` |",
            "| `mae` | 41.25 | 42.5 | +1.25 (-0.5 to +3) | 1 | no worse |",
            "Verdict: **pass**",
            "ringside verify v1.2.0",
            "7 test rows with their predictions",
            "`sklearn.tree._tree.Tree`",
        ],
    )
    def test_says(self, fact):
        """Meaning, columns, data, parameters, metrics with intervals, verdict and how to check are in it."""
        assert fact in written()

    def test_keeps_the_reason_of_who_published_without_a_pass(self):
        """An accepted reason stands in the card."""
        made = metadata(verdict="inconclusive", accepted="the old one is broken")

        assert "Published without a pass, for this reason: `the old one is broken`" in card(made, report(), MATERIAL)

    def test_cannot_be_broken_by_hostile_text(self):
        """Columns, parameters and reasons are read as text and as nothing else."""
        made = metadata(columns={HOSTILE: HOSTILE}, accepted=HOSTILE, target=HOSTILE)
        material = Material({HOSTILE: {HOSTILE: HOSTILE}}, [PartitionEntry("p", 1, HOSTILE, None)], [HOSTILE], 0)
        found = card(made, report(), material)

        assert "<script>" not in found
        assert "\n# Heading" not in found
        assert "](http" not in found
        assert len(re.findall(r"^#", found, re.MULTILINE)) == len(re.findall(r"^#", written(), re.MULTILINE))

    def test_shows_the_worst_slices_first(self):
        """Of many slices the ten with the worst value are shown."""
        slices = [SliceRecord(column="c", value=f"s{n}", rows=9, result=result(challenger=float(n))) for n in range(30)]
        found = re.findall(r"`c=s([0-9]+)`", written(slices=slices))

        assert found == [str(n) for n in range(29, 19, -1)]

    def test_names_what_was_not_judged(self):
        """A rule that is undecided is a limit, with its reason."""
        rule = RuleRecord(code="RS007", name="anchor", severity="decides", state="undecided", reason="unreachable")

        assert "Rule RS007 `anchor`: undecided (`unreachable`)." in written(rules=[rule])

    def test_names_columns_that_moved(self):
        """A column with a large stability index is a limit."""
        column = ColumnChangeRecord(column="bmi", stability=0.4, distance=0.1, missing_before=0.0, missing_after=0.0)
        data = DataDiffRecord(rows_before=1, rows_after=2, duplicates_before=0, duplicates_after=0, columns=[column])

        assert "drifted since the champion was trained: `bmi`" in written(data=data)

    def test_says_that_a_release_without_rows_cannot_be_compared(self):
        """Where data are private, the card says what verifying leaves out."""
        found = card(metadata(), report(), Material({}, [], [], 0))

        assert "has no rows" in found


class TestNotes:
    """The release notes."""

    def lines(self, made: Made) -> str:
        """The loader in the notes of v1.0.0."""
        content = (made.release() / "model.skops").read_bytes()
        found = notes(made.metadata(), report(), loader_lines(content, "regression", has_rows=True))
        return re.search(r"```python\n(.*?)\n```", found, re.DOTALL)[1]

    def test_have_a_loader_of_five_lines(self, diabetes: Made):
        """Five lines, as promised."""
        assert len(self.lines(diabetes).splitlines()) == 5

    def test_have_a_loader_that_needs_nothing_of_ours(self, diabetes: Made):
        """Where neither `ringside` nor the task can be imported, it prints the stored predictions."""
        done = subprocess.run(
            [sys.executable, "-c", ALONE],
            input=self.lines(diabetes),
            cwd=diabetes.release(),
            capture_output=True,
            text=True,
            check=True,
        )
        stored = pd.read_parquet(diabetes.release() / "reference.parquet")["prediction"]
        printed = [float(number) for number in re.findall(r"[0-9.]+", done.stdout)]

        assert printed == pytest.approx(stored.tolist(), rel=1e-6)

    def test_state_each_trusted_type(self, diabetes: Made):
        """The list in the loader is what skops asks for in this file."""
        content = (diabetes.release() / "model.skops").read_bytes()

        assert f"trusted={asked_types(content)!r}" in self.lines(diabetes)

    def test_say_when_the_wheel_is_needed(self):
        """A model with a type of the task's own cannot be loaded without it."""
        found = notes(metadata(), report(), loader_lines(dump_model(Made), "regression", has_rows=False))

        assert "and the wheel" in found

    def test_are_short(self):
        """People read them in a list of releases."""
        made = metadata(published=datetime(2026, 1, 2, tzinfo=UTC))
        lines = loader_lines(dump_model([1]), "binary", has_rows=False)

        assert len(notes(made, report(), lines)) < 2000


class TestLoader:
    """Its last line, by kind."""

    @pytest.mark.parametrize(
        ("kind", "call"),
        [
            ("binary", "predict_proba(rows)[:, 1]"),
            ("multiclass", "predict_proba(rows)"),
            ("regression", "predict(rows)"),
        ],
    )
    def test_answers_what_the_kind_predicts(self, kind, call):
        """A probability, one for each class, or a number."""
        assert f"model.{call})" in loader_lines(dump_model([1]), kind, has_rows=False).text

    def test_reads_rows_of_your_own_where_there_are_none(self):
        """Without reference rows it names a file that you bring."""
        assert 'read_parquet("rows.parquet"' in loader_lines(dump_model([1]), "binary", has_rows=False).text
