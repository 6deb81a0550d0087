"""The verb `forget`."""

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
from ringside.loader import LateSource, load_task
from ringside.params import Params, read_params
from ringside.registry.checksums import ERASABLE
from ringside.registry.folder import FolderReleases
from ringside.registry.git import Repository
from ringside.registry.registry import Registry
from ringside.sources import File, Folder
from ringside.sources.erase import take_out
from ringside.sources.places import bring
from ringside.store import dvc
from ringside.store.workspace import Workspace

_PROFILES = (
    "hashes of identities in profile.json of releases, by which somebody who knows an identity can tell that it was "
    "learnt from: publish a new version, then remove the releases before it"
)

Ids = Annotated[
    Path,
    typer.Option(
        "--ids",
        metavar="FILE",
        help="A CSV file with the columns of the task's identity, a row each; or with its group's column alone.",
    ),
]


def forget(ids: Ids) -> None:
    """Remove rows for good (an erasure request) from all that this repository holds, and say what it cannot reach."""
    workspace = Workspace.find(Path.cwd())
    params = read_params(workspace.params)
    task = load_task(workspace.root, params.task)
    dvc.mend(workspace)
    here = Ingest(workspace, task, LateSource(task), track, None, params.data.store).frozen()
    first = workspace.partition(workspace.raw, here.partitions[0])
    types = read_table(first, remedy="run `ringside ingest --frozen`.").schema
    asked = read_ids(ids, task.identity, types, group=task.group)
    step = Forget(workspace, task, asked, params.data.store == "git")
    sources = _Sources(workspace, task)
    done = step.run(sources.take_out)
    sources.said += _releases(workspace, step)
    _tell(workspace, step, done)
    for line in (*sources.said, *_beyond(workspace, params, done)):
        result(f"- {line}")


class _Sources:
    """The files of the task's source that this repository holds."""

    def __init__(self, workspace: Workspace, task: Task) -> None:
        self._workspace = workspace
        self._task = task
        self.said: list[str] = []
        """What could not be reached of the source."""

    def take_out(self, step: Forget) -> Sequence[str]:
        """Take the rows out of the files; the hashes of the versions that DVC knew."""
        source = self._source()
        if not isinstance(source, File | Folder):
            self.said.append("the source itself: erase the rows there too; here they stay out (data/erased.json)")
            return []

        place = bring(source.path)
        if not place.resolve().is_relative_to(self._workspace.root.resolve()):
            self.said.append(f"{source.path}: it is outside of this repository; erase the rows there")
            return []
        files = [("all", place)] if isinstance(source, File) else list(source.files().items())
        for name, path in files:
            self._take_out_of(step, source, name, path)
        # Where nothing was taken out now, an earlier version may have the rows, or a kill came before DVC was told.
        return self._tracked(place)

    def _source(self) -> object:
        """The object `SOURCE` of source.py; None where it has none, or cannot be imported here."""
        try:
            return getattr(importlib.import_module(f"{self._task.name}.source"), "SOURCE", None)
        except Exception as error:  # noqa: BLE001  # the task's own code
            self.said.append(f"src/{self._task.name}/source.py cannot be imported ({type(error).__name__}: {error})")
            return None

    def _take_out_of(self, step: Forget, source: object, name: str, path: Path) -> None:

        assert isinstance(source, File | Folder)  # noqa: S101  # for the types alone
        table, numbers = source.parsed(path) if isinstance(source, File) else source.parsed(path, name)
        gone = numbers[~step.stays(table)].tolist()
        if gone:
            blank = source.row_id is not None
            take_out(path, gone, blank=blank, delimiter=source.delimiter, encoding=source.encoding)
            step.done.rows[self._workspace.relative(path.resolve())] = len(gone)

    def _tracked(self, place: Path) -> Sequence[str]:
        """Let DVC know the file as it is now; the hashes of all that it was, by Git's history of its record."""
        record = place.with_name(f"{place.name}.dvc")
        if not record.exists():
            return []
        name = self._workspace.relative(record)
        before = record.read_text(encoding="utf-8")
        history = Repository(self._workspace.root).run("log", "--all", "--format=", "--patch", "--", name).out
        dvc.commit(self._workspace, record)
        after = record.read_text(encoding="utf-8")
        if "deps:" in after:
            self.said.append(f"where {name} was imported from: erase the rows there too, or `dvc update` brings them")
        hashes = r"\bmd5: ([0-9a-f]{32}(?:\.dir)?)"
        # What it was imported from may still have the hash that the file had.
        now = after.partition("outs:")[2]
        return sorted({*re.findall(hashes, history), *re.findall(hashes, before)} - {*re.findall(hashes, now)})


