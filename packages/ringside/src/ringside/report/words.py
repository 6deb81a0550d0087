"""Every sentence of a report, made from its codes and numbers.

A difference is positive where the challenger is better, whichever way the metric counts.
"""

from collections.abc import Callable

from ringside.report import phrases
from ringside.report.model import Report, ResultRecord, RuleRecord
from ringside.report.number_format import count, difference, exact, percent, places, plain, signed

DECIDING = "RS006"
_MIB = 2**20
DIFFERENCE = "difference (+ is better)"
"""The head of a column of differences."""


def metric_name(name: str) -> str:
    """A metric as people call it; one of a task's own by its name."""
    return phrases.METRICS.get(name, name)


def capital(text: str) -> str:
    """`text` with a capital at its start; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def challenger_name(report: Report) -> str:
    """What the challenger is called."""
    return report.challenger_version or "challenger"


def rival_name(report: Report) -> str:
    """What stands in the rival's column: a version, adopted predictions, or the baseline."""
    if report.against == "baseline":
        return "baseline"
    if report.rival is None:
        return "champion"
    return report.rival.version or ("adopted" if report.rival.source == "adopted" else "champion")


def rival_phrase(report: Report) -> str:
    """The rival within a sentence."""
    return {
        "baseline": phrases.BASELINE,
        "adopted": "the adopted predictions",
        "champion": "the champion",
    }.get(rival_name(report), rival_name(report))


def deciding(report: Report) -> ResultRecord | None:
    """The result of the metric that decides, against the rival or else against the baseline."""
    if report.metrics and report.metrics[0].metric == report.policy.metric:
        return report.metrics[0]
    return report.baseline


def reason(code: str | None) -> str:
    """Half a sentence for the reason of a result or a rule."""
    return phrases.REASONS[code] if code else ""


def headline(report: Report) -> str:
    """The verdict in one sentence, the word first."""
    return f"{phrases.VERDICTS[report.verdict]}: {_because(report)}."


def what_now(report: Report) -> str:
    """What the reader does next, one to three short sentences."""
    if report.challenger_version is not None:
        return f"{report.challenger_version} is published already; nothing is to be merged here."
    if report.verdict == "pass":
        return _after_pass(report)
    if report.verdict == "fail":
        return f"Nothing is published; {_stays(report)}. {_look_at(report)}"
    blocks = report.policy.inconclusive == "block"
    lead = "The policy holds the merge back until this is settled" if blocks else "Safe to merge"
    return " ".join([f"{lead}; {_stays(report)}.", *_settles(report)])


def compared(result: ResultRecord) -> str:
    """One metric's difference: `log loss +0.0010 (-0.0030 to +0.0050), tolerance 0.002`."""
    if result.difference is None:
        return f"{metric_name(result.metric)} has no difference ({reason(result.reason or 'undefined')})"
    words = f"{metric_name(result.metric)} {difference(result)}"
    return words if result.tolerance is None else f"{words}, tolerance {tolerance(result)}"


def tolerance(result: ResultRecord) -> str:
    """The tolerance as the policy means it: a number, with the share of the gain where it comes from one."""
    if result.relative is None:
        return exact(result.tolerance)
    return f"{plain(result.tolerance, places(result))} ({percent(result.relative)} of the gain)"


def outcome(result: ResultRecord) -> str:
    """The outcome of a metric in words, with its reason where the bounds do not give it."""
    return f"{outcome_word(result)} ({reason(result.reason)})" if result.reason else outcome_word(result)


def outcome_word(result: ResultRecord) -> str:
    """The outcome alone."""
    return phrases.OUTCOMES[result.outcome] if result.outcome else "only shown"


def cautions(result: ResultRecord) -> str:
    """What to know beside the outcome; empty where there is nothing."""
    return "; ".join(phrases.CAUTIONS[caution] for caution in result.cautions)


def rule_title(finding: RuleRecord) -> str:
    """What a rule is called."""
    return phrases.RULES.get(finding.code, finding.name)


def rule_state(finding: RuleRecord) -> str:
    """The state of a rule; a note decides nothing, so it does not fail."""
    if finding.severity == "note" and finding.state == "failed":
        return "clearly more"
    return phrases.STATES[finding.state]


