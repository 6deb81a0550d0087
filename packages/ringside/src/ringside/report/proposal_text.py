"""What the loop tells people: the pull request of a retrained model, the issues of alarms, the summary of a run."""

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
    "new_data": "new data came in",
    "drift": "the data drifted from what the champion learnt from",
    "performance": "the champion lost more than is tolerated, or fell below a floor",
}
PROBLEMS: Mapping[DataProblem, str] = {
    "too_many_quarantined": "more of its rows fail the schema than validate.max_quarantined allows",
    "schema": "a column is missing, new, or of another type than the schema says",
    "source_differs": "the source answers a partition differently than data/manifest.json says",
    "refused": "it was refused on its way in: empty, or with a doubled or missing identity, or not whole",
}
TITLES: Mapping[AlarmCode, str] = {
    "below_floor": "The champion is below its floor",
    "worse": "The champion is worse than the version before it",
    "data": "New data are not as they must be",
    "performance": "The champion lost, and there is nothing new to learn from",
    "drift": "The data drifted, and there is nothing new to learn from",
}
_REMEDIES: Mapping[AlarmCode, str] = {
    "below_floor": "See whether the retrained model reaches the floor, if there is a pull request of one; else roll "
    "back, or change the model. An inconclusive one can be published with a reason by the workflow Publish.",
    "worse": "Roll back by the workflow Rollback, which checks the version's files first and keeps the next merge from "
    "bringing this one back.",
    "data": "Nothing of it was taken: the data are what they were. Mend the source, or the schema in schema.py if the "
    "new form is meant; the log of the run has the details, and the next run looks again.",
    "performance": "Training again on the same data makes the same model. Another model or other features may help, or "
    "a model on the default branch that was not published.",
    "drift": "Training again on the same data makes the same model, and drift alone does not say that the champion is "
    "wrong: see its figures. Labels of the newer data would tell.",
}
APPROVE = (
    "> [!IMPORTANT]\n> **Somebody with the right to write has to press *Approve workflows to run* below:** this pull "
    "request was opened by a workflow, so its checks wait for a person. Without them it cannot be merged."
)


def partition_of(watch: Watch) -> str | None:
    """The partition that names a proposal: the newest that came."""
    return watch.brought[-1] if watch.brought else None


def decided(watch: Watch) -> str:
    """What was decided and why, in one to three sentences."""
    decision = watch.decision
    because = ", and ".join(REASONS[reason] for reason in decision.reasons)
    if decision.decided == "retrain":
        came = f" New: {', '.join(watch.brought[:6])}{' and more' * (len(watch.brought) > 6)}."  # noqa: PLR2004
        return f"A new model was trained, because {because}.{came}"
    if decision.decided == "nothing_to_learn":
        why = "there are no new labelled data, and the same data make the same model"
        return f"No model was trained though {because}: {why}."
    if decision.decided == "not_live":
        return "Nothing is done by schedule: params.yaml says live: false. A run by hand does it all."
    if watch.brought:
        return f"{', '.join(watch.brought[:6])} came in, and the policy (retrain.when) asks for no new model."
    rest = " The source has no further partition." if watch.ended else ""
    waits = f" {', '.join(watch.waiting)} waits for its labels." if watch.waiting else ""
    return f"No model was trained: nothing new, and nothing that asks for one.{rest}{waits}"


def summary(watch: Watch, report: Report | None) -> str:
    """Markdown for the summary of a run."""
    parts = ["## Watch", escape(decided(watch))]
    parts += [f"- **{escape(TITLES[alarm])}.**" for alarm in watch.alarms]
    parts.append(monitor_markdown(watch.monitor))
    if report is not None:
        parts.append(report_markdown(report))
    return "\n\n".join(parts) + "\n"


def title(watch: Watch, report: Report) -> str:
    """The title of the pull request, with the verdict in it."""
    words = {"pass": "passes", "fail": "fails", "inconclusive": "is inconclusive"}[report.verdict]
    return f"Retrain on {partition_of(watch)}: the new model {words}"


def body(watch: Watch, report: Report, *, approve: bool = True, run_url: str = "", limit: int = LIMIT) -> str:
    """The pull request: what to press, why it is there, how the champion does, and the report; at most `limit` long."""
    monitor = watch.monitor
    parts = [APPROVE] if approve else []
    parts.append(escape(decided(watch)))
    if note := _floor_note(watch, report):
        parts.append(escape(note))
    if report.verdict == "fail":
        parts.append(
            "The retrained model is refused by the policy. Nobody has to merge this: close it, or push a better model "
            "to this branch. The next data bring a new one."
        )
    parts.append(monitor_markdown(monitor))
    if run_url:
        parts.append(f"Made by [this run]({run_url}), from the code of `{watch.commit}`.")
    top = "\n\n".join(parts) + "\n\n---\n\n"
    return top + report_markdown(report, limit=limit - len(top))


def _floor_note(watch: Watch, report: Report) -> str:
    """A champion below its floor is no measure, so what counts then is whether the new model reaches it."""
    if "below_floor" not in watch.monitor.alarms:
        return ""
    missed = any(finding.name == "floors" and finding.state != "passed" for finding in report.rules)
    new = "does not surely reach the floors on the test window either" if missed else "reaches them on the test window"
    return f"{headline(watch.monitor)} To be no worse than that is not enough: the new model {new}."


def alarm_body(alarm: AlarmCode, watch: Watch, *, run_url: str, rollback_url: str) -> str:
    """The issue of an alarm."""
    parts = [f"**{escape(TITLES[alarm])}.**"]
    if alarm == "data" and watch.data_problem is not None:
        name = watch.data_partition or "New data"
        parts.append(escape(f"{name}: {PROBLEMS[watch.data_problem]}."))
    parts.append(escape(_REMEDIES[alarm]))
    if alarm in ("worse", "below_floor") and rollback_url:
        repeat = watch.monitor.repeat
        to = f" (the version before is {repeat.version})" if repeat is not None else ""
        parts.append(f"[Open the workflow Rollback]({rollback_url}){escape(to)}")
    if alarm != "data":
        parts.append(monitor_markdown(watch.monitor))
    parts.append(f"Found by [this run]({run_url}); it closes this issue when it is over.")
    return "\n\n".join(parts) + "\n"


def over(watch: Watch) -> str:
    """The comment with which an alarm's issue is closed."""
    judged = watch.monitor.partition
    where = f" on {judged}" if judged else ""
    new = f"; {count(len(watch.brought), 'partition')} came in order" if watch.brought else ""
    return f"Over, by the run of the watch{escape(where)}{new}."


def asks_for_pull(watch: Watch, report: Report, compare_url: str, *, run_url: str = "") -> str:
    """The issue that stands in where workflows may not open pull requests."""
    why = (
        "Workflows may not open pull requests here (Settings, Actions, General: *Allow GitHub Actions to create and "
        "approve pull requests*), so a person does; its checks then run at once."
    )
    link = f"**A retrained model waits: [open its pull request]({compare_url}).**"
    top = "\n\n".join([link, why, escape(verdict_headline(report))]) + "\n\n---\n\n"
    return top + body(watch, report, approve=False, run_url=run_url, limit=LIMIT - len(top))
