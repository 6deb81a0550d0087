"""Where a copy comes from, as GitHub remembers it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ringside.github.api import GitHub
from ringside.github.releases import repository_at
from ringside.registry.git import Repository


def parent(root: Path, remote: str = "origin") -> str | None:
    """The address of the template or the fork's parent; None where the remote is not on github.com, or has neither.

    Raises:
        GitHubError: GitHub gives no answer.
    """
    name = repository_at(Repository(root).configured(remote))
    return None if name is None else parent_of(GitHub(name).get(""))


def parent_of(facts: Mapping[str, Any]) -> str | None:
    """The address of what a repository was made from, out of what GitHub says of it."""
    found = facts.get("template_repository") or facts.get("parent")
    return None if found is None else f"https://github.com/{found['full_name']}"
