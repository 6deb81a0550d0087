"""The sentences of a report, made from its codes and numbers.

A difference is positive if the challenger is better, whether higher or lower values of the metric are better.
"""

from collections.abc import Callable

from ringside import messages
from ringside.codes import RuleCode
from ringside.messages import reason
from ringside.report.model import Report, ResultRecord, RuleRecord
from ringside.report.number_format import count, difference, exact, percent, places, plain, signed

_MIB = 2**20
DIFFERENCE = "difference (+ is better)"
"""Header of a column of differences."""


def metric_name(name: str) -> str:
    """Return the name of a metric in a sentence; a metric of the task keeps its own name."""
    return messages.METRICS.get(name, name)


def capital(text: str) -> str:
    """Return `text` with a capital first letter; the rest is unchanged."""
    return text[:1].upper() + text[1:]


def challenger_name(report: Report) -> str:
    """Return the name of the challenger."""
    return report.challenger_version or "challenger"


def rival_name(report: Report) -> str:
    """Return the header of the rival's column: a version, `adopted`, `champion` or `baseline`."""
    if report.against == "baseline":
        return "baseline"
    if report.rival is None:
        return "champion"
    return report.rival.version or ("adopted" if report.rival.source == "adopted" else "champion")


def rival_phrase(report: Report) -> str:
    """Return the name of the rival within a sentence."""
    return {
        "baseline": messages.BASELINE,
        "adopted": "the adopted predictions",
        "champion": "the champion",
    }.get(rival_name(report), rival_name(report))


def deciding(report: Report) -> ResultRecord | None:
    """Return the result of the deciding metric, compared with the rival or else with the baseline."""
    if report.metrics and report.metrics[0].metric == report.policy.metric:
        return report.metrics[0]
    return report.baseline


def headline(report: Report) -> str:
    """Return the verdict as one sentence that starts with the verdict."""
    return f"{messages.VERDICTS[report.verdict]}: {_because(report)}."


def what_now(report: Report) -> str:
    """Return the next step, in one to three short sentences."""
    if report.challenger_version is not None:
        return f"{report.challenger_version} is already published; there is nothing to merge."
    if report.verdict == "pass":
        return _after_pass(report)
    if report.verdict == "fail":
        return f"Nothing is published; {_stays(report)}. {_look_at(report)}"
    blocks = report.policy.inconclusive == "block"
    lead = "The policy blocks the merge until this is decided" if blocks else "Safe to merge"
    return " ".join([f"{lead}; {_stays(report)}.", *_settles(report)])


def compared(result: ResultRecord) -> str:
    """Return the difference of one metric: `log loss +0.0010 (-0.0030 to +0.0050), tolerance 0.002`."""
    if result.difference is None:
        return f"{metric_name(result.metric)} has no difference ({reason(result.reason or 'undefined')})"
    words = f"{metric_name(result.metric)} {difference(result)}"
    return words if result.tolerance is None else f"{words}, tolerance {tolerance(result)}"


def tolerance(result: ResultRecord) -> str:
    """Return the tolerance as a number, with the share of the gain if it is relative."""
    if result.relative is None:
        return exact(result.tolerance)
    return f"{plain(result.tolerance, places(result))} ({percent(result.relative)} of the gain)"


def outcome(result: ResultRecord) -> str:
    """Return the outcome of a metric, with its reason if the bounds do not determine it."""
    return f"{outcome_word(result)} ({reason(result.reason)})" if result.reason else outcome_word(result)


def outcome_word(result: ResultRecord) -> str:
    """Return the outcome of a metric without its reason."""
    return messages.OUTCOMES[result.outcome] if result.outcome else "only shown"


def cautions(result: ResultRecord) -> str:
    """Return the cautions of a metric; empty if there are none."""
    return "; ".join(messages.CAUTIONS[caution].sentence for caution in result.cautions)


def rule_title(finding: RuleRecord) -> str:
    """Return the title of a rule; its name if the code is unknown."""
    message = messages.RULES.get(finding.code)
    return message.title if message else finding.name


def rule_state(finding: RuleRecord) -> str:
    """Return the state of a rule; a note cannot fail."""
    if finding.severity == "note" and finding.state == "failed":
        return "clearly more"
    return messages.STATES[finding.state]


