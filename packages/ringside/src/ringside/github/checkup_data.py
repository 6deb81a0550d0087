"""What whoever sees the repository sees of the data."""

import subprocess
from typing import Any

import yaml

from ringside.common.files import read_bytes
from ringside.github.checkup import Finding, Question, Seen

_SECONDS = 20
_ALWAYS = "the manifest (partitions, counts, hashes), metrics by slice, the profile, the model, ranges and categories"
_ROWS = ("data/source", "data/store")
_BESIDE = (".dvc", "/.gitignore")
"""Of what Git tracks there, these are no rows."""


def readable(seen: Seen) -> Finding:
    """What of the data is readable by whoever sees the repository."""
    data, rows = data_section(seen), _tracked(seen)
    store, said = data.get("store", "source"), "data.public is true" if data.get("public") else "data.public is false"
    facts = f"{said}, data.store is {store}"
    held = f"Git has rows ({', '.join(rows[:3])}{' and more' if len(rows) > 3 else ''})" if rows else "Git has no row"  # noqa: PLR2004  # that fit
    if data.get("public") is True:
        return Finding("on", f"anyone may: {facts}; {held}, and releases and the cache of Actions may carry some")
    if seen.github is None:
        return Finding("on", f"{facts}; {held}. Were the repository public, anyone would read {_seen(rows)}")
    if not seen.public:
        return Finding(
            "on", f"the repository is private; {facts}; {held}. Were it public, anyone would read {_seen(rows)}"
        )
    if rows or store == "git":
        how = (
            "make the repository private, or set `data.public: true` if the rows may be seen; else set `data.store: "
            "remote`, and take what Git has out of its history."
        )
        return Finding("problem", f"the repository is public; {facts}; {held}: anyone reads {_seen(rows)}", how)
    quiet = "releases have no reference rows, the cache of Actions no data"
    return Finding("on", f"the repository is public; {facts}; {held}, {quiet}. Anyone reads {_ALWAYS}")


def data_section(seen: Seen) -> dict[str, Any]:
    """The section `data` of params.yaml."""
    params = yaml.safe_load(read_bytes(seen.root / "params.yaml", remedy="`git checkout params.yaml`"))
    found = params.get("data") if isinstance(params, dict) else None
    return found if isinstance(found, dict) else {}


def _seen(rows: list[str]) -> str:
    return f"every row that Git has, {_ALWAYS}" if rows else _ALWAYS


def _tracked(seen: Seen) -> list[str]:
    """The files with rows that Git tracks."""
    command = ["git", "ls-files", "-z", "--", *_ROWS]  # the Git that a person types
    done = subprocess.run(
        command, cwd=seen.root, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
    )
    return [name for name in done.stdout.split("\0") if name and not name.endswith(_BESIDE)]


QUESTIONS = (
    Question("privacy", "nobody reads rows that are not meant for everybody", readable, "see `data:` in params.yaml."),
)
