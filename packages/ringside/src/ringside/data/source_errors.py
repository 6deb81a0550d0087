"""Whether an error of a source means that the data cannot be had from here, or that something is wrong with them."""

import importlib.metadata
import os
import re
import traceback

_NAMES = re.compile(
    r"Connect|Timeout|Credential|Authenti|Authoriz|Unauthoriz|Forbidden|AccessDenied|Permission|Transport"
    r"|ServiceUnavailable|ServiceRequest|Endpoint|OperationalError|NetworkError|ClientError|SSLError"
)
"""In the names of errors of clients that are no `OSError`: of S3, GCS, Azure, HTTP and of databases."""

_MOST = 20
"""Errors that one came from; a chain can be a ring."""


def out_of_reach(error: BaseException | None) -> bool:
    """Whether the data cannot be had from here: no network, no right, no file, no secret, no package that holds them.

    Any other error of a source, such as a `KeyError` in its code, is a mistake that somebody has to mend.

    Args:
        error: what `read` of a source raised, with what it came from; None for nothing.
    """
    # Not what it came after (`__context__`): a mistake in what handles a missing file is a mistake.
    for _ in range(_MOST):
        if error is None or _is_out_of_reach(error):
            return error is not None
        error = error.__cause__
    return False


def _is_out_of_reach(error: BaseException) -> bool:
    if isinstance(error, OSError | importlib.metadata.PackageNotFoundError):
        return True
    if isinstance(error, KeyError):
        # A secret that the source takes from the environment and that is not there.
        frames = traceback.extract_tb(error.__traceback__)
        return bool(frames) and frames[-1].filename in (os.__file__, "<frozen os>")
    return any(_NAMES.search(kind.__name__) for kind in type(error).__mro__ if kind.__module__ != "builtins")
