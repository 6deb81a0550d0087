"""The coded rules, a class for each, and what they come to."""

from dataclasses import replace

import numpy as np
import pytest

from judging import judged, policy_of
from ringside.codes import RuleCode
from ringside.errors import UsageError
from ringside.verdict import Comparison, Result, Scored, Slice, Truth, text
from ringside.verdict import rules as r
from ringside.verdict.rules import floors

SOME = judged([1.0, 2.0, 4.0], min_groups=2)


def result(outcome, metric="log_loss", **changes) -> Result:
    """A result of which only the outcome matters."""
    tolerance = None if outcome is None else 0.01
    return replace(SOME, metric=metric, outcome=outcome, tolerance=tolerance, reason=None, **changes)


def comparison(outcome="no_worse", *, guards=(), slices=()) -> Comparison:
    """A comparison with these outcomes."""
    others = [result(guard, f"guard_{i}") for i, guard in enumerate(guards)]
    parts = [Slice("hub", value, 500, result(found)) for value, found in slices]
    return Comparison((result(outcome), *others), tuple(parts))


def evidence(**changes) -> r.Evidence:
    """Evidence on which every rule passes or has nothing to look at."""
    return r.Evidence(**({"champion": "compared", "comparison": comparison()} | changes))


RULES = [value for value in vars(r).values() if isinstance(value, r.Rule)]


def found(rule: r.Rule, **changes) -> tuple[str, str | None, tuple[str, ...]]:
    """State, reason and subjects of one rule."""
    finding = next(finding for finding in r.judge_rules(evidence(**changes)) if finding.rule == rule)
    return finding.state, finding.reason, finding.subjects


class TestRS001DataValid:
    """At most the allowed share of a partition is quarantined."""

    def test_passes_up_to_the_limit(self):
        """The limit itself is allowed."""
        assert found(r.DATA_VALID, quarantined=0.05, max_quarantined=0.05)[0] == "passed"

    def test_fails_above_it(self):
        """One row more is too many."""
        assert found(r.DATA_VALID, quarantined=0.051, max_quarantined=0.05)[:2] == ("failed", "too_many_quarantined")


class TestRS002NoLeak:
    """No row stands on both sides of the split."""

    def test_passes_without_one(self):
        """None is found."""
        assert found(r.NO_LEAK)[0] == "passed"

    def test_fails_with_one(self):
        """A single one is a leak."""
        assert found(r.NO_LEAK, leaked=1)[:2] == ("failed", "rows_on_both_sides")


class TestRS003ModelFile:
    """The model file loads with trusted types only."""

    def test_passes_without_a_stranger(self):
        """All types are trusted."""
        assert found(r.MODEL_FILE)[0] == "passed"

    def test_fails_with_one_and_names_it(self):
        """The subjects are the types."""
        assert found(r.MODEL_FILE, untrusted=("os.system",)) == ("failed", "untrusted_types", ("os.system",))


class TestRS004Floors:
    """Each metric reaches what the policy asks for."""

    def reach(self, **limits):
        """The floors' finding for errors 1 ± 0.1 in 20 rows."""
        truth = Truth.of("regression", np.zeros(20))
        model = Scored.of(truth, np.linspace(0.9, 1.1, 20))
        return found(r.FLOORS, floors=floors(model, policy_of(metric="mae", floors=limits)))

    def test_passes_where_all_are_reached(self):
        """A loss below its ceiling."""
        assert self.reach(mae=1.01) == ("passed", None, ("mae",))

    def test_fails_where_one_is_surely_missed(self):
        """The bound on the good side misses it too; the rule names that metric alone."""
        assert self.reach(mae=1.01, rmse=0.5) == ("failed", "below_floor", ("rmse",))

    def test_is_undecided_where_chance_may_have_missed_it(self):
        """A value just on the wrong side."""
        assert self.reach(mae=0.99) == ("undecided", "near_floor", ("mae",))

    def test_is_undecided_where_the_metric_is_undefined(self):
        """R² of equal labels is no number."""
        assert self.reach(r2=0.5)[:2] == ("undecided", "near_floor")

    def test_does_not_apply_without_a_floor(self):
        """Nothing is asked."""
        assert found(r.FLOORS)[:2] == ("not_applicable", "none_asked")

    def test_refuses_a_metric_that_does_not_exist(self):
        """A floor under nothing is a mistake."""
        with pytest.raises(UsageError, match="`floors` names the metric 'auc'"):
            self.reach(auc=0.5)


