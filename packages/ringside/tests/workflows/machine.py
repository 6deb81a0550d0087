"""The machine that jobs run on: its tools, and the `.venv` that the stand-in of setup-uv hands out."""

import os
import shlex
import sys
import sysconfig
from pathlib import Path

import warm
from acting import tool
from harness import PROJECT

# What `make setup-...` installs is there already, and nothing else is ever installed into it. The environment that
# an older release gets of its own is made for real; but where its lock is this project's, whose packages are the
# tests' own, these are lent to it: they are there in no time, and compiled.
_UV = """\
case " $* " in
  *ringside-environments*)
    unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy SSL_CERT_FILE VIRTUAL_ENV PYTHONPATH
    {network}
    for last; do :; done
    case " $* " in
      *" --require-hashes "*)
        if cmp -s "$last" {lock}; then
          while [ "$1" != --python ]; do shift; done
          for place in "${{2%/bin/python}}"/lib/python*/site-packages; do echo {own} >"$place/lent.pth"; done
          exit
        fi ;;
    esac
    HOME={home} XDG_CONFIG_HOME={home}/.config exec {uv} "$@" ;;
esac
printf '{{"action": "uv", "job": "%s", "words": "%s"}}\\n' "$GITHUB_JOB" "$*" >>"$ARENA/notes.jsonl"
"""


# How this machine reaches a package index, which no job of a workflow is told.
_NETWORK = ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "UV_DEFAULT_INDEX")

# Set-up is real. What tests and lints a whole checkout, this one among it, is only noted, and ends as `failing` says.
_MAKE = """\
case "$1" in setup-*) exec {make} "$@" ;; esac
printf '{{"action": "make", "job": "%s", "words": "%s"}}\\n' "$GITHUB_JOB" "$*" >>"$ARENA/notes.jsonl"
case " $ARENA_FAILING " in *" $1 "*) exit 2 ;; esac
"""


def furnish(folder: Path) -> None:
    """Make `tools` and `venv` in the folder of an arena."""
    tools, venv = folder / "tools", folder / "venv"
    for place in (tools, venv / "bin"):
        place.mkdir(parents=True)
    # A runner's own Python has no package of ours.
    _script(tools / "python3", f'exec "{sys._base_executable}" -S "$@"')
    (tools / "gh").symlink_to(tool("gh"))
    _script(tools / "make", _MAKE.format(make=tool("make")))
    own = Path(sys.executable).parent
    for name in ("lib", "include", "pyvenv.cfg"):
        if (own.parent / name).exists():
            (venv / name).symlink_to(own.parent / name)
    for program in own.iterdir():
        if program.name not in {"uv", "uvx", "act", "gh"}:
            _lend(program, venv / "bin")
    if not warm.is_cold({}):
        warm.lend(venv / "bin", venv / "bin" / "python", venv)
    _script(venv / "bin" / "uv", _uv())


def _lend(program: Path, place: Path) -> None:
    """Let a program be in `place`; one in Python runs by the interpreter there, beside which it finds the other uv."""
    with program.open("rb") as file:
        first = file.readline()
    if first.startswith(f"#!{program.parent}/python".encode()):
        (place / program.name).write_bytes(f"#!{place}/python\n".encode() + program.read_bytes()[len(first) :])
        (place / program.name).chmod(0o755)
    else:
        (place / program.name).symlink_to(program)


def _uv() -> str:
    kept = [f"export {name}={shlex.quote(os.environ[name])}" for name in _NETWORK if name in os.environ]
    return _UV.format(
        uv=tool("uv"),
        home=Path.home(),
        network="\n    ".join(kept),
        lock=PROJECT / "requirements" / "model.txt",
        own=sysconfig.get_path("purelib"),
    )


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
