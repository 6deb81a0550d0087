"""The arena: what GitHub does with an event, done here by the real `act` beside the double of GitHub.

    with Arena.of(tmp_path, ring.root) as arena:
        arena.change("faster", {"params.yaml": ("seed: 0", "seed: 1")})
        number = arena.propose("faster")
        played = arena.play()
        assert played.check("Verdict").conclusion == "success"
        assert "Pass" in arena.comment(number)

`play` takes the events that the double noted (pushes, pull requests, dispatches), starts for each the workflows whose
`on` matches, as they stand in the commit that GitHub would read them from, and goes on with what follows from them:
`workflow_run` when a run ended, and whatever the jobs themselves did. A token of a workflow starts nothing by a push; a
pull request that it opens waits for `arena.approve()`.

What is real: the YAML (but for the token's name, see `WorkflowFile.with_tokens`), act, Git, `gh`, make, DVC, our code.
Each job has a fresh folder, in which the stand-in of actions/checkout fetches the event's commit from the double's bare
repository. The stand-in of setup-uv puts the tests' own environment into `.venv` as links, with a `uv` that only notes
that packages would be installed, and PYTHONPATH makes the code of the checkout win over the one that is under test: a
job runs the code of the commit, as on GitHub. The runner's own `python3` sees no installed package at all, so that what
a job runs before any set-up has to work with the standard library. `ringside` and `dvc` start from a process that has
the packages loaded (warm.py), unless ARENA_COLD is set. The stand-ins are in actions/; what they noted is
`arena.notes`.

What is not played: what `make lint` and `make test-...` do (they are noted, and fail where `failing` names them),
concurrency groups, `environment` reviews, and a runner's limits of time.
"""

import contextlib
import copy
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from acting import Job, Play, act
from desk import Desk
from hub import BOT, Bare, Hub
from machine import furnish
from workflow_files import FOLDER, WorkflowFile, uses

ACTIONS = Path(__file__).resolve().parent / "actions"
REPOSITORY = "acme/demo"
OWNER = "acme"

_INHERITED = ("LANG", "LC_ALL", "TZ", "TMPDIR", "OMP_NUM_THREADS", "COVERAGE_PROCESS_START", "GOGC", "GOMEMLIMIT")
_ROUNDS = 20
"""Events that follow from events; more means that workflows call each other without end."""


@dataclass(frozen=True)
class PlayedRun:
    """One run of a workflow."""

    id: int
    workflow: str
    event: str
    sha: str
    """Of the head, which its checks stand on."""
    play: Play

    @property
    def conclusion(self) -> str:
        """The run's."""
        return self.play.conclusion

    def job(self, name: str) -> Job:
        """A job by its name."""
        return self.play.jobs[name]


@dataclass
class Played:
    """All runs of one `play`, in order."""

    runs: list[PlayedRun] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The workflows that ran, in order."""
        return [run.workflow for run in self.runs]

    def run(self, workflow: str) -> PlayedRun:
        """The last run of a workflow."""
        found = [run for run in self.runs if run.workflow == workflow]
        assert found, f"{workflow} did not run; there were {self.names}"
        return found[-1]

    def check(self, name: str) -> Job:
        """The last job of this name: what people see as a check."""
        found = [run.play.jobs[name] for run in self.runs if name in run.play.jobs]
        assert found, f"there is no check {name}; there were {[list(run.play.jobs) for run in self.runs]}"
        return found[-1]

    @property
    def log(self) -> str:
        """All that the steps wrote, for a test's message."""
        parts = [
            f"--- {run.workflow} / {job.name}: {job.conclusion}\n{job.log}"
            for run in self.runs
            for job in run.play.jobs.values()
        ]
        return "\n".join(parts)


