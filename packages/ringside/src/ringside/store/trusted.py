"""Remembers which model files hold trusted types only, since finding out imports scikit-learn."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ringside.common.files import read_json, write_json
from ringside.errors import RingsideError

_KEPT = 100


def untrusted(known: Path, content: bytes, *, where: str, trusted_types: Sequence[str]) -> tuple[str, ...]:
    """The types in a model file that nobody trusts, as `ringside.common.model_file.untrusted_types`.

    Args:
        known: where it is remembered which files hold none; a damaged one is made anew.
        content: the file's bytes.
        where: the file's name, for the error.
        trusted_types: the task's own.

    Raises:
        ModelError: the file is damaged, or none.
    """
    key = hashlib.sha256(content + "\n".join(sorted(trusted_types)).encode()).hexdigest()
    try:
        seen = read_json(known, remedy="")
    except RingsideError:
        seen = []
    seen = seen if isinstance(seen, list) else []
    if key in seen:
        return ()
    from ringside.common.model_file import untrusted_types

    found = untrusted_types(content, where=where, trusted_types=trusted_types)
    if not found:
        write_json(known, [*seen, key][-_KEPT:])
    return tuple(found)
