"""The body of the comment: the rendered report or status, and links below it.

All text comes from this module and the renderers; the run contributes only names that the schemas allow.
"""

from collections.abc import Callable

from ringside.github.artifact import Uploaded
from ringside.github.pulls import TrainRun
from ringside.report import status as statuses
from ringside.report.render.markdown import to_markdown

Body = Callable[[int], str]
"""Function that returns Markdown for a maximum number of characters of the report."""

_OWN = (
    "The figures are the pull request's own: its code computed them. Before anything is published, the model is built "
    "and judged again from the merged code."
)


def body_of(found: Uploaded, run: TrainRun, place: str) -> Body:
    """Return the comment on a run's upload.

    Args:
        found: the upload.
        run: the run.
        place: the address of the repository, such as https://github.com/acme/demo.
    """

    def body(limit: int) -> str:
        if found.report is None:
            return "\n\n".join([statuses.to_markdown(found.status).strip(), _links(found, run, place)])
        text = to_markdown(found.report, limit=limit).strip()
        return "\n\n".join([text, "---", f"{_links(found, run, place)} {_OWN}"])

    return body


def body_without(run: TrainRun, place: str) -> Body:
    """Return the comment if a later run has no report: an older verdict must not look like this run's."""
    if run.conclusion == "success":
        said = "Nothing to judge: the change touches nothing that matters to the model"
        tone, now = "NOTE", "Nothing is to be done for the model; what is in production stays."
    else:
        said = "No report: the run of Train ended without one"
        tone, now = "CAUTION", "Look at its log; running it again is safe."
    return _plain(tone, f"{said}.", now, run, place)


def body_refused(run: TrainRun, place: str) -> Body:
    """Return the comment if the upload of a later run was refused."""
    said = "Refused: what the run of Train uploaded is no report of this commit."
    now = "Review its changes of .github and packages/ringside; the log of the job Report has the reason."
    return _plain("CAUTION", said, now, run, place)


def _plain(tone: str, said: str, now: str, run: TrainRun, place: str) -> Body:
    text = f"> [!{tone}]\n> **{said}**\n\n**What now:** {now}\n\n{_links(None, run, place)}"
    return lambda _limit: text


def _links(found: Uploaded | None, run: TrainRun, place: str) -> str:
    there = f"{place}/actions/runs/{run.id}"
    page = f", [the report as a page]({there}/artifacts/{found.page})" if found and found.page else ""
    return f"[The run of Train]({there}) for commit `{run.head_sha[:7]}`{page}."
