"""The verb `versions`: what was published, and which one is in production."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringside.cli.terminal import result, say, table

if TYPE_CHECKING:
    from ringside.registry.models import PromotionFreeze, ReleaseMetadata

_HEADER = ("version", "production", "published", "verdict", "metrics", "data until", "commit")
_METRICS = 2
"""So many of a version's metrics are shown, the deciding one first; `--json` has all."""


def versions(
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """List the versions of the model, the newest first."""
    from ringside.github.releases import open_registry
    from ringside.store.workspace import Workspace

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
            say(f"versions: there is none that can be shown: {champion.where}")
        return
    result(table(_HEADER, [_row(facts, production) for facts in listed]))
    if freeze is not None:
        why = f"since {freeze.rejected} was rolled back ({freeze.reason})"
        say(f"versions: promotion is frozen {why}; lift the freeze with `ringside rollback --lift-freeze`")


def _row(facts: "ReleaseMetadata", production: str | None) -> tuple[str, ...]:
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


def _as_json(
    listed: "list[ReleaseMetadata]", production: str | None, freeze: "PromotionFreeze | None"
) -> dict[str, object]:
    return {
        "production": production,
        "hold": None if freeze is None else freeze.model_dump(mode="json"),
        "versions": [facts.model_dump(mode="json") for facts in listed],
    }
