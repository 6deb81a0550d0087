"""A separate environment for a version whose code or packages differ from this checkout's.

It is created once per set of wheels, lock and Python, from the hashes in the lock, under `.dvc/tmp`. It is built in a
temporary folder and renamed when it is complete, so that a killed process leaves no partial environment.
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
"""Time limit of an installation, in seconds."""
_SHOWN = 600
"""Maximum characters of a tool's output in an error."""


FAILS = "environment_fails"
"""State of a `RegistryError` if the environment of a version cannot be made."""


def environment(workspace: Workspace, wheels: Sequence[Path], lock: Path, python: str) -> Path:
    """Return the Python of an environment with the packages of `lock` and the `wheels`; create it if needed.

    Args:
        workspace: the checkout; the environment is in its `.dvc/tmp/ringside-environments`.
        wheels: the release's wheels, already verified.
        lock: the release's `model.txt`, already verified.
        python: the Python version that it was published with; major and minor count.

    Raises:
        RegistryError: this Python, a package or the network is missing; the error contains the tool's output and the
            state `FAILS`.
    """
    remedy = "fetch the release again (`ringside fetch`)."
    minor = ".".join(python.split(".")[:2])
    digest = hashlib.sha256(f"1 {minor} {platform.machine()} ".encode())
    for path in (*wheels, lock):
        digest.update(hashlib.sha256(read_bytes(path, remedy=remedy)).digest())
    folder = workspace.root / ".dvc" / "tmp" / "ringside-environments"
    home = folder / digest.hexdigest()[:32]
    if not _python_of(home).exists():
        aside = folder / f".{home.name}.tmp"
        # Another process that needs the same environment waits; leftovers of a killed one are replaced.
        with locked(folder / f".{home.name}.lock", patience=3 * _LIMIT):
            if not _python_of(home).exists():
                empty_folder(aside)
                try:
                    _fill(aside, wheels, lock, minor, cwd=workspace.root)
                    # A leftover environment whose Python was uninstalled.
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
        remedy = f"install Python {minor}, or uv, which downloads it."
        raise RegistryError(f"there is no Python {minor}", where=str(home), remedy=remedy, state=FAILS)
    _run([*install, "--require-hashes", "-r", str(lock)], cwd)
    _run([*install, "--no-deps", *map(str, wheels)], cwd)


def _python(minor: str) -> str | None:
    """Return a Python of this minor version; None if there is none."""
    if minor == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    return shutil.which(f"python{minor}")


def _uv() -> str | None:
    """Return the tool uv, beside this Python or on the path; None if there is none."""
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")


def _python_of(home: Path) -> Path:
    return home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _run(command: Sequence[str], cwd: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=_LIMIT, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        output = f"{type(error).__name__}: {error}"
    else:
        if done.returncode == 0:
            return
        output = " ".join((done.stderr or done.stdout).split())[-_SHOWN:]
    raise RegistryError(
        f"`{Path(command[0]).name} {' '.join(command[1:3])}` failed: {output}",
        where="the environment of a released model",
        remedy="check that the package index is reachable and still has the files of the release's model.txt.",
        state=FAILS,
    )
