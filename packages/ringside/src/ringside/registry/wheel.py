"""The wheels of a release: the task, and the package `ringside` that predicts with it.

This module writes them itself instead of a build backend, so that equal sources give equal bytes on every machine:
sorted entries, constant times and modes, no compression (zlib's output changes with its version). The format is the
binary distribution format, <https://packaging.python.org/specifications/binary-distribution-format/>.
"""

import base64
import hashlib
import importlib.metadata
import io
import re
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import ringside
from ringside.common.files import read_bytes
from ringside.errors import RegistryError
from ringside.registry.code_hash import package_files

DISTRIBUTION = "ringside-ml"
"""Name of the distribution of the package `ringside`."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?")
"""Names and versions as the specifications of Python packages have them in their normal form."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


class Wheel(NamedTuple):
    """A wheel before it is written."""

    name: str
    """File name."""
    content: bytes


def build_wheels(root: Path, task: str) -> tuple[Wheel, Wheel]:
    """Build the wheel of `root/src/<task>`, named after the project in pyproject.toml, and that of `ringside`.

    The second contains the files of the package that this process imported. The task's wheel does not require it: an
    index could resolve the name to another project's code.

    Raises:
        RegistryError: pyproject.toml has no project with name and version, there is no such task, or the project has
            the package's name.
    """
    project = _project(root / "pyproject.toml")
    files = dict(package_files(root / "src" / task))
    if not files:
        remedy = "build from a complete checkout whose params.yaml names the task."
        raise RegistryError(f"src/{task} is empty", where=str(root), remedy=remedy)
    if _normal(project["name"]) == _normal(DISTRIBUTION):
        remedy = "give your project another name in pyproject.toml."
        raise RegistryError(f"the project has the package's name, {DISTRIBUTION}", where=str(root), remedy=remedy)
    package = Path(ringside.__file__).parent
    return _wheel(project, files), _wheel(_distribution(package), dict(package_files(package)))


def _wheel(project: Mapping[str, Any], packages: Mapping[str, Path]) -> Wheel:
    stem = f"{_normal(project['name'])}-{project['version']}"
    remedy = "restore it from Git (`git checkout src packages`)."
    files = {name: read_bytes(path, remedy=remedy) for name, path in sorted(packages.items())}
    info = f"{stem}.dist-info"
    files[f"{info}/METADATA"] = _metadata(project).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: ringside\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if scripts := project.get("scripts"):
        lines = ["[console_scripts]", *(f"{name} = {place}" for name, place in sorted(scripts.items()))]
        files[f"{info}/entry_points.txt"] = ("\n".join(lines) + "\n").encode()
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD").encode()
    return Wheel(f"{stem}-py3-none-any.whl", _archive(files))


def _normal(name: str) -> str:
    """Return a distribution's name in the normalized form of wheel names."""
    return re.sub(r"[-_.]+", "_", name).lower()


def _project(path: Path, **known: str) -> dict[str, Any]:
    remedy = "restore it from Git (`git checkout pyproject.toml`)."
    content = read_bytes(path, remedy=remedy)
    try:
        project: dict[str, Any] = tomllib.loads(content.decode())["project"] | known
        _ = project["name"] + project["version"]
    except (ValueError, KeyError, TypeError) as error:
        message = f"it has no project with name and version ({type(error).__name__}: {error})"
        remedy = 'write `name = "..."` and `version = "0.1.0"` into [project].'
        raise RegistryError(message, where=str(path), remedy=remedy) from None
    for key, pattern, like in (("name", _NAME, "my-project"), ("version", _VERSION, "0.1.0")):
        if not pattern.fullmatch(project[key]):
            message = f"its {key} is {project[key]!r}, which the name of a wheel cannot have"
            raise RegistryError(message, where=str(path), remedy=f"write one such as {like}.")
    return project


def _distribution(package: Path) -> dict[str, Any]:
    """Return the metadata of the package's wheel, from its pyproject.toml or its installed distribution."""
    source = package.parents[1] / "pyproject.toml"
    if source.is_file():
        return _project(source, version=ringside.__version__)
    installed = importlib.metadata.distribution(DISTRIBUTION)
    required = [re.sub(r"\s*;\s*$", "", text) for text in installed.requires or () if "extra ==" not in text]
    return {
        "name": DISTRIBUTION,
        "version": installed.version,
        "requires-python": installed.metadata["Requires-Python"],
        "dependencies": required,
        "scripts": {point.name: point.value for point in installed.entry_points if point.group == "console_scripts"},
    }


def _metadata(project: Mapping[str, Any]) -> str:
    """Return core metadata 2.1, without extras and without the README, which does not affect predictions."""
    lines = ["Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}"]
    if needed := project.get("requires-python"):
        lines.append(f"Requires-Python: {needed}")
    lines += [f"Requires-Dist: {requirement}" for requirement in project.get("dependencies", ())]
    # A line end within a value would begin a field of its own.
    return "".join(f"{' '.join(line.split())}\n" for line in lines)


def _record(files: dict[str, bytes], itself: str) -> str:
    def line(name: str, content: bytes) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        # As the module csv of the reader expects it.
        shown = '"' + name.replace('"', '""') + '"' if {",", '"'} & set(name) else name
        return f"{shown},sha256={digest},{len(content)}"

    return "\n".join([*(line(name, content) for name, content in files.items()), f"{itself},,"]) + "\n"


def _archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            with archive.open(info, "w") as entry:
                entry.write(content)
    return out.getvalue()
