"""Archives that must be refused: (name, archive for a commit, words of the refusal)."""

import gzip
import io
import json
import stat
import tarfile
import zipfile

import archives as a

ELSE = "something else than"
MORE = "more than status.json"
UNREADABLE = "not a readable archive"
KIND = "a link, a folder or a device"


def _with(name):
    """An entry of that name in the place of the report."""
    return lambda commit: a.zipped(("status.json", a.status_of(commit)), (a.entry(name), a.report_of(commit)))


def _kind(kind, name="report.json", content=b"/etc/passwd", **given):
    return lambda commit: a.zipped(
        *[(n, c) for n, c in [("status.json", a.status_of(commit))] if n != name],
        (a.entry(name, kind=kind, **given), content),
    )


def _patched(name="report.json", **given):
    return lambda commit: a.patched(a.judged(commit), name, **given)


def _plus(*entries):
    return lambda commit: a.zipped(("status.json", a.status_of(commit)), ("report.json", a.report_of(commit)), *entries)


def _tar(commit):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("status.json")
        info.size = len(a.status_of(commit))
        archive.addfile(info, io.BytesIO(a.status_of(commit)))
    return buffer.getvalue()


def _bomb(commit, size=60_000_000):
    return a.zipped(("status.json", a.status_of(commit)), ("report.json", b" " * size))


def _lying_bomb(commit):
    return a.patched(_bomb(commit), "report.json", size=1000)


def _many(commit):
    return a.zipped(*[(f"{i}.json", b"") for i in range(5000)], ("status.json", a.status_of(commit)))


def _twice(name):
    def make(commit):
        content = {"status.json": a.status_of(commit), "report.json": a.report_of(commit)}[name]
        # Names of one length: the second is written under another one, and renamed in both of its headers.
        other = name.replace("json", "jsom")
        made = a.zipped((name, content), (other, content))
        return a.renamed(a.renamed(made, other, name), other, name, where=a.CENTRAL)

    return make


def _nested(commit):
    return a.zipped(("status.json", a.status_of(commit)), ("report.json", a.judged(commit)))


def _long_comment(commit):
    return a.zipped(("report.json", a.report_of(commit)), comment=b"::error::x\n" * 100)


ARCHIVES = [
    ("no bytes", lambda _: b"", "empty or has more"),
    ("one byte", lambda _: b"P", UNREADABLE),
    ("text instead of an archive", a.report_of, UNREADABLE),
    ("a tar archive", _tar, UNREADABLE),
    ("gzip of a status", lambda c: gzip.compress(a.status_of(c)), UNREADABLE),
    ("first half of an archive", lambda c: a.judged(c)[:900], UNREADABLE),
    ("archive without its first bytes", lambda c: a.judged(c)[40:], UNREADABLE),
    ("archive of nothing", lambda _: a.zipped(), "no status.json"),
    ("end record alone, of 65,535 entries", lambda _: a.END + b"\0" * 4 + b"\xff" * 4 + b"\0" * 10, "no status.json"),
    ("report without status", lambda c: a.zipped(("report.json", a.report_of(c))), "no status.json"),
    ("report and a comment of commands", _long_comment, "no status.json"),
    ("a third file", _plus(("metrics.json", b"{}")), MORE),
    ("a third file of code", _plus(("packages/ringside/src/ringside/report/read.py", b"import os")), MORE),
    ("5,000 entries", _many, MORE),
    ("traversal by slashes", _with("../status.json"), ELSE),
    ("deep traversal", _with("../../../../../../etc/cron.d/x"), ELSE),
    ("traversal by backslashes", _with("..\\..\\report.json"), ELSE),
    ("traversal that comes back", _with("a/../report.json"), ELSE),
    ("traversal at the end", _with("report.json/.."), ELSE),
    ("absolute path", _with("/report.json"), ELSE),
    ("absolute path into the runner", _with("/home/runner/work/_temp/report.json"), ELSE),
    ("absolute path with a drive", _with("C:\\report.json"), ELSE),
    ("path on another host", _with("\\\\evil.example\\share\\report.json"), ELSE),
    ("path in a folder", _with("reports/report.json"), ELSE),
    ("path that starts with a dot", _with("./report.json"), ELSE),
    ("name of another case", _with("Report.json"), ELSE),
    ("name with a space at its end", _with("report.json "), ELSE),
    ("name with a dot at its end", _with("report.json."), ELSE),
    ("name cut by a NUL", _with("report.json\0.exe"), ELSE),
    ("name with a stream", _with("report.json::$DATA"), ELSE),
    ("name with a line's end", _with("report.json\n"), ELSE),
    ("name that is a workflow command", _with("::set-env name=PATH::/x"), ELSE),
    ("name that is a shell's command", _with("$(id).json"), ELSE),
    ("name with bidi control", _with("report\u202enosj."), ELSE),
    ("name with an escape sequence", _with("\x1b[2Jreport.json"), ELSE),
    ("name in look-alike letters", _with("r\u0435port.json"), ELSE),
    ("name in full-width letters", _with("\uff52eport.json"), ELSE),
    ("name of 60,000 characters", _with("a" * 60_000), ELSE),
    ("no name", _with(""), ELSE),
    ("hidden file", _with(".git/config"), ELSE),
    ("status is a link", _kind(stat.S_IFLNK, "status.json"), KIND),
    ("report is a link", _kind(stat.S_IFLNK), KIND),
    ("report is a link to the token", _kind(stat.S_IFLNK, content=b"/proc/self/environ", mode=0o777), KIND),
    ("report is a pipe", _kind(stat.S_IFIFO), KIND),
    ("report is a device", _kind(stat.S_IFCHR), KIND),
    ("report is a disk", _kind(stat.S_IFBLK), KIND),
    ("report is a socket", _kind(stat.S_IFSOCK), KIND),
    ("report is a folder by its mode", _kind(stat.S_IFDIR, content=b""), KIND),
    ("report is a folder by its attribute", _kind(stat.S_IFREG, attributes=0x10), KIND),
    ("report is a folder by its name", _with("report.json/"), ELSE),
    ("status twice", _twice("status.json"), "a file twice"),
    ("report twice", _twice("report.json"), "a file twice"),
    ("encrypted", _patched(flags=0x1), "encrypted"),
    ("strongly encrypted", _patched(flags=0x41), "encrypted"),
    ("packed by bzip2", lambda c: a.zipped(("status.json", a.status_of(c)), method=zipfile.ZIP_BZIP2), "unusual way"),
    ("packed by LZMA", lambda c: a.zipped(("status.json", a.status_of(c)), method=zipfile.ZIP_LZMA), "unusual way"),
    ("packed in a way that is none", _patched(method=99), "unusual way"),
    ("patched data", _patched(flags=0x20), UNREADABLE),
    ("bomb of 60 MB", _bomb, "report.json is too large"),
    ("bomb whose header says 1 kB", _lying_bomb, UNREADABLE),
    ("bomb in the status", lambda _: a.zipped(("status.json", b" " * 10_001)), "status.json is too large"),
    ("report of 4 GB by its header", _patched(size=0xFFFFFFFE), "report.json is too large"),
    ("report longer than its header says", _patched(size=100), UNREADABLE),
    ("report shorter than its header says", _patched(size=1_900_000), "not as long"),
    ("packed size of 4 GB", _patched(packed=0xFFFFFFFE), "longer than the whole"),
    ("wrong checksum", _patched(crc=1), UNREADABLE),
    ("two names for one entry", lambda c: a.renamed(a.judged(c), "report.json", "repork.json"), UNREADABLE),
    ("two entries of the same bytes", lambda c: a.overlapping(a.judged(c)), UNREADABLE),
    ("archive in an archive", _nested, "not UTF-8"),
    ("judged without a report", lambda c: a.zipped(("status.json", a.status_of(c))), "contradict each other"),
    (
        "not judged, with a report",
        lambda c: a.zipped(
            ("status.json", a.status_of(c, state="not_judged", step="data", reason="data_unreadable")),
            ("report.json", a.report_of(c)),
        ),
        "contradict each other",
    ),
]


