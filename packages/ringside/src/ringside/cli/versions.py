"""The verb `versions`: what was published, and which one is in production."""

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
"""So many of a version's metrics are shown, the deciding one first; `--json` has all."""


def versions(
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """List the versions of the model, the newest first."""
    registry = open_registry(Workspace.find(Path.cwd()).root, remote)
    listed = registry.versions()[::-1]
    production, hold = registry.production(), registry.releases.hold()
    if as_json:
        result(json.dumps(_as_json(listed, production, hold), indent=2))
        return
    if not listed:
        champion = registry.champion()
        if champion.state == "no_champion":
            how = "`make run` judges the model, `ringside publish` publishes it"
            say(f"versions: {registry.where} has none yet; {how}")
        else:
            say(f"versions: there is none that can be shown: {champion.where}")
        return
    result(table(_HEADER, [_row(facts, production) for facts in listed]))
    if hold is not None:
        why = f"since {hold.rejected} was rolled back ({hold.reason})"
        say(f"versions: a hold stands {why}; `ringside rollback --lift-hold` lifts it")


def _row(facts: ReleaseMetadata, production: str | None) -> tuple[str, ...]:
    shown = list(facts.metrics.items())[:_METRICS]
    return (
        facts.version,
        "yes" if facts.version == production else "",
        f"{facts.published:%Y-%m-%d}",
        facts.verdict if facts.accepted is None else f"{facts.verdict}, accepted",
        ", ".join(f"{name} {value:.4g}" for name, value in shown),
        facts.last,
        facts.commit[:7],
    )


def _as_json(listed: list[ReleaseMetadata], production: str | None, hold: PromotionFreeze | None) -> dict[str, object]:
    return {
        "production": production,
        "hold": None if hold is None else hold.model_dump(mode="json"),
        "versions": [facts.model_dump(mode="json") for facts in listed],
    }
