"""Metrics of the order of scores, and the blocks that many groups are joined into."""

import numpy as np
import pytest
from sklearn import metrics as skm

from judging import metric, model_of, truth_of, without
from ringside.verdict import ranks
from ringside.verdict.rows import Scored, Truth


def many_groups(*, ordered=False, groups=2500) -> Scored:
    """A model on more groups than there are blocks, two rows each."""
    codes = np.repeat(np.arange(groups), 2)
    truth = Truth.of("binary", np.tile([0, 1], groups), codes, ordered=ordered)
    return model_of(truth, digits=6)


class TestRocAuc:
    """The area under the ROC curve, without each group."""

    @pytest.mark.parametrize("digits", [1, 2, 9])
    def test_equals_recomputing_by_scikit_learn(self, digits):
        """To 1e-12, however many scores are tied, within groups and between them."""
        scored = model_of(truth_of(), digits=digits)
        parts = [without(scored, group) for group in range(20)]

        _, deleted = ranks.roc_auc(scored)

        assert deleted == pytest.approx([skm.roc_auc_score(p.truth.y, p.prediction) for p in parts], rel=1e-12)

    def test_of_one_score_is_a_half(self):
        """Ties count half, with and without each group."""
        value, deleted = ranks.roc_auc(Scored.of(truth_of(), np.full(400, 0.3)))

        assert value == 0.5
        assert deleted.tolist() == [0.5] * 20

    def test_has_no_blocks(self):
        """It is exact for any number of groups."""
        _, deleted = ranks.roc_auc(many_groups())

        assert len(deleted) == 2500


@pytest.mark.parametrize("name", ["average_precision", "precision_at_top", "lift_at_top"])
class TestHistograms:
    """Deviations from 4,096 bins of ranks."""

    def test_are_exact_where_bins_hold_one_score(self, name):
        """With fewer rows than bins nothing is lost: deviations equal recomputing to 1e-12."""
        scored = model_of(truth_of(rows=600), digits=9)
        found = metric("binary", name)

        brute = [found.estimate(without(scored, group)).value for group in range(20)]

        assert found.estimate(scored).deleted == pytest.approx(brute, rel=1e-12)

    def test_are_near_where_bins_hold_several(self, name):
        """With ten rows a bin the jackknife's standard error is within 3 % of the exact one."""
        scored = model_of(truth_of(rows=40_000, groups=25), noise=0.8, digits=9)
        found = metric("binary", name)

        brute = np.array([found.estimate(without(scored, group)).value for group in range(25)])

        assert found.estimate(scored).deleted.std() == pytest.approx(brute.std(), rel=0.03)

    def test_of_many_groups_come_from_1000_blocks(self, name):
        """Deviations and sizes are of blocks."""
        found = metric("binary", name).estimate(many_groups())

        assert len(found.deleted) == len(found.sizes) == ranks.MAX_BLOCKS
        assert found.sizes.sum() == 5000

    def test_are_undefined_without_a_positive(self, name):
        """Rows of one class have neither an average precision nor a lift; their top share is 0."""
        found = metric("binary", name).estimate(Scored.of(Truth.of("binary", [0, 0, 0]), [0.1, 0.2, 0.3]))

        assert np.isnan(found.value) == (name != "precision_at_top")


class TestTop:
    """The rows with the highest scores."""

    def test_is_the_share_that_the_policy_names(self):
        """Of ten rows, the top 20 % are the two highest: one is positive, and three of all are."""
        y, p = [1, 0, 1, 1, 0, 0, 0, 0, 0, 0], np.linspace(0.9, 0.1, 10)
        scored = Scored.of(Truth.of("binary", y), p, top=0.2)

        assert ranks.precision_at_top(scored)[0] == 0.5
        assert ranks.lift_at_top(scored)[0] == pytest.approx(0.5 / 0.3)

    def test_takes_a_part_of_a_tie_at_the_border(self):
        """Where four rows share the second place, each counts for a quarter of it, in whatever order they stand."""
        y, p = np.array([1, 1, 0, 0, 0, 0]), np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0.1])
        turned = Scored.of(Truth.of("binary", y[::-1]), p[::-1], top=2 / 6)

        assert ranks.precision_at_top(Scored.of(Truth.of("binary", y), p, top=2 / 6))[0] == pytest.approx(1.25 / 2)
        assert ranks.precision_at_top(turned)[0] == pytest.approx(1.25 / 2)


class TestBlocks:
    """Groups joined, where there are more than 1,000."""

    def test_are_the_groups_up_to_1000(self):
        """Nothing is joined that need not be."""
        scored = many_groups(groups=1000)

        assert ranks.blocks(scored) is scored.truth.groups

    def test_keep_groups_whole(self):
        """Rows of one group are in one block."""
        scored = many_groups()
        pairs = ranks.blocks(scored).reshape(-1, 2)

        assert np.array_equal(pairs[:, 0], pairs[:, 1])

    def test_are_of_about_equal_size(self):
        """Each has two or three of 2,500 groups."""
        assert set(np.unique(ranks.block_sizes(many_groups()))) == {4.0, 6.0}

    def test_join_neighbours_in_time(self):
        """Where groups follow each other, blocks do."""
        assert (np.diff(ranks.blocks(many_groups(ordered=True))) >= 0).all()

    def test_join_by_chance_where_there_is_no_time(self):
        """Neighbours by name have nothing in common."""
        assert (np.diff(ranks.blocks(many_groups())) < 0).any()
