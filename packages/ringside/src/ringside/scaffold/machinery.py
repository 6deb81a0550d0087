"""Whether this copy changed the machinery: what `.ringside.json` records against what is here.

    python3 -m ringside.scaffold.machinery

says so. Standard library only: the job that decides which tests run installs nothing, and pytest asks before anything
else is imported. `ringside init` writes the record, `ringside update` writes it again; the template itself has none.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

RECORD = ".ringside.json"
"""At the root of a copy that is somebody's own."""

PLACES = (
    ".github/",
    "Makefile",
    "packages/ringside/",
    "tests/conftest.py",
    "tests/test_task_contract.py",
)
"""What the template wrote and a copy need not change. pyproject.toml, dvc.yaml and the locks hold a copy's own lines,
and Dependabot's."""

OWN = (".github/CODEOWNERS", ".github/dependabot.yaml")
"""What in these places is a copy's own."""

_PIN = re.compile(rb"(uses: [\w./-]+)@[^\r\n]*")
_SECONDS = 60


def is_machinery(path: str) -> bool:
    """Whether a file, by its path from the root, is in `PLACES` and not a copy's own."""
    return path not in OWN and any(path == place or (place[-1] == "/" and path.startswith(place)) for place in PLACES)


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """One hash of files' paths and contents, in whatever order they come; those that are no machinery do not count."""
    lines = sorted(
        (path, hashlib.sha256(_kept(path, content)).hexdigest()) for path, content in files if is_machinery(path)
    )
    return f"sha256:{hashlib.sha256(json.dumps(lines).encode()).hexdigest()}"


def _kept(path: str, content: bytes) -> bytes:
    """What counts of a file: of a workflow all but the versions of actions, which Dependabot raises in each copy."""
    return _PIN.sub(rb"\1", content) if path.startswith(".github/") else content


def digest(root: Path) -> str | None:
    """The hash of the machinery in the work tree at `root`; None where Git does not know which files that are."""
    # New files that nobody added yet count as well.
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PLACES)
    try:
        done = subprocess.run(
            ["git", "-C", os.fspath(root), *words],  # noqa: S607  # the Git that a person types
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        return None
    names = {os.fsdecode(name) for name in done.stdout.split(b"\0") if name}
    return digest_of((name, content) for name in names if (content := _content(root / name)) is not None)


def _content(path: Path) -> bytes | None:
    """What Git would keep of a file; None where it was removed."""
    try:
        return os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def read(root: Path) -> dict[str, Any]:
    """What the record says; empty where there is none, or none that can be read."""
    try:
        content = json.loads((root / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def address_on_record(root: Path) -> str | None:
    """Where the last update came from."""
    found = read(root).get("template")
    return found if isinstance(found, str) and found else None


def record(machinery: str | None, more: Mapping[str, str] | None = None) -> bytes:
    """The record's text: the machinery's hash as the template has it, and what else an update knows."""
    return (json.dumps({**(more or {}), "machinery": machinery}, indent=2) + "\n").encode()


def is_as_recorded(root: Path) -> bool:
    """Whether this is a copy whose machinery is what its record says: then the template ran the machinery's tests."""
    recorded = read(root).get("machinery")
    return isinstance(recorded, str) and recorded == digest(root)


def main() -> int:
    """Say whether the machinery's tests are needed here; the exit code, 0 where they are and 1 where not."""
    same = is_as_recorded(Path.cwd())
    print("the machinery is the template's: its tests are not needed here" if same else "the machinery's tests run")
    return int(same)


if __name__ == "__main__":
    sys.exit(main())
