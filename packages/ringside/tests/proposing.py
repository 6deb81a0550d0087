"""A repository on the double of GitHub, and proposals that are carried out there."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from bouts import Typed, typed
from examples import passed
from hub import Hub, gh
from ringside.github.proposals import FILES
from ringside.registry.checksums import write_sums
from ringside.report.read import dump_report
from ringside.report.watch import Decision, Estimate, FloorNow, MetricNow, Monitor, Watch, dump_watch

REPO = "acme/demo"
RIGHTS = {"contents": "write", "issues": "write", "pull-requests": "write"}
"""Of the token of the job Propose."""


def monitor(*alarms: str, **changed: object) -> Monitor:
    """A champion that was judged, with or without something wrong."""
    here = {"value": 0.55, "lower": 0.52, "upper": 0.58}
    values = {
        "task": "flights",
        "kind": "binary",
        "state": "judged",
        "champion": "v1.0.0",
        "partition": "2013-07",
        "rows": 1000,
        "groups": 30,
        "confidence": 0.95,
        "effect": "medium",
        "share": 0.1,
        "metrics": [
            MetricNow(
                metric="log_loss", better="lower", now=Estimate(**here), release=Estimate(**here), difference=-0.01,
                lower=-0.05, upper=0.03, degrees_of_freedom=55.0, tolerance=0.01,
            )
        ],
        "floors": [
            FloorNow(
                metric="roc_auc", limit=0.6, value=0.5 if "below_floor" in alarms else 0.7,
                state="below" if "below_floor" in alarms else "reached",
            )
        ],
        "alarms": list(alarms),
    }  # fmt: skip
    return Monitor(**values | changed)


class Desk:
    """A checkout whose remote is on the double."""

    def __init__(self, hub: Hub, folder: Path, **facts: object) -> None:
        self.hub = hub
        self.root = folder / "checkout"
        self.root.mkdir(parents=True)
        for name in ("dvc.yaml", "params.yaml", ".dvc/config", *FILES.values()):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"old {name}\n", encoding="utf-8")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "first")
        hub.repository(REPO, source=self.root, **{"may_propose": True, **facts})
        self.git("remote", "add", "origin", f"https://github.com/{REPO}")
        self.token = hub.token(RIGHTS, repository=REPO)

    @property
    def repo(self):
        """The repository on the double."""
        return self.hub.of(REPO)

    @property
    def bare(self):
        """Its Git data."""
        return self.hub.bare(REPO)

    @property
    def commit(self) -> str:
        """What is checked out."""
        return self.git("rev-parse", "HEAD")

    def git(self, *command: str) -> str:
        """A command of Git's in the checkout."""
        who = ["-c", "user.name=ada", "-c", "user.email=ada@example.org"]
        environ = os.environ | self.hub.environment()
        done = subprocess.run(
            ["git", *who, *command], cwd=self.root, env=environ, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def watch(self, *brought: str, alarms: tuple[str, ...] = (), **changed: object) -> Watch:
        """What a run of the watch found."""
        reasons = ["new_data"] if brought else []
        values = {
            "commit": self.commit,
            "brought": list(brought),
            "monitor": monitor(*(alarm for alarm in alarms if alarm in ("below_floor", "worse"))),
            "decision": Decision(decided="retrain" if brought else "nothing", reasons=reasons),
            "verdict": "pass" if brought else None,
            "alarms": list(alarms),
        }
        return Watch(**values | changed)

    def write(self, watch: Watch, report=None, *, text: str = "new") -> str:
        """The folder that the watch would leave; the hash of its list."""
        folder = self.root.parent / "proposal"
        for path in folder.glob("*"):
            path.unlink()
        folder.mkdir(exist_ok=True)
        (folder / "watch.json").write_bytes(dump_watch(watch))
        if watch.decision.decided == "retrain":
            (folder / "report.json").write_bytes(dump_report(report or passed()))
            for name, path in FILES.items():
                (folder / name).write_text(f"{text} {path}\n", encoding="utf-8")
        write_sums(folder)
        return hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()

    def propose(  # noqa: PLR0913  # what a test may change
        self, watch: Watch | None = None, report=None, *, text="new", code=0, sums="", token="", **environ
    ) -> Typed:
        """Write a proposal, unless there is one, and type `ringside ci propose` as the job does."""
        stated = self.write(watch, report, text=text) if watch is not None else sums
        event = self.root.parent / "event.json"
        event.write_text(json.dumps({"repository": {"default_branch": "main"}}), encoding="utf-8")
        given = self.hub.environment(token or self.token) | {
            "PATH": os.pathsep.join([str(Path(gh()).parent), os.environ["PATH"]]),
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": REPO,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_RUN_ID": "7",
            "RINGSIDE_SUMS": sums or stated,
            **environ,
        }
        with pytest.MonkeyPatch.context() as patch:
            for name in ("GITHUB_TOKEN", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "SUMS", "GIT_CONFIG_COUNT"):
                patch.setenv(name, "")
                patch.delenv(name)
            for name, value in given.items():
                patch.setenv(name, value)
            return typed(self.root, "ci", "propose", str(self.root.parent / "proposal"), code=code)

    def pulls(self, state: str = "open") -> list:
        """The pull requests in a state."""
        return [issue for issue in self.repo.pulls() if issue.state == state]

    def issues(self, state: str = "open") -> list:
        """The issues in a state that are no pull requests."""
        return [issue for issue in self.repo.issues.values() if issue.pull is None and issue.state == state]
