"""Check that tags, releases and the record of production agree."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ringside.doctor.checks import CheckContext, CheckDefinition, CheckResult
from ringside.github.draft_release import MARKER
from ringside.github.production import ProductionRef, Record
from ringside.registry.version_numbers import TAG_PATTERNS, in_order, next_stage_tag, stage_tags, tag_of, version_of

_PUBLISHING = timedelta(hours=1)
"""Age below which a draft may belong to a running publisher."""
_HEX = 7


def versions(seen: CheckContext) -> CheckResult:
    """Check that each tag of a version has its release, and that the latest release is a version."""
    tagged = _versions(seen.git.tags(seen.remote, *TAG_PATTERNS))
    released = _versions(one["tag_name"] for one in _releases(seen) if not one["draft"])
    if not tagged | released:
        how = "set `live: true` in params.yaml and merge, or run `gh workflow run publish.yaml`."
        return CheckResult("off", "no version is published yet", how)
    if lost := tagged - released:
        how = f"remove the tag (`git push {seen.remote} :refs/tags/{tag_of(_last(lost))}`), or restore the release."
        return CheckResult("problem", f"{_list(lost)} tagged and not released", how)
    if lost := released - tagged:
        how = f"push the tag again (`git push {seen.remote} {tag_of(_last(lost))}`); the release names its commit."
        return CheckResult("problem", f"{_list(lost)} released and not tagged", how)
    latest = _latest(seen)
    if latest is None:
        return CheckResult("problem", "the release marked latest is no version of the model", _MARK)
    return CheckResult("on", f"{latest} is in production, of {len(released)} published")


def stage(seen: CheckContext) -> CheckResult:
    """Check that the stage tag is on the commit of the latest release."""
    tags, latest = seen.git.tags(seen.remote, *TAG_PATTERNS), _latest(seen)
    if latest is None:
        return CheckResult("off", "nothing is in production")
    commit = tags.get(tag_of(latest))
    newest = next(iter(reversed(stage_tags(tags))), None)
    if commit is None:
        return CheckResult("problem", f"{latest} is latest and has no tag", "see the line on versions.")
    if newest is not None and tags[newest] == commit:
        return CheckResult("on", f"{newest} is on the commit of {latest}")
    name = next_stage_tag(tags)
    how = (
        f"run `git fetch {seen.remote} --tags && git tag -a '{name}' {commit} -m 'in production' && "
        f"git push {seen.remote} '{name}'`; workflows may not tag a commit with other workflow files."
    )
    message = f"{newest} is on {tags[newest][:_HEX]}" if newest else "there is none"
    return CheckResult("problem", f"{message}, and {latest} is latest, on {commit[:_HEX]}", how)


def record(seen: CheckContext) -> CheckResult:
    """Check that the record of production ends with the latest release."""
    latest, moves = _latest(seen), _record(seen).moves
    if latest is None and not moves:
        return CheckResult("off", "nothing was in production yet")
    if moves and moves[-1].version == latest:
        count = len(moves)
        return CheckResult("on", f"{count} change{'s' * (count != 1)} of production recorded, the last one to {latest}")
    message = f"it ends with {moves[-1].version}" if moves else "it is empty"
    how = f"if {latest} is right, do nothing: the next release records it; else run `gh workflow run rollback.yaml`."
    return CheckResult("problem", f"{message}, but {latest} is marked latest on GitHub", how)


def freeze(seen: CheckContext) -> CheckResult:
    """Check for a promotion freeze."""
    found = _record(seen).freeze
    if found is None:
        return CheckResult("on", "there is no promotion freeze")
    since = f"{found.since:%Y-%m-%d}"
    how = "run `gh workflow run publish.yaml -F lift_freeze=true`, or `ringside rollback --lift-freeze`."
    return CheckResult("off", f"in effect since {since}, when {found.rejected} was rolled back", how)


def drafts(seen: CheckContext) -> CheckResult:
    """Check for drafts of killed publishers."""
    ours = [one for one in _releases(seen) if one["draft"] and MARKER in (one.get("body") or "")]
    old = [one for one in ours if datetime.now(UTC) - datetime.fromisoformat(one["created_at"]) > _PUBLISHING]
    if old:
        how = "run `gh workflow run publish.yaml`: it removes what a killed run left, then publishes."
        return CheckResult("problem", f"a draft of {old[0]['tag_name']} since {old[0]['created_at']}", how)
    if not seen.may("push") and not ours:
        return CheckResult("unknown", "this token sees no drafts", f"see {seen.page}/releases.")
    return CheckResult("on", "a release is under way" if ours else "no publisher left anything")


_MARK = "edit the newest version's release on GitHub and tick *Set as the latest release*."


def _releases(seen: CheckContext) -> list[Mapping[str, Any]]:
    return seen.asked.pages("releases")


def _latest(seen: CheckContext) -> str | None:
    found = seen.asked.find("releases/latest")
    return version_of(found["tag_name"]) if found else None


def _record(seen: CheckContext) -> Record:
    return ProductionRef(seen.git, seen.remote, seen.page).read()


def _versions(tags: Iterable[str]) -> set[str]:
    return {version for tag in tags if (version := version_of(tag))}


def _last(versions: Iterable[str]) -> str:
    return in_order(versions)[-1]


def _list(versions: Iterable[str]) -> str:
    names = in_order(versions)
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


QUESTIONS = (
    CheckDefinition(
        "versions", "each version can be fetched, verified and rolled back to", versions, "see {page}/releases."
    ),
    CheckDefinition(
        "stage tag", "`gto show` and `dvc artifacts get` know what is in production", stage, "see {page}/tags."
    ),
    CheckDefinition("record", "a rollback knows what was in production before", record, "run `ringside versions`."),
    CheckDefinition(
        "promotion freeze", "the next version that passes goes to production", freeze, "run `ringside versions`."
    ),
    CheckDefinition("drafts", "each release is whole", drafts, "see {page}/releases."),
)
