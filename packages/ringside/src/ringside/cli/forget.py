"""The command `forget`."""

import importlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import result, say, track
from ringside.common.tables import read_table
from ringside.common.task import Task
from ringside.data.forget import Forget, Forgotten, read_ids
from ringside.data.ingest import Ingest
from ringside.errors import RegistryError
from ringside.git import Repository
from ringside.loader import LateSource, load_task
from ringside.params import Params, read_params
from ringside.registry.checksums import ERASABLE
from ringside.registry.folder import FolderReleases
from ringside.registry.registry import Registry
from ringside.sources import File, Folder
from ringside.sources.erase import take_out
from ringside.sources.places import bring as fetch_source
from ringside.store import dvc
from ringside.store.workspace import Workspace

_PROFILES = (
    "hashes of identities in profile.json of releases, which show a person who knows an identity that a model learnt "
    "from it: publish a new version, then delete the older releases"
)

Ids = Annotated[
    Path,
    typer.Option(
        "--ids",
        metavar="FILE",
        help="A CSV file with the columns of the task's identity, or with the column of its group alone.",
    ),
]


def forget(ids: Ids) -> None:
    """Delete rows for good (an erasure request) from this repository, and list the copies that it cannot reach."""
    workspace = Workspace.find(Path.cwd())
    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    dvc.mend(workspace)
    ingested = Ingest(workspace, task, LateSource(task), track, None, params.data.store).frozen()
    first = workspace.partition(workspace.raw, ingested.partitions[0])
    types = read_table(first, remedy="run `ringside ingest --frozen`.").schema
    identities = read_ids(ids, task.identity, types, group=task.group)
    step = Forget(workspace, task, identities, params.data.store == "git")
    sources = _Sources(workspace, task)
    done = step.run(sources.take_out)
    sources.notes += _releases(workspace, step)
    _report(workspace, step, done)
    for line in (*sources.notes, *_out_of_reach(workspace, params, done)):
        result(f"- {line}")


class _Sources:
    """The files of the task's source in this repository."""

    def __init__(self, workspace: Workspace, task: Task) -> None:
        self._workspace = workspace
        self._task = task
        self.notes: list[str] = []
        """Parts of the source that this command cannot change."""

    def take_out(self, step: Forget) -> Sequence[str]:
        """Delete the rows from the files.

        Returns:
            The MD5 hashes of the older versions that DVC recorded.
        """
        source = self._source()
        if not isinstance(source, File | Folder):
            self.notes.append(
                "the source itself: erase the rows there too; `ringside ingest` leaves them out (data/erased.json)"
            )
            return []

        path = fetch_source(source.path)
        if not path.resolve().is_relative_to(self._workspace.root.resolve()):
            self.notes.append(f"{source.path}: this file is outside of the repository; erase the rows there")
            return []
        files = [("all", path)] if isinstance(source, File) else list(source.files().items())
        for name, file in files:
            self._take_out_of(step, source, name, file)
        # Also without deletions: an earlier version may have the rows, and an earlier run may have stopped too soon.
        return self._tracked(path)

    def _source(self) -> object:
        """Return the object `SOURCE` of source.py; None if there is none, or if source.py cannot be imported."""
        try:
            return getattr(importlib.import_module(f"{self._task.name}.source"), "SOURCE", None)
        except Exception as error:  # noqa: BLE001  # the task's own code
            self.notes.append(f"src/{self._task.name}/source.py cannot be imported ({type(error).__name__}: {error})")
            return None

    def _take_out_of(self, step: Forget, source: object, name: str, path: Path) -> None:

        assert isinstance(source, File | Folder)  # noqa: S101  # for mypy
        table, numbers = source.parsed(path) if isinstance(source, File) else source.parsed(path, name)
        gone = numbers[~step.stays(table)].tolist()
        if gone:
            blank = source.row_id is not None
            take_out(path, gone, blank=blank, delimiter=source.delimiter, encoding=source.encoding)
            step.done.rows[self._workspace.relative(path.resolve())] = len(gone)

    def _tracked(self, file: Path) -> Sequence[str]:
        """Commit the file to DVC, and return the MD5 hashes of older versions, from the history of its record."""
        record = file.with_name(f"{file.name}.dvc")
        if not record.exists():
            return []
        name = self._workspace.relative(record)
        before = record.read_text(encoding="utf-8")
        history = Repository(self._workspace.root).run("log", "--all", "--format=", "--patch", "--", name).out
        dvc.commit(self._workspace, record)
        after = record.read_text(encoding="utf-8")
        if "deps:" in after:
            self.notes.append(f"the original of {name}: erase the rows there too, or `dvc update` imports them again")
        hashes = r"\bmd5: ([0-9a-f]{32}(?:\.dir)?)"
        # The original of an import may still have the hash of the older version.
        now = after.partition("outs:")[2]
        return sorted({*re.findall(hashes, history), *re.findall(hashes, before)} - {*re.findall(hashes, now)})


