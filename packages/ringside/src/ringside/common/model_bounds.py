"""Bounds of tree arrays in a loaded model, checked because scikit-learn does not check them when it predicts.

A crafted file can pass every check of types and still send a tree outside its own arrays, or round in a circle
(scikit-learn pull request 34558). Children must stand behind their parent, inside the array, and features and sets of
categories must exist.
"""

import functools
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble._forest import BaseForest
from sklearn.ensemble._gb import BaseGradientBoosting
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.tree import BaseDecisionTree
from sklearn.tree._tree import Tree

from ringside.errors import ModelError

_BITSET_WIDTH = 8
"""Words of 32 bits in a set of categories, of which there are at most 256."""


def check_trees(model: object, *, where: str) -> None:
    """Check every tree in `model`.

    Raises:
        ModelError: a tree points outside its arrays, backwards, or to a feature that there is not.
    """
    for tree, owner in _trees(model):
        try:
            fits = _tree_fits(tree, owner) if isinstance(tree, Tree) else _predictor_fits(tree, owner)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            fits = False
        if not fits:
            raise ModelError(
                "a tree in it points outside its own arrays",
                where=where,
                remedy="do not use this file: it was damaged or tampered with; take the one that was released.",
            )


def _tree_fits(tree: Any, owner: Any) -> bool:  # noqa: ANN401  # scikit-learn has no types
    inner = tree.children_left != -1
    children = np.stack([tree.children_left[inner], tree.children_right[inner]])
    return _inside(inner, children, tree.feature[inner], owner.n_features_in_)


def _predictor_fits(tree: Any, owner: Any) -> bool:  # noqa: ANN401  # scikit-learn has no types
    inner = tree.nodes["is_leaf"] == 0
    nodes, sets, known = tree.nodes[inner], tree.raw_left_cat_bitsets, owner._bin_mapper.is_categorical_  # noqa: SLF001
    children = np.stack([nodes["left"], nodes["right"]]).astype(np.int64)
    if not _inside(inner, children, nodes["feature_idx"], owner.n_features_in_):
        return False
    split = nodes[nodes["is_categorical"] != 0]
    there = known.shape == (owner.n_features_in_,) and sets.shape == (len(sets), _BITSET_WIDTH)
    return bool(there and (split["bitset_idx"] < len(sets)).all() and (known[split["feature_idx"]] != 0).all())


def _inside(inner: Any, children: Any, features: Any, n_features: int) -> bool:  # noqa: ANN401  # NumPy arrays
    forward = (children > np.flatnonzero(inner)).all() and (children < inner.size).all()
    return bool(inner.size and forward and (features >= 0).all() and (features < n_features).all())


def _trees(model: object) -> Iterator[tuple[Any, object]]:
    """Each tree in `model`, with the estimator that checks the number of features before the tree predicts."""
    seen: set[tuple[int, int]] = set()
    todo: list[tuple[object, object]] = [(model, None)]
    while todo:
        thing, owner = todo.pop()
        if (id(thing), id(owner)) in seen or isinstance(thing, str | bytes | int | float | type(None)):
            continue
        seen.add((id(thing), id(owner)))
        if isinstance(thing, TreePredictor | Tree):
            yield thing, owner
        elif isinstance(thing, dict):
            todo += [(item, owner) for item in thing.values()]
        elif isinstance(thing, list | tuple | set) or (isinstance(thing, np.ndarray) and thing.dtype == object):
            todo += [(item, owner) for item in thing]
        elif isinstance(thing, functools.partial):
            # Asked for its `__dict__` it would make one, and be another file when it is written again.
            todo += [(item, owner) for item in (thing.func, *thing.args, *thing.keywords.values())]
        elif hasattr(thing, "__dict__") and not isinstance(thing, type | FunctionType | ModuleType):
            # The trees of a forest or a boosting predict without a check of their own.
            asked = isinstance(thing, BaseDecisionTree) and isinstance(owner, BaseForest | BaseGradientBoosting)
            inner = thing if isinstance(thing, BaseEstimator) and not asked else owner
            todo += [(item, inner) for item in vars(thing).values()]