def rule_reason(finding: RuleRecord) -> str:
    """Return why a rule has its state: the reason, the subjects, and the figure with its limit."""
    words = [reason(finding.reason)] if finding.reason else []
    names = subjects(finding)
    if names:
        words.append(names)
    if finding.value is not None:
        words.append(_value(finding))
    return "; ".join(words)


def subjects(finding: RuleRecord, most: int = 5) -> str:
    """Return the first metrics or slices of a rule, and the number of the others."""
    names = [metric_name(s[0]) if len(s) == 1 else f"{s[0]}={s[1]}" for s in finding.subjects]
    more = f" and {count(len(names) - most, 'other')}" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def confidence_note(report: Report) -> str:
    """Return how to read the differences and their bounds."""
    below = 1 - (1 - report.policy.confidence) / max(1, report.policy.uses)
    note = (
        "A difference is positive if the challenger is better. One-sided bounds are in brackets: the true "
        f"difference is below the upper bound with {percent(report.policy.confidence)} confidence"
    )
    if round(below, 4) == round(report.policy.confidence, 4):
        return f"{note}, and above the lower bound with the same confidence."
    return f"{note}; for the deciding metric, it is above the lower bound with {percent(below)} confidence."


def _because(report: Report) -> str:
    """Return the reason of the verdict, as half a sentence."""
    leading = _leading(report)
    result = deciding(report)
    if leading is not None and leading.code != RuleCode.DECIDING_METRIC:
        return _rule_sentence(leading, report)
    if report.against == "baseline" or result is None:
        return _without_rival(report, result)
    words = compared(result)
    if result.reason == "identical":
        return f"the predictions are identical to those of {rival_phrase(report)}"
    if report.verdict == "pass":
        return f"{words}; {outcome(result)} than {rival_phrase(report)}"
    if report.verdict == "fail":
        return f"{words}; worse than {rival_phrase(report)}"
    return f"{words}; {reason(result.reason)}" if result.reason and result.difference is not None else words


def _without_rival(report: Report, result: ResultRecord | None) -> str:
    if report.champion not in ("no_champion", "compared"):
        return messages.RIVALS[report.champion].sentence
    if result is None or result.challenger is None:
        return "there is nothing to compare with"
    name = metric_name(result.metric)
    words = f"a first model, {name} {plain(result.challenger, places(result))}"
    if result.difference is None:
        return words
    return f"{words}, {difference(result)} against {messages.BASELINE}"


def _leading(report: Report) -> RuleRecord | None:
    """Return the rule behind the verdict: that of the deciding metric if it is one of them, else the first."""
    wanted = {"fail": "failed", "inconclusive": "undecided"}.get(report.verdict)
    rules = [rule for rule in report.rules if rule.severity == "decides" and rule.state == wanted]
    return next((rule for rule in rules if rule.code == RuleCode.DECIDING_METRIC), rules[0] if rules else None)


def _rule_sentence(finding: RuleRecord, report: Report) -> str:
    """Return a rule that failed or is undecided; after a failed rule, the deciding metric too."""
    words = _rule_words(finding, report)
    result = deciding(report)
    if result is None or report.against == "baseline" or finding.state == "undecided":
        return words
    return f"{words}. The deciding metric: {compared(result)}"


def _rule_words(finding: RuleRecord, report: Report) -> str:
    """Return the state of a rule as half a sentence."""
    names = subjects(finding)
    if finding.code == RuleCode.GUARDRAILS and finding.state == "failed":
        known = {result.metric: result for result in report.metrics}
        names = "; ".join(compared(known[s[0]]) for s in finding.subjects[:3] if s[0] in known) or names
    if finding.code == RuleCode.ANCHOR and report.anchor is not None and report.anchor.result is not None:
        anchor = f"the anchor {report.anchor.version}" if report.anchor.version else "the anchor"
        return f"against {anchor}, {compared(report.anchor.result)}"
    message = messages.RULES.get(finding.code, messages.Message(f"{finding.name}: {{why}}"))
    why = reason(finding.reason) or messages.STATES[finding.state]
    return message.sentence.format(names=names, why=why, value=_value(finding))


