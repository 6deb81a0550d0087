"""status.json: what became of a run, read as anybody's text, and the words for it."""

import itertools
import json
from typing import get_args

import pytest
from pydantic import ValidationError

from ringside.errors import ReportError
from ringside.report import status as module
from ringside.report.model import LockRecord
from ringside.report.status import MAX_BYTES, Status, dump_status, read_status, to_markdown, words_of

JUDGED = Status(format=1, state="judged", lock="same", commit="a" * 40)
NOT_JUDGED = Status(format=1, state="not_judged", step="data", reason="data_unreadable")
STAGE = Status(format=1, state="broken", step="pipeline", stage="train", commit="a" * 40)

STEPS = (None, *get_args(module.Step))
REASONS = (None, *get_args(module.Reason))


def all_states():
    """Every status that the model allows, but for names and hashes."""
    found = []
    for state, step, reason, stage in itertools.product(get_args(module.State), STEPS, REASONS, (None, "train")):
        try:
            found.append(Status(format=1, state=state, step=step, reason=reason, stage=stage))
        except ValidationError:
            continue
    return found


class TestReading:
    """What is taken and what is refused."""

    @pytest.mark.parametrize("status", [JUDGED, NOT_JUDGED, STAGE], ids=lambda status: status.state)
    def test_gives_back_what_was_written(self, status):
        """In canonical bytes."""
        written = dump_status(status)

        assert read_status(written) == status
        assert written == dump_status(read_status(written))

    @pytest.mark.parametrize(
        "values",
        [
            {"state": "judged", "step": "data"},
            {"state": "judged", "reason": "data_unreadable"},
            {"state": "judged", "stage": "train"},
            {"state": "not_judged"},
            {"state": "not_judged", "step": "data"},
            {"state": "not_judged", "step": "data", "reason": "source_differs"},
            {"state": "not_judged", "step": "judge", "reason": "data_unreadable"},
            {"state": "broken"},
            {"state": "broken", "step": "data", "reason": "data_unreadable"},
            {"state": "broken", "step": "data", "stage": "train"},
            {"state": "broken", "step": "data", "reason": "policy_unreadable"},
            {"state": "passed", "step": None},
            {"state": "broken", "step": "pipeline", "stage": "a b"},
            {"state": "broken", "step": "pipeline", "stage": "<img>"},
            {"state": "broken", "step": "pipeline", "stage": "x" * 65},
            {"state": "judged", "commit": "main"},
            {"state": "judged", "commit": "A" * 40},
            {"state": "judged", "lock": "fine"},
            {"state": "judged", "format": 2},
            {"state": "judged", "format": True},
            {"state": "judged", "note": "text"},
            {"state": ["judged"]},
            {},
        ],
    )
    def test_refuses_what_contradicts_itself_or_the_schema(self, values):
        """One line that names the file and quotes nothing."""
        with pytest.raises(ReportError) as caught:
            read_status(json.dumps({"format": 1} | values).encode())

        assert caught.value.where == "status.json"
        assert "\n" not in caught.value.found
        assert "<img>" not in str(caught.value)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"[]",
            b"null",
            b"{",
            b"\xff",
            b'{"format": NaN}',
            b'{"format": 1, "format": 1, "state": "judged"}',
            b'{"format": 1, "state": "judged", "stage": "\\ud800"}',
            b"[" * 5000,
            b'{"format": 1, "state": "judged"}' + b" " * MAX_BYTES,
        ],
    )
    def test_refuses_what_is_no_such_file(self, content):
        """Of any kind, and of any size."""
        with pytest.raises(ReportError):
            read_status(content)

    def test_takes_what_has_only_what_it_must(self):
        """A run that was judged says no more than that."""
        assert read_status(b'{"format": 1, "state": "judged"}').state == "judged"


class TestWords:
    """Each state has one sentence for why and one for what now."""

    @pytest.mark.parametrize("status", [one for one in all_states() if one.state != "judged"], ids=repr)
    def test_are_there_for_each_state(self, status):
        """The headline begins with what became of it, and something is to be done."""
        words = words_of(status)

        assert words.headline.startswith("Not judged: " if status.state == "not_judged" else "Broken: ")
        assert words.tone == ("open" if status.state == "not_judged" else "bad")
        assert words.headline.endswith(".")
        assert words.what_now.endswith(".")

    def test_cover_more_than_a_few_states(self):
        """The list above is able to be empty, and is not."""
        assert len(all_states()) >= 8

    def test_name_the_stage(self):
        """The one that failed, and the command that repeats it."""
        text = to_markdown(STAGE)

        assert "> [!CAUTION]\n> **Broken: the stage train failed" in text
        assert "dvc repro train" in text

    def test_name_what_most_often_stops_a_stage(self):
        """Of `validate` the rows that fail the schema, with the command that takes them again."""
        text = to_markdown(STAGE.model_copy(update={"stage": "validate"}))

        assert "ringside ingest --refresh PARTITION" in text
        assert "dvc repro validate" in text

    def test_say_who_can_judge(self):
        """A fork's author learns that nothing is wrong and what happens next."""
        text = to_markdown(NOT_JUDGED)

        assert text.startswith("> [!NOTE]\n> **Not judged: the data cannot be read here.**")
        assert "If you have access, review the change" in text

    @pytest.mark.parametrize("lock", get_args(LockRecord))
    def test_say_what_is_wrong_with_the_lock(self, lock):
        """One line, where something is."""
        text = to_markdown(NOT_JUDGED.model_copy(update={"lock": lock}))

        assert ("dvc.lock" in text) == (lock != "same")

    def test_of_a_run_that_was_judged_are_the_reports(self):
        """There is nothing to render from a status."""
        with pytest.raises(ValueError, match="has a report"):
            to_markdown(JUDGED)
