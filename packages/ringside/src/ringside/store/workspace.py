"""The paths of all files in a checkout; those of the stages are in `common.workspace`."""

from dataclasses import dataclass
from pathlib import Path

from ringside.common.workspace import PARTITION_NAME, StageFiles

__all__ = ["PARTITION_NAME", "Workspace"]


@dataclass(frozen=True)
class Workspace(StageFiles):
    """A checkout of the repository."""

    @property
    def raw_dvc(self) -> Path:
        """The `.dvc` file of `data/raw`, tracked by Git."""
        return self.root / "data" / "raw.dvc"

    @property
    def adopted(self) -> Path:
        """Existing predictions to compare the first model with, tracked by Git."""
        return self.root / "data" / "adopted.parquet"

    @property
    def store(self) -> Path:
        """The folder of partitions that Git tracks if params.yaml contains `data.store: git`."""
        return self.root / "data" / "store"

    @property
    def erased(self) -> Path:
        """The list of erased rows as salted hashes, tracked by Git."""
        return self.root / "data" / "erased.json"

    @property
    def incoming(self) -> Path:
        """Temporary folder of partitions before they are moved to `data/raw`, on the same disk."""
        return self.root / "data" / ".incoming"

    @property
    def verified(self) -> Path:
        """Cache of files in `data/raw` that were compared with the manifest."""
        return self.root / ".dvc" / "tmp" / "ringside-verified.json"

    @property
    def times(self) -> Path:
        """Time and memory of the last run of each stage."""
        return self.root / ".dvc" / "tmp" / "ringside-times.json"

    @property
    def rivals(self) -> Path:
        """Cache of predictions of released models on test rows, reused by the next verdict on the same rows."""
        return self.root / ".dvc" / "tmp" / "ringside-rivals"

    @property
    def fetched(self) -> Path:
        """Fetched releases, one folder for each version."""
        return self.root / ".dvc" / "tmp" / "ringside-releases"

    @property
    def trusted(self) -> Path:
        """Cache of model files with trusted types only."""
        return self.root / ".dvc" / "tmp" / "ringside-trusted.json"

    @property
    def stage_outputs(self) -> dict[str, Path]:
        """One small output of each stage that identifies its run."""
        return {
            "validate": self.validation,
            "split": self.split,
            "train": self.model,
            "evaluate": self.metrics,
        }

    @property
    def release_draft(self) -> Path:
        """Folder in which `publish` builds a release."""
        return self.root / ".dvc" / "tmp" / "ringside-release"

    @property
    def lock(self) -> Path:
        """The lock of the packages that a stage and a released model need."""
        return self.root / "requirements" / "model.txt"

    @property
    def report(self) -> Path:
        """The report: the verdict and all results that it is based on."""
        return self.root / "reports" / "report.json"

    @property
    def report_page(self) -> Path:
        """The report as an HTML page."""
        return self.root / "reports" / "report.html"

    @property
    def report_text(self) -> Path:
        """The report as a comment of a pull request."""
        return self.root / "reports" / "report.md"
