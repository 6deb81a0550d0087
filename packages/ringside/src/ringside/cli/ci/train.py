"""The command `ci train`."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.job_context import policy_ref, runner_of
from ringside.cli.context import Context, load_context
from ringside.cli.ingest import ingest
from ringside.cli.judging import Job, Judging
from ringside.cli.terminal import result, say, say_where
from ringside.cli.tracking import track_evaluation
from ringside.cli.verdict import registry_or_error, renderings
from ringside.common.files import remove, write_bytes
from ringside.errors import RegistryError, RingsideError, SourceError, UsageError, told
from ringside.evaluation.dvc_lock import lock_state, read_lock
from ringside.git import Repository
from ringside.github.api import GitHub, lend_token
from ringside.github.dvc_remote import is_ours
from ringside.github.pulls import MANIFEST, others_since
from ringside.github.run import Level, Run
from ringside.report.model import LockRecord, Report
from ringside.report.render.terminal import to_terminal
from ringside.report.status import Reason, State, Status, Step, dump_status, to_markdown, words_of
from ringside.report.words import headline, what_now
from ringside.store.workspace import Workspace

PolicyFrom = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Judge by the policy of this commit or branch; by default by that of the base."),
]
Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the champion.")]

_MOST = 1500
"""Largest number of characters of an error that the summary quotes."""


def train(policy_from: PolicyFrom = None, remote: Remote = "origin") -> None:
    """Restore the data, run the pipeline without dvc.lock, judge, and write the report for the pull request.

    Exits with 0 for every verdict, and if the data cannot be read; with 1 for an error.

    The outputs `verdict`, `blocks` and `sentence` are for the required check.
    """
    lend_token()
    run, workspace = Run.here(), Workspace.find(Path.cwd())
    job = Training(run, workspace, remote, policy_from)
    job.remove_reports()
    try:
        report = job.train_and_judge()
    except StopError as stop:
        job.report_stop(stop)
        if stop.reason != "data_unreadable":
            sys.exit(1)
    else:
        job.write_report(report)


class StopError(Exception):
    """The run stops without a verdict; the log has the error."""

    def __init__(self, step: Step, message: str, *, stage: str | None = None, reason: Reason | None = None) -> None:
        super().__init__(message)
        self.step = step
        self.message = message
        self.stage = stage
        self.reason = reason


@contextmanager
def _within(step: Step) -> Iterator[None]:
    """Log an error of a step, and raise it as `StopError`."""
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
        # An error that the code of the source raised has a cause.
        return "source_differs" if error.__cause__ is None else None
    return None


@dataclass(frozen=True)
class Training:
    """One run, from the data to the verdict."""

    run: Run
    workspace: Workspace
    remote: str
    """Git remote whose registry has the champion."""
    policy_from: str | None
    """Ref whose policy judges; None for the base."""

    @property
    def status_file(self) -> Path:
        """File with the outcome of the run, for the comment."""
        return self.workspace.report.with_name("status.json")

    def remove_reports(self) -> None:
        """Remove the report of an earlier run, which must not look like the report of this one."""
        workspace = self.workspace
        for path in (workspace.report, workspace.report_text, workspace.report_page, self.status_file):
            remove(path)

    def train_and_judge(self) -> Report:
        """Run the pipeline, and return the report of the evaluation.

        Raises:
            StopError: a step failed.
        """
        with _within("data"), self.run.group("Data"):
            ingest(frozen=True)
            context = load_context()
        with _within("judge"):
            # Before the training: without a policy, its model could not be judged.
            policy = self._policy(context)
        with _within("pipeline"):
            lock, stages = self._run_pipeline()
        with _within("judge"), self.run.group("Verdict"):
            registry, others = registry_or_error(context, self.remote), self._pull_requests()
            return Judging(context).report(registry, policy, others, job=Job(runner_of(self.run), lock, stages))

    def _run_pipeline(self) -> tuple[LockRecord, frozenset[str]]:
        """Run the pipeline without dvc.lock.

        Returns:
            The comparison of the committed dvc.lock with the new one, and the stages that ran.
        """
        path, metrics = self.workspace.root / "dvc.lock", self.workspace.metrics
        before, measured = (file.read_bytes() if file.exists() else None for file in (path, metrics))
        remove(path)
        with self.run.group("dvc repro"):
            code, output = repro(self.workspace.root, self.run)
        if code != 0:
            if before is not None:
                write_bytes(path, before)
            raise StopError("pipeline", "\n".join(output[-20:]), stage=_failed_stage(output))
        text = None if before is None else before.decode("utf-8", "replace")
        return lock_state(text, read_lock(path), (measured, metrics.read_bytes())), stages_run(output)

    def _policy(self, context: Context) -> str | None:
        """Return the commit whose policy judges; None for the policy of the checkout.

        Raises:
            StopError: the commit is unknown or not in this clone, or its policy cannot be read.
        """
        repository = Repository(self.workspace.root)
        policy = self.policy_from
        try:
            policy = policy or policy_ref(self.run, repository)
            Judging(context).params_from(policy)
        except UsageError as error:
            say(f"ringside: {error}")
            known = policy is not None and repository.run("cat-file", "-e", f"{policy}^{{commit}}").code == 0
            reason: Reason = "shallow" if repository.is_shallow() and not known else "policy_unreadable"
            raise StopError("judge", str(error), reason=reason) from error
        return policy

    def _pull_requests(self) -> int | None:
        """Return how many other pull requests this test set may have judged; None outside of GitHub."""
        if not self.run.in_actions or not self.run.repository:
            return None
        repository = Repository(self.workspace.root)
        # In a shallow clone, the oldest commit seems to have added every file.
        date = "" if repository.is_shallow() else repository.run("log", "-1", "--format=%cI", "--", MANIFEST).out
        since = datetime.fromisoformat(date.strip()) if date.strip() else None
        number = self.run.at("pull_request", "number")
        github = GitHub(self.run.repository, seconds=15, tries=2)
        return others_since(github, since, self.run.sha, number if isinstance(number, int) else None)

    def write_report(self, report: Report) -> None:
        """Write the report in all formats, and publish its verdict in the log, the summary and the outputs."""
        files = renderings(self.workspace, report)
        for path, content in files.items():
            write_bytes(path, content)
        lock, commit = report.reproduce.lock, report.reproduce.commit
        self._write_status(Status(format=1, state="judged", lock=lock, commit=commit))
        result("\n".join(to_terminal(report)))
        if self.run.in_actions:
            self.run.summary(files[self.workspace.report_text].decode())
        blocks = report.verdict == "inconclusive" and report.policy.inconclusive == "block"
        level: Level | None = {"pass": None, "inconclusive": "warning", "fail": "error"}[report.verdict]
        self._set_outputs(
            report.verdict, f"{headline(report)} {what_now(report)}", "error" if blocks else level, blocks=blocks
        )
        # Last, because the required check does not depend on it.
        track_evaluation(self.workspace, report)

    def report_stop(self, stop: StopError) -> None:
        """Write the status of a run without a report, and publish it."""
        unread = stop.reason == "data_unreadable"
        stage = stop.stage if stop.stage and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", stop.stage) else None
        state: State = "not_judged" if unread else "broken"
        status = Status(
            format=1, state=state, step=stop.step, stage=stage, reason=stop.reason, commit=_commit(self.workspace)
        )
        self._write_status(status)
        words = words_of(status)
        if self.run.in_actions:
            self.run.summary(f"{to_markdown(status)}\n{_quote(stop.message)}")
        level: Level = "notice" if unread else "error"
        self._set_outputs(state, f"{words.headline} {words.what_now}", level, blocks=False)

    def _write_status(self, status: Status) -> None:

        write_bytes(self.status_file, dump_status(status))

    def _set_outputs(self, verdict: str, sentence: str, level: Level | None, *, blocks: bool) -> None:
        """Set the outputs for the required check, and annotate the run."""
        if level is not None:
            self.run.annotate(level, sentence, title="Ringside")
        for name, value in (("verdict", verdict), ("blocks", str(blocks).lower()), ("sentence", sentence)):
            self.run.output(name, value)


def _commit(workspace: Workspace) -> str | None:

    try:
        return Repository(workspace.root).head()
    except RegistryError:
        return None


def _quote(message: str) -> str:
    """Return the end of a message as an indented code block, which no text in it can end."""
    lines = "".join(char if char.isprintable() or char == "\n" else " " for char in message[-_MOST:]).splitlines()
    return "\n".join(f"    {line}" for line in lines)


def repro(root: Path, run: Run) -> tuple[int, list[str]]:
    """Run `dvc repro` and print its output; return its exit code and its lines."""
    pull = ["--pull"] if is_ours(Workspace(root)) else []
    # dvc.yaml runs `ringside`; this finds the one of this interpreter.
    path = os.pathsep.join([str(Path(sys.executable).parent), run.environ.get("PATH", os.defpath)])
    process = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", *pull],
        cwd=root,
        env={**run.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines = []
    with process:
        for line in process.stdout or ():
            say(line.rstrip("\n"))
            lines.append(line.rstrip("\n"))
    return process.returncode, lines


def _failed_stage(output: list[str]) -> str | None:
    """Return the name of the stage that failed, or None."""
    stages = [match[1] for line in output if (match := re.search(r"failed to reproduce '([^']+)'", line))]
    return stages[-1] if stages else None


def stages_run(output: list[str]) -> frozenset[str]:
    """Return the stages that DVC ran; it had results for the others."""
    return frozenset(match[1] for line in output if (match := re.match(r"Running stage '([^']+)'", line)))
