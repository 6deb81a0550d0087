"""The sentences."""

from typing import get_args

import pytest

from examples import ALL, first_model, inconclusive, passed
from report_parts import policy, report, result, rules
from ringside import messages
from ringside.codes import RuleCode
from ringside.report import model, words
from ringside.report.model import Report
from ringside.verdict.metrics import METRICS


def literal(annotation):
    """The words of a `Literal`, or of a union of them."""
    return {word for part in get_args(annotation) for word in (get_args(part) or (part,))}


def unreached(state, **given):
    """A report whose champion could not be compared, for a reason."""
    fields = {name: getattr(first_model(), name) for name in Report.model_fields}
    changed = {"verdict": "inconclusive", "champion": state, "rules": rules(RS006=("undecided", state))}
    return Report(**(fields | changed | given))


class TestTables:
    """Codes and their words."""

    @pytest.mark.parametrize(
        ("table", "codes"),
        [
            (messages.VERDICTS, literal(model.Verdict)),
            (messages.OUTCOMES, literal(model.Outcome)),
            (messages.RIVALS, literal(model.RivalState)),
            (messages.REASONS, literal(model.RuleReason)),
            (messages.STATES, literal(model.RuleRecord.model_fields["state"].annotation)),
            (messages.CAUTIONS, {"real_loss", "one_group", "autocorrelated"}),
            (messages.METHODS, {"jackknife", "cosine"}),
            (messages.ANCHORS, literal(model.AnchorRecord.model_fields["state"].annotation)),
            (messages.PARTITIONS, literal(model.PartitionChangeRecord.model_fields["change"].annotation)),
            (messages.UNREAD, literal(model.UnreadState)),
            (messages.EFFECTS, {"distance_d", "distance_v"}),
            (messages.RULES, set(RuleCode)),
            (messages.METRICS, {metric.name for metrics in METRICS.values() for metric in metrics}),
        ],
    )
    def test_have_words_for_every_code(self, table, codes):
        """Each code of the model has its words, and no words are left over."""
        assert set(table) == codes


class TestHeadline:
    """The verdict in one sentence."""

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("passed", "Pass: log loss +0.0042 (+0.0011 to +0.0064), tolerance 0.01; better than v1.2.0."),
            ("inconclusive", "Inconclusive: log loss +0.0010 (-0.0030 to +0.0038), tolerance 0.002."),
            ("failed", "Fail: log loss -0.0211 (-0.0261 to -0.0176), tolerance 0.01; worse than v1.2.0."),
            (
                "first_model",
                (
                    "Pass: a first model, log loss 0.5320, "
                    "+0.0986 (+0.0836 to +0.1091) against a baseline without features."
                ),
            ),
            (
                "unreachable",
                "Inconclusive: the registry cannot be reached, so the champion is unknown.",
            ),
            (
                "guardrail",
                (
                    "Fail: a guardrail is worse than its tolerance allows: "
                    "ROC AUC -0.0235 (-0.0275 to -0.0207), tolerance 0.01. "
                    "The deciding metric: log loss +0.0010 (-0.0030 to +0.0038), tolerance 0.01."
                ),
            ),
            ("regression", "Pass: mean absolute error +812 (+412 to +1,092), tolerance 2,500; better than v1.2.0."),
        ],
    )
    def test_says_what_the_verdict_rests_on(self, name, sentence):
        """The word, the deciding metric with its bounds and tolerance, or the rule that it failed by."""
        assert words.headline(ALL[name]()) == sentence

    def test_names_identical_predictions(self):
        """Nothing is claimed about differences where there are none."""
        same = result(difference=0.0, tolerance=0.01, outcome="no_worse", reason="identical", lower=None, upper=None)

        assert words.headline(report(metrics=[same])) == "Pass: the predictions are identical to those of v1.2.0."

    @pytest.mark.parametrize("state", sorted(literal(model.RivalState) - {"compared", "no_champion"}))
    def test_says_why_there_was_nothing_to_compare(self, state):
        """Each state of the champion has its sentence, and its remedy in the next line."""
        found = unreached(state)

        assert words.headline(found) == f"Inconclusive: {messages.RIVALS[state].sentence}."
        assert messages.RIVALS[state].advice in words.what_now(found)

    @pytest.mark.parametrize(
        ("code", "finding", "said"),
        [
            ("RS001", ("failed", "too_many_quarantined", {"value": 0.042, "limit": 0.01}), "4.2 % of a partition, 1 %"),
            (
                "RS002",
                ("failed", "rows_on_both_sides", {"value": 12.0, "limit": 0.0}),
                "12 rows are in both",
            ),
            ("RS003", ("failed", "untrusted_types"), "contains untrusted types"),
            ("RS004", ("failed", "below_floor", {"subjects": [("roc_auc",)]}), "ROC AUC: misses the floor"),
            ("RS005", ("failed", "not_better_than_baseline"), "a baseline without features"),
            (
                "RS009",
                ("failed", "worse", {"subjects": [("carrier", "9E")], "value": 1.0, "limit": 12.0}),
                "carrier=9E",
            ),
        ],
    )
    def test_names_the_rule_that_failed(self, code, finding, said):
        """A rule beside the deciding metric is said in its own words, with the metric after it."""
        found = words.headline(report(verdict="fail", rules=rules(**{code: finding})))

        assert said in found
        assert "The deciding metric: log loss" in found


class TestWhatNow:
    """The line after the verdict."""

    def test_of_a_pass_merges(self):
        """People approve, and until then the champion stays."""
        expected = "Merge it. It is published after approval. Until then v1.2.0 stays in production."

        assert words.what_now(passed()) == expected

    def test_of_a_pass_says_who_publishes(self):
        """Where the repository is not live, a merge publishes nothing by itself, and a person does."""
        said = words.what_now(passed().model_copy(update={"live": False}))

        assert said == (
            "Merge it, then publish it by hand: params.yaml has live: false. Until then v1.2.0 stays in production."
        )

    def test_of_an_inconclusive_says_how_much_data_settles_it(self):
        """It is safe to merge, about so many groups more would do, and this is what the window can show."""
        expected = "Safe to merge; v1.2.0 stays in production. About 12 more groups would decide it."
        shown = "This test set detects differences of 0.0056 or more in four of five cases."

        assert words.what_now(inconclusive()) == f"{expected} {shown}"

    def test_of_a_blocking_policy_is_no_merge(self):
        """`policy.inconclusive: block` is never called safe to merge."""
        found = words.what_now(unreached("unreachable", policy=policy(inconclusive="block")))

        assert "Safe" not in found
        assert "blocks the merge" in found

    def test_of_a_fail_names_the_rules(self):
        """The codes that failed, and where to look first."""
        assert "Failed: RS006, RS009. Look at the slices" in words.what_now(ALL["failed"]())

    def test_of_released_versions_merges_nothing(self):
        """Two versions side by side have nothing to merge."""
        assert words.what_now(ALL["released"]()) == "v1.3.0 is already published; there is nothing to merge."

    def test_of_a_first_model_says_so(self):
        """Nothing stays in production, because nothing is there."""
        assert words.what_now(first_model()).endswith("It is published as the first version after approval.")


class TestConfidence:
    """How the bounds are to be read."""

    @pytest.mark.parametrize(("uses", "below"), [(1, "with the same confidence"), (5, "with 99 %")])
    def test_of_the_lower_bound_depends_on_the_uses(self, uses, below):
        """The error rate of the deciding bound is divided by `policy.uses`."""
        assert below in words.confidence_note(report(policy=policy(uses=uses)))
