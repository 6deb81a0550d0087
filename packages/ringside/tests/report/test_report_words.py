"""The sentences."""

from typing import get_args

import pytest

from examples import ALL, first_model, inconclusive, passed
from report_parts import policy, report, result, rules
from ringside.report import model, phrases, words
from ringside.report.model import Report
from ringside.verdict.metrics import METRICS
from ringside.verdict.rules import RULES


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
            (phrases.VERDICTS, literal(model.Verdict)),
            (phrases.OUTCOMES, literal(model.Outcome)),
            (phrases.RIVALS, literal(model.RivalState)),
            (phrases.REMEDIES, literal(model.RivalState)),
            (phrases.REASONS, literal(model.RuleReason)),
            (phrases.STATES, literal(model.RuleRecord.model_fields["state"].annotation)),
            (phrases.CAUTIONS, {"real_loss", "one_group", "autocorrelated"}),
            (phrases.METHODS, {"jackknife", "cosine"}),
            (phrases.ANCHORS, literal(model.AnchorRecord.model_fields["state"].annotation)),
            (phrases.PARTITIONS, literal(model.PartitionChangeRecord.model_fields["change"].annotation)),
            (phrases.UNREAD, literal(model.UnreadState)),
            (phrases.EFFECTS, {"distance_d", "distance_v"}),
            (phrases.RULES, {rule.code for rule in RULES}),
            (phrases.METRICS, {metric.name for metrics in METRICS.values() for metric in metrics}),
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
                    "+0.0986 (+0.0836 to +0.1091) against a model that knows no feature."
                ),
            ),
            (
                "unreachable",
                "Inconclusive: the registry could not be reached, so it is unknown whether there is a champion.",
            ),
            (
                "guardrail",
                (
                    "Fail: a guardrail is worse, beyond its tolerance: "
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

        assert words.headline(report(metrics=[same])) == "Pass: the predictions are those of v1.2.0, bit for bit."

    @pytest.mark.parametrize("state", sorted(literal(model.RivalState) - {"compared", "no_champion"}))
    def test_says_why_there_was_nothing_to_compare(self, state):
        """Each state of the champion has its sentence, and its remedy in the next line."""
        found = unreached(state)

        assert words.headline(found) == f"Inconclusive: {phrases.RIVALS[state]}."
        assert phrases.REMEDIES[state] in words.what_now(found)

    @pytest.mark.parametrize(
        ("code", "finding", "said"),
        [
            ("RS001", ("failed", "too_many_quarantined", {"value": 0.042, "limit": 0.01}), "4.2 % of a partition, 1 %"),
            ("RS002", ("failed", "rows_on_both_sides", {"value": 12.0, "limit": 0.0}), "12 rows stand in training and"),
            ("RS003", ("failed", "untrusted_types"), "types that are not trusted"),
            ("RS004", ("failed", "below_floor", {"subjects": [("roc_auc",)]}), "ROC AUC: beyond the limit"),
            ("RS005", ("failed", "not_better_than_baseline"), "a model that knows no feature"),
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
        expected = "Merge it; once people approve, it is published. Until then v1.2.0 stays in production."

        assert words.what_now(passed()) == expected

    def test_of_a_pass_says_who_publishes(self):
        """Where the repository is not live, a merge publishes nothing by itself, and a person does."""
        said = words.what_now(passed().model_copy(update={"live": False}))

        assert said == (
            "Merge it and publish it by hand, since params.yaml says live: false. "
            "Until then v1.2.0 stays in production."
        )

    def test_of_an_inconclusive_says_how_much_data_settles_it(self):
        """It is safe to merge, about so many groups more would do, and this is what the window can show."""
        expected = "Safe to merge; v1.2.0 stays in production. About 12 more groups of data would settle it."
        shown = "A window like this shows a difference of 0.0056 or more."

        assert words.what_now(inconclusive()) == f"{expected} {shown}"

    def test_of_a_blocking_policy_is_no_merge(self):
        """`policy.inconclusive: block` is never called safe to merge."""
        found = words.what_now(unreached("unreachable", policy=policy(inconclusive="block")))

        assert "Safe" not in found
        assert "holds the merge back" in found

    def test_of_a_fail_names_the_rules(self):
        """The codes that failed, and where to look first."""
        assert "Failed: RS006, RS009. Look at the slices" in words.what_now(ALL["failed"]())

    def test_of_released_versions_merges_nothing(self):
        """Two versions side by side have nothing to merge."""
        assert words.what_now(ALL["released"]()) == "v1.3.0 is published already; nothing is to be merged here."

    def test_of_a_first_model_says_so(self):
        """Nothing stays in production, because nothing is there."""
        assert words.what_now(first_model()).endswith("it is published as the first version.")


class TestConfidence:
    """How the bounds are to be read."""

    @pytest.mark.parametrize(("uses", "below"), [(1, "as surely above"), (5, "with 99 %")])
    def test_of_the_lower_bound_depends_on_the_uses(self, uses, below):
        """The error rate of the deciding bound is divided by `policy.uses`."""
        assert below in words.confidence_note(report(policy=policy(uses=uses)))
