"""What the verbs of publishing and rollback have in common: what a person asked for, and whom to tell."""

import re
from collections.abc import Mapping
from pathlib import Path

from ringside.errors import GitHubError
from ringside.github.api import lend_token
from ringside.github.releases import GitHubReleases, open_registry
from ringside.github.run import Run
from ringside.registry.registry import Registry
from ringside.registry.version_numbers import tag_of
from ringside.store.workspace import Workspace

MODEL_CHANGED = "model-changed"
"""The event that tells other workflows, here and elsewhere, that another version is in production."""


def asked(run: Run, *names: str) -> str:
    """What the first of these inputs that is set says: a variable `RINGSIDE_<NAME>`, or the input of a dispatch."""
    for name in names:
        given = run.environ.get(f"RINGSIDE_{name.upper()}") or run.at("inputs", name)
        if given not in (None, "", False):
            return str(given).strip()
    return ""


def is_asked(run: Run, name: str) -> bool:
    """Whether an input is switched on."""
    return asked(run, name).lower() == "true"


def version_asked(run: Run) -> str | None:
    """The version that was asked for, as `v1.2.0` or `1.2.0`; None where none was."""
    text = asked(run, "to", "version")
    return (text if text.startswith("v") else f"v{text}") if text else None


def here() -> tuple[Run, Registry]:
    """The run, and the registry of this checkout, to which Git may push.

    Raises:
        RegistryError: as `open_registry`.
        StoreError: this is no checkout.
    """
    lend_token()
    return Run.here(), open_registry(Workspace.find(Path.cwd()).root)


def on_github(registry: Registry) -> GitHubReleases | None:
    """The releases on GitHub, where the registry has them there."""
    return registry.releases if isinstance(registry.releases, GitHubReleases) else None


def tell_consumers(run: Run, registry: Registry, payload: Mapping[str, str]) -> None:
    """Send `model-changed`; one that cannot be sent is told, for the model has changed all the same."""
    if (releases := on_github(registry)) is None:
        return
    try:
        releases.github.post("dispatches", {"event_type": MODEL_CHANGED, "client_payload": dict(payload)})
    except GitHubError as error:
        said = f"The event {MODEL_CHANGED} could not be sent ({error.found}); tell who loads the model."
        run.annotate("warning", said)


def link(registry: Registry, version: str | None) -> str:
    """A version as Markdown, linked to its release where that has a page."""
    if version is None:
        return "nothing"
    releases = on_github(registry)
    return f"[{version}]({releases.where}/tag/{tag_of(version)})" if releases else version


def first_words(text: str, most: int = 300) -> str:
    """The start of a text that anybody may have written, in one line without control characters."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()[:most]
