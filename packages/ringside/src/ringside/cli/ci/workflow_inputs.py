"""Inputs of a run and the event for consumers, for the commands of publishing and rollback."""

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
"""Event for workflows in this and other repositories: another version is in production."""


def read_input(run: Run, *names: str) -> str:
    """Return the first of these inputs that is set, as a variable `RINGSIDE_<NAME>` or in the dispatch; else empty."""
    for name in names:
        given = run.environ.get(f"RINGSIDE_{name.upper()}") or run.at("inputs", name)
        if given not in (None, "", False):
            return str(given).strip()
    return ""


def is_input_true(run: Run, name: str) -> bool:
    """Return whether an input is `true`."""
    return read_input(run, name).lower() == "true"


def requested_version(run: Run) -> str | None:
    """Return the requested version as `v1.2.0`, also if it was given as `1.2.0`; None without a request."""
    text = read_input(run, "to", "version")
    return (text if text.startswith("v") else f"v{text}") if text else None


def run_and_registry() -> tuple[Run, Registry]:
    """Return the run, and the registry of this checkout with the token for a push.

    Raises:
        RegistryError: as `open_registry`.
        StoreError: the current folder is in no checkout.
    """
    lend_token()
    return Run.here(), open_registry(Workspace.find(Path.cwd()).root)


def github_releases(registry: Registry) -> GitHubReleases | None:
    """Return the releases on GitHub; None if the registry keeps them elsewhere."""
    return registry.releases if isinstance(registry.releases, GitHubReleases) else None


def notify_consumers(run: Run, registry: Registry, payload: Mapping[str, str]) -> None:
    """Send the event `model-changed`; an error becomes a warning, because the model has changed anyway."""
    if (releases := github_releases(registry)) is None:
        return
    try:
        releases.github.post("dispatches", {"event_type": MODEL_CHANGED, "client_payload": dict(payload)})
    except GitHubError as error:
        message = f"The event {MODEL_CHANGED} could not be sent ({error.found}); restart what loads the model."
        run.annotate("warning", message)


def link(registry: Registry, version: str | None) -> str:
    """Return a version as Markdown, with a link to its release if that has a page."""
    if version is None:
        return "nothing"
    releases = github_releases(registry)
    return f"[{version}]({releases.where}/tag/{tag_of(version)})" if releases else version


def first_words(text: str, most: int = 300) -> str:
    """Return the start of an untrusted text, in one line without control characters."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()[:most]
