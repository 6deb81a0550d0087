"""Charts as Mermaid reads them."""

import re

import pytest

from examples import ALL
from report_parts import report
from ringside.report.document import Chart, Series
from ringside.report.model import GroupRecord
from ringside.report.render.markdown import to_markdown
from ringside.report.render.mermaid import drawable, legend, to_mermaid

NUMBER = r"-?\d+(?:\.\d+)?"
TEXT = r'"[^"\n\\]*"'
GRAMMAR = re.compile(
    rf"""---\nconfig:\n\ \ themeVariables:\n\ \ \ \ xyChart:\n\ \ \ \ \ \ plotColorPalette:\ {TEXT}\n---\n
    xychart-beta\n
    \ +title\ {TEXT}\n
    \ +x-axis\ {TEXT}\ {NUMBER}\ -->\ {NUMBER}\n
    \ +y-axis\ {TEXT}\ {NUMBER}\ -->\ {NUMBER}
    (\n\ +line\ {TEXT}\ \[{NUMBER}(,\ {NUMBER})+\])+""",
    re.VERBOSE,
)
"""What of `xychart-beta` is used: Mermaid 11 and 12 both read it."""


def chart(*lines):
    """A chart of lines over 1, 2, 3 and so on."""
    series = tuple(Series(name, tuple(enumerate(map(float, ys), start=1))) for name, ys in lines)
    return Chart("Log loss by group", "group", "log loss", series, "", ends=("a", "z"))


class TestGrammar:
    """The text."""

    @pytest.mark.parametrize("name", ALL)
    def test_is_kept_by_every_chart(self, name):
        """Each block of each example is of the grammar that both versions read."""
        blocks = re.findall(r"```mermaid\n(.*?)\n```", to_markdown(ALL[name]()), re.DOTALL)

        assert all(GRAMMAR.fullmatch(block) for block in blocks)
        assert blocks or name == "huge"

    @pytest.mark.parametrize("values", [(1e-9, 2e-9), (1e14, -1e14), (0, 0), (5e-324, 0), (3, 3 + 1e-13)])
    def test_is_kept_by_every_size_of_number(self, values):
        """No exponent, and a scale with two ends."""
        text = to_mermaid(chart(("challenger", values)))
        low, high = re.search(rf"y-axis {TEXT} ({NUMBER}) --> ({NUMBER})", text).groups()

        assert GRAMMAR.fullmatch(text)
        assert float(low) < float(high)


class TestLines:
    """What is drawn."""

    def test_share_their_horizontal_scale(self):
        """Where one line has no point the other has none either."""
        one = Series("challenger", ((1.0, 0.1), (2.0, 0.2), (3.0, 0.3)))
        other = Series("v1.2.0", ((1.0, 0.5), (3.0, 0.7)))
        text = to_mermaid(Chart("T", "x", "y", (one, other), ""))

        assert 'line "challenger" [0.1, 0.3]' in text
        assert 'line "v1.2.0" [0.5, 0.7]' in text

    def test_need_two_points(self):
        """One point is no line."""
        assert not drawable(chart(("challenger", [1]), ("v1.2.0", [1])))
        assert drawable(chart(("challenger", [1, 2])))

    def test_are_named_with_their_colour(self):
        """Older versions draw no legend, so the words do."""
        assert legend(chart(("challenger", [1, 2]), ("v1.2.0", [1, 2]))) == "challenger blue, v1.2.0 orange"

    def test_leave_out_groups_that_define_no_metric(self):
        """A group without a value is counted and not drawn."""
        points = [
            GroupRecord(group=f"d{i}", rows=9, challenger=None if i == 1 else 0.5 + i, rival=0.6) for i in range(5)
        ]

        assert "1 group cannot define the metric" in to_markdown(report(groups=points))