def _releases(workspace: Workspace, step: Forget) -> list[str]:
    """Delete reference rows from releases in this repository; return the steps for releases elsewhere."""
    addresses = Repository(workspace.root).remotes()
    if not addresses:
        releases = Registry.open(workspace.root).releases
        assert isinstance(releases, FolderReleases)  # noqa: S101  # without a remote, releases are in a folder
        for tag in sorted(releases.tags()):
            for name in set(ERASABLE) & set(releases.files(tag)):
                with tempfile.TemporaryDirectory() as aside:
                    releases.fetch(tag, [name], Path(aside))
                    if step.holds(Path(aside) / name):
                        releases.erase(tag, name)
                        step.done.removed.append(f"{name} of {tag}")
        return []
    subject = "rows in releases (each that `ringside versions` lists)"
    try:
        elsewhere = Registry.open(workspace.root).releases
    except RegistryError:
        elsewhere = None
    if isinstance(elsewhere, FolderReleases):
        return [
            f"{subject}: in {elsewhere.where}, delete `model@*/{ERASABLE[0]}`; a release is valid without this file"
        ]
    how = f"`gh release delete-asset TAG {ERASABLE[0]}`; a release is valid without this file"
    return [f"{subject}: {how}. If releases are immutable: `gh release delete TAG`"]


def _report(workspace: Workspace, step: Forget, done: Forgotten) -> None:
    """Print counts of the deletions; no identity is printed."""
    unit = "identities" if step.group is None else f"values of {step.group!r}"
    where = workspace.relative(workspace.erased)
    say(f"forget: {step.requested.num_rows:,} {unit} requested; their hashes are in {where}")
    for name, count in done.rows.items():
        say(f"forget: {count:,} rows deleted from {name}")
    for name in done.removed:
        say(f"forget: {name} deleted; `make run` writes it again")
    say(f"forget: {len(done.cached):,} older files deleted from the DVC cache of this checkout")
    if not done.rows:
        say("forget: this repository has no row of these identities")


def _out_of_reach(workspace: Workspace, params: Params, done: Forgotten) -> list[str]:
    """Return the copies that this command cannot reach, each with the remedy."""
    in_git = [name for name in done.rows if _is_tracked(workspace, name)]
    lines = ["next: `make run`, then commit; to replace a model that learnt from the rows, publish a new version"]
    if dvc.has_remote(workspace) or params.data.store == "remote":
        lines.append(
            "older objects in the DVC remote: `dvc push`, then `dvc gc --workspace --cloud`, which keeps only files "
            "of this checkout"
        )
    if in_git:
        paths = " ".join(f"--path {name}" for name in in_git)
        lines.append(
            f"Git's history of {', '.join(in_git)}: `git filter-repo --invert-paths {paths}`, commit again, push"
        )
    return [
        *lines,
        _PROFILES,
        "caches of Actions: `gh cache delete --all`",
        "artifacts of Actions (gone after 7 days): `gh run delete RUN`, for each that `gh run list` shows",
        "runs and models in MLflow, if you use it: models that learnt from the rows, and their reports",
        "forks, clones, other checkouts and their DVC caches: their owners run this command there, or delete them",
        "the file of --ids itself: delete it",
    ]


def _is_tracked(workspace: Workspace, name: str) -> bool:

    log = Repository(workspace.root).run("log", "--all", "--format=%H", "-1", "--", name)
    return log.code == 0 and bool(log.out.strip())
