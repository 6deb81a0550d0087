"""Archives as the workflow makes them, and as nobody should."""

import io
import json
import stat
import struct
import zipfile

from examples import failed, passed
from ringside.report.model import ReproduceRecord
from ringside.report.read import dump_report

HEAD = "1" * 40
CENTRAL, LOCAL, END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"


def status_of(commit=HEAD, **changed):
    """The bytes of the status of a judged run."""
    values = {"format": 1, "state": "judged", "step": None, "stage": None, "reason": None, "lock": "same"}
    return json.dumps(values | {"commit": commit} | changed).encode()


def report_of(commit=HEAD, *, worse=False, lock="same", **changed):
    """The bytes of a report of a commit."""
    report = (failed if worse else passed)()
    reproduce = ReproduceRecord(**(dict(report.reproduce) | {"commit": commit, "lock": lock}))
    values = json.loads(dump_report(report.model_copy(update={"reproduce": reproduce})))
    return json.dumps(values | changed).encode()


def zipped(*entries, comment=b"", method=zipfile.ZIP_DEFLATED):
    """An archive of (name or ZipInfo, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, content in entries:
            archive.writestr(name, content, method)
    return buffer.getvalue()


def judged(commit=HEAD, **changed):
    """The archive of a judged run."""
    return zipped(("status.json", status_of(commit)), ("report.json", report_of(commit, **changed)))


def entry(name, *, kind=stat.S_IFREG, mode=0o644, attributes=0):
    """An entry's header, of any kind of file; the name is taken as it is."""
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    info.create_system = 3
    info.external_attr = (kind | mode) << 16 | attributes
    return info


FIELDS = {
    "flags": (6, 8, "<H"),
    "method": (8, 10, "<H"),
    "crc": (14, 16, "<I"),
    "packed": (18, 20, "<I"),
    "size": (22, 24, "<I"),
}
"""Where a field stands in an entry's local header and in its central one, and how it is written."""


def patched(archive, name, **given):
    """An archive in which both headers of one entry say something else; `given` are some of `FIELDS`."""
    content = bytearray(archive)
    wanted = name.encode()
    for signature, at_name, column in ((LOCAL, 30, 0), (CENTRAL, 46, 1)):
        start = content.find(signature)
        while start >= 0:
            if content[start + at_name : start + at_name + len(wanted)] == wanted:
                for field, value in given.items():
                    struct.pack_into(FIELDS[field][2], content, start + FIELDS[field][column], value)
            start = content.find(signature, start + 4)
    return bytes(content)


def renamed(archive, old, new, *, where=LOCAL):
    """An archive in which one of an entry's two headers bears another name of the same length."""
    content = bytearray(archive)
    start = content.find(old.encode(), content.find(where))
    content[start : start + len(old)] = new.encode()
    return bytes(content)


def overlapping(archive):
    """An archive both of whose entries point at the same bytes."""
    content = bytearray(archive)
    second = content.find(CENTRAL, content.find(CENTRAL) + 4)
    struct.pack_into("<I", content, second + 42, 0)
    return bytes(content)
