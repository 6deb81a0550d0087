"""Model files: skops, in a canonical form, loaded only if every type in it is on the list of trusted types.

The bytes depend on the model alone. skops writes three things that do not: memory addresses (as identities and as
names of arrays), the times in the zip file, and the thread counts that estimators were fitted with. Here identities
are numbered in order of appearance, times are constant, and thread counts are left open (so that a loaded model uses
the threads of the machine that loads it). Entries are stored without compression, since its output would change
with the version of zlib.
"""

import functools
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble._forest import BaseForest
from sklearn.ensemble._gb import BaseGradientBoosting
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.tree import BaseDecisionTree
from sklearn.tree._tree import Tree
from skops.io import dumps as skops_dumps
from skops.io import get_untrusted_types
from skops.io import loads as skops_loads

from ringside.errors import ModelError

TRUSTED_TYPES = (
    # NOTE: skops does not trust the two tree types because their arrays are indexed without bounds checks when they
    # predict; `check_trees` checks those bounds before the model is returned.
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    # FunctionTransformer and HistGradientBoosting use these two to check their input.
    "functools.partial",
    "sklearn.utils.validation.check_array",
    # Encoders and imputers store the type of their columns.
    "numpy.dtype",
    # Voting and stacking store their estimators in the first, calibration in the others.
    "sklearn.utils._bunch.Bunch",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    # Parameter searches and target encoders store their cross-validation splitter and their scorer.
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.metrics._scorer._PassthroughScorer",
    # Neural networks store their optimizer.
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    # Feature selectors store their scoring function.
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "sklearn.feature_selection._mutual_info.mutual_info_classif",
    "sklearn.feature_selection._mutual_info.mutual_info_regression",
)
"""Types that a model file may contain beyond skops' own list; a task adds to it by `Task.trusted_types`."""

_DAMAGED = "take the file from where it was trained or released (`dvc repro`, or the release) and compare its hash."
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SCALARS = {"JsonNode", "TypeNode", "FunctionNode"}
_BITSET_WIDTH = 8
"""Number of 32-bit words in a set of categories, of which there are at most 256."""


def dump_model(model: object) -> bytes:
    """Return the model as the bytes of a skops file; equal models give equal bytes.

    Raises:
        ModelError: the model contains an object that skops cannot write without pickle.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(skops_dumps(model)))
    except Exception as error:
        raise ModelError(
            f"{type(model).__name__} cannot be written as a skops file ({type(error).__name__}: {error})",
            where="models/model.skops",
            remedy="build the model from scikit-learn's own estimators; no lambda, no generator, no open file.",
        ) from error
    schema = json.loads(archive.read("schema.json"))
    canonical = _Canonical()
    schema = canonical.node(schema)
    if unnamed := sorted(canonical.unnamed):
        raise ModelError(
            f"it holds functions that no other process can find by name: {', '.join(unnamed)}",
            where="models/model.skops",
            remedy="write each function at the top of a module, not as a lambda or inside another function.",
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for old, new in canonical.files.items():
            _write(target, new, _without_padding(archive.read(old)))
        _write(target, "schema.json", json.dumps(schema, indent=1).encode())
    return out.getvalue()


def load_model(content: bytes, *, where: str, trusted_types: Sequence[str] = ()) -> Any:  # noqa: ANN401
    """Return the model in a skops file if every type in it is trusted.

    Args:
        content: the file's bytes.
        where: the file's name, for the error message.
        trusted_types: the task's own additions to `TRUSTED_TYPES`.

    Raises:
        ModelError: the file is damaged, was tampered with, or contains a type that is not trusted.
    """
    if unknown := untrusted_types(content, where=where, trusted_types=trusted_types):
        remedy = "do not load it unless you know who made it; if the type is your own, add it to Task.trusted_types."
        raise _untrusted(unknown, where, remedy)
    try:
        model = skops_loads(content, trusted=[*TRUSTED_TYPES, *trusted_types])
    except Exception as error:
        found = f"it cannot be loaded ({type(error).__name__}: {error})"
        raise ModelError(found, where=where, remedy=_DAMAGED) from error
    check_trees(model, where=where)
    return model


def check_trusted(content: bytes, *, where: str, trusted_types: Sequence[str], stated_in: str) -> None:
    """Check that a file that was just written can be loaded; its types are known to come from a fit.

    Args:
        content: the file's bytes.
        where: the file's name, for the error message.
        trusted_types: the task's own additions to `TRUSTED_TYPES`.
        stated_in: the file in which the task lists them.

    Raises:
        ModelError: the file contains a type that is not trusted; the remedy has the lines that add it to the task.
    """
    if unknown := untrusted_types(content, where=where, trusted_types=trusted_types):
        lines = "\n".join(f'        "{name}",' for name in [*trusted_types, *unknown])
        remedy = (
            "take estimators without these, or look at what each does when it is loaded from a file, and state it in "
            f"{stated_in}, where a review sees it:\n    trusted_types=(\n{lines}\n    ),"
        )
        raise _untrusted(unknown, where, remedy)


def _untrusted(unknown: Sequence[str], where: str, remedy: str) -> ModelError:
    return ModelError(f"it holds types that are not trusted: {', '.join(unknown)}", where=where, remedy=remedy)


def untrusted_types(content: bytes, *, where: str, trusted_types: Sequence[str] = ()) -> list[str]:
    """Return the types in a skops file that are not trusted, sorted by name, without running anything from the file.

    Args:
        content: the file's bytes.
        where: the file's name, for the error message.
        trusted_types: the task's own additions to `TRUSTED_TYPES`.

    Raises:
        ModelError: the file is damaged or not a skops file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if (bad := archive.testzip()) is not None:
                raise zipfile.BadZipFile(f"the entry {bad} is damaged")  # noqa: TRY301  # one message for all damage
        return sorted(set(get_untrusted_types(data=content)) - {*TRUSTED_TYPES, *trusted_types})
    except Exception as error:
        found = f"it is no skops file, or a damaged one ({type(error).__name__}: {error})"
        raise ModelError(found, where=where, remedy=_DAMAGED) from error


