"""`ringside ci rebuild` and what it hands on, with a real pipeline."""

import json
import subprocess

import pytest

from bouts import Ring
from deliveries import Desk, Job, push_by_hand
from hub import Hub
from shelf import git
from shelves import REPO, RIGHTS, URL, HubShelf, ask_as

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(first: Ring, tmp_path, monkeypatch) -> Desk:
    """A toy regression on the double of GitHub, judged by nobody yet."""
    ring = first.copy(tmp_path / "ring")
    root = ring.checkout.root
    with Hub(tmp_path) as hub:
        hub.repository(REPO, source=root)
        git(root, "remote", "set-url", "origin", URL)
        ask_as(hub, monkeypatch, RIGHTS)
        monkeypatch.setenv("PYTHONPATH", str(root / "packages/ringside/src"))
        for name, value in (("AUTHOR", "t"), ("COMMITTER", "t")):
            monkeypatch.setenv(f"GIT_{name}_NAME", value)
            monkeypatch.setenv(f"GIT_{name}_EMAIL", "t@example.org")
        yield Desk(HubShelf(root, hub))


@pytest.fixture
def job(desk, monkeypatch):
    """Types a job."""

    def typed(verb: str, **given) -> Job:
        """Type it; what it leaves behind is no part of the commit."""
        (desk.root / ".git" / "info").mkdir(exist_ok=True)
        (desk.root / ".git" / "info" / "exclude").write_text("/job/\n")
        return Job.typed(desk, verb, monkeypatch, **given)

    return typed


class TestRebuild:
    """The jobs `rebuild` and `release`."""

    def test_of_a_first_model_ends_in_a_release(self, job, desk):
        """It is trained anew, judged, prepared, and published by the next job; then there is nothing new."""
        made = job("rebuild")

        assert made.outputs["publish"] == "true"
        assert made.outputs["version"] == "v1.0.0"
        assert "v1.0.0 is prepared" in made.summary
        assert "very bytes of the dvc.lock that was committed" in made.summary
        done = job("publish", RINGSIDE_SUMS=made.outputs["sums"])
        assert done.outputs == {"version": "v1.0.0"}
        files = desk.shelf.registry.releases.files("model@v1.0.0")
        assert {"model.skops", "MODEL_CARD.md", "SHA256SUMS", "report.html", "sbom.json"} <= set(files)
        assert "very bytes" in desk.shelf.there.releases[0].body
        assert job("news", event="workflow_dispatch").outputs == {"new": "false"}

    def test_of_another_model_than_was_committed_stops(self, job, desk):
        """A committed lock and metrics that this code does not produce publish nothing, and the job is red."""
        lock = desk.root / "dvc.lock"
        text = lock.read_text()
        start = text.index("path: models/model.skops")
        at = text.index("md5: ", text.index("hash: md5", start)) + 5
        lock.write_text(text[:at] + "0" * 32 + text[at + 32 :])
        metrics = desk.root / "reports" / "metrics.json"
        values = json.loads(metrics.read_text())
        name = next(iter(values))
        metrics.write_text(json.dumps(values | {name: values[name] * 0.5}))
        subprocess.run(["git", "commit", "--quiet", "--all", "--message", "a lie"], cwd=desk.root, check=True)
        push_by_hand(desk.root, "HEAD:main")
        made = job("rebuild", code=1)

        assert made.outputs["publish"] == "false"
        assert "is not what was reviewed" in made.summary

    def test_of_what_fails_is_red(self, job, desk):
        """A model below its floor publishes nothing, and the job ends with the verdict's exit code."""
        params = desk.root / "params.yaml"
        params.write_text(f"{params.read_text().rstrip()}\npolicy:\n  floors:\n    mae: 0.001\n")
        subprocess.run(["git", "commit", "--quiet", "--all", "--message", "strict"], cwd=desk.root, check=True)
        push_by_hand(desk.root, "HEAD:main")
        made = job("rebuild", code=3)

        assert made.outputs == {"cache": "false", "version": "", "publish": "false", "sums": ""}
        assert "::error title=Publish::" in made.said.out

    def test_of_what_is_inconclusive_publishes_with_a_reason(self, job, desk):
        """Without a reason the job is green and publishes nothing; with one it prepares the version."""
        params = desk.root / "params.yaml"
        text = params.read_text().rstrip()
        params.write_text(f"{text}\npolicy:\n  min_groups: 100000\n")
        subprocess.run(["git", "commit", "--quiet", "--all", "--message", "strict"], cwd=desk.root, check=True)
        push_by_hand(desk.root, "HEAD:main")
        waits = job("rebuild")

        assert waits.outputs["publish"] == "false"
        assert "accept_reason" in waits.summary
        payload = {"inputs": {"accept_reason": "the window is short", "lift_freeze": False}}
        made = job("rebuild", event="workflow_dispatch", payload=payload)
        assert (made.outputs["publish"], made.outputs["version"]) == ("true", "v1.0.0")
