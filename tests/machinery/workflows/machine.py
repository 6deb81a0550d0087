"""The machine that jobs run on: its tools, and the `.venv` that the stand-in of setup-uv hands out."""

import sys
from pathlib import Path

from acting import tool

# What `make setup-...` installs is there already, and nothing else is ever installed into it. The environment that
# an older release gets of its own is made for real.
_UV = """\
case " $* " in
  *ringside-environments*)
    unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy SSL_CERT_FILE VIRTUAL_ENV PYTHONPATH
    HOME={home} XDG_CONFIG_HOME={home}/.config exec {uv} "$@" ;;
esac
printf '{{"action": "uv", "job": "%s", "words": "%s"}}\\n' "$GITHUB_JOB" "$*" >>"$ARENA/notes.jsonl"
"""


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
            (venv / "bin" / program.name).symlink_to(program)
    _script(venv / "bin" / "uv", _UV.format(uv=tool("uv"), home=Path.home()))


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
