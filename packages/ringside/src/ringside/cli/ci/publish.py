"""The command `ci publish`: publishes the release that another job prepared, without running code of the model."""

import hashlib
import re
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ci.promotion_freeze import how_to_lift
from ringside.cli.ci.workflow_inputs import link, notify_consumers, run_and_registry
from ringside.common.files import read_bytes, remove
from ringside.errors import RegistryError, UsageError
from ringside.registry.checksums import SUMS, check_folder
from ringside.registry.client import read_metadata
from ringside.registry.models import ReleaseMetadata
from ringside.registry.publish import Prepared, deliver, tidy
from ringside.registry.registry import Registry
from ringside.store.folders import copy_file

NOTES = "notes.md"
"""Name of the file with the release notes, which is not a file of the release."""
_AGAIN = "start the workflow Publish again: it rebuilds, judges and publishes the tip of main."

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="What `ringside ci rebuild` wrote.")]


def publish(folder: Folder = Path("release")) -> None:
    """Publish the rebuilt and judged model: release, tag, and production unless promotion is frozen."""
    run, registry = run_and_registry()
    expected = run.environ.get("RINGSIDE_SUMS") or run.environ.get("SUMS", "")
    before = registry.production()
    aside = Path(tempfile.mkdtemp(prefix="ringside-release-"))
    try:
        prepared = open_prepared(folder, expected, aside)
        _check_branch(registry, prepared.metadata)
        notes = tidy(registry)
        done = deliver(registry, prepared)
    finally:
        remove(aside)
    version = done.metadata.version
    state = "is published" if done.new else "was published before"
    lines = [f"{link(registry, version)} {state}; {link(registry, done.production)} is in production."]
    run.summary("\n".join([*lines, "", *(f"- {note}" for note in (*notes, *done.notes, *how_to_lift(registry)))]))
    run.output("version", version)
    # The first attempt of a repeated run may have been killed before it sent the event.
    repeated = run.environ.get("GITHUB_RUN_ATTEMPT", "1") != "1"
    if done.production is not None and (done.production != before or repeated):
        notify_consumers(run, registry, {"version": done.production, "before": before or ""})


def fingerprint(sums: bytes, notes: bytes) -> str:
    """Return the fingerprint of a release; a job passes it on as an output, which no other job can change."""
    return f"{hashlib.sha256(sums).hexdigest()}-{hashlib.sha256(notes).hexdigest()}"


def open_prepared(folder: Path, expected: str, aside: Path) -> Prepared:
    """Return the prepared release of another job, after a check of its fingerprint.

    Args:
        folder: the files of the release and `notes.md`.
        expected: the fingerprint from that job.
        aside: an empty folder, to which the files of the release are copied.

    Raises:
        UsageError: `expected` is not a fingerprint.
        DataError: a file is missing.
        RegistryError: the folder differs from the one that the job wrote.
    """
    if not re.fullmatch(r"[0-9a-f]{64}-[0-9a-f]{64}", expected):
        remedy = "set it to the output `sums` of `ringside ci rebuild`."
        raise UsageError("it is missing, or not a fingerprint of a release", where="RINGSIDE_SUMS", remedy=remedy)
    notes = read_bytes(folder / NOTES, remedy=_AGAIN)
    if fingerprint(read_bytes(folder / SUMS, remedy=_AGAIN), notes) != expected:
        problem = "it differs from what the job that rebuilt the model wrote"
        raise RegistryError(problem, where=str(folder), remedy=_AGAIN, state="files_damaged")
    for path in sorted(folder.iterdir()):
        if path.name != NOTES:
            copy_file(path, aside / path.name)
    check_folder(aside, where=str(folder), new=True)
    return Prepared(read_metadata(aside), aside, notes.decode())


def _check_branch(registry: Registry, metadata: ReleaseMetadata) -> None:
    """Check that the default branch still contains the commit; a reverted push must not be published.

    Raises:
        RegistryError: it does not contain the commit, or cannot be read.
    """
    newest = registry.default_branch()
    if newest is None:
        remedy = "check that the remote can be reached, and run again."
        raise RegistryError("its default branch cannot be read", where=registry.where, remedy=remedy)
    repository = registry.repository
    if newest != metadata.commit and not repository.has_commit(newest):
        repository.run("fetch", "--quiet", "--no-tags", "--", "origin", newest)
    if newest != metadata.commit and not repository.is_ancestor(metadata.commit, newest):
        problem = f"the default branch ({newest[:7]}) does not contain {metadata.commit[:7]}, the commit of the model"
        raise RegistryError(problem, where=registry.where, remedy=_AGAIN)