@dataclass
class Arena:
    """GitHub with one repository, whose workflows are played."""

    hub: Hub
    folder: Path
    identity: bool = False
    """Whether a cloud accepts the jobs that may prove their identity."""
    machine: dict[str, str] = field(default_factory=dict)
    """More variables of each job's machine, as where a task's source reads its files."""
    depth: str = ""
    """In place of every checkout's `fetch-depth`, where it is set."""
    failing: set[str] = field(default_factory=set)
    """Targets of make that fail, as `lint`; no target but those of set-up does anything."""
    waiting: list[dict[str, Any]] = field(default_factory=list)
    """Events whose runs wait for a person's approval."""

    @classmethod
    @contextlib.contextmanager
    def of(cls, folder: Path, source: Path, **facts: Any) -> Iterator["Arena"]:
        """A repository with the branches and tags of `source`, as if it had always been there: nothing is an event yet.

        Args:
            folder: a new one.
            source: a checkout.
            facts: of `Hub.repository`, as `visibility="private"`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with Hub(folder) as hub:
            hub.repository(REPOSITORY, source=source, **facts)
            arena = cls(hub, folder / "arena")
            # What stands in the template's repository alone does nothing elsewhere, and the fake reads no `paths`.
            arena.without("package.yaml")
            furnish(arena.folder)
            yield arena

    @contextlib.contextmanager
    def twin(self, folder: Path) -> Iterator["Arena"]:
        """Another GitHub, in which everything is as it is here now: for tests that share what went before.

        Args:
            folder: a new one.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with Hub(folder) as hub:
            for name, repository in self.hub.repositories.items():
                place = hub.root / "git" / repository.owner / f"{repository.name}.git"
                shutil.copytree(repository.folder, place, symlinks=True)
                hub.repositories[name] = copy.deepcopy(repository)
                hub.repositories[name].folder = place
            hub.clock = copy.deepcopy(self.hub.clock)
            # No number is given twice.
            hub._ids, hub._seq = itertools.count(self.hub.id()), itertools.count(self.hub.seq())
            arena = Arena(hub, folder / "arena", identity=self.identity, machine=dict(self.machine))
            furnish(arena.folder)
            if (self.folder / "cache").exists():
                shutil.copytree(self.folder / "cache", arena.folder / "cache", symlinks=True)
            yield arena

    # What people do.

    @property
    def bare(self) -> Bare:
        """The repository's Git data."""
        return self.hub.bare(REPOSITORY)

    def clone(self, name: str, *, repository: str = REPOSITORY, user: str = OWNER) -> "Desk":
        """A person's own clone of the repository, as it is now."""
        desk = Desk(self.folder / "desks" / name, self.hub.environment(self.hub.token(user=user)))
        desk.root.parent.mkdir(exist_ok=True)
        subprocess.run(
            ["git", "clone", "--quiet", f"https://github.com/{repository}", str(desk.root)],
            env=desk.env,
            check=True,
        )
        return desk

    def change(
        self,
        branch: str,
        edits: Mapping[str, str | tuple[str, str] | None],
        *,
        repository: str = REPOSITORY,
        user: str = OWNER,
    ) -> str:
        """Push a commit to a branch, which starts at main where it is new; the commit.

        Args:
            branch: its name; `main` for a push to main.
            edits: by file: its new text; or a pair, the text that is replaced where it stands once and its replacement;
                or None, which removes it.
            repository: where, as a fork.
            user: who.
        """
        desk = self.clone(f"{branch.replace('/', '-')}-{self.hub.id()}", repository=repository, user=user)
        desk.branch(branch)
        for file, edit in edits.items():
            desk.edit(file, edit)
        return desk.push(f"change {', '.join(edits)}", branch)

    def propose(self, branch: str, **facts: Any) -> int:
        """Open a pull request from a branch; its number. `facts` are those of `Hub.pull_request`."""
        return self.hub.pull_request(branch, **facts)

    def merge(self, number: int, **how: Any) -> str:
        """Merge a pull request by the green button; the new tip of main."""
        return self.hub.merge(number, repository=REPOSITORY, **how)

    def without(self, *workflows: str) -> None:
        """Switch workflows off, as `checks.yaml`."""
        for name in workflows:
            self.hub.of(REPOSITORY).workflows[name] = {"state": "disabled_manually"}

    def approve(self) -> "Played":
        """Press "Approve workflows to run" for all that wait, and play."""
        waited, self.waiting = self.waiting, []
        return self.play(*[event | {"approval_required": False} for event in waited])

    def dispatch(self, workflow: str, *, user: str = OWNER, ref: str = "main", **inputs: str) -> "Played":
        """Run a workflow by hand, and play; inputs that are not given have their defaults, as GitHub fills them in."""
        declared = self._file(f"{FOLDER}/{workflow}", ref).triggers["workflow_dispatch"].get("inputs", {})
        filled = {name: str(said.get("default", "")).lower() for name, said in declared.items()} | inputs
        payload = {"inputs": filled, "ref": f"refs/heads/{ref}", "workflow": f"{FOLDER}/{workflow}"}
        sha = self.bare.sha(f"refs/heads/{ref}") or ""
        repository = self.hub.of(REPOSITORY)
        self.hub.emit("workflow_dispatch", repository, payload, by=user, ref=f"refs/heads/{ref}", sha=sha)
        return self.play()

    def tick(self, workflow: str) -> "Played":
        """The hour of a workflow's schedule has come: play it."""
        (line, *_) = self._file(f"{FOLDER}/{workflow}", "main").triggers["schedule"]
        self.hub.emit("schedule", self.hub.of(REPOSITORY), {"schedule": line["cron"]}, by=OWNER)
        return self.play()

    def send(self, kind: str, *, user: str = OWNER, **payload: Any) -> "Played":
        """Send a `repository_dispatch`, and play."""
        body = {"action": kind, "branch": "main", "client_payload": payload}
        self.hub.emit("repository_dispatch", self.hub.of(REPOSITORY), body, by=user)
        return self.play()

    def born(self) -> "Played":
        """The push by which "Use this template" creates a copy, and what it starts."""
        sha = self.bare.sha("refs/heads/main") or ""
        payload = {"ref": "refs/heads/main", "before": "0" * 40, "after": sha, "created": True, "deleted": False}
        payload |= {"forced": False, "commits": [], "head_commit": {"id": sha}}
        self.hub.emit("push", self.hub.of(REPOSITORY), payload, by=OWNER, ref="refs/heads/main", sha=sha)
        return self.play()

    # What people see.

    def comment(self, number: int) -> str:
        """The one comment of a workflow in a pull request."""
        found = self.comments(number)
        assert len(found) == 1, f"{len(found)} comments of {BOT}"
        return found[0]

    def comments(self, number: int) -> list[str]:
        """All comments of workflows in a pull request or an issue."""
        issue = self.hub.of(REPOSITORY).issues[number]
        return [comment.body for comment in issue.comments if comment.user == BOT]

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What the stand-ins noted: one for each time that a marketplace action or `uv` was called."""
        file = self.folder / "notes.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []

    # What GitHub does.

    def play(self, *events: dict[str, Any]) -> Played:
        """Start what the given events and those that the double noted start, and what follows from these."""
        played = Played()
        queue = [*events, *self.hub.take()]
        for _ in range(_ROUNDS):
            if not queue:
                return played
            event = queue.pop(0)
            if event["approval_required"]:
                self.waiting.append(event)
            elif event["repository"] == REPOSITORY:
                played.runs += [self._run(file, event) for file in self._files(event) if file.hears(event)]
            queue += self.hub.take()
        raise AssertionError(f"workflows follow from workflows without end: {played.names}")

    def _files(self, event: dict[str, Any]) -> list[WorkflowFile]:
        """The workflow files of the commit that GitHub reads them from; a file that is switched off is none."""
        sha = event["sha"]
        names = self.bare.run("ls-tree", "--name-only", sha, f"{FOLDER}/").splitlines()
        states = self.hub.of(REPOSITORY).workflows
        on = [name for name in names if states.get(Path(name).name, {}).get("state", "active") == "active"]
        return [self._file(name, sha) for name in on if name.endswith((".yaml", ".yml"))]

    def _file(self, path: str, commit: str) -> WorkflowFile:
        return WorkflowFile(path, self.bare.run("show", f"{commit}:{path}"))

    def _run(self, file: WorkflowFile, event: dict[str, Any]) -> PlayedRun:
        head = _head(event)
        run = self.hub.start_run(
            file.path, name=file.name, event=event["name"], actor=event["actor"], repository=REPOSITORY, **head
        )
        play = self._act(file, event, run.id, own=head.get("head_repository", REPOSITORY) == REPOSITORY)
        for artifact in sorted((self.folder / "runs" / str(run.id) / "artifacts").glob("*")):
            self.hub.artifact(run, artifact.name, artifact, repository=REPOSITORY)
        for job in play.jobs.values():
            run.summaries[job.name] = job.summary
            check = self.hub.check(
                head["sha"], job.name, job.conclusion, summary=job.summary, run=run, repository=REPOSITORY
            )
            check.annotations += [{"annotation_level": level, "message": text} for level, text in job.annotations]
        self.hub.end_run(run, play.conclusion, repository=REPOSITORY)
        return PlayedRun(run.id, file.name, event["name"], head["sha"], play)

    def _act(self, file: WorkflowFile, event: dict[str, Any], run: int, *, own: bool) -> Play:
        """Play one file.

        A pull request of a fork, or of Dependabot, has a token that only reads, and no variables.
        """
        place = self.folder / "runs" / str(run)
        place.mkdir(parents=True)
        author = event["payload"].get("pull_request", {}).get("user", {}).get("login", "")
        trusted = own and author != "dependabot[bot]"
        secrets = {job: f"TOKEN_{job.upper().replace('-', '_')}" for job in file.jobs}
        tokens = {secrets[job]: self._token(file.rights(job), trusted=trusted) for job in file.jobs}
        # Git finds this folder for act, which asks it for a branch that nothing uses.
        (place / FOLDER).mkdir(parents=True)
        (place / file.path).write_text(file.with_tokens(secrets), encoding="utf-8")
        (place / "event.json").write_text(json.dumps(event["payload"]), encoding="utf-8")
        command = [event["name"], "--eventpath", "event.json", "--workflows", file.path, "--json", "--rm"]
        command += ["--platform", "ubuntu-24.04=-self-hosted", "--actor", event["actor"], "--defaultbranch", "main"]
        command += ["--no-skip-checkout", "--action-offline-mode", "--no-cache-server"]
        command += ["--action-cache-path", str(self.folder / "act")]
        for name, text in tokens.items():
            command += ["--secret", f"{name}={text}"]
        for name, text in self.hub.of(REPOSITORY).variables.items() if trusted else ():
            command += ["--var", f"{name}={text}"]
        for name, text in self._context(event, run).items():
            command += ["--env", f"{name}={text}"]
        for name in sorted(self._actions(file, event["sha"])):
            command += ["--local-repository", f"{name}={self._stand_in(name)}"]
        env = self._environment() | {"ARENA_IDENTITY": "yes" if self.identity and trusted else "no"}
        jobs = {job: Job(job, body["name"]) for job, body in file.jobs.items()}
        return act(place, command, env, jobs)

    def _token(self, rights: Mapping[str, str], *, trusted: bool) -> str:
        given = rights if trusted else {name: "read" for name, level in rights.items() if level != "none"}
        return self.hub.token(dict(given), repository=REPOSITORY)

    @staticmethod
    def _context(event: dict[str, Any], run: int) -> dict[str, str]:
        # SHA_REF is act's own name for GITHUB_SHA.
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_REF": event["ref"],
            "SHA_REF": event["sha"],
            "GITHUB_RUN_ID": str(run),
            "GITHUB_RUN_NUMBER": "1",
            "GITHUB_RUN_ATTEMPT": "1",
        }

    def _actions(self, file: WorkflowFile, commit: str) -> set[str]:
        """The marketplace actions of a workflow and of the local actions that it uses, as `owner/name@ref`."""
        named = uses(file.content)
        for local in [name for name in named if name.startswith("./")]:
            text = self.bare.run("show", f"{commit}:{local.removeprefix('./')}/action.yaml")
            named |= uses(yaml.safe_load(text))
        pairs = [name.split("@") for name in named if not name.startswith("./")]
        return {f"{'/'.join(name.split('/')[:2])}@{ref}" for name, ref in pairs}

    @staticmethod
    def _stand_in(name: str) -> Path:
        found = ACTIONS / name.partition("@")[0].replace("/", "+")
        assert found.is_dir(), f"no stand-in for {name}: make {found}"
        return found

    def _environment(self) -> dict[str, str]:
        """What a runner's machine gives each step: nothing of this process but what a machine is."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return (
            inherited
            | self.hub.environment()
            | {
                "PATH": os.pathsep.join([str(self.folder / "tools"), os.environ["PATH"]]),
                "ARENA": str(self.folder),
                "ARENA_ACTIONS": str(ACTIONS),
                "ARENA_PYTHON": sys._base_executable,
                "ARENA_CML": shutil.which("cml") or "",
                "ARENA_DEPTH": self.depth,
                "ARENA_FAILING": " ".join(self.failing),
                "ACT_DISABLE_VERSION_CHECK": "1",
                # act gives steps a terminal, as GitHub does not.
                "TERM": "dumb",
                "ImageOS": "ubuntu24",
            }
            | self.machine
        )


def _head(event: dict[str, Any]) -> dict[str, Any]:
    """What a run's record says of its head: of a pull request that of its own branch, not of the merge."""
    if pull := event["payload"].get("pull_request"):
        head = pull["head"]
        return {"sha": head["sha"], "branch": head["ref"], "head_repository": head["repo"]["full_name"]}
    return {"sha": event["sha"], "branch": event["ref"].removeprefix("refs/heads/")}