def check_trees(model: object, *, where: str) -> None:
    """Check the bounds of every tree in a loaded model, because scikit-learn does not check them when it predicts.

    A crafted file can pass every check of types and still make a tree read outside its own arrays or loop forever
    (scikit-learn pull request 34558). Children must come after their parent, inside the array, and features and sets of
    categories must exist.

    Raises:
        ModelError: a tree points outside its arrays, backwards, or to a feature that does not exist.
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
    """Yield each tree in `model`, with the estimator that checks the number of features before the tree predicts."""
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
            # Reading its `__dict__` would create one and change the file when the model is written again.
            todo += [(item, owner) for item in (thing.func, *thing.args, *thing.keywords.values())]
        elif hasattr(thing, "__dict__") and not isinstance(thing, type | FunctionType | ModuleType):
            # The trees of a forest or a boosting model predict without a check of their own.
            asked = isinstance(thing, BaseDecisionTree) and isinstance(owner, BaseForest | BaseGradientBoosting)
            inner = thing if isinstance(thing, BaseEstimator) and not asked else owner
            todo += [(item, inner) for item in vars(thing).values()]


class _Canonical:
    """Rewriter of a skops schema that removes memory addresses and thread counts."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.unnamed: set[str] = set()
        self._ids: dict[object, int] = {}

    def node(self, value: Any) -> Any:  # noqa: ANN401  # any JSON value
        """Return the value with identities numbered, files renamed, sets sorted and thread counts left open."""
        if isinstance(value, list):
            return [self.node(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("__loader__") == "SetNode":
            # The order of a set of texts differs between processes.
            value = value | {"content": sorted(value["content"], key=_without_ids)}
        if value.get("__loader__") == "FunctionNode" and not value["__class__"].isidentifier():
            self.unnamed.add(f"{value['__module__']}.{value['__class__']}")
        result: dict[str, Any] = {}
        for key, item in value.items():
            if key == "__id__":
                result[key] = self._ids.setdefault(self._identity(value), len(self._ids))
            elif key == "file" and isinstance(item, str):
                result[key] = self.files.setdefault(item, f"{len(self.files):05d}.{item.rpartition('.')[2]}")
            elif key == "n_threads" and isinstance(item, dict) and item.get("__loader__") == "JsonNode":
                result[key] = self.node(item | {"content": "null"})
            else:
                result[key] = self.node(item)
        return result

    @staticmethod
    def _identity(node: dict[str, Any]) -> object:
        """Return an identity by content: the interpreter may share equal constants or not."""
        if node.get("__loader__") not in _SCALARS:
            return node["__id__"]
        return tuple(str(node.get(key)) for key in ("__loader__", "__module__", "__class__", "content"))


def _without_ids(node: dict[str, Any]) -> str:
    def strip(value: Any) -> Any:  # noqa: ANN401  # any JSON value
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key != "__id__"}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return json.dumps(strip(node), sort_keys=True)


def _without_padding(content: bytes) -> bytes:
    """Return the file of an array with the padding bytes (arbitrary memory) between the fields of records set to 0."""
    if b"'descr': [(" not in content[:64]:
        return content
    array = np.load(io.BytesIO(content), allow_pickle=False)
    clean = np.zeros(array.shape, array.dtype)
    for field in array.dtype.names:
        clean[field] = array[field]
    out = io.BytesIO()
    np.save(out, clean, allow_pickle=False)
    return out.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.create_system = 3
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)
