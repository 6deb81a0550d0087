"""Paths of the files of the stages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ringside.errors import StoreError

PARTITION_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
"""Pattern of a partition's name, which is also its file's name. Partitions are sorted by name."""


@dataclass(frozen=True)
class StageFiles:
    """Paths of the files in a checkout that the stages read and write."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Self:
        """Find the checkout that `start` is in.

        Raises:
            StoreError: no folder from `start` upwards has dvc.yaml and params.yaml, or that folder has no `.dvc`.
        """
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / "dvc.yaml").is_file():
                break
        else:
            remedy = "change into your copy of the repository and run the command again."
            raise StoreError("this is not inside a Ringside repository (no dvc.yaml)", where=str(start), remedy=remedy)
        if not (folder / ".dvc").is_dir():
            remedy = "restore it with `git checkout .dvc`, or make it anew with `dvc init`."
            raise StoreError("the folder .dvc is missing", where=str(folder), remedy=remedy)
        return cls(folder)

    @property
    def params(self) -> Path:
        """Return the path of `params.yaml`."""
        return self.root / "params.yaml"

    @property
    def manifest(self) -> Path:
        """Return the path of the manifest of partitions, tracked by Git."""
        return self.root / "data" / "manifest.json"

    @property
    def raw(self) -> Path:
        """Return the folder of partitions as the source returned them."""
        return self.root / "data" / "raw"

    @property
    def valid(self) -> Path:
        """Return the folder of rows that passed the schema and have a label."""
        return self.root / "data" / "valid"

    @property
    def quarantine(self) -> Path:
        """Return the folder of rows that failed the schema, each with the reason."""
        return self.root / "data" / "quarantine"

    @property
    def validation(self) -> Path:
        """Return the path of the validation result of each partition, in order."""
        return self.root / "reports" / "validation.json"

    @property
    def split(self) -> Path:
        """Return the path of the result of `split`: the rows for training and for the test."""
        return self.root / "reports" / "split.json"

    @property
    def model(self) -> Path:
        """Return the path of the trained model."""
        return self.root / "models" / "model.skops"

    @property
    def metrics(self) -> Path:
        """Return the path of the metrics on the test rows, tracked by Git."""
        return self.root / "reports" / "metrics.json"

    @property
    def predictions(self) -> Path:
        """Return the path of the predictions for the test rows."""
        return self.root / "reports" / "predictions.parquet"

    @property
    def profile(self) -> Path:
        """Return the path of the data profile, per partition and column."""
        return self.root / "reports" / "profile.json"

    @property
    def plots(self) -> Path:
        """Return the folder with the data of the curves."""
        return self.root / "reports" / "plots"

    def partition(self, folder: Path, name: str) -> Path:
        """Return the file of partition `name` in `folder`."""
        return folder / f"{name}.parquet"

    def relative(self, path: Path) -> str:
        """Return `path` relative to the root, with forward slashes."""
        return path.relative_to(self.root).as_posix()
