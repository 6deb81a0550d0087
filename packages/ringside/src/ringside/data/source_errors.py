"""Distinguish errors of a source that this machine cannot reach from errors in its code or data."""

import importlib.metadata
import os
import re
import traceback

_NAMES = re.compile(
    r"Connect|Timeout|Credential|Authenti|Authoriz|Unauthoriz|Forbidden|AccessDenied|Permission|Transport"
    r"|ServiceUnavailable|ServiceRequest|Endpoint|OperationalError|NetworkError|ClientError|SSLError"
)
"""Names of connection errors that are no `OSError`: those of S3, GCS, Azure, HTTP and database clients."""

_MOST = 20
"""Largest number of causes to follow, because a chain of causes can be a cycle."""


def out_of_reach(error: BaseException | None) -> bool:
    """Return whether this machine cannot reach the source: no network, permission, file, secret or package of its data.

    Any other error of a source, such as a `KeyError` in its code, is a bug in the source.

    Args:
        error: the error that `read` of the source raised, with its causes; None for no error.
    """
    # `__context__` is ignored: a bug in the handling of a missing file is a bug.
    for _ in range(_MOST):
        if error is None or _is_out_of_reach(error):
            return error is not None
        error = error.__cause__
    return False


def _is_out_of_reach(error: BaseException) -> bool:
    if isinstance(error, OSError | importlib.metadata.PackageNotFoundError):
        return True
    if isinstance(error, KeyError):
        # The source reads a secret from an environment variable that is not set.
        frames = traceback.extract_tb(error.__traceback__)
        return bool(frames) and frames[-1].filename in (os.__file__, "<frozen os>")
    return any(_NAMES.search(kind.__name__) for kind in type(error).__mro__ if kind.__module__ != "builtins")
