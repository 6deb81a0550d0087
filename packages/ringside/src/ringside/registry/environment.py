"""An environment of its own for a version whose code or packages differ from this checkout's.

Made once for each set of wheels, lock and Python, from the hashes that the lock states, beside DVC's own temporary
files; built aside and renamed when it is complete, so that a kill leaves no half of one.
"""

import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ringside.common.files import empty_folder, move, read_bytes, remove
from ringside.errors import RegistryError
from ringside.store.folders import locked
from ringside.store.workspace import Workspace

_LIMIT = 1800
"""Seconds after which an installation is given up."""
_SHOWN = 600
"""Characters of what a tool said that an error repeats."""


FAILS = "environment_fails"
"""The state of a `RegistryError` where the environment of a version cannot be made."""


def environment(workspace: Workspace, wheels: Sequence[Path], lock: Path, python: str) -> Path:
    """The Python of an environment with the packages of `lock` and the `wheels`, made where there is none yet.

    Args:
        workspace: in whose `.dvc/tmp/ringside-environments` it stands.
        wheels: the release's wheels, whose hashes were compared.
        lock: the release's `model.txt`, whose hash was compared.
        python: the version of Python that it was published with; major and minor count.

    Raises:
        RegistryError: this Python, a package or the network is not there; the error carries what the tool said, and the
            state `FAILS`.
    """
    remedy = "take the release again (`ringside fetch`)."
    minor = ".".join(python.split(".")[:2])
    digest = hashlib.sha256(f"1 {minor} {platform.machine()} ".encode())
    for path in (*wheels, lock):
        digest.update(hashlib.sha256(read_bytes(path, remedy=remedy)).digest())
    folder = workspace.root / ".dvc" / "tmp" / "ringside-environments"
    home = folder / digest.hexdigest()[:32]
    if not _python_of(home).exists():
        aside = folder / f".{home.name}.tmp"
        # Another process that wants the same environment waits for this one; what a killed one left is made anew.
        with locked(folder / f".{home.name}.lock", patience=3 * _LIMIT):
            if not _python_of(home).exists():
                empty_folder(aside)
                try:
                    _fill(aside, wheels, lock, minor, cwd=workspace.root)
                    # One whose Python was removed from the machine.
                    remove(home)
                    move(aside, home)
                finally:
                    remove(aside)
    return _python_of(home)


def _fill(home: Path, wheels: Sequence[Path], lock: Path, minor: str, *, cwd: Path) -> None:
    python = str(_python_of(home))
    if uv := _uv():
        _run([uv, "venv", "--quiet", "--allow-existing", "--python", _python(minor) or minor, str(home)], cwd)
        install = [uv, "pip", "install", "--quiet", "--python", python]
    elif base := _python(minor):
        _run([base, "-m", "venv", str(home)], cwd)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    else:
        remedy = f"install Python {minor}, or uv, which brings it."
        raise RegistryError(f"there is no Python {minor}", where=str(home), remedy=remedy, state=FAILS)
    _run([*install, "--require-hashes", "-r", str(lock)], cwd)
    _run([*install, "--no-deps", *map(str, wheels)], cwd)


def _python(minor: str) -> str | None:
    """A Python of this minor version."""
    if minor == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    return shutil.which(f"python{minor}")


def _uv() -> str | None:
    """The tool uv, beside this Python or on the path."""
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")


def _python_of(home: Path) -> Path:
    return home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _run(command: Sequence[str], cwd: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=_LIMIT, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        said = f"{type(error).__name__}: {error}"
    else:
        if done.returncode == 0:
            return
        said = " ".join((done.stderr or done.stdout).split())[-_SHOWN:]
    raise RegistryError(
        f"`{Path(command[0]).name} {' '.join(command[1:3])}` failed: {said}",
        where="the environment of a released model",
        remedy="see that the package index can be reached and still has the files that the release's model.txt names.",
        state=FAILS,
    )
