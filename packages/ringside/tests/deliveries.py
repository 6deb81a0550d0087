"""A small repository on the double of GitHub, in which the jobs of publishing and rollback are typed as in a run."""

import copy
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bouts import Typed, typed
from hub import Hub
from ringside.cli.ci.publish import NOTES, fingerprint
from ringside.github.releases import GitHubReleases
from ringside.params import read_params
from ringside.registry.candidate import inputs_hash
from ringside.registry.checksums import SUMS
from ringside.registry.publish import Candidate, prepare
from ringside.store.workspace import Workspace
from shelf import approve, fill, git, metadata, notes
from shelves import REPO, HubShelf, no_wait, on_hub

FILES = {
    "dvc.yaml": "stages: {}\n",
    ".dvc/config": "",
    ".gitignore": "/release/\n/job/\n",
    "src/shelved/__init__.py": "raise AssertionError('the code of the task must not run here')\n",
    "requirements/model.txt": "numpy==2.0\n",
    ".github/workflows/train.yaml": "name: Train\n",
    "data/manifest.json": json.dumps(
        {"version": 1, "task": "shelved", "partitions": [{"partition": "a", "rows": 3, "content": "c"}]}
    ),
}
PARAMS = """task: shelved
live: true
validate: {max_quarantined: 0.1}
split: {strategy: random, test: 0.2}
train: {seed: 0}
evaluate: {bins: 10}
"""


@dataclass(frozen=True)
class Desk:
    """Where the jobs are typed."""

    shelf: HubShelf

    @property
    def root(self) -> Path:
        """The checkout."""
        return self.shelf.root

    @property
    def workspace(self) -> Workspace:
        """Its workspace."""
        return Workspace(self.root)

    def merge(self, name: str = "params.yaml", text: str | None = None) -> str:
        """Something is merged into main; the commit."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if text is not None else path.read_text() + f"# {len(path.read_text())}\n")
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--allow-empty", "--message", "merged")
        push_by_hand(self.root, "HEAD:main")
        return git(self.root, "rev-parse", "HEAD")

    def seed(self, number: int) -> str:
        """A new seed is merged; the commit."""
        return self.merge(text=PARAMS.replace("seed: 0", f"seed: {number}"))

    def metadata(self, **changes):
        """The metadata of what is checked out, judged against what is in production."""
        usual = {
            "commit": git(self.root, "rev-parse", "HEAD"),
            "inputs": inputs_hash(self.workspace, read_params(self.workspace.params)),
            "champion": self.shelf.registry.production(),
            "task": "shelved",
        }
        return metadata(**usual | changes)

    def prepared(self, **changes) -> str:
        """What `ringside ci rebuild` would hand on stands in release/; its fingerprint."""
        folder = self.root / "release"
        made = prepare(self.shelf.registry, Candidate(self.metadata(**changes), approve, fill, notes), folder)
        (folder / NOTES).write_text(made.notes)
        return fingerprint((folder / SUMS).read_bytes(), made.notes.encode())

    def publish(self, number: int) -> str:
        """A new seed is merged and published; the version."""
        self.seed(number)
        return self.shelf.again(self.metadata()).metadata.version


@dataclass
class Saved:
    """A desk as it was at some moment, to be brought back for each test."""

    desk: Desk
    folder: Path

    def __post_init__(self) -> None:
        self._there = copy.deepcopy(self.desk.shelf.there)
        for name, place in self._places():
            shutil.copytree(place, self.folder / name, symlinks=True)

    def back(self) -> Desk:
        """The desk, and the double, as they were."""
        hub = self.desk.shelf.hub
        hub.faults.clear()
        hub.calls.clear()
        hub.repositories[REPO] = copy.deepcopy(self._there)
        for name, place in self._places():
            shutil.rmtree(place)
            shutil.copytree(self.folder / name, place, symlinks=True)
        return self.desk

    def _places(self) -> list[tuple[str, Path]]:
        return [("checkout", self.desk.root), ("bare", self.desk.shelf.there.folder)]


@dataclass(frozen=True)
class Job:
    """A step of a workflow's run that was typed."""

    said: Typed
    outputs: dict[str, str]
    summary: str

    @classmethod
    def typed(cls, desk: Desk, verb: str, monkeypatch, *, code: int = 0, event: str = "push", **given) -> "Job":
        """Type `ringside ci VERB` as a job would.

        Args:
            desk: where.
            verb: which.
            monkeypatch: for the variables of the run.
            code: how it must end.
            event: what started the run.
            given: `payload`, the event's; anything else is a variable.
        """
        place = desk.root / "job"
        place.mkdir(exist_ok=True)
        payload = {"repository": {"default_branch": "main", "visibility": "public"}} | given.pop("payload", {})
        (place / "event.json").write_text(json.dumps(payload))
        files = {"GITHUB_OUTPUT": place / "output", "GITHUB_STEP_SUMMARY": place / "summary"}
        for file in files.values():
            file.write_text("")
        environ = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": REPO,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(place / "event.json"),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_RUN_ID": "7",
            "GITHUB_RUN_ATTEMPT": "1",
            **{name: str(path) for name, path in files.items()},
            **given,
        }
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            # Between two tries no time passes.
            patch.setitem(GitHubReleases.__init__.__kwdefaults__, "wait", no_wait)
            # The verb sets these for its own process.
            for name in ("COUNT", "KEY_0", "VALUE_0", "KEY_1", "VALUE_1"):
                patch.setenv(f"GIT_CONFIG_{name}", "")
                patch.delenv(f"GIT_CONFIG_{name}")
            said = typed(desk.root, "ci", verb, code=code)
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        return cls(said, outputs, files["GITHUB_STEP_SUMMARY"].read_text())


def push_by_hand(root: Path, *what: str) -> None:
    """Push as a person does, who may change workflows."""
    person = {name: value for name, value in os.environ.items() if name != "GH_TOKEN"}
    subprocess.run(["git", "push", "--quiet", "--force", "origin", *what], cwd=root, env=person, check=True)


def desk_on(hub: Hub, folder: Path, monkeypatch) -> Desk:
    """A desk whose repository is live."""
    desk = Desk(on_hub(hub, folder, monkeypatch))
    for name, text in FILES.items():
        (desk.root / name).parent.mkdir(parents=True, exist_ok=True)
        (desk.root / name).write_text(text)
    desk.merge(text=PARAMS)
    return desk
