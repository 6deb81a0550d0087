"""A run of Train in a checkout, as Actions would start it: its variables, and all that it leaves."""

import json
from dataclasses import dataclass
from pathlib import Path

from bouts import Ring
from ringside.report.model import Report
from ringside.report.read import read_report
from ringside.report.status import Status, read_status


@dataclass(frozen=True)
class Ended:
    """What a run left."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    root: Path

    @property
    def status(self) -> Status:
        """reports/status.json, read as anybody's is."""
        return read_status((self.root / "reports" / "status.json").read_bytes())

    @property
    def report(self) -> Report:
        """reports/report.json, read as anybody's is."""
        return read_report((self.root / "reports" / "report.json").read_bytes())

    @property
    def has_report(self) -> bool:
        """Whether there is one, in any form."""
        return any(self.root.glob("reports/report.*"))

    @property
    def annotations(self) -> list[str]:
        """The commands in the log that are messages of the run's page."""
        return [line for line in self.log.splitlines() if line.startswith(("::error", "::warning", "::notice"))]


def propose(ring: Ring, base: str = "HEAD~1") -> None:
    """Check out as Actions does a pull request with all commits since `base`: its merge with that, detached."""
    ring.checkout.ok("git", "branch", "--quiet", "change")
    ring.checkout.ok("git", "switch", "--quiet", "--detach", base)
    ring.checkout.ok("git", "merge", "--quiet", "--no-ff", "--message", "m", "change")


def train(ring: Ring, *, event: str = "pull_request", payload: dict | None = None, **environ: str) -> Ended:
    """`ringside ci train` as a step of a workflow."""
    place = ring.folder / "runner"
    place.mkdir(exist_ok=True)
    files = {name: place / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH")}
    for file in files.values():
        file.write_text("")
    repository = {"default_branch": "main", "visibility": "private"}
    files["GITHUB_EVENT_PATH"].write_text(json.dumps({"repository": repository} | (payload or {})))
    given = {name: str(file) for name, file in files.items()}
    given |= {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_REF": "refs/pull/1/merge"}
    done = ring.checkout.run("ringside", "ci", "train", env={**given, "GITHUB_REPOSITORY": "", **environ})
    lines = files["GITHUB_OUTPUT"].read_text().splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    return Ended(
        done.returncode, done.stdout + done.stderr, outputs, files["GITHUB_STEP_SUMMARY"].read_text(), ring.root
    )
