"""Five lines that load a released model with scikit-learn and skops alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lines:
    """The lines of a loader."""

    text: str
    complete: bool
    """They need nothing but scikit-learn, skops and pandas: no type of the model is the task's own."""


def asked_types(content: bytes) -> list[str]:
    """The types in a model file that skops trusts only when it is told to, in order of their names."""
    # Imported here because it brings scikit-learn.
    from skops.io import get_untrusted_types

    return sorted(get_untrusted_types(data=content))


def loader_lines(content: bytes, kind: str, *, has_rows: bool) -> Lines:
    """A loader for the model file with these bytes, which was checked before (`ringside.common.model_file.load_model`).

    Args:
        content: the bytes of `model.skops`.
        kind: the task's kind.
        has_rows: the release carries reference rows.
    """
    trusted = asked_types(content)
    call = {
        "binary": "model.predict_proba(rows)[:, 1]",
        "multiclass": "model.predict_proba(rows)",
        "regression": "model.predict(rows)",
    }
    file = "reference.parquet" if has_rows else "rows.parquet"
    text = "\n".join(
        [
            "import pandas as pd",
            "from skops.io import load",
            f'model = load("model.skops", trusted={trusted!r})',
            f'rows = pd.read_parquet("{file}", columns=list(model.feature_names_in_))',
            f"print({call[kind]})",
        ]
    )
    return Lines(text, all(name.partition(".")[0] in ("sklearn", "numpy", "scipy", "functools") for name in trusted))
