"""The command `ci watch`: judges the champion on new data, and writes a proposal for `ci propose`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.arrivals import ingest_new
from ringside.cli.ci.job_context import runner_of
from ringside.cli.ci.rebuild import may_cache
from ringside.cli.ci.train import repro, stages_run
from ringside.cli.context import Context, load_context
from ringside.cli.judging import Job, Judging
from ringside.cli.monitor import watch_champion
from ringside.cli.terminal import result, say
from ringside.cli.tracking import track_evaluation
from ringside.cli.verdict import registry_or_error, renderings
from ringside.common.files import empty_folder, remove, write_bytes
from ringside.errors import GitHubError, StoreError, UsageError
from ringside.git import Repository
from ringside.github import dvc_remote as remotes
from ringside.github.api import GitHub, lend_token
from ringside.github.proposals import FILES, IMPORTED, REPORT, STORED, WATCH, has_open_alarms, place_of
from ringside.github.run import Run
from ringside.monitoring.triggers import alarms_of, decide
from ringside.registry.checksums import SUMS, sha256, write_sums
from ringside.report.model import Report, name_of
from ringside.report.proposal_text import TITLES, decided, summary
from ringside.report.read import dump_report
from ringside.report.watch import Watch, dump_watch
from ringside.sources.places import imports
from ringside.store import dvc
from ringside.store.folders import copy_file

Remote = Annotated[str, typer.Option(metavar="NAME", help="The Git remote whose registry has the champion.")]
Folder = Annotated[Path, typer.Option(metavar="FOLDER", help="The folder for the proposal.")]

_UNATTENDED = ("schedule", "repository_dispatch")
"""Events that are not triggered by a person."""


def watch(remote: Remote = "origin", proposal: Folder = Path("proposal")) -> None:
    """Ingest new data, judge the champion on them, retrain if the policy decides so, and write a proposal.

    The outputs `propose` and `alarms` are true if `ringside ci propose` has something to do; `sums` is its checksum.
    """
    run, context = Run.here(), load_context()
    lend_token()
    job = _Watching(run, context, remote, proposal)
    job.check_branch()
    job.check_visible()
    if run.event_name in _UNATTENDED and not context.params.live:
        job.report_not_live()
        return
    job.watch()


@dataclass(frozen=True)
class _Watching:
    run: Run
    context: Context
    remote: str
    folder: Path

    def check_branch(self) -> None:
        """Check that the run is on the default branch, from which a proposal is made.

        Raises:
            UsageError: the workflow was started on another branch.
        """
        default = self.run.at("repository", "default_branch")
        if self.run.in_actions and default and self.run.ref != f"refs/heads/{default}":
            remedy = f"start the workflow on {default}."
            raise UsageError("it runs on the default branch only", where="ringside ci watch", remedy=remedy)

    def check_visible(self) -> None:
        """Set the output `cache`, and refuse to commit private data to a public repository.

        Raises:
            UsageError: `data.store` is git, the data are private and the repository is public.
        """
        allowed = may_cache(self.run, self.context.workspace)
        self.run.output("cache", str(allowed).lower())
        if not allowed and self.context.params.data.store == "git":
            problem = "it is git, the repository is public, and `data.public` is false: everybody could read the rows"
            remedy = "make the repository private, keep the data elsewhere (docs/data.md), or set `data.public`."
            raise UsageError(problem, where="params.yaml, data.store", remedy=remedy)

    def report_not_live(self) -> None:
        """Report that scheduled runs do nothing, and how to run the workflow."""
        sentence = "Scheduled runs do nothing: params.yaml has `live: false`. Start the workflow by hand to run it."
        self.run.summary(sentence)
        self._outputs(propose=False, alarms=False, checksum="")

    def watch(self) -> None:
        """Ingest, monitor, decide, retrain, and write the proposal."""
        # Your own task ingests everything; the sample ingests one month per run.
        most = None if self.context.params.live else 1
        with self.run.group("Data"):
            arrivals = ingest_new(self.context, most)
        with self.run.group("Monitor"):
            monitor = watch_champion(self.context, self.remote)
        decision = decide(self.context.params.retrain, monitor, arrivals.ingested)
        report = None
        if decision.decided == "retrain":
            report = self._retrain()
        watched = Watch(
            commit=Repository(self.context.workspace.root).head(),
            brought=[name_of(name) for name in arrivals.ingested],
            waiting=[name_of(name) for name in arrivals.waiting],
            ended=arrivals.ended,
            data_problem=arrivals.problem,
            data_partition=None if arrivals.partition is None else name_of(arrivals.partition),
            monitor=monitor,
            decision=decision,
            verdict=report.verdict if report else None,
            alarms=alarms_of(decision, monitor, data_problem=arrivals.problem is not None),
        )
        self._finish(watched, report)

    def _retrain(self) -> Report:
        """Train and judge by the policy of this checkout, which is that of the default branch.

        Raises:
            StoreError: the pipeline failed.
        """
        root = self.context.workspace.root
        # dvc.lock may be wrong; DVC's own record of runs is not.
        remove(root / "dvc.lock")
        with self.run.group("dvc repro"):
            code, output = repro(root, self.run)
        if code != 0:
            remedy = "see the error in the log above; `ringside ingest --next 1` and `dvc repro` reproduce it."
            raise StoreError("the pipeline failed on the new data", where="dvc repro", remedy=remedy)
        with self.run.group("Verdict"):
            job = Job(runner_of(self.run), None, stages_run(output))
            return Judging(self.context).report(registry_or_error(self.context, self.remote), None, None, job=job)

    def _finish(self, watched: Watch, report: Report | None) -> None:
        """Write the proposal, the summary, the annotations and the outputs."""
        trained = report is not None
        if trained:
            self._push()
        alarms = bool(watched.alarms) or self._may_have_open_alarms()
        checksum = self._write(watched, report) if trained or alarms else ""
        if report is not None:
            self._track(report)
        self.run.summary(summary(watched, report))
        if self.run.in_actions:
            result(decided(watched))
        for alarm in watched.alarms:
            self.run.annotate("warning", f"{TITLES[alarm]}.", title="Ringside")
        self._outputs(propose=trained or alarms, alarms=alarms, checksum=checksum)

    def _track(self, report: Report) -> None:

        for path, content in renderings(self.context.workspace, report).items():
            write_bytes(path, content)
        track_evaluation(self.context.workspace, report)

    def _outputs(self, *, propose: bool, alarms: bool, checksum: str) -> None:
        for name, value in (("propose", str(propose).lower()), ("alarms", str(alarms).lower()), ("sums", checksum)):
            self.run.output(name, value)

    def _may_have_open_alarms(self) -> bool:
        """Return whether there are open issues of alarms that this run may close; True if GitHub fails."""
        if not self.run.in_actions:
            return False
        try:
            return has_open_alarms(GitHub(self.run.repository, tries=2))
        except GitHubError as error:
            say(f"ringside: {error}")
            return True

    def _push(self) -> None:
        """Push the new rows and outputs to the DVC remote, if there is one."""
        required = self.context.params.data.store == "remote"
        if remotes.named(self.run.environ) is None and not (required and dvc.has_remote(self.context.workspace)):
            if required:
                remedy = "set the variable RINGSIDE_REMOTE (docs/remotes.md), or `data.store: source` in params.yaml."
                raise StoreError("it is remote, but there is no DVC remote", where="data.store", remedy=remedy)
            return
        done = remotes.push(self.context.workspace)
        if not done.ok and required:
            problem = f"the push of the new data to the DVC remote failed: {done.said}"
            remedy = "let this job write to the remote (docs/remotes.md), and run it again; nothing is proposed."
            raise StoreError(problem, where="dvc push", remedy=remedy)
        if not done.ok:
            text = f"the push to the DVC remote failed ({done.said}); the run of the pull request repeats the work."
            self.run.annotate("warning", text, title="DVC remote")

    def _write(self, watched: Watch, report: Report | None) -> str:
        """Write the folder of the proposal; return the SHA-256 of its list of checksums."""
        empty_folder(self.folder)
        if report is not None:
            write_bytes(self.folder / REPORT, dump_report(report))
            for name, path in FILES.items():
                if (source := self.context.workspace.root / path).exists():
                    copy_file(source, self.folder / name)
            for record in imports(self.context.workspace):
                # `init` gives only names that a proposal allows; without the file, readers compare with the manifest.
                if place_of(name := f"{IMPORTED}{record.name}"):
                    copy_file(record, self.folder / name)
            if self.context.params.data.store == "git":
                for source in sorted(self.context.workspace.store.glob("*.parquet")):
                    copy_file(source, self.folder / f"{STORED}{source.name}")
        write_bytes(self.folder / WATCH, dump_watch(watched))
        write_sums(self.folder)
        return sha256(self.folder / SUMS)
