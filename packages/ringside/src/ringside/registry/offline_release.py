"""A release by itself: no checkout, no registry, only its files and an environment with its packages.

For services and containers that install the release's `model.txt` and wheels, and so have its code.
"""

import platform
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringside.common.files import read_bytes
from ringside.errors import RegistryError
from ringside.registry.checksums import check_folder, sha256
from ringside.registry.client import read_metadata
from ringside.registry.scoring import MODEL

if TYPE_CHECKING:
    import pandas as pd

_REMEDY = "take the release again (`ringside fetch`, or `gh release download`)."


class Release:
    """A released version in its own environment, loaded and ready to predict.

    Args:
        folder: the files of the release.

    Raises:
        RegistryError: a file is missing or damaged, or this is not the environment that the release asks for.
        ModelError: the model file holds types that are not trusted.
        TaskError: the release's wheels are not installed here.
    """

    def __init__(self, folder: str | Path) -> None:
        from ringside.common.model_file import load_model
        from ringside.loader import load_task

        self.folder = Path(folder)
        check_folder(self.folder)
        self.metadata = read_metadata(self.folder)
        _check_python(self.metadata.python, self.folder)
        path = self.folder / MODEL
        if sha256(path) != self.metadata.model:
            found = "it is not the model of release.json"
            raise RegistryError(found, where=str(path), remedy=_REMEDY, state="files_damaged")
        # A wheel lies in the environment itself, below no `src` of a checkout.
        self._task = load_task(Path(sys.prefix), self.metadata.task)
        content = read_bytes(path, remedy=_REMEDY)
        self.estimator: Any = load_model(content, where=MODEL, trusted_types=self._task.trusted_types)

    @property
    def version(self) -> str:
        """As in `v1.2.0`."""
        return self.metadata.version

    def rows(self, found: "Iterable[Mapping[str, object]] | pd.DataFrame") -> "pd.DataFrame":
        """Rows from JSON or a database, in the types that the model takes.

        Raises:
            DataError: a value is none of its column's type.
        """
        from ringside.registry.rows import in_types

        return in_types(found, self.metadata.columns)

    def predict(self, frame: "pd.DataFrame", *, check: bool = True) -> "pd.DataFrame":
        """The predictions for rows.

        Args:
            frame: `(n_rows, n_columns)`, as `metadata.columns` says; not changed.
            check: hold the rows against the version's schema first.

        Returns:
            `prediction`, or `prediction:<class>` for each class, under the index of `frame`.

        Raises:
            DataError: a row is not what the schema says (with `check`).
            ModelError: the estimator cannot predict these rows.
        """
        from ringside.registry.rows import predict_rows

        predictions = predict_rows(self.estimator, frame, self._task, check=check)
        predictions.index = frame.index
        return predictions


def _check_python(made_with: str, folder: Path) -> None:
    """The lock is of one Python, and scikit-learn's files load with the packages of the lock alone."""
    minor = ".".join(made_with.split(".")[:2])
    if ".".join(platform.python_version_tuple()[:2]) != minor:
        found = f"it was made with Python {made_with}, and this is {platform.python_version()}"
        remedy = f"install {folder.name}/model.txt and the wheels in an environment of Python {minor}."
        raise RegistryError(found, where=str(folder), remedy=remedy, state="environment_fails")
