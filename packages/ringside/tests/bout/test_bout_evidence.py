"""What the rules look at: the challenger against adopted predictions, the baseline and the floors."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ringside.errors import DataError, RegistryError, UsageError
from ringside.evaluation.evidence import Evaluation, compare_with_rivals, evidence, with_notes
from ringside.evaluation.rivals import Rival, RivalLoader
from ringside.evaluation.test_set import TestSet
from ringside.pipeline.evaluate.profile import pack_hashes
from ringside.store.workspace import Workspace
from ringside.verdict.policy import Policy, Tolerance
from ringside.verdict.rules import REBUILD, Finding, judge_rules, verdict
from windows import window_of

NOWHERE = RegistryError("there is no remote", where="here", remedy="add one.", state="no_remote")
ROWS = 240


def noisy(seed: int = 0) -> np.ndarray:
    """Probabilities that are right more often than not for labels 1, 0, 0, 1, 0, 0, ..."""
    rng = np.random.default_rng(seed)
    return np.clip(np.where(np.arange(ROWS) % 3 == 0, 0.6, 0.3) + rng.normal(0, 0.15, ROWS), 0.01, 0.99)


def window(**columns) -> TestSet:
    """A binary window of shops with such a model."""
    usual = {"prediction": noisy(), "shop": np.arange(ROWS) // 12}
    table = window_of(rows=ROWS).table.drop_columns(["prediction"])
    for name, values in (usual | columns).items():
        if name in table.column_names:
            table = table.drop_columns([name])
        table = table.append_column(name, pa.array(values))
    task = window_of(rows=1, facts={"group": "shop"}, shop=[0]).task
    return TestSet.of(table, task, threshold=0.5, top=0.1)


def corner(judged: TestSet, **policy) -> RivalLoader:
    """The challenger's side, in a checkout without a remote."""
    asked = Policy(**{"metric": "log_loss", "tolerance": Tolerance(0.01)} | policy)
    workspace = Workspace(Path("nowhere"))
    return RivalLoader(workspace, judged.task, asked, judged, NOWHERE, judged.table.to_pandas, "0" * 64)


def adopted(values: np.ndarray | None = None, rows: np.ndarray | None = None) -> pa.Table:
    """Predictions that the team has, of some of the rows."""
    kept = np.arange(ROWS) if rows is None else rows
    return pa.table({"customer": kept, "prediction": (noisy(1) if values is None else values)[kept]})


def held(judged: TestSet, table: pa.Table | None = None, **policy) -> Evaluation:
    """The evaluation where it is proven that there is no champion."""
    return compare_with_rivals(corner(judged, **policy), Rival("no_champion"), table, ())


def deciding(evaluation: Evaluation) -> tuple[str | None, str | None]:
    """Outcome and reason of the metric that decides."""
    return evaluation.comparison.deciding.outcome, evaluation.comparison.deciding.reason


def found(evaluation: Evaluation, *, trained_on=(), validation=((99, 1),), limit=0.5):
    """The evidence with a profile and with what `validate` found."""
    profile = {"trained_on": pack_hashes(np.array(trained_on, dtype=np.uint64))}
    rows = [{"valid": valid, "quarantined": bad} for valid, bad in validation]
    return evidence(evaluation, rows, profile, limit)


class TestAdopted:
    """The rival as long as there is no champion."""

    def test_is_matched_by_identity(self):
        """In another order it is the same rival."""
        shuffled = adopted(rows=np.random.default_rng(5).permutation(ROWS))

        assert held(window(), shuffled).comparison == held(window(), adopted()).comparison

    def test_may_know_more_rows(self):
        """Those that are not in the window are nobody's business."""
        more = pa.concat_tables([adopted(), pa.table({"customer": [9999], "prediction": [0.5]})])

        assert held(window(), more).comparison == held(window(), adopted()).comparison

    def test_is_no_rival_where_a_champion_may_be(self):
        """A registry that gives no answer proves nothing."""
        evaluation = compare_with_rivals(corner(window()), Rival("unreachable", "somewhere"), adopted(), ())

        assert (evaluation.rival.state, evaluation.comparison) == ("unreachable", None)

    def test_that_lacks_the_identity_is_refused(self):
        """The file is named."""
        with pytest.raises(DataError, match="it lacks the column customer") as caught:
            held(window(), adopted().drop_columns(["customer"]))

        assert caught.value.where == "data/adopted.parquet"


