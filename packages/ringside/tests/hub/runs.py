"""Runs of workflows: what a player of workflows tells the double of them."""

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub import shapes
from hub.state import Artifact, Check, Clock, Repository, Run, Token


class Runs:
    """The part of the double that keeps runs."""

    lock: threading.RLock
    clock: Clock
    repositories: dict[str, Repository]
    tokens: dict[str, Token]
    id: Callable[[], int]
    seq: Callable[[], int]
    of: Callable[[str], Repository]
    emit: Callable[..., None]

    def start_run(  # noqa: PLR0913  # all by name but one
        self,
        path: str,
        *,
        name: str,
        event: str,
        sha: str,
        branch: str | None,
        actor: str,
        repository: str = "",
        head_repository: str = "",
    ) -> Run:
        """A workflow's run begins.

        Args:
            path: of the workflow's file, as `.github/workflows/train.yaml`.
            name: the workflow's.
            event: what started it.
            sha: of the head; of a pull request its own commit, not that of the merge.
            branch: of the head.
            actor: who caused it.
            repository: where; the only one that is no fork where empty.
            head_repository: where the head's branch is; `repository` where empty.
        """
        with self.lock:
            repo = self._repo(repository)
            now, number = self.clock.now(), 1 + sum(run.path == path for run in repo.runs)
            head = head_repository or repo.full_name
            made = Run(
                self.id(),
                number,
                name,
                path,
                event,
                sha,
                branch,
                head,
                actor,
                now,
                now,
                self.seq(),
                status="in_progress",
            )
            repo.runs.append(made)
            return made

    def end_run(self, run: Run, conclusion: str, *, repository: str = "") -> None:
        """A run has ended: `success`, `failure`, `cancelled`…; the event workflow_run tells of it."""
        with self.lock:
            repo = self._repo(repository)
            run.status, run.conclusion, run.updated = "completed", conclusion, self.clock.now()
            workflow = {"id": shapes.number_of(run.path), "name": run.name, "path": run.path}
            payload = {"action": "completed", "workflow_run": self.run_shape(repo, run), "workflow": workflow}
            self.emit("workflow_run", repo, payload, by=run.actor if run.actor in repo.roles else repo.owner)

    def run_shape(self, repo: Repository, run: Run) -> dict[str, Any]:
        """The JSON of a run; `pull_requests` is empty for forks, as GitHub's is."""
        pulls = []
        for issue in repo.pulls():
            pull = issue.pull
            assert pull
            own = pull.head_repository == repo.full_name == run.head_repository
            if own and issue.state == "open" and (pull.head_ref, pull.head_sha) == (run.branch, run.sha):
                head, base = {"ref": pull.head_ref, "sha": pull.head_sha}, {"ref": pull.base_ref, "sha": pull.base_sha}
                pulls.append({"id": issue.id, "number": issue.number, "head": head, "base": base})
        return shapes.run(repo, run, self.repositories.get(run.head_repository.lower()), pulls)

    def artifact(
        self, run: Run, name: str, content: "bytes | Path | dict[str, bytes]", *, repository: str = ""
    ) -> Artifact:
        """A run uploads an artifact: a zip's bytes, a folder, or files by name."""
        if isinstance(content, Path):
            content = {
                str(file.relative_to(content)): file.read_bytes()
                for file in sorted(content.rglob("*"))
                if file.is_file()
            }
        if isinstance(content, dict):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                for file, data in content.items():
                    archive.writestr(file, data)
            content = buffer.getvalue()
        with self.lock:
            repo = self._repo(repository)
            made = Artifact(self.id(), run.id, name, content, self.clock.now())
            repo.artifacts.append(made)
            return made

    def check(  # noqa: PLR0913  # four by name
        self,
        sha: str,
        name: str,
        conclusion: str | None,
        *,
        title: str = "",
        summary: str = "",
        run: Run | None = None,
        repository: str = "",
    ) -> Check:
        """A check on a commit: a job of a run, or one by itself; `conclusion` None: it still runs."""
        with self.lock:
            repo = self._repo(repository)
            status = "completed" if conclusion else "in_progress"
            made = Check(
                self.id(),
                name,
                sha,
                status,
                conclusion,
                title,
                summary,
                self.clock.now(),
                self.seq(),
                run.id if run else None,
            )
            repo.checks.append(made)
            return made

    def _repo(self, name: str) -> Repository:
        return self.of(name) if name else next(one for one in self.repositories.values() if not one.fork_of)