def rule_reason(finding: RuleRecord) -> str:
    """Why a rule has its state: the reason, the subjects, and the figure beside its limit."""
    words = [reason(finding.reason)] if finding.reason else []
    names = subjects(finding)
    if names:
        words.append(names)
    if finding.value is not None:
        words.append(_value(finding))
    return "; ".join(words)


def subjects(finding: RuleRecord, most: int = 5) -> str:
    """The metrics or slices of a rule, the first of them."""
    names = [metric_name(s[0]) if len(s) == 1 else f"{s[0]}={s[1]}" for s in finding.subjects]
    more = f" and {count(len(names) - most, 'other')}" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def confidence_note(report: Report) -> str:
    """How the differences and their bounds are to be read, said once."""
    below = 1 - (1 - report.policy.confidence) / max(1, report.policy.uses)
    note = (
        "A difference is positive where the challenger is better. In brackets its one-sided bounds: the true "
        f"difference is below the upper one with {percent(report.policy.confidence)} confidence"
    )
    if round(below, 4) == round(report.policy.confidence, 4):
        return f"{note}, and as surely above the lower one."
    return f"{note}, and for the deciding metric above the lower one with {percent(below)}."


def _because(report: Report) -> str:
    """What the verdict rests on, as half a sentence."""
    leading = _leading(report)
    result = deciding(report)
    if leading is not None and leading.code != DECIDING:
        return _rule_sentence(leading, report)
    if report.against == "baseline" or result is None:
        return _without_rival(report, result)
    words = compared(result)
    if result.reason == "identical":
        return f"the predictions are those of {rival_phrase(report)}, bit for bit"
    if report.verdict == "pass":
        return f"{words}; {outcome(result)} than {rival_phrase(report)}"
    if report.verdict == "fail":
        return f"{words}; worse than {rival_phrase(report)}"
    return f"{words}; {reason(result.reason)}" if result.reason and result.difference is not None else words


def _without_rival(report: Report, result: ResultRecord | None) -> str:
    if report.champion not in ("no_champion", "compared"):
        return phrases.RIVALS[report.champion]
    if result is None or result.challenger is None:
        return "there is nothing to judge against"
    name = metric_name(result.metric)
    words = f"a first model, {name} {plain(result.challenger, places(result))}"
    if result.difference is None:
        return words
    return f"{words}, {difference(result)} against {phrases.BASELINE}"


def _leading(report: Report) -> RuleRecord | None:
    """The rule that the verdict rests on: the deciding metric's where it is one of them, else the first."""
    wanted = {"fail": "failed", "inconclusive": "undecided"}.get(report.verdict)
    found = [rule for rule in report.rules if rule.severity == "decides" and rule.state == wanted]
    return next((rule for rule in found if rule.code == DECIDING), found[0] if found else None)


def _rule_sentence(finding: RuleRecord, report: Report) -> str:
    """A rule that failed or is undecided, with the deciding metric behind it where the two differ."""
    words = _rule_words(finding, report)
    result = deciding(report)
    if result is None or report.against == "baseline" or finding.state == "undecided":
        return words
    return f"{words}. The deciding metric: {compared(result)}"


def _rule_words(finding: RuleRecord, report: Report) -> str:
    """What a rule found, as half a sentence that stands alone."""
    names, why = subjects(finding), reason(finding.reason)
    if finding.code == "RS008" and finding.state == "failed":
        known = {result.metric: result for result in report.metrics}
        found = [compared(known[s[0]]) for s in finding.subjects[:3] if s[0] in known]
        return f"a guardrail is worse, beyond its tolerance: {'; '.join(found) or names}"
    if finding.code == "RS007" and report.anchor is not None and report.anchor.result is not None:
        anchor = report.anchor.version or "the anchor"
        return f"against {anchor}, which small losses are measured by, {compared(report.anchor.result)}"
    sentences = {
        "RS001": f"too many rows failed the schema, {_value(finding)}",
        "RS002": f"{_value(finding)} stand in training and in test",
        "RS004": f"{names}: {why}",
        "RS005": f"not shown to be better than {phrases.BASELINE} ({names})",
        "RS009": f"a slice is worse, beyond the tolerance: {names}; {_value(finding)}",
    }
    return sentences.get(finding.code, f"{rule_title(finding)}: {why or phrases.STATES[finding.state]}")


