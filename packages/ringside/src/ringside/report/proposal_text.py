"""Texts of retraining: the pull request of a new model, the issues of alarms, the summary of a run."""

from collections.abc import Mapping

from ringside.report.model import Report
from ringside.report.number_format import count
from ringside.report.render.markdown import LIMIT, escape
from ringside.report.render.markdown import to_markdown as report_markdown
from ringside.report.watch import AlarmCode, DataProblem, Reason, Watch
from ringside.report.watch_text import headline
from ringside.report.watch_text import to_markdown as monitor_markdown
from ringside.report.words import headline as verdict_headline

REASONS: Mapping[Reason, str] = {
    "new_data": "there are new data",
    "drift": "the data drifted from the champion's training data",
    "performance": "the champion lost more than the tolerance, or misses a floor",
}
PROBLEMS: Mapping[DataProblem, str] = {
    "too_many_quarantined": "more of its rows fail the schema than validate.max_quarantined allows",
    "schema": "a column is missing, new, or of another type than in the schema",
    "source_differs": "the source returns other values for a partition than data/manifest.json lists",
    "refused": "it was not ingested, because it is empty or incomplete, or an identity is missing or repeated",
}
TITLES: Mapping[AlarmCode, str] = {
    "below_floor": "The champion is below its floor",
    "worse": "The champion is worse than the version before it",
    "data": "New data are not as they must be",
    "performance": "The champion lost, and there is nothing new to learn from",
    "drift": "The data drifted, and there is nothing new to learn from",
}
_REMEDIES: Mapping[AlarmCode, str] = {
    "below_floor": "If there is a pull request with a retrained model, check whether it reaches the floor. Otherwise, "
    "roll back or change the model. The workflow Publish can publish an inconclusive model with a reason.",
    "worse": "Roll back with the workflow Rollback. It checks the files of the version first, and starts a promotion "
    "freeze, so that the next merge does not restore this version.",
    "data": "Nothing was ingested; the data are unchanged. Fix the source, or the schema in schema.py if the new form "
    "is right. The log of the run has the details, and the next run checks again.",
    "performance": "Training again on the same data gives the same model. Try another model or other features, or "
    "publish a model of the default branch that is not published yet.",
    "drift": "Training again on the same data gives the same model. Drift alone does not mean that the champion is "
    "wrong: check its metrics. The labels of the newer data will decide.",
}
APPROVE = (
    "> [!IMPORTANT]\n> **Press *Approve workflows to run* below (write access needed):** a workflow opened this pull "
    "request, so its checks wait for approval. It cannot be merged without them."
)


def partition_of(watch: Watch) -> str | None:
    """Return the newest partition, which names the proposal."""
    return watch.brought[-1] if watch.brought else None


def decided(watch: Watch) -> str:
    """Return the decision and its reasons, in one to three sentences."""
    decision = watch.decision
    because = ", and ".join(REASONS[reason] for reason in decision.reasons)
    if decision.decided == "retrain":
        came = f" New: {', '.join(watch.brought[:6])}{' and more' * (len(watch.brought) > 6)}."  # noqa: PLR2004
        return f"A new model was trained, because {because}.{came}"
    if decision.decided == "nothing_to_learn":
        why = "There are no new labelled data, and the same data give the same model."
        return f"No model was trained, although {because}. {why}"
    if decision.decided == "not_live":
        return "The schedule does nothing, because params.yaml has live: false. A run by hand does everything."
    if watch.brought:
        return f"{', '.join(watch.brought[:6])} came in; the policy (retrain.when) requires no new model."
    rest = " The source has no further partition." if watch.ended else ""
    waits = f" {', '.join(watch.waiting)} is waiting for labels." if watch.waiting else ""
    return f"No model was trained: there are no new data, and no reason for a new model.{rest}{waits}"


