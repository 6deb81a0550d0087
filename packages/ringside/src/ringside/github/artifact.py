"""Read the artifact of a Train run as untrusted data.

The author of a pull request controls the upload of its run. The archive is opened in memory and never extracted, no
name in it is used, reading stops at fixed sizes, and the content is refused unless all of it matches the schemas.
"""

import hashlib
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from ringside.errors import ReportError
from ringside.github.api import GitHub
from ringside.github.pulls import TrainRun, is_commit_of
from ringside.report.model import MAX_BYTES, Report
from ringside.report.read import read_report
from ringside.report.status import MAX_BYTES as MAX_STATUS
from ringside.report.status import Status, read_status

NAME = "report"
"""Name of the artifact with the report's data."""
PAGE = "page"
"""Name of the artifact with the report as a page; it is linked and never read."""
MAX_ZIP = 2_500_000
"""Maximum bytes of an archive that is downloaded; the limits of its content are lower."""

_LIMITS = {"status.json": MAX_STATUS, "report.json": MAX_BYTES}
_ENCRYPTED = 0x1 | 0x40
_DOS_FOLDER = 0x10
_UNIX = 16
_AGAIN = "check what the pull request does in its Train run; the report is not shown."
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # a compression that zipfile does not support
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Uploaded:
    """The upload of one Train run, valid by its schema; the pull request's code wrote the figures."""

    status: Status
    report: Report | None
    """None without an evaluation."""
    page: int | None
    """ID of the artifact with the report as a page; None if there is none."""


def uploaded(github: GitHub, run: TrainRun) -> Uploaded | None:
    """Return the upload of a run; None if it has no report, for example because no training was needed.

    Raises:
        ReportError: it is not a valid report of this run's commit.
        GitHubError: GitHub does not respond.
    """
    listed = github.pages(f"actions/runs/{run.id}/artifacts", "artifacts", most=1000)
    chosen = _chosen(listed, run)
    if chosen is None:
        return None
    status, report = opened(_downloaded(github, chosen))
    _fits(github, run, status, report)
    pages = [a["id"] for a in listed if _is(a, PAGE, run) and not a.get("expired") and type(a.get("id")) is int]
    return Uploaded(status, report, max(pages, default=None))


def opened(archive: bytes) -> tuple[Status, Report | None]:
    """Return the status and, after an evaluation, the report from an untrusted archive.

    Raises:
        ReportError: the archive contains anything else.
    """
    files = _files(archive)
    if "status.json" not in files:
        _refuse("it has no status.json")
    status = read_status(files["status.json"])
    if (status.state == "judged") != ("report.json" in files):
        _refuse("its status and its report contradict each other")
    return status, read_report(files["report.json"]) if "report.json" in files else None


def _chosen(listed: list[Any], run: TrainRun) -> Mapping[str, Any] | None:
    """Return the one artifact called report; of a repeated run, the newest.

    A name is used once per attempt, so more artifacts than attempts cannot come from the workflow.
    """
    found = [artifact for artifact in listed if isinstance(artifact, Mapping) and artifact.get("name") == NAME]
    if not found:
        return None
    fresh = [artifact for artifact in found if str(artifact.get("created_at", "")) >= run.started]
    if len(found) > run.attempt or (run.attempt > 1 and len(fresh) > 1):
        _refuse(f"the run has {len(found)} artifacts of this name")
    if any(not _is(artifact, NAME, run) or type(artifact.get("id")) is not int for artifact in found):
        _refuse("it belongs to another run")
    newest = max(found, key=lambda artifact: (str(artifact.get("created_at", "")), artifact["id"]))
    if newest.get("expired") is not False:
        _refuse("it has expired")
    size = newest.get("size_in_bytes")
    if type(size) is not int or not 0 < size <= MAX_ZIP:
        _refuse(f"it is empty or has more than {MAX_ZIP:,} bytes")
    return newest


def _is(artifact: Any, name: str, run: TrainRun) -> bool:  # noqa: ANN401  # JSON
    owner = artifact.get("workflow_run") if isinstance(artifact, Mapping) else None
    return (
        isinstance(owner, Mapping)
        and artifact.get("name") == name
        and (owner.get("id"), owner.get("head_sha")) == (run.id, run.head_sha)
    )


def _downloaded(github: GitHub, artifact: Mapping[str, Any]) -> bytes:
    # No `Accept: application/octet-stream`: GitHub responds with 415 to it, unlike for a release's asset.
    content = github.call("GET", f"actions/artifacts/{artifact['id']}/zip", limit=MAX_ZIP).body
    stated = artifact.get("digest")
    if stated and stated != f"sha256:{hashlib.sha256(content).hexdigest()}":
        _refuse("its bytes are not those that the run uploaded")
    return content


def _files(archive: bytes) -> dict[str, bytes]:
    """Return the content by name; only the names of `_LIMITS` are allowed, each once."""
    if len(archive) > MAX_ZIP:
        _refuse(f"it has more than {MAX_ZIP:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened_:
            entries = opened_.infolist()
            if len(entries) > len(_LIMITS):
                _refuse("it holds more than status.json and report.json")
            for entry in entries:
                _check(entry)
            if sum(entry.compress_size for entry in entries) > len(archive):
                _refuse("its entries are longer than the whole")
            found = {entry.filename: _content(opened_, entry) for entry in entries}
    except _BROKEN:
        _refuse("it is not a readable archive")
    if len(found) < len(entries):
        _refuse("it contains a file twice")
    return found


def _check(entry: zipfile.ZipInfo) -> None:
    # `filename` ends at the first NUL; `orig_filename` is the name in the archive.
    if entry.orig_filename not in _LIMITS or entry.filename != entry.orig_filename:
        _refuse("it holds something else than status.json and report.json")
    kind = stat.S_IFMT(entry.external_attr >> _UNIX)
    if kind not in (0, stat.S_IFREG) or entry.external_attr & _DOS_FOLDER:
        _refuse("it contains a link, a folder or a device")
    if entry.flag_bits & _ENCRYPTED:
        _refuse("it is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        _refuse("it is packed in an unusual way")
    if entry.file_size > _LIMITS[entry.filename]:
        _refuse(f"{entry.filename} is too large")


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the bytes of one entry; a header that understates the size has no effect."""
    limit = _LIMITS[entry.filename]
    with archive.open(entry) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit or len(content) != entry.file_size:
        _refuse(f"{entry.filename} is not as long as the archive says")
    return content


def _fits(github: GitHub, run: TrainRun, status: Status, report: Report | None) -> None:
    stated: set[str | None] = {status.commit} if status.commit else set()
    if report is not None:
        stated.add(report.reproduce.commit)
    if len(stated) > 1 or (report is not None and None in stated):
        _refuse("its status and its report do not name one commit")
    for commit in stated:
        if commit is not None and not is_commit_of(github, run, commit):
            _refuse("it is of another commit than the run")


def _refuse(message: str) -> NoReturn:
    raise ReportError(message, where=f"the artifact {NAME}", remedy=_AGAIN)