def _releases(workspace: Workspace, step: Forget) -> list[str]:
    """Take reference rows out of releases that this repository keeps itself; what is to be done of the others."""
    addresses = Repository(workspace.root).remotes()
    if not addresses:
        releases = Registry.open(workspace.root).releases
        assert isinstance(releases, FolderReleases)  # noqa: S101  # a repository without a remote is its own
        for tag in sorted(releases.tags()):
            for name in set(ERASABLE) & set(releases.files(tag)):
                with tempfile.TemporaryDirectory() as aside:
                    releases.fetch(tag, [name], Path(aside))
                    if step.holds(Path(aside) / name):
                        releases.erase(tag, name)
                        step.done.removed.append(f"{name} of {tag}")
        return []
    said = "rows in releases (each that `ringside versions` lists)"
    try:
        there = Registry.open(workspace.root).releases
    except RegistryError:
        there = None
    if isinstance(there, FolderReleases):
        return [f"{said}: in {there.where}, remove `model@*/{ERASABLE[0]}`; a release is whole without it"]
    how = f"`gh release delete-asset TAG {ERASABLE[0]}`; a release is whole without it"
    return [f"{said}: {how}. Where releases are immutable: `gh release delete TAG`"]


def _tell(workspace: Workspace, step: Forget, done: Forgotten) -> None:
    """Say what was done, by counts: no identity is repeated."""
    what = "identities" if step.group is None else f"values of {step.group!r}"
    say(f"forget: {step.asked.num_rows:,} {what} asked for; {workspace.relative(workspace.erased)} keeps their hashes")
    for name, count in done.rows.items():
        say(f"forget: {count:,} rows taken out of {name}")
    for name in done.removed:
        say(f"forget: {name} removed; `make run` makes it again")
    say(f"forget: {len(done.cached):,} older files removed from DVC's cache here")
    if not done.rows:
        say("forget: no row of these identities was here")


def _beyond(workspace: Workspace, params: Params, done: Forgotten) -> list[str]:
    """What this command cannot reach, each with what helps."""
    in_git = [name for name in done.rows if _is_tracked(workspace, name)]
    lines = ["next: `make run`, then commit; a model that learnt from the rows is replaced by publishing a new one"]
    if dvc.has_remote(workspace) or params.data.store == "remote":
        lines.append(
            "older objects of the DVC remote: `dvc push`, then `dvc gc --workspace --cloud` keeps there only what this "
            "checkout names"
        )
    if in_git:
        paths = " ".join(f"--path {name}" for name in in_git)
        lines.append(
            f"Git's history of {', '.join(in_git)}: `git filter-repo --invert-paths {paths}`, commit anew, push"
        )
    return [
        *lines,
        _PROFILES,
        "caches of Actions: `gh cache delete --all`",
        "artifacts of Actions (gone after 7 days): `gh run delete RUN`, for each that `gh run list` shows",
        "runs and models in MLflow, where you keep them there: models that learnt from the rows, and their reports",
        "forks, clones, other checkouts and their DVC caches: whoever has one runs this command there, or removes it",
        "the file of --ids itself: remove it",
    ]


def _is_tracked(workspace: Workspace, name: str) -> bool:

    found = Repository(workspace.root).run("log", "--all", "--format=%H", "-1", "--", name)
    return found.code == 0 and bool(found.out.strip())
