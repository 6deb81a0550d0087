"""The parts of a repository that come from the template, and the record `.ringside.json` of their version."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RECORD = ".ringside.json"
"""Record at the root of your repository, written by `ringside init` and `ringside update`; the template has none."""

PACKAGE = "packages/ringside/"
"""Folder of the package; an update replaces all of it."""

VERSION_FILE = f"{PACKAGE}src/ringside/__init__.py"
"""File with the version of the package."""


def read(root: Path) -> dict[str, Any]:
    """Return the content of the record; empty if there is none or it cannot be read."""
    try:
        content = json.loads((root / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def address_on_record(root: Path) -> str | None:
    """Return the address that the last update came from; None before the first update."""
    address = read(root).get("template")
    return address if isinstance(address, str) and address else None


def record(version: str, *, template: str | None = None, commit: str | None = None) -> bytes:
    """Return the text of a record.

    Args:
        version: of the package, from `package_version`.
        template: the address of the template, set by the first update.
        commit: the template's commit, set by the first update.
    """
    known: Mapping[str, str | None] = {"template": template, "version": version, "commit": commit}
    return (json.dumps({key: value for key, value in known.items() if value is not None}, indent=2) + "\n").encode()


def package_version(init: str) -> str:
    """Return the version that the package's `__init__.py` states; empty if it states none."""
    match = re.search(r'^__version__ = "([^"]+)"$', init, re.MULTILINE)
    return match[1] if match else ""
