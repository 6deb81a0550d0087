"""Data model of status.json: the result of a pull request's run, which may have no report.

It is the second file that trusted code reads, as strict as a report: states and reasons are codes, and this module
makes the sentences.
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
"""Maximum size of a file that is read."""

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
    """The result of one run."""

    format: Literal[1]
    state: State
    step: Step | None = None
    """Step in which the run ended; None if it was judged."""
    stage: Name | None = None
    """Stage of dvc.yaml that failed, if any."""
    reason: Reason | None = None
    lock: LockRecord | None = None
    """The committed dvc.lock compared with the one that this code produces; None if the pipeline did not finish."""
    commit: Commit | None = None
    """Checked-out commit; on a pull request the merge with its base."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """Check that step, reason and stage match the state."""
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
    """The texts about a run without a verdict."""

    tone: Tone
    headline: str
    """One sentence: the state and its reason."""
    what_now: str
    """One to three sentences."""


def read_status(content: bytes) -> Status:
    """Read a status from untrusted bytes.

    Raises:
        ReportError: As in `ringside.report.read.read_report`, or its parts contradict each other.
    """
    try:
        return read_part(content, Status, most=MAX_BYTES)
    except ReportError as error:
        raise ReportError(error.found, where="status.json", remedy=_MINE) from None


_MINE = "run the workflow Train again, with this version of the package."


def dump_status(status: Status) -> bytes:
    """Return the bytes of a status; equal objects have equal bytes."""
    return dump_part(status)


def words_of(status: Status) -> Words:
    """Return the texts about a run without a verdict.

    Raises:
        ValueError: The run has a verdict.
    """
    if status.state == "judged":
        raise ValueError("a run that was judged has a report")
    if status.reason is not None:
        return _BY_REASON[status.reason]
    if status.step == "pipeline" and status.stage is not None:
        return Words(
            "bad",
            f"Broken: the stage {status.stage} failed, so there is no model to judge.",
            f"{_BY_STAGE.get(status.stage, '')}The summary of the run ends with the error. "
            f"dvc repro {status.stage} repeats it on your machine.",
        )
    return _BY_STEP[status.step or "pipeline"]


def to_markdown(status: Status) -> str:
    """Return a run without a verdict as Markdown, for a comment and the summary of a job.

    Raises:
        ValueError: The run has a verdict, and therefore a report.
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
        "A run of a fork or of Dependabot cannot read private data, or the source does not answer. If you have access, "
        "review the change. Then push a fork's change to a branch of this repository, start Train by hand for "
        "Dependabot, or run ringside ci train in a checkout. The change is judged again before anything is published.",
    ),
    "source_differs": Words(
        "bad",
        "Broken: the source answers a partition differently than data/manifest.json says.",
        "The log of the job names the partition. If the new values are right, run "
        "ringside ingest --refresh PARTITION and commit data/. Otherwise, fix the source.",
    ),
    "params_wrong": Words(
        "bad",
        "Broken: params.yaml has an invalid value.",
        "The log of the job names the key and its allowed values. ringside validate repeats the check on your machine.",
    ),
    "policy_unreadable": Words(
        "bad",
        "Broken: the policy of the base branch cannot be read, and only this policy may judge.",
        "Fix params.yaml on the base branch, or update this branch from it. The log of the job has the error.",
    ),
    "shallow": Words(
        "bad",
        "Broken: this checkout is shallow and lacks the base branch with the policy.",
        "Fetch the whole history in the job (fetch-depth: 0, as in the template's train.yaml), then run it again.",
    ),
}

_BY_STAGE = {
    "validate": "Most often, too many rows fail the schema (validate.max_quarantined). Fix the source and run "
    "ringside ingest --refresh PARTITION, or change the schema if the rows are right. ",
    "split": "Most often, a row identity occurs twice, or there are too few partitions for split.test. ",
}
"""Most likely cause and fix, by failed stage."""

_BY_STEP: dict[Step, Words] = {
    "data": Words(
        "bad",
        "Broken: the data of data/manifest.json could not be ingested.",
        "The log of the job has the error. ringside ingest --frozen repeats it on your machine.",
    ),
    "pipeline": Words(
        "bad",
        "Broken: the pipeline ended without a model to judge.",
        "The log of the job has the error. dvc repro repeats it on your machine.",
    ),
    "judge": Words(
        "bad",
        "Broken: a model was trained but could not be judged.",
        "The log of the job has the error. ringside verdict repeats it on your machine.",
    ),
}
