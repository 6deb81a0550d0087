"""What a run of the watch hands on is as strict as a report, and its words are made where they are read."""

import json

import pytest

from proposing import monitor
from ringside.errors import ReportError
from ringside.report.model import Part
from ringside.report.proposal_text import PROBLEMS, REASONS, TITLES, alarm_body, decided
from ringside.report.watch import (
    AlarmCode,
    DataProblem,
    Decision,
    MonitorState,
    Reason,
    Repeat,
    Watch,
    dump_watch,
    read_watch,
)
from ringside.report.watch_text import headline, to_markdown, to_terminal

WATCH = Watch(commit="a" * 40, monitor=monitor(), decision=Decision(decided="nothing"))


def codes(kind: object) -> set[str]:
    """All values of a type of codes."""
    from typing import get_args

    found = set()
    for one in get_args(kind):
        found |= codes(one) if get_args(one) else {one}
    return found


class TestRead:
    """What is believed."""

    def test_is_what_was_written(self):
        """A watch comes back as it was."""
        assert read_watch(dump_watch(WATCH)) == WATCH

    @pytest.mark.parametrize(
        "change",
        [
            {"note": "hello"},
            {"commit": "main"},
            {"brought": ["2013-07\n@everyone"]},
            {"brought": ["<b>"]},
            {"alarms": ["fire"]},
            {"decision": {"decided": "retrain", "reasons": ["because"]}},
            {"monitor": None},
        ],
    )
    def test_is_nothing_else(self, change):
        """An unknown field, a text that is no name, a code that there is not: all of it is refused."""
        values = json.loads(dump_watch(WATCH)) | change

        with pytest.raises(ReportError):
            read_watch(json.dumps(values).encode())

    def test_is_strict_throughout(self):
        """Every part refuses what it does not know."""
        assert issubclass(Watch, Part)
        assert Watch.model_config["extra"] == "forbid"


class TestWords:
    """Sentences for codes."""

    def test_are_there_for_every_code(self):
        """No code of alarms, reasons or data is without words."""
        assert set(TITLES) == codes(AlarmCode)
        assert set(REASONS) == codes(Reason)
        assert set(PROBLEMS) == codes(DataProblem)

    @pytest.mark.parametrize("state", sorted(codes(MonitorState)))
    def test_are_there_for_every_state(self, state):
        """Whatever became of the champion, the first line is a sentence."""
        text = headline(monitor().model_copy(update={"state": state}))

        assert text[0].isupper()
        assert text.endswith(".")
        assert "{" not in text

    def test_of_the_two_forms_are_the_same(self):
        """Terminal and Markdown begin with the same sentence."""
        assert to_terminal(monitor())[0] in to_markdown(monitor())

    def test_name_the_rollback(self):
        """A champion that is worse than the one before it: the issue names that version."""
        again = Repeat(version="v0.9.0", state="compared")
        watch = WATCH.model_copy(update={"monitor": monitor("worse", repeat=again), "alarms": ["worse"]})

        body = alarm_body("worse", watch, run_url="https://r", rollback_url="https://b")

        assert "[Open the workflow Rollback](https://b)" in body
        assert "v0.9.0" in body

    def test_say_that_the_source_has_ended(self):
        """After December there is a sentence."""
        assert "The source has no further partition." in decided(WATCH.model_copy(update={"ended": True}))