class TestFewRows:
    """Windows that cannot tell models apart."""

    def test_of_one_group_have_no_interval(self):
        """All rows are of one shop: a loss or a gain may be that shop's."""
        assert deciding(held(window(shop=[1] * ROWS), adopted())) == ("inconclusive", "too_few_groups")

    def test_of_one_class_rank_nothing(self):
        """Without a negative there is no ROC AUC; the metrics that need none are shown."""
        evaluation = held(window(y=[1] * ROWS), adopted(), metric="roc_auc")

        assert deciding(evaluation) == ("inconclusive", "undefined")
        assert {r.metric for r in evaluation.comparison.metrics if r.challenger is not None} >= {"log_loss", "brier"}

    def test_give_no_verdict_but_inconclusive(self):
        """Neither pass nor fail."""
        evaluation = held(window(shop=[1] * ROWS), adopted())

        assert verdict(judge_rules(found(evaluation))) == "inconclusive"


class TestBaseline:
    """A model that knows no feature."""

    def test_is_beaten_by_a_model_that_knows_something(self):
        """Beyond chance."""
        assert held(window()).baseline.outcome == "better"

    def test_is_not_beaten_by_itself(self):
        """The same predictions are no better."""
        evaluation = held(window(prediction=np.full(ROWS, 1 / 3)))

        assert "RS005" in {f.rule.code for f in judge_rules(found(evaluation)) if f.state == "failed"}

    def test_is_what_is_shown_without_a_rival(self):
        """Every metric, the one that decides first."""
        shown = held(window(), metric="brier").against_baseline

        assert (shown[0].metric, len(shown)) == ("brier", 10)


class TestFloors:
    """What a metric must reach."""

    @pytest.mark.parametrize(
        ("shift", "reached", "surely_not"), [(-0.2, True, False), (0.01, False, False), (0.2, False, True)]
    )
    def test_are_reached_nearly_or_surely_not(self, shift, reached, surely_not):
        """Below by less than chance explains is not surely below."""
        value = held(window(), floors={"roc_auc": 0.0}).floors[0].value
        (floor,) = held(window(), floors={"roc_auc": value + shift}).floors

        assert (floor.reached, floor.surely_not) == (reached, surely_not)

    def test_of_a_loss_are_ceilings(self):
        """Less is better."""
        assert held(window(), floors={"log_loss": 5.0}).floors[0].reached
        assert held(window(), floors={"log_loss": 0.01}).floors[0].surely_not

    def test_that_cannot_be_computed_are_not_reached(self):
        """And not surely missed."""
        (floor,) = held(window(y=[1] * ROWS), floors={"roc_auc": 0.5}).floors

        assert (floor.value, floor.reached, floor.surely_not) == (None, False, False)

    def test_of_no_metric_are_wrong_usage(self):
        """The error names the metrics that there are."""
        with pytest.raises(UsageError, match="`floors` names the metric 'auc'") as caught:
            held(window(), floors={"auc": 0.5})

        assert "roc_auc" in caught.value.remedy


class TestEvidence:
    """The evaluation and the files of the pipeline."""

    def test_has_the_worst_partition(self):
        """The largest share of labelled rows that failed the schema; a partition without labels has none."""
        assert found(held(window()), validation=[(90, 10), (40, 10), (0, 0)]).quarantined == 0.2

    def test_counts_rows_on_both_sides(self):
        """Test rows that the challenger was trained on."""
        judged = window()

        assert found(held(judged), trained_on=sorted(judged.identities[:7])).leaked == 7

    def test_has_no_anchor_without_a_champion(self):
        """The first model has nothing to sink below."""
        assert found(held(window(), adopted())).anchor_state == "no_champion"

    def test_takes_notes_that_decide_nothing(self):
        """They are the last findings, in the order in which they came."""
        note = Finding(REBUILD, "failed", "other_bytes")
        noted = judge_rules(with_notes(found(held(window())), (note,)))

        assert noted[-1] is note
        assert verdict(noted) == verdict(noted[:-1])


class TestRegistry:
    """A registry that is not there."""

    def test_is_a_state_of_the_champion(self):
        """The error's own state, and its text for people."""
        champion = corner(window()).champion()

        assert champion.state == "no_remote"
        assert "there is no remote" in champion.where

    def test_has_no_anchor_and_no_count(self):
        """Neither is guessed."""
        nobody = corner(window())

        assert (nobody.anchor(), nobody.judged_before()) == (None, None)
