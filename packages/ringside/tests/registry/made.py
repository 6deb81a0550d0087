"""A version of a toy task, published for real: its pipeline ran, and its release has every file."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness import Checkout
from ringside.params import read_params
from ringside.registry.build import assemble, release_notes
from ringside.registry.candidate import checkout_metadata
from ringside.registry.checksums import sha256
from ringside.registry.client import task_of
from ringside.registry.models import ReleaseMetadata
from ringside.registry.publish import Candidate, publish
from ringside.registry.registry import Registry
from ringside.report.model import (
    DataDiffRecord,
    ModelRecord,
    PolicyRecord,
    Report,
    ReproduceRecord,
    ResultRecord,
    RuleRecord,
    SliceRecord,
    TestSetRecord,
)
from ringside.report.read import dump_report
from ringside.store.workspace import Workspace
from ringside.task import Task

SHA = "0123456789abcdef" * 4


def result(**changes: object) -> ResultRecord:
    """One metric against a rival."""
    usual = {"metric": "mae", "better": "lower", "challenger": 41.25, "rival": 42.5, "difference": 1.25}
    usual |= {"lower": -0.5, "upper": 3.0, "tolerance": 1.0, "outcome": "no_worse"}
    return ResultRecord(**usual | changes)


def report(**changes: object) -> Report:
    """A report that nothing is special about."""
    usual: dict[str, object] = {
        "format": 1,
        "task": "diabetes",
        "kind": "regression",
        "verdict": "pass",
        "champion": "no_champion",
        "challenger": ModelRecord(sha256=SHA, bytes=1000, rows=331, first="block-1", last="block-3"),
        "rival": None,
        "window": TestSetRecord(
            rows=111,
            left_out=0,
            groups=111,
            effective_groups=111.0,
            first="block-1",
            last="block-3",
            sha256=SHA,
            releases=0,
            pull_requests=None,
        ),
        "policy": PolicyRecord(
            metric="mae",
            confidence=0.95,
            uses=5,
            min_groups=10.0,
            threshold=0.5,
            top=0.1,
            inconclusive="merge_only",
            origin="checkout",
        ),
        "rules": [RuleRecord(code="RS006", name="deciding_metric", severity="decides", state="passed")],
        "metrics": [result()],
        "against": "baseline",
        "baseline": None,
        "anchor": None,
        "slices": [SliceRecord(column="sex", value=value, rows=50, result=result()) for value in ("one", "two")],
        "data": DataDiffRecord(rows_before=0, rows_after=442, duplicates_before=None, duplicates_after=0),
        "reproduce": ReproduceRecord(commit="0" * 40, dirty=False, model_lock=SHA, data=SHA, python="3.11.7"),
    }
    return Report(**usual | changes)


@dataclass(frozen=True)
class Made:
    """A checkout and what was published from it."""

    checkout: Checkout

    @property
    def workspace(self) -> Workspace:
        """Its workspace."""
        return Workspace(self.checkout.root)

    @property
    def task(self) -> Task:
        """Its task."""
        return task_of(self.workspace)

    @property
    def registry(self) -> Registry:
        """Its registry, asked anew."""
        return Registry.open(self.checkout.root)

    def release(self, version: str = "v1.0.0") -> Path:
        """The folder in the registry that holds a version."""
        return Path(self.registry.releases.where) / f"model@{version}"

    def metadata(self, version: str = "v1.0.0") -> ReleaseMetadata:
        """The metadata of a version."""
        return self.registry.releases.metadata(f"model@{version}")

    def candidate(self) -> Candidate:
        """What is here, with a report on it."""
        workspace, task = self.workspace, self.task
        model = ModelRecord(
            sha256=sha256(workspace.model),
            bytes=workspace.model.stat().st_size,
            rows=331,
            first="block-1",
            last="block-3",
        )
        judged = report(challenger=model)
        workspace.report.write_bytes(dump_report(judged))
        workspace.report_page.write_text("<!doctype html><title>report</title>", encoding="utf-8")
        metadata = checkout_metadata(workspace, task, read_params(workspace.params), judged, accepted=None)
        return Candidate(
            metadata,
            approve=lambda: None,
            fill=lambda final, folder: assemble(workspace, task, final, judged, folder),
            notes=lambda final: release_notes(workspace, final, judged),
        )

    def publish(self) -> ReleaseMetadata:
        """Make it a version."""
        return publish(self.registry, self.candidate(), self.workspace.root / ".dvc" / "tmp" / "draft").metadata


def make(folder: Path, task: str, *, reference_rows: int | None) -> Made:
    """A checkout of the toy `task` beside a bare remote; the pipeline has run and version v1.0.0 is published.

    Its release has as many reference rows as the task's own parameters say where `reference_rows` is None.
    """
    folder.mkdir(parents=True, exist_ok=True)
    checkout = Checkout.of_project(folder / "checkout")
    checkout.use_task(task)
    if reference_rows is not None:
        with (checkout.root / "params.yaml").open("a", encoding="utf-8") as params:
            params.write(f"publish:\n  reference_rows: {reference_rows}\n")
    checkout.ok("git", "config", "user.name", "t")
    checkout.ok("git", "config", "user.email", "t@example.org")
    checkout.ok("ringside", "ingest")
    checkout.ok("dvc", "repro")
    checkout.commit("run")
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(folder / "bare")], check=True)
    checkout.ok("git", "remote", "add", "origin", str(folder / "bare"))
    checkout.ok("git", "push", "--quiet", "origin", "main")
    made = Made(checkout)
    made.publish()
    return made
