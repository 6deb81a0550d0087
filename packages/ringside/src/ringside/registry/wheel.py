"""The wheel of a task and the machinery: what an old model needs to predict, as one file.

Written here and not by a build backend, so that equal sources give equal bytes on every machine: entries in order,
constant times and modes, no compression (zlib's output changes with its version). The form is that of the binary
distribution format, <https://packaging.python.org/specifications/binary-distribution-format/>.
"""

import base64
import hashlib
import io
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

from ringside.errors import RegistryError
from ringside.registry.code import package_files
from ringside.store.files import read_bytes

MACHINERY = "ringside"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def build_wheel(root: Path, task: str) -> tuple[str, bytes]:
    """The wheel of `src/ringside` and `src/<task>`, as (file name, bytes).

    Raises:
        RegistryError: pyproject.toml names no project or version, or there is no such task.
    """
    project = _project(root)
    stem = f"{re.sub(r'[-_.]+', '_', project['name']).lower()}-{project['version']}"
    packages = [dict(package_files(root, package)) for package in (MACHINERY, task)]
    if not all(packages):
        remedy = "build from a whole checkout whose params.yaml names the task."
        raise RegistryError(f"src/{MACHINERY} or src/{task} is empty", where=str(root), remedy=remedy)
    remedy = "restore it from Git (`git checkout src`)."
    files = {name: read_bytes(path, remedy=remedy) for name, path in sorted((packages[0] | packages[1]).items())}
    info = f"{stem}.dist-info"
    files[f"{info}/METADATA"] = _metadata(project).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: ringside\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if scripts := project.get("scripts"):
        lines = ["[console_scripts]", *(f"{name} = {place}" for name, place in sorted(scripts.items()))]
        files[f"{info}/entry_points.txt"] = ("\n".join(lines) + "\n").encode()
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD").encode()
    return f"{stem}-py3-none-any.whl", _archive(files)


def _project(root: Path) -> dict[str, Any]:
    path = root / "pyproject.toml"
    remedy = "restore it from Git (`git checkout pyproject.toml`)."
    content = read_bytes(path, remedy=remedy)
    try:
        project: dict[str, Any] = tomllib.loads(content.decode())["project"]
        _ = project["name"] + project["version"]
    except (ValueError, KeyError, TypeError) as error:
        found = f"it states no project with name and version ({type(error).__name__}: {error})"
        raise RegistryError(found, where=str(path), remedy=remedy) from None
    return project


def _metadata(project: dict[str, Any]) -> str:
    """Core metadata 2.1; without the README, whose words change no prediction."""
    lines = ["Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}"]
    if needed := project.get("requires-python"):
        lines.append(f"Requires-Python: {needed}")
    lines += [f"Requires-Dist: {requirement}" for requirement in project.get("dependencies", ())]
    for extra, requirements in sorted(project.get("optional-dependencies", {}).items()):
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {requirement} ; extra == "{extra}"' for requirement in requirements]
    return "\n".join(lines) + "\n"


def _record(files: dict[str, bytes], itself: str) -> str:
    def line(name: str, content: bytes) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        return f"{name},sha256={digest},{len(content)}"

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
