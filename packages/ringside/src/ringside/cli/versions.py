"""The command `versions`: the published versions, and the one in production."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import result, say, table
from ringside.github.releases import open_registry
from ringside.registry.models import PromotionFreeze, ReleaseMetadata
from ringside.store.workspace import Workspace

_HEADER = ("version", "production", "published", "verdict", "metrics", "data until", "commit")
_METRICS = 2
"""Number of metrics that the table shows, the deciding one first; `--json` has all."""


def versions(
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """List the versions of the model, newest first."""
    registry = open_registry(Workspace.find(Path.cwd()).root, remote)
    listed = registry.versions()[::-1]
    production, freeze = registry.production(), registry.releases.promotion_freeze()
    if as_json:
        result(json.dumps(_as_json(listed, production, freeze), indent=2))
        return
    if not listed:
        champion = registry.champion()
        if champion.state == "no_champion":
            how = "`make run` judges the model, `ringside publish` publishes it"
            say(f"versions: {registry.where} has none yet; {how}")
        else:
            say(f"versions: the versions cannot be read: {champion.where}")
        return
    result(table(_HEADER, [_row(metadata, production) for metadata in listed]))
    if freeze is not None:
        why = f"since the rollback of {freeze.rejected} ({freeze.reason})"
        say(f"versions: promotion is frozen {why}; `ringside rollback --lift-freeze` lifts the freeze")


def _row(metadata: ReleaseMetadata, production: str | None) -> tuple[str, ...]:
    shown = list(metadata.metrics.items())[:_METRICS]
    return (
        metadata.version,
        "yes" if metadata.version == production else "",
        f"{metadata.published:%Y-%m-%d}",
        metadata.verdict if metadata.accepted is None else f"{metadata.verdict}, accepted",
        ", ".join(f"{name} {value:.4g}" for name, value in shown),
        metadata.last,
        metadata.commit[:7],
    )


def _as_json(
    listed: list[ReleaseMetadata], production: str | None, freeze: PromotionFreeze | None
) -> dict[str, object]:
    return {
        "production": production,
        "hold": None if freeze is None else freeze.model_dump(mode="json"),
        "versions": [metadata.model_dump(mode="json") for metadata in listed],
    }
