"""The text of a task's `model.py`: a first Pipeline, chosen by the size of the data."""

from dataclasses import dataclass

from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import call, listed

_SMALL = 2000
"""With fewer labelled rows, a linear model is usually better than trees."""
_THIN = 5
"""With fewer rows per feature, a linear model is usually better, too."""
_LARGE = 20_000_000
"""Values (rows times features) from which the number of trees is halved, to shorten the first run."""
_CLASSES = 5
_UNKNOWN = ['handle_unknown="use_encoded_value"', "unknown_value=np.nan", "encoded_missing_value=np.nan"]


@dataclass(frozen=True)
class Parameter:
    """A key of the `train` section."""

    name: str
    value: float
    type: str
    bounds: str
    description: str


def is_linear(draft: TaskDraft) -> bool:
    """Return whether the model is linear."""
    rows = int(draft.labelled.sum())
    return rows < _SMALL or rows < _THIN * len(draft.features)


def parameters(draft: TaskDraft) -> list[Parameter]:
    """Return the model's parameters except the seed."""
    if is_linear(draft):
        name, meaning = ("alpha", "larger is simpler") if draft.kind == "regression" else ("C", "smaller is simpler")
        value = 1.0 if draft.kind == "regression" else 0.3
        return [
            Parameter("n_estimators", 25, "int", "ge=1, le=1000", "linear models, each on another sample of the rows"),
            Parameter(name, value, "float", "gt=0", meaning),
        ]
    rows = int(draft.labelled.sum())
    trees = 100 if rows * len(draft.features) > _LARGE or _labels(draft) > _CLASSES else 200
    return [
        Parameter("max_iter", trees, "int", "ge=1, le=10_000", "number of trees"),
        Parameter("learning_rate", 0.06, "float", "gt=0, le=1", "weight of each tree"),
        Parameter("max_leaf_nodes", 15, "int", "ge=2, le=1024", "most leaves of a tree"),
        Parameter("min_samples_leaf", max(20, min(200, rows // 200)), "int", "ge=1", "fewest rows of a leaf"),
        Parameter("l2_regularization", 1.0, "float", "ge=0", "larger is simpler"),
        Parameter("max_features", 0.5, "float", "gt=0, le=1", "share of the columns considered at each split"),
    ]


def _labels(draft: TaskDraft) -> int:
    return draft.column(draft.target).distinct if draft.kind == "multiclass" else 1


def fields(draft: TaskDraft) -> list[str]:
    """Return the parameters as fields of a class."""
    return [f'{p.name}: {p.type} = Field({p.bounds}, description="{p.description}")' for p in parameters(draft)]


def model_file(draft: TaskDraft) -> str:
    """Return the text of the file."""
    return _linear_file(draft) if is_linear(draft) else _trees_file(draft)


def _linear_file(draft: TaskDraft) -> str:
    regression = draft.kind == "regression"
    ensemble = "BaggingRegressor" if regression else "BaggingClassifier"
    model = "Ridge(alpha=params.alpha)" if regression else "LogisticRegression(C=params.C, max_iter=2000)"
    steps, imports = (
        [],
        {
            "sklearn.compose": {"ColumnTransformer"},
            "sklearn.ensemble": {ensemble},
            "sklearn.linear_model": {model.partition("(")[0]},
            "sklearn.pipeline": {"Pipeline"},
        },
    )
    body = []
    if draft.categories:
        # NOTE: a category unseen in training is encoded as the infrequent ones, or as zeros if there are none.
        body.append('    categories = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=5)')
        steps.append('("categories", categories, CATEGORIES)')
        imports.setdefault("sklearn.preprocessing", set()).add("OneHotEncoder")
    if draft.texts:
        body.append(_texts(draft, imports))
        steps.append('("texts", texts, TEXTS)')
    if draft.numbers:
        body += [
            '    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)',
            '    numbers = Pipeline([("filled", filled), ("scaled", StandardScaler())])',
        ]
        steps.append('("numbers", numbers, NUMBERS)')
        imports.setdefault("sklearn.preprocessing", set()).add("StandardScaler")
        imports.setdefault("sklearn.impute", set()).add("SimpleImputer")
    body += [
        f"    linear = {ensemble}(",
        f"        {model},",
        "        n_estimators=params.n_estimators,",
        "        # Each model is trained on 80% of the rows, chosen by the seed.",
        "        max_samples=0.8,",
        "        bootstrap=False,",
        "        random_state=params.seed,",
        "    )",
    ]
    head = '"""The model: averaged linear models on scaled numbers and encoded categories, all in one Pipeline.'
    return _file(draft, head, imports, body, steps, "linear")


def _trees_file(draft: TaskDraft) -> str:
    model = "HistGradientBoostingRegressor" if draft.kind == "regression" else "HistGradientBoostingClassifier"
    imports = {
        "sklearn.compose": {"ColumnTransformer"},
        "sklearn.ensemble": {model},
        "sklearn.pipeline": {"Pipeline"},
    }
    steps, body = [], []
    if draft.categories:
        body += [
            "    # A category unseen in training counts as a missing value, which the trees can handle.",
            call("categories = OrdinalEncoder", _UNKNOWN, indent="    "),
        ]
        steps.append('("categories", categories, CATEGORIES)')
        imports["sklearn.preprocessing"] = {"OrdinalEncoder"}
    if draft.texts:
        body.append(_texts(draft, imports))
        steps.append('("texts", texts, TEXTS)')
    if draft.numbers:
        steps.append('("numbers", "passthrough", NUMBERS)')
    body += [f"    booster = {model}("]
    body += [f"        {p.name}=params.{p.name}," for p in parameters(draft)]
    if draft.categories:
        body.append("        categorical_features=list(range(len(CATEGORIES))),")
    body += [
        "        # Early stopping would hold out random rows, although rows of one group belong together.",
        "        early_stopping=False,",
        "        random_state=params.seed,",
        "    )",
    ]
    head = '"""The model: gradient boosting, which handles missing values itself; all feature work is in the Pipeline.'
    return _file(draft, head, imports, body, steps, "booster")


def _texts(draft: TaskDraft, imports: dict[str, set[str]]) -> str:
    imports.setdefault("sklearn.preprocessing", set()).add("TargetEncoder")
    imports.setdefault("sklearn.model_selection", set()).add("KFold")
    # NOTE: with target_type="auto", whole numbers would count as classes, with an encoded column for each of them.
    kind = "continuous" if draft.kind == "regression" else draft.kind
    return (
        "    # Many values: each is encoded by its mean target, computed on the rows of the other folds.\n"
        "    folds = KFold(5, shuffle=True, random_state=params.seed)\n"
        f'    texts = TargetEncoder(target_type="{kind}", cv=folds)'
    )


def _file(  # noqa: PLR0913, PLR0917  # the parts of one file
    draft: TaskDraft, head: str, imports: dict[str, set[str]], body: list[str], steps: list[str], last: str
) -> str:
    lists = {"CATEGORIES": draft.categories, "TEXTS": draft.texts, "NUMBERS": draft.numbers}
    comments = {
        "CATEGORIES": "# Texts with few distinct values.",
        "TEXTS": "# Texts with many distinct values.",
        "NUMBERS": "# Numbers and booleans.",
    }
    columns = [f"{comments[name]}\n{listed(name, names)}" for name, names in lists.items() if names]
    numpy = ["import numpy as np"] if any("np." in line for line in body) else []
    sklearn = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(imports.items())]
    transformer = call("columns = ColumnTransformer", [f"[{', '.join(steps)}]"], indent="    ")
    lines = [
        head + "\n\nThe model does not see columns that are in none of these lists.",
        '"""',
        "",
        *numpy,
        *sklearn,
        "",
        f"from {draft.name} import {draft.params_class}",
        "",
        *columns,
        "",
        "",
        f"def build_model(params: {draft.params_class}) -> Pipeline:",
        '    """Return an unfitted model for the columns of the schema; it accepts missing values."""',
        *body,
        transformer,
        f'    return Pipeline([("columns", columns), ("{last}", {last})])',
        "",
    ]
    return "\n".join(lines)
