"""`model.py` of a task: a Pipeline that a person can start from, by the size of the data."""

from dataclasses import dataclass

from ringside.init.infer.draft import TaskDraft
from ringside.init.write.literals import call, listed

_SMALL = 2000
"""With fewer rows to learn from, a linear model usually does better than trees."""
_THIN = 5
"""So it does with fewer rows than this for each column."""
_LARGE = 20_000_000
"""From so many values on, half the trees, for the first run to end soon."""
_CLASSES = 5
_UNKNOWN = ['handle_unknown="use_encoded_value"', "unknown_value=np.nan", "encoded_missing_value=np.nan"]


@dataclass(frozen=True)
class Parameter:
    """A key of the `train` section."""

    name: str
    value: float
    type: str
    bounds: str
    says: str


def is_linear(draft: TaskDraft) -> bool:
    """Whether the model is a linear one."""
    rows = int(draft.labelled.sum())
    return rows < _SMALL or rows < _THIN * len(draft.features)


def parameters(draft: TaskDraft) -> list[Parameter]:
    """The model's parameters beside the seed."""
    if is_linear(draft):
        name, says = ("alpha", "stronger is simpler") if draft.kind == "regression" else ("C", "weaker is simpler")
        value = 1.0 if draft.kind == "regression" else 0.3
        return [
            Parameter("n_estimators", 25, "int", "ge=1, le=1000", "linear models, each of another sample of the rows"),
            Parameter(name, value, "float", "gt=0", says),
        ]
    rows = int(draft.labelled.sum())
    trees = 100 if rows * len(draft.features) > _LARGE or _labels(draft) > _CLASSES else 200
    return [
        Parameter("max_iter", trees, "int", "ge=1, le=10_000", "trees"),
        Parameter("learning_rate", 0.06, "float", "gt=0, le=1", "how much each tree adds"),
        Parameter("max_leaf_nodes", 15, "int", "ge=2, le=1024", "leaves of a tree"),
        Parameter("min_samples_leaf", max(20, min(200, rows // 200)), "int", "ge=1", "rows that a leaf needs"),
        Parameter("l2_regularization", 1.0, "float", "ge=0", "larger is simpler"),
        Parameter("max_features", 0.5, "float", "gt=0, le=1", "share of the columns that each split may choose from"),
    ]


def _labels(draft: TaskDraft) -> int:
    return draft.column(draft.target).distinct if draft.kind == "multiclass" else 1


def fields(draft: TaskDraft) -> list[str]:
    """The parameters as fields of a class."""
    return [f'{p.name}: {p.type} = Field({p.bounds}, description="{p.says}")' for p in parameters(draft)]


def model_file(draft: TaskDraft) -> str:
    """The text of the file."""
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
        # NOTE: a category that training never saw counts as the rare ones do, or as none.
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
        "        # Each model sees four rows of five: the seed chooses which.",
        "        max_samples=0.8,",
        "        bootstrap=False,",
        "        random_state=params.seed,",
        "    )",
    ]
    head = '"""The model: linear ones, averaged, over scaled numbers and encoded categories; all of it in the Pipeline.'
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
            "    # A category that training never saw counts as missing, for which the trees learn a side.",
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
    head = (
        '"""The model: gradient boosting, which takes missing values as they are; all feature work is in the Pipeline.'
    )
    return _file(draft, head, imports, body, steps, "booster")


def _texts(draft: TaskDraft, imports: dict[str, set[str]]) -> str:
    imports.setdefault("sklearn.preprocessing", set()).add("TargetEncoder")
    imports.setdefault("sklearn.model_selection", set()).add("KFold")
    # NOTE: left to itself it takes a quantity in whole numbers for classes, and makes a column for each of its values.
    kind = "continuous" if draft.kind == "regression" else draft.kind
    return (
        "    # Many values: each is encoded by what the target is for it, as rows of other folds say.\n"
        "    folds = KFold(5, shuffle=True, random_state=params.seed)\n"
        f'    texts = TargetEncoder(target_type="{kind}", cv=folds)'
    )


def _file(  # noqa: PLR0913, PLR0917  # the parts of one file
    draft: TaskDraft, head: str, imports: dict[str, set[str]], body: list[str], steps: list[str], last: str
) -> str:
    lists = {"CATEGORIES": draft.categories, "TEXTS": draft.texts, "NUMBERS": draft.numbers}
    said = {
        "CATEGORIES": "# Few values each.",
        "TEXTS": "# Many values each.",
        "NUMBERS": "# Numbers, and true and false.",
    }
    columns = [f"{said[name]}\n{listed(name, names)}" for name, names in lists.items() if names]
    numpy = ["import numpy as np"] if any("np." in line for line in body) else []
    sklearn = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(imports.items())]
    transformer = call("columns = ColumnTransformer", [f"[{', '.join(steps)}]"], indent="    ")
    lines = [
        head + "\n\nA column of the schema that no list names is not seen by the model.",
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
        '    """An unfitted model that takes the columns of the schema as they are, missing values included."""',
        *body,
        transformer,
        f'    return Pipeline([("columns", columns), ("{last}", {last})])',
        "",
    ]
    return "\n".join(lines)
