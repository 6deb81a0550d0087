"""The rules for the name of a task."""

import importlib.util
import keyword
import re
import sys

from ringside.errors import UsageError
from ringside.init.sample import SAMPLE
from ringside.store.workspace import Workspace

_TAKEN = (SAMPLE, "ringside", "ringside_ml", "conftest", "packages", "src", "tests")


def check_name(workspace: Workspace, name: str) -> None:
    """Raise if a name is no valid package name or is already in use.

    Raises:
        UsageError: the name is invalid, or belongs to the sample, to Ringside or to an installed package.
    """
    where = "ringside init NAME"
    if not re.fullmatch(r"[a-z](?:[a-z0-9_]{0,38}[a-z0-9])?", name) or keyword.iskeyword(name):
        like = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:37]
        near = like if re.match("[a-z]", like) and not keyword.iskeyword(like) else "my_churn"
        rule = (
            "up to 40 lower-case letters, digits and underscores, first a letter, last no underscore, no Python keyword"
        )
        remedy = f"use {rule}, such as `{near}`."
        raise UsageError(f"{name!r} is no valid name for a package", where=where, remedy=remedy)
    if (workspace.root / "src" / name).is_dir() and name not in (SAMPLE, "ringside"):
        return
    if name in _TAKEN or name in sys.stdlib_module_names or _is_installed(name):
        raise UsageError(f"{name!r} is already in use", where=where, remedy="choose another name, such as `my_churn`.")


def _is_installed(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return True
