"""A release without checkout and registry: only its files and an environment with its packages.

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
from ringside.registry.models import ReleaseMetadata
from ringside.registry.scoring import MODEL

if TYPE_CHECKING:
    import pandas as pd

_REMEDY = "fetch the release again (`ringside fetch`, or `gh release download`)."


class Release:
    """A released version in its own environment, loaded and ready to predict.

    Args:
        folder: the files of the release.

    Raises:
        RegistryError: a file is missing or damaged, or this environment does not match the release.
        ModelError: the model file contains types that are not trusted.
        TaskError: the release's wheels are not installed.
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
            message = "the file does not match the hash in release.json"
            raise RegistryError(message, where=str(path), remedy=_REMEDY, state="files_damaged")
        # Wheels are installed in the environment, not in the `src` of a checkout.
        self._task = load_task(Path(sys.prefix), self.metadata.task)
        content = read_bytes(path, remedy=_REMEDY)
        self.estimator: Any = load_model(content, where=MODEL, trusted_types=self._task.trusted_types)

    @property
    def facts(self) -> ReleaseMetadata:
        """The metadata, under its name in releases before 0.1.0, for programs that load those."""
        return self.metadata

    @property
    def version(self) -> str:
        """The version, such as `v1.2.0`."""
        return self.metadata.version

    def rows(self, records: "Iterable[Mapping[str, object]] | pd.DataFrame") -> "pd.DataFrame":
        """Convert rows from JSON or a database to the types of the model's features.

        Raises:
            DataError: a value cannot be converted to its column's type.
        """
        from ringside.registry.rows import in_types

        return in_types(records, self.metadata.columns)

    def predict(self, frame: "pd.DataFrame", *, check: bool = True) -> "pd.DataFrame":
        """Return the predictions for rows.

        Args:
            frame: `(n_rows, n_columns)`, with the columns of `metadata.columns`; not changed.
            check: validate the rows with the version's schema first.

        Returns:
            `prediction`, or `prediction:<class>` for each class, with the index of `frame`.

        Raises:
            DataError: a row does not match the schema (with `check`).
            ModelError: the estimator cannot predict these rows.
        """
        from ringside.registry.rows import predict_rows

        predictions = predict_rows(self.estimator, frame, self._task, check=check)
        predictions.index = frame.index
        return predictions


def _check_python(made_with: str, folder: Path) -> None:
    """Raise unless this is the Python of the lock; scikit-learn's files load only with the packages of the lock."""
    minor = ".".join(made_with.split(".")[:2])
    if ".".join(platform.python_version_tuple()[:2]) != minor:
        message = f"it needs Python {made_with}, but this is {platform.python_version()}"
        remedy = f"install {folder.name}/model.txt and the wheels in an environment with Python {minor}."
        raise RegistryError(message, where=str(folder), remedy=remedy, state="environment_fails")
