"""Git's password for github.com, asked of `gh`, for this process and what it starts."""

import os
from collections.abc import MutableMapping

_HELPER = "credential.https://github.com.helper"


def lend_token(environ: MutableMapping[str, str] | None = None) -> bool:
    """Let Git ask `gh` for the password of github.com, where a step of a workflow gave it a token; whether it does.

    Checkouts of the workflows keep no credentials. The token stays in the environment; no file holds it. A person's Git
    has its own way and is left alone.

    Args:
        environ: the variables; those of this process where None.
    """
    given = os.environ if environ is None else environ
    if not given.get("GH_TOKEN"):
        return False
    count = int(given.get("GIT_CONFIG_COUNT") or 0)
    if any(given.get(f"GIT_CONFIG_KEY_{number}") == _HELPER for number in range(count)):
        return True
    # The empty one forgets helpers that the machine has for everything.
    for number, value in enumerate(("", "!gh auth git-credential"), start=count):
        given[f"GIT_CONFIG_KEY_{number}"], given[f"GIT_CONFIG_VALUE_{number}"] = _HELPER, value
    given["GIT_CONFIG_COUNT"] = str(count + 2)
    return True
