"""A small interpreter of Dockerfiles: builds in a folder and a virtual environment what Docker would in an image.

It knows the instructions that the example uses, and refuses any other. The base image is a fresh environment of this
Python; `pip` in it is uv's, which takes the same options and has a cache. `/` of the image is a folder.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

_LIMIT = 900
_KNOWN = ("ARG", "FROM", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "CMD")


@dataclass
class Image:
    """What a Dockerfile made."""

    root: Path
    environ: dict[str, str]
    workdir: str = "/"
    base: str = ""
    user: str = "root"
    ports: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    @property
    def here(self) -> Path:
        """The working folder."""
        return self.root / self.workdir.lstrip("/")


class BuildError(Exception):
    """An instruction failed."""


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions with what stands behind them."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = [tuple(line.split(maxsplit=1)) for line in joined.splitlines()]
    unknown = [name for name, _ in found if name not in _KNOWN]
    assert unknown == [], f"the interpreter does not know {unknown}"
    return found


def build(context: Path, root: Path) -> Image:
    """Carry out the Dockerfile of a folder.

    Raises:
        BuildError: a `RUN` failed.
    """
    image = Image(root, _fresh(root))
    arguments: dict[str, str] = {}
    for name, rest in instructions((context / "Dockerfile").read_text(encoding="utf-8")):
        if name == "ARG":
            arguments.update([rest.split("=", 1)])
        elif name == "FROM":
            image.base = re.sub(r"\$\{(\w+)\}", lambda match: arguments[match[1]], rest)
        elif name == "COPY":
            _copy(context, image, rest.split())
        elif name == "RUN":
            _run(image, rest)
        else:
            _set(image, name, rest)
    return image


def _set(image: Image, name: str, rest: str) -> None:
    match name:
        case "ENV":
            image.environ |= dict(pair.split("=", 1) for pair in rest.split())
        case "WORKDIR":
            image.workdir = rest
            image.here.mkdir(parents=True, exist_ok=True)
        case "USER":
            image.user = rest
        case "EXPOSE":
            image.ports.append(rest)
        case "HEALTHCHECK":
            image.health = json.loads(rest.partition("CMD ")[2])
        case "CMD":
            image.command = json.loads(rest)


def _fresh(root: Path) -> dict[str, str]:
    """The base image: an environment without any package, and its variables; nothing of this process's is inherited."""
    python = root / "usr" / "local"
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(python)], check=True)
    pip = python / "bin" / "pip"
    pip.write_text(
        f'#!/bin/sh\nexec "{uv}" pip "$@" --quiet --system-certs --python "{python}/bin/python"\n', encoding="utf-8"
    )
    pip.chmod(0o755)
    kept = {name: os.environ[name] for name in os.environ if name.startswith(("UV_", "PIP_", "SSL_")) or name == "HOME"}
    return kept | {"PATH": f"{python}/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


def _copy(context: Path, image: Image, words: list[str]) -> None:
    """As Docker copies: what .dockerignore leaves out is not there, and of a folder the content is taken."""
    *sources, target = words
    kept = [line[1:] for line in (context / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    place = image.here / target
    for source in sources:
        name = source.rstrip("/")
        assert name in kept, f".dockerignore leaves {name} out"
        if (context / name).is_dir():
            shutil.copytree(context / name, place, dirs_exist_ok=True)
        else:
            shutil.copyfile(context / name, place / name)


def _run(image: Image, text: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", text],
        cwd=image.here,
        env=image.environ,
        capture_output=True,
        text=True,
        timeout=_LIMIT,
        check=False,
    )
    image.ran.append(text)
    if done.returncode != 0:
        raise BuildError(f"{text}: {done.stdout[-500:]} {done.stderr[-1500:]}")