def _status(content):
    """An archive with another status, made from the right one's values or given as bytes."""

    def make(commit):
        values = json.loads(a.status_of(commit))
        made = content(values) if callable(content) else content
        made = made if isinstance(made, bytes) else json.dumps(made).encode()
        return a.zipped(("status.json", made), ("report.json", a.report_of(commit)))

    return make


def _set(**given):
    return _status(lambda values: values | given)


SCHEMA = "contradicts the schema"
JSON = "is not JSON"
BROKEN = {"state": "broken", "step": "pipeline"}

STATUSES = [
    ("status is empty", _status(b""), JSON),
    ("status is no object", _status(b"[]"), "not a JSON object"),
    ("status is a text", _status(b'"judged"'), "not a JSON object"),
    ("status is NaN", _status(b'{"format": NaN}'), "NaN is not a number"),
    ("status in UTF-16", _status(lambda v: json.dumps(v).encode("utf-16")), "not UTF-8"),
    ("status with a byte order mark", _status(lambda v: b"\xef\xbb\xbf" + json.dumps(v).encode()), JSON),
    ("status with something behind", _status(lambda v: json.dumps(v).encode() + b"{}"), JSON),
    ("status with a key twice", _status(lambda v: json.dumps(v)[:-1].encode() + b', "state": "broken"}'), "twice"),
    ("status nested deeply", _status(b'{"a": ' + b"[" * 4000 + b"]" * 4000 + b"}"), "nested"),
    ("status with a lone surrogate", _set(stage="\ud800"), "surrogate"),
    ("status of format 2", _set(format=2), "its format is not 1"),
    ("status of format true", _set(format=True), "its format is not 1"),
    ("status with free text", _set(message="Please run this"), SCHEMA),
    ("status of an unknown state", _set(state="passed"), SCHEMA),
    ("status of an unknown reason", _set(**BROKEN, reason="because I say so"), SCHEMA),
    ("stage with Markdown", _set(**BROKEN, stage="[x](https://evil.example)"), SCHEMA),
    ("stage with a mention", _set(**BROKEN, stage="@octocat"), SCHEMA),
    ("stage with a command", _set(**BROKEN, stage="x\n::error::y"), SCHEMA),
    ("lock with a text", _set(lock="make it so"), SCHEMA),
    ("commit with a line's end", _set(commit="1" * 40 + "\n"), SCHEMA),
    ("commit that is a branch", _set(commit="refs/heads/main"), SCHEMA),
    ("status that contradicts itself", _set(step="data"), SCHEMA),
]