def _stays(report: Report) -> str:
    if report.rival is not None and report.rival.source == "champion" and report.rival.version is not None:
        return f"{report.rival.version} stays in production"
    if report.champion == "no_champion":
        return "there is no version in production yet"
    return "what is in production stays"


def _after_pass(report: Report) -> str:
    first = " as the first version" if report.champion == "no_champion" else ""
    if report.live:
        done = f"Merge it; once people approve, it is published{first}."
    else:
        done = f"Merge it and publish it by hand{first}, since params.yaml says live: false."
    return done if first else f"{done} Until then {_stays(report)}."


def _settles(report: Report) -> list[str]:
    """What would turn inconclusive into an answer."""
    leading, result = _leading(report), deciding(report)
    if report.champion not in ("compared", "no_champion"):
        return [phrases.REMEDIES[report.champion]]
    if leading is not None and leading.code != DECIDING:
        remedy = phrases.REMEDIES.get(leading.reason or "")
        return [remedy] if remedy else []
    return [] if result is None else _more_data(report, result)


def _more_data(report: Report, result: ResultRecord) -> list[str]:
    found = []
    if result.more_groups:
        found.append(f"About {count(result.more_groups, 'more group')} of data would settle it.")
    if result.reason == "too_few_groups":
        return [f"The window has {count(report.window.groups, 'group')}; the policy asks for more: add data."]
    if result.reason == "dominating_groups":
        groups, effective = count(report.window.groups, "group"), plain(report.window.effective_groups, 1)
        return [f"The window's {groups} count as {effective} of equal size; the policy asks for more: add data."]
    if result.smallest is not None:
        found.append(f"A window like this shows a difference of {plain(result.smallest, places(result))} or more.")
    return found


def _look_at(report: Report) -> str:
    """Where to look first after a fail."""
    failed = [rule for rule in report.rules if rule.severity == "decides" and rule.state == "failed"]
    if not failed:
        return ""
    codes = ", ".join(rule.code for rule in failed[:6])
    advice = {
        "RS001": "Look at the rows in data/quarantine and why they are there.",
        "RS002": "Look at the row identity of the task and at the split.",
        "RS003": "Look at what the estimator holds: a type that skops does not trust.",
        "RS004": "Look at the data first: a floor is missed by much.",
        "RS005": "Look at the features: the model has learnt nothing from them.",
        "RS006": "Look at the slices that moved, the parameters and the data.",
        "RS007": "Small losses added up: compare with the anchor's parameters and data.",
        "RS008": "Look at all metrics.",
        "RS009": "Look at the slices.",
    }.get(failed[0].code, "Look at the rules.")
    return f"Failed: {codes}. {advice}"


def _value(finding: RuleRecord) -> str:
    """The figure that a rule found, in the unit of that rule."""
    value, limit = finding.value or 0.0, finding.limit
    if finding.code == "RS001":
        return f"{percent(value, 2)} of a partition, {percent(limit, 2)} may"
    if finding.code == "RS002":
        return count(round(value), "row")
    if finding.code == "RS009":
        return f"{count(round(value))} of {count(round(limit or 0), 'judged slice')}"
    if finding.code in ("RS005", "RS006", "RS007"):
        words = signed(value, 4)
        return words if limit is None else f"{words}, tolerance {exact(limit)}"
    if finding.severity == "note":
        return _noted(finding.code, value, limit)
    return plain(value) if limit is None else f"{plain(value)}, limit {exact(limit)}"


def _noted(code: str, value: float, rival: float | None) -> str:
    """The figure of a note, beside the rival's."""
    if code == "RS105":
        return f"metrics differ by {value:.1g} at most" if value else "equal metrics"
    units: dict[str, Callable[[float], str]] = {
        "RS101": lambda share: percent(share, 2),
        "RS102": lambda ms: f"{plain(ms, 1)} ms for 1,000 rows",
        "RS103": lambda size: f"{plain(size / _MIB, 2)} MiB",
        "RS104": lambda minutes: f"{plain(minutes, 2)} minutes",
    }
    unit = units.get(code, plain)
    return unit(value) if rival is None else f"{unit(value)}, rival {unit(rival)}"
