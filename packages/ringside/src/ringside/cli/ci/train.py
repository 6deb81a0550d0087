"""The verb `ci train`."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.dvc_repro import failed, ran, repro
from ringside.cli.ci.job_context import policy_ref, runner_of
from ringside.cli.context import Context, context
from ringside.cli.ingest import ingest
from ringside.cli.judging import Job, Judging
from ringside.cli.terminal import result, say, say_where
from ringside.cli.tracking import track_evaluation
from ringside.cli.verdict import registry_or_why, renderings
from ringside.common.files import remove, write_bytes
from ringside.errors import RegistryError, RingsideError, SourceError, UsageError, told
from ringside.evaluation.dvc_lock import lock_state, read_lock
from ringside.github.api import GitHub, lend_token
from ringside.github.pulls import MANIFEST, others_since
from ringside.github.run import Level, Run
from ringside.registry.git import Repository
from ringside.report.model import LockRecord, Report
from ringside.report.render.terminal import to_terminal
from ringside.report.status import Reason, State, Status, Step, dump_status, to_markdown, words_of
from ringside.report.words import headline, what_now
from ringside.store.workspace import Workspace

PolicyFrom = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Judge by the policy of this commit or branch; without it, by the base's."),
]
Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the champion.")]

_MOST = 1500
"""Characters of an error that the summary quotes."""


def train(policy_from: PolicyFrom = None, remote: Remote = "origin") -> None:
    """Bring the data, run the pipeline without dvc.lock, judge, and leave the report for the pull request.

    Ends with 0 whatever the verdict is, and where the data cannot be read; with 1 where something broke.

    The outputs `verdict`, `blocks` and `sentence` tell the required check.
    """
    lend_token()
    run, workspace = Run.here(), Workspace.find(Path.cwd())
    job = Training(run, workspace, remote, policy_from)
    job.forget()
    try:
        report = job.judged()
    except StopError as stop:
        job.ended(stop)
        if stop.reason != "data_unreadable":
            sys.exit(1)
    else:
        job.reported(report)


class StopError(Exception):
    """The run ends without a verdict; the log has said why."""

    def __init__(self, step: Step, said: str, *, stage: str | None = None, reason: Reason | None = None) -> None:
        super().__init__(said)
        self.step = step
        self.said = said
        self.stage = stage
        self.reason = reason


@contextmanager
def _within(step: Step) -> Iterator[None]:
    """Whatever goes wrong in a step is said in the log and ends the run there."""
    try:
        yield
    except StopError:
        raise
    except RingsideError as error:
        say(f"ringside: {error}")
        raise StopError(step, str(error), reason=_reason(step, error)) from error
    except Exception as error:
        say_where(error)
        raise StopError(step, f"{type(error).__name__}: {told(error, _MOST)}") from error


def _reason(step: Step, error: Exception) -> Reason | None:

    if isinstance(error, UsageError) and error.where.startswith("params.yaml") and step != "pipeline":
        return "params_wrong"
    if isinstance(error, SourceError) and step == "data":
        if error.unreadable:
            return "data_unreadable"
        # What the source's own code raised has a cause.
        return "source_differs" if error.__cause__ is None else None
    return None


@dataclass(frozen=True)
class Training:
    """One run from the data to the verdict."""

    run: Run
    workspace: Workspace
    remote: str
    """The Git remote whose registry has the champion."""
    policy_from: str | None
    """Whose policy judges; None for the base's."""

    @property
    def status_file(self) -> Path:
        """What became of the run, for who renders the comment."""
        return self.workspace.report.with_name("status.json")

    def forget(self) -> None:
        """Remove what an earlier run here said, which nobody may take for this one's."""
        here = self.workspace
        for path in (here.report, here.report_text, here.report_page, self.status_file):
            remove(path)

    def judged(self) -> Report:
        """The report.

        Raises:
            StopError: there is none.
        """
        with _within("data"), self.run.group("Data"):
            ingest(frozen=True)
            here = context()
        with _within("judge"):
            # Before anything is trained that then nobody could judge.
            policy = self._policy(here)
        with _within("pipeline"):
            lock, ran = self._made()
        with _within("judge"), self.run.group("Verdict"):
            registry, others = registry_or_why(here, self.remote), self._pull_requests()
            return Judging(here).report(registry, policy, others, job=Job(runner_of(self.run), lock, ran))

    def _made(self) -> tuple[LockRecord, frozenset[str]]:
        """Run the pipeline as if there were no dvc.lock; what the committed one is to the new one, and what ran."""
        path, metrics = self.workspace.root / "dvc.lock", self.workspace.metrics
        before, measured = (file.read_bytes() if file.exists() else None for file in (path, metrics))
        remove(path)
        with self.run.group("dvc repro"):
            code, said = repro(self.workspace.root, self.run)
        if code != 0:
            if before is not None:
                write_bytes(path, before)
            raise StopError("pipeline", "\n".join(said[-20:]), stage=failed(said))
        text = None if before is None else before.decode("utf-8", "replace")
        return lock_state(text, read_lock(path), (measured, metrics.read_bytes())), ran(said)

    def _policy(self, here: Context) -> str | None:
        """The commit whose policy judges; None for the checkout's own.

        Raises:
            StopError: it cannot be told, is not here, or has no policy that can be read.
        """
        repository = Repository(self.workspace.root)
        policy = self.policy_from
        try:
            policy = policy or policy_ref(self.run, repository)
            Judging(here).params_from(policy)
        except UsageError as error:
            say(f"ringside: {error}")
            known = policy is not None and repository.run("cat-file", "-e", f"{policy}^{{commit}}").code == 0
            reason: Reason = "shallow" if repository.is_shallow() and not known else "policy_unreadable"
            raise StopError("judge", str(error), reason=reason) from error
        return policy

    def _pull_requests(self) -> int | None:
        """How many other pull requests this test window may have judged; None where GitHub cannot be asked."""
        if not self.run.in_actions or not self.run.repository:
            return None
        repository = Repository(self.workspace.root)
        # The oldest commit of a shallow clone seems to have made every file.
        shown = "" if repository.is_shallow() else repository.run("log", "-1", "--format=%cI", "--", MANIFEST).out
        since = datetime.fromisoformat(shown.strip()) if shown.strip() else None
        number = self.run.at("pull_request", "number")
        github = GitHub(self.run.repository, seconds=15, tries=2)
        return others_since(github, since, self.run.sha, number if isinstance(number, int) else None)

    def reported(self, report: Report) -> None:
        """Leave the report in each of its forms, and say what it says."""
        files = renderings(self.workspace, report)
        for path, content in files.items():
            write_bytes(path, content)
        lock, commit = report.reproduce.lock, report.reproduce.commit
        self._leave(Status(format=1, state="judged", lock=lock, commit=commit))
        result("\n".join(to_terminal(report)))
        if self.run.in_actions:
            self.run.summary(files[self.workspace.report_text].decode())
        blocks = report.verdict == "inconclusive" and report.policy.inconclusive == "block"
        level: Level | None = {"pass": None, "inconclusive": "warning", "fail": "error"}[report.verdict]
        self._tell(
            report.verdict, f"{headline(report)} {what_now(report)}", "error" if blocks else level, blocks=blocks
        )
        # Last: the check has its answer, whatever becomes of this.
        track_evaluation(self.workspace, report)

    def ended(self, stop: StopError) -> None:
        """Leave why there is no report, and say it."""
        unread = stop.reason == "data_unreadable"
        stage = stop.stage if stop.stage and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", stop.stage) else None
        state: State = "not_judged" if unread else "broken"
        status = Status(
            format=1, state=state, step=stop.step, stage=stage, reason=stop.reason, commit=_commit(self.workspace)
        )
        self._leave(status)
        words = words_of(status)
        if self.run.in_actions:
            self.run.summary(f"{to_markdown(status)}\n{_quoted(stop.said)}")
        level: Level = "notice" if unread else "error"
        self._tell(state, f"{words.headline} {words.what_now}", level, blocks=False)

    def _leave(self, status: Status) -> None:

        write_bytes(self.status_file, dump_status(status))

    def _tell(self, verdict: str, sentence: str, level: Level | None, *, blocks: bool) -> None:
        """Tell the check, and the run's page."""
        if level is not None:
            self.run.annotate(level, sentence, title="Ringside")
        for name, value in (("verdict", verdict), ("blocks", str(blocks).lower()), ("sentence", sentence)):
            self.run.output(name, value)


def _commit(workspace: Workspace) -> str | None:

    try:
        return Repository(workspace.root).head()
    except RegistryError:
        return None


def _quoted(said: str) -> str:
    """The end of what was said, as a block of code that no text of it can end."""
    lines = "".join(char if char.isprintable() or char == "\n" else " " for char in said[-_MOST:]).splitlines()
    return "\n".join(f"    {line}" for line in lines)