def _stays(report: Report) -> str:
    if report.rival is not None and report.rival.source == "champion" and report.rival.version is not None:
        return f"{report.rival.version} stays in production"
    if report.champion == "no_champion":
        return "there is no version in production yet"
    return "production stays as it is"


def _after_pass(report: Report) -> str:
    first = " as the first version" if report.champion == "no_champion" else ""
    if report.live:
        done = f"Merge it. It is published{first} after approval."
    else:
        done = f"Merge it, then publish it by hand{first}: params.yaml has live: false."
    return done if first else f"{done} Until then {_stays(report)}."


def _settles(report: Report) -> list[str]:
    """Return the advice on how to decide an inconclusive verdict."""
    leading, result = _leading(report), deciding(report)
    if report.champion not in ("compared", "no_champion"):
        return [messages.RIVALS[report.champion].advice]
    if leading is not None and leading.code != RuleCode.DECIDING_METRIC:
        advice = messages.REASONS[leading.reason].advice if leading.reason else ""
        return [advice] if advice else []
    return [] if result is None else _more_data(report, result)


def _more_data(report: Report, result: ResultRecord) -> list[str]:
    sentences = []
    if result.more_groups:
        sentences.append(f"About {count(result.more_groups, 'more group')} would decide it.")
    if result.reason == "too_few_groups":
        groups = count(report.window.groups, "group")
        return [f"The test set has {groups}, fewer than policy.min_groups. {messages.REASONS[result.reason].advice}"]
    if result.reason == "dominating_groups":
        groups, effective = count(report.window.groups, "group"), plain(report.window.effective_groups, 1)
        size = f"The test set's {groups} count as {effective} of equal size, fewer than policy.min_groups."
        return [f"{size} {messages.REASONS[result.reason].advice}"]
    if result.smallest is not None:
        smallest = plain(result.smallest, places(result))
        sentences.append(f"This test set detects differences of {smallest} or more in four of five cases.")
    return sentences


def _look_at(report: Report) -> str:
    """Return the codes of the rules that failed, and the advice of the first."""
    failed = [rule for rule in report.rules if rule.severity == "decides" and rule.state == "failed"]
    if not failed:
        return ""
    codes = ", ".join(rule.code for rule in failed[:6])
    message = messages.RULES.get(failed[0].code)
    return f"Failed: {codes}. {message.advice if message else 'Look at the rules.'}"


def _value(finding: RuleRecord) -> str:
    """Return the figure of a rule with its unit."""
    value, limit = finding.value or 0.0, finding.limit
    if finding.code == RuleCode.DATA_VALID:
        return f"{percent(value, 2)} of a partition, {percent(limit, 2)} allowed"
    if finding.code == RuleCode.NO_LEAK:
        return count(round(value), "row")
    if finding.code == RuleCode.SLICES:
        return f"{count(round(value))} of {count(round(limit or 0), 'judged slice')}"
    if finding.code in (RuleCode.BASELINE, RuleCode.DECIDING_METRIC, RuleCode.ANCHOR):
        words = signed(value, 4)
        return words if limit is None else f"{words}, tolerance {exact(limit)}"
    if finding.severity == "note":
        return _noted(finding.code, value, limit)
    return plain(value) if limit is None else f"{plain(value)}, limit {exact(limit)}"


def _noted(code: str, value: float, rival: float | None) -> str:
    """Return the figure of a note, beside the rival's."""
    if code == RuleCode.REBUILD:
        return f"metrics differ by {value:.1g} at most" if value else "equal metrics"
    units: dict[str, Callable[[float], str]] = {
        RuleCode.CALIBRATION: lambda share: percent(share, 2),
        RuleCode.LATENCY: lambda ms: f"{plain(ms, 1)} ms for 1,000 rows",
        RuleCode.SIZE: lambda size: f"{plain(size / _MIB, 2)} MiB",
        RuleCode.MINUTES: lambda minutes: f"{plain(minutes, 2)} minutes",
    }
    unit = units.get(code, plain)
    return unit(value) if rival is None else f"{unit(value)}, rival {unit(rival)}"
