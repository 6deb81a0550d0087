"""Bounds of tree arrays in a loaded model, checked because scikit-learn does not check them when it predicts.

A crafted file can pass every check of types and still send a tree outside its own arrays, or round in a circle
(scikit-learn pull request 34558). Children must stand behind their parent, inside the array, and features must exist.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.tree._tree import Tree

from ringside.errors import ModelError


def check_trees(model: object, *, where: str) -> None:
    """Check every tree in `model`.

    Raises:
        ModelError: a tree points outside its arrays, backwards, or to a feature that there is not.
    """
    for tree, n_features in _trees(model):
        if isinstance(tree, Tree):
            inner = tree.children_left != -1
            children = np.stack([tree.children_left[inner], tree.children_right[inner]])
            features = tree.feature[inner]
        else:
            inner = tree.nodes["is_leaf"] == 0
            children = np.stack([tree.nodes["left"][inner], tree.nodes["right"][inner]]).astype(np.int64)
            features = tree.nodes["feature_idx"][inner]
        forward = (children > np.flatnonzero(inner)).all() and (children < inner.size).all()
        if not forward or (features < 0).any() or (n_features is not None and (features >= n_features).any()):
            raise ModelError(
                "a tree in it points outside its own arrays",
                where=where,
                remedy="do not use this file: it was damaged or tampered with; take the one that was released.",
            )


def _trees(model: object) -> Iterator[tuple[Any, int | None]]:
    """Each tree in `model`, with the number of features that its estimator was fitted on, where known."""
    seen: set[int] = set()
    todo: list[tuple[object, int | None]] = [(model, None)]
    while todo:
        thing, n_features = todo.pop()
        if id(thing) in seen or isinstance(thing, str | bytes | int | float | type(None)):
            continue
        seen.add(id(thing))
        if isinstance(thing, TreePredictor | Tree):
            yield thing, n_features
        elif isinstance(thing, dict):
            todo += [(item, n_features) for item in thing.values()]
        elif isinstance(thing, list | tuple | set) or (isinstance(thing, np.ndarray) and thing.dtype == object):
            todo += [(item, n_features) for item in thing]
        elif isinstance(thing, BaseEstimator):
            # NOTE: HistGradientBoosting's inner preprocessor reorders columns but never changes their number.
            inner = getattr(thing, "n_features_in_", n_features)
            todo += [(item, inner) for item in vars(thing).values()]
