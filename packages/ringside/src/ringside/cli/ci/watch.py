"""The verb `ci watch`: judges the champion on new data, and writes a proposal for `ci propose`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.arrivals import arrive
from ringside.cli.ci.dvc_repro import ran, repro
from ringside.cli.ci.job_context import runner_of
from ringside.cli.ci.rebuild import may_cache
from ringside.cli.context import Context, context
from ringside.cli.judging import Job, Judging
from ringside.cli.monitor import watch_champion
from ringside.cli.terminal import result, say
from ringside.cli.tracking import track_evaluation
from ringside.cli.verdict import registry_or_why, renderings
from ringside.common.files import empty_folder, remove, write_bytes
from ringside.errors import GitHubError, StoreError, UsageError
from ringside.github import dvc_remote as remotes
from ringside.github.api import GitHub, lend_token
from ringside.github.proposals import FILES, IMPORTED, REPORT, STORED, WATCH, has_open_alarms, place_of
from ringside.github.run import Run
from ringside.monitoring.triggers import alarms_of, decide
from ringside.registry.checksums import SUMS, sha256, write_sums
from ringside.registry.git import Repository
from ringside.report.model import Report, name_of
from ringside.report.proposal_text import TITLES, decided, summary
from ringside.report.read import dump_report
from ringside.report.watch import Watch, dump_watch
from ringside.sources.places import imports
from ringside.store import dvc
from ringside.store.folders import copy_file

Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the champion.")]
Folder = Annotated[Path, typer.Option(metavar="FOLDER", help="Where the proposal is written.")]

_BY_ITSELF = ("schedule", "repository_dispatch")
"""Events behind which no person stands."""


def watch(remote: Remote = "origin", proposal: Folder = Path("proposal")) -> None:
    """Bring new data, judge the champion on them, decide, train where that is decided, and leave what is proposed.

    The outputs `propose` and `alarms` say whether `ringside ci propose` has anything to do, `sums` what it is given.
    """
    run, here = Run.here(), context()
    lend_token()
    job = _Watching(run, here, remote, proposal)
    job.check_branch()
    job.check_visible()
    if run.event_name in _BY_ITSELF and not here.params.live:
        job.tell_not_live()
        return
    job.watch()


@dataclass(frozen=True)
class _Watching:
    run: Run
    here: Context
    remote: str
    folder: Path

    def check_branch(self) -> None:
        """Refuse another branch than the default one: a proposal is made of that.

        Raises:
            UsageError: the workflow was started on another one.
        """
        default = self.run.at("repository", "default_branch")
        if self.run.in_actions and default and self.run.ref != f"refs/heads/{default}":
            remedy = f"start the workflow on {default}."
            raise UsageError("the watch looks at the default branch alone", where="ringside ci watch", remedy=remedy)

    def check_visible(self) -> None:
        """Say whether Actions' cache may have the data, and refuse to commit private ones where everybody reads.

        Raises:
            UsageError: params.yaml keeps data in Git that are not public, and the repository is.
        """
        fine = may_cache(self.run, self.here.workspace)
        self.run.output("cache", str(fine).lower())
        if not fine and self.here.params.data.store == "git":
            found = "it is git, the repository is public, and `data.public` is false: everybody would read the rows"
            remedy = "make the repository private, keep the data elsewhere (docs/data.md), or say that they are public."
            raise UsageError(found, where="params.yaml, data.store", remedy=remedy)

    def tell_not_live(self) -> None:
        """Say that nothing is done, and how to have it done."""
        sentence = "Nothing is done by schedule: params.yaml says `live: false`. A run by hand does it all."
        self.run.summary(sentence)
        self._outputs(propose=False, alarms=False, sums="")

    def watch(self) -> None:
        """Watch, decide, act, and leave the proposal."""
        # All of a task that is somebody's own; the sample shows one month at a time.
        most = None if self.here.params.live else 1
        with self.run.group("Data"):
            came = arrive(self.here, most)
        with self.run.group("Monitor"):
            monitor = watch_champion(self.here, self.remote)
        decision = decide(self.here.params.retrain, monitor, came.brought)
        report = None
        if decision.decided == "retrain":
            report = self._retrained()
        found = Watch(
            commit=Repository(self.here.workspace.root).head(),
            brought=[name_of(name) for name in came.brought],
            waiting=[name_of(name) for name in came.waiting],
            ended=came.ended,
            data_problem=came.problem,
            data_partition=None if came.partition is None else name_of(came.partition),
            monitor=monitor,
            decision=decision,
            verdict=report.verdict if report else None,
            alarms=alarms_of(decision, monitor, data_problem=came.problem is not None),
        )
        self._leave(found, report)

    def _retrained(self) -> Report:
        """Train and judge by the policy of this checkout, which is the default branch's.

        Raises:
            StoreError: the pipeline failed.
        """
        root = self.here.workspace.root
        # A lock can lie; DVC's record of runs cannot.
        remove(root / "dvc.lock")
        with self.run.group("dvc repro"):
            code, said = repro(root, self.run)
        if code != 0:
            remedy = "the log above has the error; `ringside ingest --next 1` and `dvc repro` repeat it."
            raise StoreError("the pipeline failed on the new data", where="dvc repro", remedy=remedy)
        with self.run.group("Verdict"):
            job = Job(runner_of(self.run), None, ran(said))
            return Judging(self.here).report(registry_or_why(self.here, self.remote), None, None, job=job)

    def _leave(self, found: Watch, report: Report | None) -> None:
        """Write the proposal, and say what was found."""
        trained = report is not None
        if trained:
            self._share()
        alarms = bool(found.alarms) or self._may_be_over()
        sums = self._write(found, report) if trained or alarms else ""
        if report is not None:
            self._track(report)
        self.run.summary(summary(found, report))
        if self.run.in_actions:
            result(decided(found))
        for alarm in found.alarms:
            self.run.annotate("warning", f"{TITLES[alarm]}.", title="Ringside")
        self._outputs(propose=trained or alarms, alarms=alarms, sums=sums)

    def _track(self, report: Report) -> None:

        for path, content in renderings(self.here.workspace, report).items():
            write_bytes(path, content)
        track_evaluation(self.here.workspace, report)

    def _outputs(self, *, propose: bool, alarms: bool, sums: str) -> None:
        for name, value in (("propose", str(propose).lower()), ("alarms", str(alarms).lower()), ("sums", sums)):
            self.run.output(name, value)

    def _may_be_over(self) -> bool:
        """Whether issues of alarms are open that this run may close; so where GitHub gives no answer."""
        if not self.run.in_actions:
            return False
        try:
            return has_open_alarms(GitHub(self.run.repository, tries=2))
        except GitHubError as error:
            say(f"ringside: {error}")
            return True

    def _share(self) -> None:
        """Send the new rows and what was computed to the DVC remote, where the repository has one."""
        alone = self.here.params.data.store == "remote"
        if remotes.named(self.run.environ) is None and not (alone and dvc.has_remote(self.here.workspace)):
            if alone:
                remedy = "set the variable RINGSIDE_REMOTE (docs/remotes.md), or `data.store: source` in params.yaml."
                raise StoreError("it is remote, and there is no DVC remote", where="data.store", remedy=remedy)
            return
        done = remotes.push(self.here.workspace)
        if not done.ok and alone:
            found = f"the new data could not be sent to the DVC remote, where other runs are to find them: {done.said}"
            remedy = "let this job write to the remote (docs/remotes.md), and run it again; nothing is proposed."
            raise StoreError(found, where="dvc push", remedy=remedy)
        if not done.ok:
            text = f"nothing could be sent to the DVC remote ({done.said}); the pull request's run computes it again."
            self.run.annotate("warning", text, title="DVC remote")

    def _write(self, found: Watch, report: Report | None) -> str:
        """Write the folder; the SHA-256 of its list of hashes."""
        empty_folder(self.folder)
        if report is not None:
            write_bytes(self.folder / REPORT, dump_report(report))
            for name, path in FILES.items():
                if (source := self.here.workspace.root / path).exists():
                    copy_file(source, self.folder / name)
            for record in imports(self.here.workspace):
                # A name that no proposal may have is none that `init` gave; readers then compare with the manifest.
                if place_of(name := f"{IMPORTED}{record.name}"):
                    copy_file(record, self.folder / name)
            if self.here.params.data.store == "git":
                for source in sorted(self.here.workspace.store.glob("*.parquet")):
                    copy_file(source, self.folder / f"{STORED}{source.name}")
        write_bytes(self.folder / WATCH, dump_watch(found))
        write_sums(self.folder)
        return sha256(self.folder / SUMS)