class TestRS005Baseline:
    """Better than a baseline without features."""

    def test_passes_where_it_is_better(self):
        """Beyond chance."""
        assert found(r.BASELINE, baseline=result("better"))[0] == "passed"

    @pytest.mark.parametrize("changes", [{"upper": -0.1}, {"upper": None, "reason": "identical"}])
    def test_fails_where_it_is_surely_not(self, changes):
        """Worse beyond chance, or the very same predictions."""
        baseline = replace(result("no_worse"), **changes)

        assert found(r.BASELINE, baseline=baseline)[:2] == ("failed", "not_better_than_baseline")

    def test_is_undecided_in_between(self):
        """No worse is not better."""
        assert found(r.BASELINE, baseline=result("no_worse"))[0] == "undecided"

    def test_does_not_apply_without_its_predictions(self):
        """Nothing to compare with."""
        assert found(r.BASELINE)[:2] == ("not_applicable", "no_baseline_predictions")


class TestRS006DecidingMetric:
    """The deciding metric is better or no worse than the champion's."""

    @pytest.mark.parametrize(
        ("outcome", "state"),
        [("better", "passed"), ("no_worse", "passed"), ("worse", "failed"), ("inconclusive", "undecided")],
    )
    def test_follows_the_outcome(self, outcome, state):
        """Each outcome has one state, and is the reason."""
        assert found(r.DECIDING, comparison=comparison(outcome)) == (state, outcome, ("log_loss",))

    def test_says_why_it_is_undecided(self):
        """The result's reason is the rule's."""
        open_result = replace(result("inconclusive"), reason="too_few_groups")

        assert found(r.DECIDING, comparison=Comparison((open_result,), ()))[:2] == ("undecided", "too_few_groups")

    def test_does_not_apply_where_there_is_provably_no_champion(self):
        """The first model has no rival."""
        assert found(r.DECIDING, champion="no_champion", comparison=None)[:2] == ("not_applicable", "no_champion")

    @pytest.mark.parametrize("state", ["unreachable", "shallow", "files_missing", "environment_fails", "too_few_rows"])
    def test_is_undecided_where_the_champion_could_not_be_compared(self, state):
        """What is not known is no pass."""
        assert found(r.DECIDING, champion=state, comparison=None)[:2] == ("undecided", state)


class TestRS007Anchor:
    """No worse than the version that small losses are measured against."""

    @pytest.mark.parametrize(
        ("outcome", "state"), [("no_worse", "passed"), ("worse", "failed"), ("inconclusive", "undecided")]
    )
    def test_follows_the_outcome(self, outcome, state):
        """As the deciding metric does."""
        assert found(r.ANCHOR, anchor=result(outcome), anchor_state="compared")[0] == state

    @pytest.mark.parametrize("state", ["no_champion", "same_as_champion"])
    def test_does_not_apply_without_another_version(self, state):
        """The champion is the anchor, or there is none."""
        assert found(r.ANCHOR, anchor_state=state)[:2] == ("not_applicable", state)

    def test_is_undecided_where_the_anchor_could_not_be_compared(self):
        """A lost anchor is no pass."""
        assert found(r.ANCHOR, anchor_state="files_missing")[:2] == ("undecided", "files_missing")


class TestRS008Guardrails:
    """No guardrail is worse than its tolerance."""

    def test_passes_unless_one_is_worse(self):
        """Inconclusive is no proof of harm."""
        assert found(r.GUARDRAILS, comparison=comparison(guards=["better", "inconclusive"])) == (
            "passed",
            None,
            ("guard_0", "guard_1"),
        )

    def test_fails_where_one_is_and_names_it(self):
        """The subjects are the metrics that are worse."""
        found_worse = found(r.GUARDRAILS, comparison=comparison(guards=["better", "worse"]))

        assert found_worse == ("failed", "worse", ("guard_1",))

    def test_does_not_apply_where_metrics_are_only_shown(self):
        """A metric without a tolerance guards nothing."""
        assert found(r.GUARDRAILS, comparison=comparison(guards=[None]))[:2] == ("not_applicable", "none_asked")

    def test_does_not_apply_without_a_comparison(self):
        """The reason is what became of the champion."""
        assert found(r.GUARDRAILS, champion="no_champion", comparison=None)[:2] == ("not_applicable", "no_champion")


