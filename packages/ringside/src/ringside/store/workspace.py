"""Where everything is: the one place that knows a path."""

from dataclasses import dataclass
from pathlib import Path

from ringside.errors import StoreError

PARTITION_NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
"""What a partition may be called; its name is also its file's name. Partitions are ordered by their names."""


@dataclass(frozen=True)
class Workspace:
    """A checkout of the repository."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> "Workspace":
        """The workspace that `start` is in.

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
        """`params.yaml`."""
        return self.root / "params.yaml"

    @property
    def manifest(self) -> Path:
        """The partitions that there are, tracked by Git."""
        return self.root / "data" / "manifest.json"

    @property
    def raw(self) -> Path:
        """The folder of partitions as the source answered them."""
        return self.root / "data" / "raw"

    @property
    def raw_dvc(self) -> Path:
        """DVC's record of `raw`, tracked by Git."""
        return self.root / "data" / "raw.dvc"

    @property
    def adopted(self) -> Path:
        """Predictions that the team had before its first champion, tracked by Git."""
        return self.root / "data" / "adopted.parquet"

    @property
    def store(self) -> Path:
        """The folder of partitions that Git tracks, where params.yaml says `data.store: git`."""
        return self.root / "data" / "store"

    @property
    def erased(self) -> Path:
        """Which rows were erased for good, by salted hashes; tracked by Git."""
        return self.root / "data" / "erased.json"

    @property
    def incoming(self) -> Path:
        """Partitions on their way into `raw`, on the same disk."""
        return self.root / "data" / ".incoming"

    @property
    def verified(self) -> Path:
        """Which files of `raw` were compared with the manifest; beside DVC's own notes of this kind."""
        return self.root / ".dvc" / "tmp" / "ringside-verified.json"

    @property
    def times(self) -> Path:
        """What each stage took when it last ran here."""
        return self.root / ".dvc" / "tmp" / "ringside-times.json"

    @property
    def rivals(self) -> Path:
        """Predictions of released models on test rows, kept because the next verdict is often on the same rows."""
        return self.root / ".dvc" / "tmp" / "ringside-rivals"

    @property
    def fetched(self) -> Path:
        """Released versions that were fetched, a folder each."""
        return self.root / ".dvc" / "tmp" / "ringside-releases"

    @property
    def trusted(self) -> Path:
        """Which model files were found to hold trusted types only."""
        return self.root / ".dvc" / "tmp" / "ringside-trusted.json"

    @property
    def stage_outputs(self) -> dict[str, Path]:
        """One small output of each stage, by which its run is known again."""
        return {
            "validate": self.validation,
            "split": self.split,
            "train": self.model,
            "evaluate": self.metrics,
        }

    @property
    def release_draft(self) -> Path:
        """Where `publish` builds a release."""
        return self.root / ".dvc" / "tmp" / "ringside-release"

    @property
    def valid(self) -> Path:
        """The folder of rows that passed the schema and have a label."""
        return self.root / "data" / "valid"

    @property
    def quarantine(self) -> Path:
        """The folder of rows that failed the schema, each with the reason."""
        return self.root / "data" / "quarantine"

    @property
    def validation(self) -> Path:
        """What `validate` found in each partition, in order."""
        return self.root / "reports" / "validation.json"

    @property
    def split(self) -> Path:
        """Which rows are for training and which for the test."""
        return self.root / "reports" / "split.json"

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.root / "models" / "model.skops"

    @property
    def metrics(self) -> Path:
        """The metrics on the test rows, tracked by Git."""
        return self.root / "reports" / "metrics.json"

    @property
    def predictions(self) -> Path:
        """The prediction for each test row."""
        return self.root / "reports" / "predictions.parquet"

    @property
    def lock(self) -> Path:
        """The packages that a stage and a released model need."""
        return self.root / "requirements" / "model.txt"

    @property
    def report(self) -> Path:
        """The verdict with all that it rests on."""
        return self.root / "reports" / "report.json"

    @property
    def report_page(self) -> Path:
        """The report as one page for a browser."""
        return self.root / "reports" / "report.html"

    @property
    def report_text(self) -> Path:
        """The report as a comment of a pull request."""
        return self.root / "reports" / "report.md"

    @property
    def profile(self) -> Path:
        """What the data look like, per partition and column."""
        return self.root / "reports" / "profile.json"

    @property
    def plots(self) -> Path:
        """The folder with the data of the curves."""
        return self.root / "reports" / "plots"

    def partition(self, folder: Path, name: str) -> Path:
        """The file of partition `name` in `folder`."""
        return folder / f"{name}.parquet"

    def relative(self, path: Path) -> str:
        """`path` as people write it: from the root, with forward slashes."""
        return path.relative_to(self.root).as_posix()
