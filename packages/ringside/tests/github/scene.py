"""A pull request whose run of Train has ended, and what `ringside ci report` makes of it against the double."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

import archives
from hub import Hub, gh
from ringside.cli.main import app
from ringside.github import api
from ringside.github.pulls import TRAIN

REPO = "acme/demo"
FORK = "mallory/demo"
RIGHTS = {"actions": "read", "contents": "read", "pull-requests": "write"}
"""Of the token of the job Report."""


@dataclass
class World:
    """The double with two repositories, in which scenes are played."""

    hub: Hub
    main: str
    """The tip of the default branch."""
    source: Path
    tokens: dict = field(default_factory=dict)

    @classmethod
    def make(cls, hub, folder):
        """A repository with a main branch, and a fork of it."""
        git(folder, "init", "--quiet", "--initial-branch=main")
        (folder / ".github" / "workflows").mkdir(parents=True)
        commit(folder, TRAIN, "name: Train\non: [pull_request]\n")
        hub.repository(REPO, source=folder)
        hub.repository(FORK, fork_of=REPO)
        return cls(hub, git(folder, "rev-parse", "HEAD"), folder)

    def branch(self, name, *, repository=REPO):
        """A branch with one commit beyond main, in a file of its own; its tip."""
        git(self.source, "checkout", "--quiet", "-B", "work", self.main)
        commit(self.source, f"change-{self.hub.id()}", f"{name}\n")
        self.hub.bare(repository).run("fetch", "--quiet", str(self.source), f"+work:refs/heads/{name}")
        return git(self.source, "rev-parse", "HEAD")

    def token(self, **rights):
        """The token of a job with the rights of Report, or with others."""
        key = json.dumps(rights, sort_keys=True)
        if key not in self.tokens:
            self.tokens[key] = self.hub.token(RIGHTS | rights, repository=REPO)
        return self.tokens[key]


class Scene:
    """One pull request and its run.

    Args:
        world: where it is played.
        branch: of the pull request.
        fork: whether it comes from the fork.
        base: the branch that it would change.
    """

    def __init__(self, world, branch="better", *, fork=False, base="main"):
        self.world, self.hub = world, world.hub
        home = FORK if fork else REPO
        self.head = world.branch(branch, repository=home)
        self.number = self.hub.pull_request(branch, base, repository=REPO, fork=FORK if fork else "")
        self.branch, self.home = branch, home
        self.repo = self.hub.of(REPO)
        self.issue = self.repo.issues[self.number]
        self.merge = self.issue.pull.merge_sha

    def run(self, archive=None, *, conclusion="success", path=TRAIN, event="pull_request", head=None):
        """A run of Train ends, with an artifact or without; the payload of the event that tells of it."""
        made = self.hub.start_run(
            path,
            name="Train",
            event=event,
            sha=head or self.head,
            branch=self.branch,
            actor=self.home.partition("/")[0],
            repository=REPO,
            head_repository=self.home,
        )
        if archive is not None:
            self.hub.artifact(made, "report", archive, repository=REPO)
        made.status, made.conclusion = "completed", conclusion
        self.made = made
        return self.payload()

    def payload(self):
        """What the event workflow_run says."""
        there = self.hub.run_shape(self.repo, self.made)
        home = {"full_name": REPO, "default_branch": "main", "owner": {"login": "acme"}, "name": "demo"}
        return json.loads(json.dumps({"action": "completed", "workflow_run": there, "repository": home}))

    def judged(self, **changed):
        """The archive of a run that was judged."""
        return archives.judged(self.merge, **changed)

    @property
    def comments(self):
        """What stands in the conversation."""
        return self.issue.comments


@dataclass
class Told:
    """What the job said."""

    code: int
    lines: list
    left: dict
    """What it wrote, by file."""


def told(monkeypatch, tmp_path, world, payload, *, token=None, arguments=(), **more):  # noqa: PLR0913
    """Run `ringside ci report` in this process as the job does, and see what it says and leaves behind."""
    place = tmp_path / "job"
    for name in ("work", "temp", "bin"):
        (place / name).mkdir(parents=True, exist_ok=True)
    event = place / "event.json"
    event.write_text(json.dumps(payload))
    files = {f"GITHUB_{name}": place / name for name in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY", "STATE")}
    for file in files.values():
        file.write_text("")
    tools(place / "bin")
    environ = world.hub.environment(token or world.token()) | {
        "PATH": str(place / "bin"),
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": REPO,
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_EVENT_NAME": "workflow_run",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SHA": world.main,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_RUN_ID": "1",
        "RUNNER_TEMP": str(place / "temp"),
        **{name: str(file) for name, file in files.items()},
        **more,
    }
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(place / "work")
    done = CliRunner().invoke(app, ["ci", "report", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    written = [*(place / "work").rglob("*"), *(place / "temp").rglob("*"), *files.values()]
    left = {file.name: file.read_text() for file in written if file.is_file() and file.stat().st_size}
    return Told(done.exit_code, done.output.splitlines(), left)


def tools(folder):
    """A folder for PATH with the real `gh` and no `cml`."""
    for name in ("git", "node", "env", "sh"):
        if (real := shutil.which(name)) and not (folder / name).exists():
            (folder / name).symlink_to(real)
    if not (folder / "gh").exists():
        (folder / "gh").symlink_to(os.path.realpath(gh()))


def git(folder, *command):
    """What Git says, with nobody's settings."""
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["git", *command], cwd=folder, env=os.environ | nobody | who, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder, file, text):
    """One commit that changes one file."""
    (folder / file).write_text(text)
    git(folder, "add", file)
    git(folder, "commit", "--quiet", "--message", "x")


def wired(monkeypatch, world, token):
    """Lead calls of `gh` straight to the double, for suites of hundreds: all but the process and the socket is real."""

    def talk(command, content, most, seconds, where):  # noqa: ARG001  # as the real one
        method, host, path = command[4], "api.github.com", command[5]
        headers = {"authorization": f"token {token}"} | {
            name.lower(): value for name, _, value in (part.partition(": ") for part in command if ": " in part)
        }
        for _ in range(3):
            reply = world.hub._answer(method, host, path, headers, content or b"").reply
            if reply.status != 302:
                break
            host, _, path = reply.headers["Location"].removeprefix("https://").partition("/")
            headers.pop("authorization")
            path = f"/{path}"
        body = b"" if reply.body is None else reply.body
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = [f"HTTP/2.0 {reply.status} x", *(f"{name}: {value}" for name, value in reply.headers.items())]
        return int(reply.status >= 400), ("\r\n".join(head) + "\r\n\r\n").encode() + body[: most + 1], ""

    monkeypatch.setattr(api, "_talk", talk)
