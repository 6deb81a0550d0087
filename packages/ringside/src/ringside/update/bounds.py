"""Check that the locks of your repository meet the requirements of a new version of the package."""

import re
import tomllib
from collections.abc import Iterable

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_EXTRAS = ("model", "cli")
"""The extras that requirements/model.txt and requirements/tools.txt lock."""
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def unmet(pyproject: str, locks: Iterable[str]) -> list[str]:
    """Return the package's requirements that the locks do not meet, each with the locked version.

    Args:
        pyproject: the package's pyproject.toml.
        locks: the texts of the locks. If all are empty, you install in another way and nothing is checked.
    """
    pins: dict[str, list[str]] = {}
    for lock in locks:
        for name, version in _PIN.findall(lock):
            pins.setdefault(canonicalize_name(name), []).append(version)
    if not pins:
        return []
    found = []
    for text in _requirements(pyproject):
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate():
            continue
        versions = pins.get(canonicalize_name(needed.name), [])
        if not any(needed.specifier.contains(version, prereleases=True) for version in versions):
            locked = f"locked: {', '.join(versions)}" if versions else "not locked"
            found.append(f"{text} ({locked})")
    return found


def _requirements(pyproject: str) -> list[str]:
    try:
        project = tomllib.loads(pyproject).get("project", {})
    except tomllib.TOMLDecodeError:
        return []
    extras = project.get("optional-dependencies", {})
    return [*project.get("dependencies", []), *(text for extra in _EXTRAS for text in extras.get(extra, []))]
