"""What a task may be called."""

import importlib.util
import keyword
import re
import sys

from ringside.errors import UsageError
from ringside.init.sample import SAMPLE
from ringside.store.workspace import Workspace

_TAKEN = (SAMPLE, "ringside", "ringside_ml", "conftest", "packages", "src", "tests")


def check_name(workspace: Workspace, name: str) -> None:
    """Stop where a name cannot be that of a package, or is taken.

    Raises:
        UsageError: it is no name, or that of the sample, of Ringside, or of an installed package.
    """
    where = "ringside init NAME"
    if not re.fullmatch(r"[a-z](?:[a-z0-9_]{0,38}[a-z0-9])?", name) or keyword.iskeyword(name):
        like = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:37]
        near = f", as `{like}`" if re.match("[a-z]", like) and not keyword.iskeyword(like) else ", as `my_churn`"
        what = "up to 40 small letters, digits and underscores, first a letter, last no underscore, no Python keyword"
        remedy = f"use {what}{near}."
        raise UsageError(f"{name!r} cannot be the name of a package", where=where, remedy=remedy)
    if (workspace.root / "src" / name).is_dir() and name not in (SAMPLE, "ringside"):
        return
    if name in _TAKEN or name in sys.stdlib_module_names or _is_installed(name):
        raise UsageError(f"{name!r} is taken", where=where, remedy="choose another name, as `my_churn`.")


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return True
