"""Metrics of the order of scores: ROC AUC exactly; average precision and the top share from histograms of ranks."""

from dataclasses import dataclass

import numpy as np

from ringside.verdict.rows import Floats, Ints, Scored

RANK_BINS = 4096
MAX_BLOCKS = 1000
"""Maximum number of blocks; more groups are joined for metrics that need a histogram of each."""


@dataclass(frozen=True)
class Ranking:
    """The rows in ascending order of the score."""

    order: Ints
    """`(n_rows,)`: indices of the rows."""
    first: Ints
    """`(n_rows,)`: for each place in the order, the first place with the same score."""
    last: Ints
    """`(n_rows,)`: for each place in the order, the place after the last with the same score."""


def ranking(scored: Scored) -> Ranking:
    """Return the order of the scores, computed once for all metrics."""
    if "ranking" not in scored.cache:
        order = np.argsort(scored.prediction, kind="stable")
        first, last = _ties(np.diff(scored.prediction[order]) != 0)
        scored.cache["ranking"] = Ranking(order, first, last)
    found: Ranking = scored.cache["ranking"]
    return found


def _ties(changes: np.typing.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Return the start and end of the run of equal values at each place, from a mask of changes."""
    starts = np.flatnonzero(np.concatenate([[True], changes]))
    ends = np.append(starts[1:], len(changes) + 1)
    lengths = ends - starts
    return np.repeat(starts, lengths), np.repeat(ends, lengths)


def roc_auc(scored: Scored) -> tuple[float, Floats]:
    """Return the area under the ROC curve, and its exact value without each group, `(n_groups,)`.

    The area is U / (positives · negatives), where U counts the pairs of a positive and a negative in the right order;
    ties count half. Without a group, U loses the pairs of its positives with all negatives and of its negatives with
    all positives, and regains the pairs within the group, which were subtracted twice.
    """
    truth, ranks = scored.truth, ranking(scored)
    positive = truth.y[ranks.order]
    group = truth.groups[ranks.order]
    beaten = _half_credit(1 - positive, ranks.first, ranks.last)
    lost_to = positive.sum() - _half_credit(positive, ranks.first, ranks.last)
    pairs = np.bincount(group, np.where(positive == 1, beaten, lost_to), truth.n_groups)
    total = float((positive * beaten).sum())
    # The same within groups: rows by group, and by score within each.
    inside = np.argsort(group, kind="stable")
    changes = (np.diff(group[inside]) != 0) | (np.diff(ranks.first[inside]) != 0)
    own = positive[inside]
    starts = np.searchsorted(group[inside], np.arange(truth.n_groups))
    before = np.concatenate([[0.0], np.cumsum(1 - own)])[starts][group[inside]]
    within = _half_credit(1 - own, *_ties(changes)) - before
    diagonal = np.bincount(group[inside], own * within, truth.n_groups)
    p = np.bincount(truth.groups, truth.y, truth.n_groups)
    n = np.bincount(truth.groups, minlength=truth.n_groups) - p
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.divide(total, p.sum() * n.sum())
        deleted = (total - pairs + diagonal) / ((p.sum() - p) * (n.sum() - n))
    return float(value), deleted


def _half_credit(counted: Floats, first: Ints, last: Ints) -> Floats:
    """Return for each place the sum of `counted` before it plus half of the ties."""
    cumulative = np.concatenate([[0.0], np.cumsum(counted)])
    return np.asarray((cumulative[first] + cumulative[last]) / 2)


def average_precision(scored: Scored) -> tuple[float, Floats]:
    """Return the average precision as in scikit-learn, and its value without each block of groups.

    The value is exact. The deviations come from histograms of ranks with ties together, because average precision is
    not a sum over groups; a one-step approximation gives intervals that are too narrow.
    """
    truth, ranks = scored.truth, ranking(scored)
    places, starts = np.unique(ranks.first, return_index=True)
    hits = np.add.reduceat(truth.y[ranks.order], starts)[::-1]
    rows = np.diff(np.append(places, len(truth)))[::-1]
    value = _average_precision(hits, rows)
    hits, rows = _histograms(scored)
    all_hits, all_rows = hits.sum(axis=0), rows.sum(axis=0)
    whole = _average_precision(all_hits, all_rows)
    deleted = np.array([_average_precision(all_hits - h, all_rows - r) for h, r in zip(hits, rows, strict=True)])
    return value, value + deleted - whole


def _average_precision(hits: Floats, rows: Floats) -> float:
    """Return the average precision from hits and rows by threshold, the highest first."""
    positives = hits.sum()
    if positives == 0:
        return float("nan")
    precision = np.cumsum(hits) / np.maximum(np.cumsum(rows), 1)
    return float((hits * precision).sum() / positives)


def precision_at_top(scored: Scored) -> tuple[float, Floats]:
    """Return the share of positives among the rows with the highest scores, also without each block of groups.

    The share of rows is `scored.top`; rows tied at the border count in part.
    """
    truth, ranks = scored.truth, ranking(scored)
    places, starts = np.unique(ranks.first, return_index=True)
    hits = np.add.reduceat(truth.y[ranks.order], starts)[::-1]
    rows = np.diff(np.append(places, len(truth)))[::-1]
    value = _top(hits, rows.astype(float), scored.top)
    hits, rows = _histograms(scored)
    all_hits, all_rows = hits.sum(axis=0), rows.sum(axis=0)
    whole = _top(all_hits, all_rows, scored.top)
    deleted = np.array([_top(all_hits - h, all_rows - r, scored.top) for h, r in zip(hits, rows, strict=True)])
    return value, value + deleted - whole


def _top(hits: Floats, rows: Floats, share: float) -> float:
    wanted = share * rows.sum()
    if wanted == 0:
        return float("nan")
    seen = np.cumsum(rows)
    border = int(np.searchsorted(seen, wanted))
    before = seen[border - 1] if border else 0.0
    part = (wanted - before) / rows[border]
    return float((hits[:border].sum() + part * hits[border]) / wanted)


def lift_at_top(scored: Scored) -> tuple[float, Floats]:
    """Return `precision_at_top` divided by the share of positives, also without each block of groups."""
    value, deleted = precision_at_top(scored)
    hits, rows = _histograms(scored)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.divide(hits.sum(), rows.sum())
        rates = (hits.sum() - hits.sum(axis=1)) / (rows.sum() - rows.sum(axis=1))
        return float(np.divide(value, rate)), deleted / rates


def blocks(scored: Scored) -> Ints:
    """Return the group of each row, or a block of groups if there are more than `MAX_BLOCKS`, `(n_rows,)`.

    Groups in time order are joined with their neighbours, so that the blocks are in time order; others at random.
    """
    truth = scored.truth
    if truth.n_groups <= MAX_BLOCKS:
        return truth.groups
    if truth.ordered:
        return truth.groups * MAX_BLOCKS // truth.n_groups
    shuffled = np.random.default_rng(0).permutation(truth.n_groups)
    return np.asarray(shuffled % MAX_BLOCKS, dtype=np.int64)[truth.groups]


def block_sizes(scored: Scored) -> Floats:
    """Return the number of rows by block."""
    return np.bincount(blocks(scored), minlength=min(scored.truth.n_groups, MAX_BLOCKS)).astype(float)


def _histograms(scored: Scored) -> tuple[Floats, Floats]:
    """Return positives and rows by block and bin of rank, the highest scores first, each `(n_blocks, n_bins)`."""
    if "histograms" not in scored.cache:
        truth, ranks, block = scored.truth, ranking(scored), blocks(scored)
        n_blocks = min(truth.n_groups, MAX_BLOCKS)
        bins = RANK_BINS - 1 - ranks.first * RANK_BINS // len(truth)
        cells = block[ranks.order] * RANK_BINS + bins
        shape, size = (n_blocks, RANK_BINS), n_blocks * RANK_BINS
        hits = np.bincount(cells, truth.y[ranks.order], size).reshape(shape)
        scored.cache["histograms"] = hits, np.bincount(cells, minlength=size).reshape(shape).astype(float)
    found: tuple[Floats, Floats] = scored.cache["histograms"]
    return found
