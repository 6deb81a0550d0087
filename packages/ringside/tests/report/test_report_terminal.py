"""The report at the end of a run."""

import pytest

from examples import ALL, passed
from report_parts import policy, report, result
from ringside.report.render.terminal import MOST_LINES, WIDTH, to_terminal
from ringside.report.words import headline, what_now


class TestLines:
    """What is printed."""

    @pytest.mark.parametrize("name", ALL)
    def test_hold_the_verdict_and_what_to_do(self, name):
        """The sentence first, the next step last, wrapped and otherwise whole."""
        shown = ALL[name]()
        text = " ".join(to_terminal(shown))

        assert text.startswith(headline(shown))
        assert text.endswith(what_now(shown))

    def test_show_all_guardrails_and_two_more(self):
        """The deciding metric, each guardrail, and two that are only shown."""
        guards = [result(f"guard_{i}", tolerance=0.1, outcome="no_worse") for i in range(5)]
        shown = report(metrics=[*passed().metrics[:1], *guards, *passed().metrics[2:]])
        names = [line.split("  ")[0] for line in to_terminal(shown)[4:-2]]

        assert names == ["log loss", *(f"guard_{i}" for i in range(5)), "Brier score", "average precision"]

    def test_keep_to_their_number(self):
        """A hundred guardrails do not scroll the verdict away."""
        guards = [result("g" * 60 + f"{i:03}", tolerance=0.1, outcome="no_worse") for i in range(99)]
        lines = to_terminal(report(metrics=[*passed().metrics[:1], *guards]))

        assert len(lines) <= MOST_LINES
        assert lines[-1].endswith("stays in production.")

    def test_break_a_name_that_is_wider_than_they_are(self):
        """A metric of the task's own may have the longest name."""
        name = "m" * 64
        lines = to_terminal(report(metrics=[result(name, tolerance=0.1, outcome="worse")], policy=policy(metric=name)))

        assert max(map(len, lines)) <= WIDTH
