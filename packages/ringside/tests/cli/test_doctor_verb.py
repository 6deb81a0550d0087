"""`ringside doctor`, as a person and as the workflow type it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import Checkout
from hub import Hub
from hub.hub import gh

pytestmark = pytest.mark.slow

HEAVY = {"numpy", "pandas", "pyarrow", "scipy", "sklearn", "skops", "dvc"}
"""What the lock of the job does not have."""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A GitHub of one's own."""
    with Hub(tmp_path) as hub:
        yield hub


@pytest.fixture
def copy(hub: Hub, tmp_path: Path) -> Checkout:
    """A checkout of a fresh copy on GitHub."""
    made = Checkout.of_project(tmp_path / "copy")
    hub.repository("acme/demo", source=made.root)
    made.ok("git", "remote", "add", "origin", "https://github.com/acme/demo")
    return made


def owner(hub: Hub) -> dict[str, str]:
    """The variables of the owner's terminal."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(Path(gh()).parent), os.environ["PATH"]])
    return hub.environment(hub.token(user="acme")) | {"PATH": path}


class TestDoctor:
    """The verb."""

    def test_tells_an_owner(self, hub, copy):
        """Each thing has a line, what it would add and what to do; nothing is broken, so it ends with 0."""
        done = copy.run("ringside", "doctor", env=owner(hub))

        assert done.returncode == 0, done.stderr
        assert "off      live: nothing is published or retrained unless you start it\n" in done.stdout
        assert "         adds: changes of the policy and the workflows need an owner's review\n" in done.stdout
        assert "         do:   run `make rulesets` as an owner.\n" in done.stdout
        assert "doctor: no problem" in done.stderr

    def test_writes_json(self, hub, copy):
        """For programs, each check is one object."""
        checks = json.loads(copy.run("ringside", "doctor", "--json", env=owner(hub)).stdout)

        assert {tuple(check) for check in checks} == {("name", "state", "found", "gain", "remedy")}
        assert {check["state"] for check in checks} <= {"on", "off", "unknown", "problem"}

    def test_ends_with_3_where_something_is_broken(self, hub, copy):
        """A version's tag without its release makes the run red, so that somebody sees it."""
        hub.bare("acme/demo").run("tag", "model@v1.0.0", "main")
        done = copy.run("ringside", "doctor", env=owner(hub))

        assert done.returncode == 3
        assert done.stdout.startswith("problem  versions: v1.0.0 is tagged and not released\n")

    def test_writes_the_summary_of_a_run(self, hub, copy, tmp_path):
        """In Actions the same stands in the summary as a table, the variables come from the workflow."""
        token = hub.token({"contents": "read", "actions": "read"})
        env = (
            owner(hub)
            | hub.environment(token)
            | {
                "GITHUB_ACTIONS": "true",
                "GITHUB_REPOSITORY": "acme/demo",
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
                "RINGSIDE_VARIABLES": json.dumps({"RINGSIDE_RUNNER": "linux-16-core"}),
            }
        )
        done = copy.run("ringside", "doctor", env=env)
        text = (tmp_path / "summary").read_text(encoding="utf-8")

        assert done.returncode == 0, done.stderr
        assert "| on | runner | linux-16-core trains, at $0.042 a minute |" in text
        assert "| unknown | pull requests by Actions | this token may not read it" in text

    def test_works_without_a_network(self, copy):
        """Where GitHub gives no answer, all that it knows is unknown."""
        nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "GH_TOKEN": "ghs_x", "GIT_CONFIG_NOSYSTEM": "1"}
        path = os.pathsep.join([str(Path(sys.executable).parent), str(Path(gh()).parent), os.environ["PATH"]])
        done = copy.run("ringside", "doctor", env=nowhere | {"PATH": path})

        assert done.returncode == 0, done.stderr
        assert "unknown  ruleset: " in done.stdout
        assert "Traceback" not in done.stderr

    def test_loads_no_library_of_data(self, copy):
        """The job installs only what reading results needs."""
        code = (
            f"import sys, ringside.cli.doctor; print(sorted(set(m.partition('.')[0] for m in sys.modules) & {HEAVY!r}))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], env=copy.environment(), capture_output=True, text=True, check=True
        )

        assert done.stdout == "[]\n"
