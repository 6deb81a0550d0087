"""What became of a pull request's run, where there may be no report: the other file that crosses to trusted code.

As strict as a report: states and reasons are codes, and every sentence is made here.
"""

from typing import Literal, NamedTuple, Self

from pydantic import model_validator

from ringside.errors import ReportError
from ringside.messages import LOCKS
from ringside.report.document import Tone
from ringside.report.model import Commit, LockRecord, Name, Part
from ringside.report.read import dump_part, read_part
from ringside.report.render.markdown import escape

MAX_BYTES = 10_000
"""A file larger than this is not read."""

State = Literal["judged", "not_judged", "broken"]
Step = Literal["data", "pipeline", "judge"]
Reason = Literal["data_unreadable", "source_differs", "params_wrong", "policy_unreadable", "shallow"]

_REASONS: dict[Reason, tuple[State, frozenset[Step]]] = {
    "data_unreadable": ("not_judged", frozenset({"data"})),
    "source_differs": ("broken", frozenset({"data"})),
    "params_wrong": ("broken", frozenset({"data", "judge"})),
    "policy_unreadable": ("broken", frozenset({"judge"})),
    "shallow": ("broken", frozenset({"judge"})),
}


class Status(Part):
    """What became of one run."""

    format: Literal[1]
    state: State
    step: Step | None = None
    """Where it ended; None where it was judged."""
    stage: Name | None = None
    """Of dvc.yaml, where one failed."""
    reason: Reason | None = None
    lock: LockRecord | None = None
    """The committed dvc.lock beside the one that this code makes; None where the pipeline did not get that far."""
    commit: Commit | None = None
    """That was checked out: on a pull request the merge with its base."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """A state has its step, its reason and its stage, and no other's."""
        state, steps = _REASONS[self.reason] if self.reason else (self.state, None)
        if (
            (self.state == "judged") != (self.step is None)
            or (self.state == "not_judged" and self.reason is None)
            or (self.stage is not None and self.step != "pipeline")
            or state != self.state
            or (steps is not None and self.step not in steps)
        ):
            raise ValueError("its parts contradict each other")
        return self


class Words(NamedTuple):
    """What is said of a run that gave no verdict."""

    tone: Tone
    headline: str
    """One sentence: what became of it and why."""
    what_now: str
    """One to three sentences."""


def read_status(content: bytes) -> Status:
    """A status from bytes that anybody may have written.

    Raises:
        ReportError: as `ringside.report.read.read_report`, or its parts contradict each other.
    """
    try:
        return read_part(content, Status, most=MAX_BYTES)
    except ReportError as error:
        raise ReportError(error.found, where="status.json", remedy=_MINE) from None


_MINE = "run the workflow Train again, with this version of the machinery."


def dump_status(status: Status) -> bytes:
    """The bytes of a status; equal ones have equal bytes."""
    return dump_part(status)


def words_of(status: Status) -> Words:
    """Why there is no verdict, and what now.

    Raises:
        ValueError: there is one.
    """
    if status.state == "judged":
        raise ValueError("a run that was judged has a report")
    if status.reason is not None:
        return _BY_REASON[status.reason]
    if status.step == "pipeline" and status.stage is not None:
        return Words(
            "bad",
            f"Broken: the stage {status.stage} failed, so there is no model to judge.",
            f"{_BY_STAGE.get(status.stage, '')}The run's summary ends with its error, the log has all of it; "
            f"dvc repro {status.stage} repeats it on your machine.",
        )
    return _BY_STEP[status.step or "pipeline"]


def to_markdown(status: Status) -> str:
    """A run without a verdict as Markdown, for a comment and a job's summary.

    Raises:
        ValueError: it was judged; the report says how.
    """
    words = words_of(status)
    alert = {"good": "TIP", "open": "NOTE", "bad": "CAUTION"}[words.tone]
    parts = [f"> [!{alert}]\n> **{escape(words.headline)}**", f"**What now:** {escape(words.what_now)}"]
    if status.lock is not None and status.lock != "same":
        parts.append(f"- {escape(LOCKS[status.lock])}")
    return "\n\n".join(parts) + "\n"


_BY_REASON: dict[Reason, Words] = {
    "data_unreadable": Words(
        "open",
        "Not judged: the data cannot be read here.",
        "A run of a fork or of Dependabot may not read private data, and a source can be out of reach. Somebody who "
        "may read them judges it: look at the change, then push a fork's to a branch of this repository, start Train "
        "by hand on Dependabot's, or run ringside ci train in a checkout. Before anything is published, it is judged "
        "again.",
    ),
    "source_differs": Words(
        "bad",
        "Broken: the source answers a partition differently than data/manifest.json says.",
        "The log of the job names the partition. If the new answer is right, take it with "
        "ringside ingest --refresh PARTITION and commit data/; else mend the source.",
    ),
    "params_wrong": Words(
        "bad",
        "Broken: params.yaml asks for what cannot be.",
        "The log of the job names the key and what it may be; ringside validate says the same on your machine.",
    ),
    "policy_unreadable": Words(
        "bad",
        "Broken: the policy of the base branch cannot be read, and no other may judge.",
        "Mend params.yaml on the base branch first, or update this branch from it; the log of the job has the error.",
    ),
    "shallow": Words(
        "bad",
        "Broken: this checkout is shallow and lacks the base, whose policy alone may judge.",
        "Let the job fetch the whole history, as the template's train.yaml does (fetch-depth: 0), and run it again.",
    ),
}

_BY_STAGE = {
    "validate": "Most often more rows fail the schema than may (validate.max_quarantined): mend the source and take "
    "the partition again with ringside ingest --refresh PARTITION, or change the schema where the rows are right. ",
    "split": "Most often a row identity stands twice, or there are too few partitions for split.test. ",
}
"""What to look at first, by the stage that failed."""

_BY_STEP: dict[Step, Words] = {
    "data": Words(
        "bad",
        "Broken: the data could not be brought as data/manifest.json names them.",
        "The log of the job says what was found; ringside ingest --frozen repeats it on your machine.",
    ),
    "pipeline": Words(
        "bad",
        "Broken: the pipeline ended without a model to judge.",
        "The log of the job has the error; dvc repro repeats it on your machine.",
    ),
    "judge": Words(
        "bad",
        "Broken: a model was trained but could not be judged.",
        "The log of the job has the error; ringside verdict repeats it on your machine.",
    ),
}
