"""Where everything is: the one place that knows a path. What the stages read and write is in `common.workspace`."""

from dataclasses import dataclass
from pathlib import Path

from ringside.common.workspace import PARTITION_NAME, StageFiles

__all__ = ["PARTITION_NAME", "Workspace"]


@dataclass(frozen=True)
class Workspace(StageFiles):
    """A checkout of the repository."""

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
