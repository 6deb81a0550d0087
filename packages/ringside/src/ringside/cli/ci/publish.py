"""The verb `ci publish`: what another job prepared becomes a release, without running any code of the model."""

import hashlib
import re
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.promotion_freeze import how_to_lift
from ringside.cli.ci.workflow_inputs import here, link, tell_consumers
from ringside.common.files import read_bytes, remove
from ringside.errors import RegistryError, UsageError
from ringside.registry.checksums import SUMS, check_folder
from ringside.registry.client import read_facts
from ringside.registry.models import ReleaseMetadata
from ringside.registry.publish import Prepared, deliver, tidy
from ringside.registry.registry import Registry
from ringside.store.folders import copy_file

NOTES = "notes.md"
"""What people read first; beside the files of the release and none of them."""
_AGAIN = "start the workflow Publish anew: it rebuilds, judges and publishes what main holds then."

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="What `ringside ci rebuild` wrote.")]


def publish(folder: Folder = Path("release")) -> None:
    """Publish what was rebuilt and judged: release, tag, and production unless a hold stands."""
    run, registry = here()
    sums = run.environ.get("RINGSIDE_SUMS") or run.environ.get("SUMS", "")
    before = registry.production()
    aside = Path(tempfile.mkdtemp(prefix="ringside-release-"))
    try:
        prepared = opened(folder, sums, aside)
        _check_branch(registry, prepared.facts)
        notes = tidy(registry)
        done = deliver(registry, prepared)
    finally:
        remove(aside)
    version = done.facts.version
    what = "is published" if done.new else "was published before"
    lines = [f"{link(registry, version)} {what}; {link(registry, done.production)} is in production."]
    run.summary("\n".join([*lines, "", *(f"- {note}" for note in (*notes, *done.notes, *how_to_lift(registry)))]))
    run.output("version", version)
    # A run that is repeated may have been killed before it told anybody.
    repeated = run.environ.get("GITHUB_RUN_ATTEMPT", "1") != "1"
    if done.production is not None and (done.production != before or repeated):
        tell_consumers(run, registry, {"version": done.production, "before": before or ""})


def fingerprint(sums: bytes, notes: bytes) -> str:
    """What a job hands on by its output, which no other job can change, so that its files are known again."""
    return f"{hashlib.sha256(sums).hexdigest()}-{hashlib.sha256(notes).hexdigest()}"


def opened(folder: Path, sums: str, aside: Path) -> Prepared:
    """A folder that another job wrote, compared with what that job said of it.

    Args:
        folder: the files of the release and `notes.md`.
        sums: `fingerprint` of it.
        aside: an empty folder; the files of the release are copied there.

    Raises:
        UsageError: `sums` is none.
        DataError: a file is missing.
        RegistryError: the folder is another one than the job wrote.
    """
    if not re.fullmatch(r"[0-9a-f]{64}-[0-9a-f]{64}", sums):
        remedy = "set it to the output `sums` of `ringside ci rebuild`."
        raise UsageError("it is missing, or no fingerprint of a release", where="RINGSIDE_SUMS", remedy=remedy)
    notes = read_bytes(folder / NOTES, remedy=_AGAIN)
    if fingerprint(read_bytes(folder / SUMS, remedy=_AGAIN), notes) != sums:
        found = "it is not what the job that rebuilt the model wrote"
        raise RegistryError(found, where=str(folder), remedy=_AGAIN, state="files_damaged")
    for path in sorted(folder.iterdir()):
        if path.name != NOTES:
            copy_file(path, aside / path.name)
    check_folder(aside, where=str(folder), new=True)
    return Prepared(read_facts(aside), aside, notes.decode())


def _check_branch(registry: Registry, facts: ReleaseMetadata) -> None:
    """See that the default branch still holds the commit: what was taken back must not be published.

    Raises:
        RegistryError: it does not, or gives no answer.
    """
    newest = registry.default_branch()
    if newest is None:
        remedy = "see that the remote can be reached and run again."
        raise RegistryError("its default branch gives no answer", where=registry.where, remedy=remedy)
    repository = registry.repository
    if newest != facts.commit and not repository.has_commit(newest):
        repository.run("fetch", "--quiet", "--no-tags", "--", "origin", newest)
    if newest != facts.commit and not repository.is_ancestor(facts.commit, newest):
        found = f"the default branch ({newest[:7]}) does not hold {facts.commit[:7]}, of which the model was made"
        raise RegistryError(found, where=registry.where, remedy=_AGAIN)
