"""How many pull requests were judged on the same test rows, as far as GitHub can tell."""

from datetime import datetime
from typing import Any

from ringside.errors import GitHubError
from ringside.github.api import GitHub

MANIFEST = "data/manifest.json"
_PAGES = 10
_SIZE = 100


def others_since(github: GitHub, since: datetime | None, commit: str, own: int | None) -> int | None:
    """The pull requests, but for the own one, that were opened since the newest data arrived.

    A test window moves with the data, so each of them could be judged on this one.

    Args:
        github: the repository.
        since: when data/manifest.json last changed; None where this clone cannot tell, and GitHub is asked.
        commit: whose history GitHub looks at.
        own: the number of the pull request that is judged.

    Returns:
        None where GitHub cannot be asked, or has no such file.
    """
    try:
        moment = since or _changed(github, commit)
        return None if moment is None else _count(github, moment, own)
    except (GitHubError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _changed(github: GitHub, commit: str) -> datetime | None:
    found = github.get(f"commits?path={MANIFEST}&sha={commit}&per_page=1")
    return datetime.fromisoformat(found[0]["commit"]["committer"]["date"]) if found else None


def _count(github: GitHub, since: datetime, own: int | None) -> int:
    count = 0
    for page in range(1, _PAGES + 1):
        place = f"pulls?state=all&sort=created&direction=desc&per_page={_SIZE}&page={page}"
        found: list[dict[str, Any]] = github.get(place)
        recent = [one for one in found if datetime.fromisoformat(one["created_at"]) >= since]
        count += sum(one["number"] != own for one in recent)
        if len(found) < _SIZE or len(recent) < len(found):
            break
    return count