def summary(watch: Watch, report: Report | None) -> str:
    """Return Markdown for the summary of a run."""
    parts = ["## Watch", escape(decided(watch))]
    parts += [f"- **{escape(TITLES[alarm])}.**" for alarm in watch.alarms]
    parts.append(monitor_markdown(watch.monitor))
    if report is not None:
        parts.append(report_markdown(report))
    return "\n\n".join(parts) + "\n"


def title(watch: Watch, report: Report) -> str:
    """Return the title of the pull request, with the verdict."""
    words = {"pass": "passes", "fail": "fails", "inconclusive": "is inconclusive"}[report.verdict]
    return f"Retrain on {partition_of(watch)}: the new model {words}"


def body(watch: Watch, report: Report, *, approve: bool = True, run_url: str = "", limit: int = LIMIT) -> str:
    """Return the body of the pull request, at most `limit` characters: approval, reason, champion and report."""
    monitor = watch.monitor
    parts = [APPROVE] if approve else []
    parts.append(escape(decided(watch)))
    if note := _floor_note(watch, report):
        parts.append(escape(note))
    if report.verdict == "fail":
        parts.append(
            "The policy refuses the retrained model. Close this pull request, or push a better model to this branch. "
            "New data will open another one."
        )
    parts.append(monitor_markdown(monitor))
    if run_url:
        parts.append(f"Opened by [this run]({run_url}), from commit `{watch.commit}`.")
    top = "\n\n".join(parts) + "\n\n---\n\n"
    return top + report_markdown(report, limit=limit - len(top))


def _floor_note(watch: Watch, report: Report) -> str:
    """Return a note on whether the new model reaches the floors, if the champion misses one."""
    if "below_floor" not in watch.monitor.alarms:
        return ""
    missed = any(finding.name == "floors" and finding.state != "passed" for finding in report.rules)
    new = "does not surely reach the floors on the test set either" if missed else "reaches them on the test set"
    return f"{headline(watch.monitor)} Being no worse is not enough: the new model {new}."


def alarm_body(alarm: AlarmCode, watch: Watch, *, run_url: str, rollback_url: str) -> str:
    """Return the body of the issue of an alarm."""
    parts = [f"**{escape(TITLES[alarm])}.**"]
    if alarm == "data" and watch.data_problem is not None:
        name = watch.data_partition or "New data"
        parts.append(escape(f"{name}: {PROBLEMS[watch.data_problem]}."))
    parts.append(escape(_REMEDIES[alarm]))
    if alarm in ("worse", "below_floor") and rollback_url:
        repeat = watch.monitor.repeat
        to = f" (the previous version is {repeat.version})" if repeat is not None else ""
        parts.append(f"[Open the workflow Rollback]({rollback_url}){escape(to)}")
    if alarm != "data":
        parts.append(monitor_markdown(watch.monitor))
    parts.append(f"Opened by [this run]({run_url}). A later run closes this issue when the problem is solved.")
    return "\n\n".join(parts) + "\n"


def over(watch: Watch) -> str:
    """Return the comment that closes the issue of an alarm."""
    judged = watch.monitor.partition
    where = f" on {judged}" if judged else ""
    new = f"; {count(len(watch.brought), 'new partition')}" if watch.brought else ""
    return f"Solved, by the last monitoring run{escape(where)}{new}."


def asks_for_pull(watch: Watch, report: Report, compare_url: str, *, run_url: str = "") -> str:
    """Return the body of the issue with a link, if workflows may not open pull requests."""
    why = (
        "Workflows may not open pull requests here (Settings, Actions, General: *Allow GitHub Actions to create and "
        "approve pull requests*), so open it yourself; its checks then run at once."
    )
    link = f"**A retrained model is ready: [open its pull request]({compare_url}).**"
    top = "\n\n".join([link, why, escape(verdict_headline(report))]) + "\n\n---\n\n"
    return top + body(watch, report, approve=False, run_url=run_url, limit=LIMIT - len(top))