class TestRS009Slices:
    """No slice is worse than its tolerance."""

    def test_passes_unless_one_is_worse(self):
        """Counting those that were judged."""
        assert (
            found(r.SLICES, comparison=comparison(slices=[("JFK", "better"), ("LGA", "inconclusive")]))[0] == "passed"
        )

    def test_fails_where_one_is_and_names_it(self):
        """Column and value."""
        worse = comparison(slices=[("JFK", "better"), ("LGA", "worse")])

        assert found(r.SLICES, comparison=worse) == ("failed", "worse", ("hub=LGA",))

    @pytest.mark.parametrize(("slices", "reason"), [([], "no_slices"), ([("JFK", None)], "no_tolerance")])
    def test_does_not_apply_where_none_is_judged(self, slices, reason):
        """There are no slices, or they have no tolerance."""
        assert found(r.SLICES, comparison=comparison(slices=slices))[:2] == ("not_applicable", reason)

    def test_does_not_apply_without_a_comparison(self):
        """The reason is what became of the champion."""
        assert found(r.SLICES, champion="shallow", comparison=None)[:2] == ("not_applicable", "shallow")


class TestVerdict:
    """What the rules come to."""

    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            (["passed", "passed"], "pass"),
            (["passed", "not_applicable"], "pass"),
            (["passed", "undecided"], "inconclusive"),
            (["not_applicable", "undecided"], "inconclusive"),
            (["passed", "failed"], "fail"),
            (["undecided", "failed"], "fail"),
        ],
    )
    def test_is_the_worst_of_them(self, states, expected):
        """Failed before undecided before passed."""
        rules = (r.DECIDING, r.GUARDRAILS)

        assert r.verdict(r.Finding(rule, state) for rule, state in zip(rules, states, strict=True)) == expected

    @pytest.mark.parametrize("state", ["failed", "undecided"])
    def test_passes_over_notes(self, state):
        """A slow model is shown and not judged."""
        assert r.verdict([r.Finding(r.DECIDING, "passed"), r.Finding(r.LATENCY, state)]) == "pass"

    def test_comes_with_the_notes_at_the_end(self):
        """The rules that decide stand in the order of their codes."""
        findings = r.judge_rules(evidence(notes=(r.Finding(r.SIZE, "passed"),)))

        assert [finding.rule.code for finding in findings] == [f"RS00{i}" for i in range(1, 10)] + ["RS103"]

    def test_of_the_first_model_passes(self):
        """No champion, proven, and nothing else wrong."""
        assert r.verdict(r.judge_rules(evidence(champion="no_champion", comparison=None))) == "pass"

    def test_of_an_unreachable_champion_is_inconclusive(self):
        """Nobody was asked, so nothing is known."""
        assert r.verdict(r.judge_rules(evidence(champion="unreachable", comparison=None))) == "inconclusive"


class TestRules:
    """The list."""

    def test_has_each_code_and_name_once(self):
        """They are addresses."""
        assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES) == len(RuleCode)

    def test_numbers_notes_from_101(self):
        """The code says whether a rule decides."""
        assert all((rule.severity == "note") == (rule.code > "RS100") for rule in RULES)

    def test_is_shown_a_line_each(self):
        """Code, name, state, reason and subjects; what does not apply is left out."""
        worse = comparison("worse", slices=[("JFK", "better")])

        assert text.findings(r.judge_rules(evidence(comparison=worse)))[3:] == [
            "RS006 deciding_metric: failed (worse than the tolerance allows): log_loss",
            "RS009 slices: passed",
        ]


def test_a_guardrail_that_is_undefined_is_still_asked_for():
    """A metric with a tolerance that these rows cannot define is judged inconclusive, not passed over."""
    undefined = replace(result("inconclusive", "roc_auc"), tolerance=None, reason="undefined")
    both = Comparison((result("no_worse"), undefined), ())

    assert found(r.GUARDRAILS, comparison=both) == ("passed", None, ("roc_auc",))
