"""Two merges in a row: what the stories of publishing look at, and those of rollback begin with."""

import copy
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from arena import REPOSITORY, Arena, Played
from hub.state import Release, Repository

LIVE = ("task: harbour\n", "task: harbour\nlive: true\n")
SEED = ("  seed: 0", "  seed: 1")
MODEL = "src/harbour/model.py"
LIE = "0123456789abcdef" * 2
"""The hash of a model that no code here makes."""
_DONE = 204


@dataclass(frozen=True)
class Moment:
    """What was played, and what GitHub had right after it."""

    played: Played
    there: Repository
    tags: tuple[tuple[str, str, str], ...]
    """Name, object and type of each."""
    freeze: str
    """The promotion freeze as it is recorded; empty where none stands."""
    sent: list[dict[str, str]]
    """What consumers were told until then, in order."""

    @classmethod
    def of(cls, arena: Arena, played: Played) -> "Moment":
        """After `played`."""
        there = copy.deepcopy(arena.hub.of(REPOSITORY))
        freeze = arena.bare.ask("show", "refs/ringside/production:hold.json").stdout
        calls = [call for call in arena.hub.called("POST", r"/dispatches$") if call.status == _DONE]
        sent = [json.loads(call.body)["client_payload"] for call in calls]
        return cls(played, there, tuple(arena.bare.refs("refs/tags/")), freeze, sent)

    def said(self, level: str, job: str) -> list[str]:
        """What a job's page shows as `error`, `warning` or `notice`."""
        return [text for kind, text in self.played.check(job).annotations if kind == level]

    @property
    def releases(self) -> dict[str, str]:
        """By tag, a draft's too: what each is."""
        return {one.tag: "draft" if one.draft else "release" for one in self.there.releases}

    @property
    def latest(self) -> str:
        """The tag of the release that is marked latest; of the newest where none was ever marked."""
        return next((one.tag for one in self.there.releases if one.id == self.there.latest), "")

    def release(self, version: str) -> Release:
        """The one release of a version."""
        (found,) = [one for one in self.there.releases if one.tag == f"model@{version}"]
        return found

    def file(self, version: str, name: str) -> bytes:
        """A file of a release."""
        (found,) = [asset.content for asset in self.release(version).assets if asset.name == name]
        return found

    def on(self, tag: str) -> tuple[str, str]:
        """Object and type of a tag."""
        (found,) = [row[1:] for row in self.tags if row[0] == f"refs/tags/{tag}"]
        return found


@dataclass(frozen=True)
class Merges:
    """A cap in the code, and more iterations than it allows, merged one right after the other."""

    arena: Arena
    number: int
    """Of the second pull request, which was judged when the first one was merged."""
    judged: Moment
    crashed: Moment
    """The first merge's run of Publish, to which GitHub gave no answer when it published."""
    published: Moment
    """The second merge's."""
    repeated: Moment
    """The first one's once more, as by "Re-run all jobs"."""
    again: Moment
    """Publish by hand, with nothing new."""
    tips: tuple[str, str]
    """Main after each merge."""


def play_merges(arena: Arena) -> Merges:
    """Play them in a repository with v1.0.0, which becomes live."""
    hub = arena.hub
    arena.without("checks.yaml")
    arena.change("main", {"params.yaml": LIVE})
    cap(arena)
    more(arena)
    tips = [arena.merge(arena.propose("cap"))]
    pushed = _pushes_of(arena)
    second = arena.propose("more")
    judged = Moment.of(arena, arena.play())
    tips.append(arena.merge(second))
    pushed += _pushes_of(arena)

    hub.fail("PATCH", r"/releases/\d+$", times=1000, status=502)
    crashed = Moment.of(arena, arena.play(pushed[0]))
    hub.faults.clear()
    # One answer that is lost stops nobody.
    hub.fail("POST", r"/assets\?", skip=2, after=True, cut=True)
    published = Moment.of(arena, arena.play(pushed[1]))
    repeated = Moment.of(arena, arena.play(pushed[0]))
    again = Moment.of(arena, arena.dispatch("publish.yaml"))
    return Merges(arena, second, judged, crashed, published, repeated, again, (tips[0], tips[1]))


def cap(arena: Arena) -> None:
    """A branch that caps the iterations; its dvc.lock has the code's new hash and the old model, which is true."""
    old, new = "max_iter=params.max_iter", "max_iter=min(params.max_iter, 70)"
    before = _text(arena, MODEL)
    after = before.replace(old, new)
    lock = _text(arena, "dvc.lock")
    for have, want in ((_md5(before), _md5(after)), (f"size: {len(before)}\n", f"size: {len(after)}\n")):
        assert have in lock
        lock = lock.replace(have, want)
    arena.change("cap", {MODEL: after, "dvc.lock": lock})


def more(arena: Arena) -> None:
    """A branch with more iterations; its dvc.lock has the model of so many, which the cap forbids."""
    lock = _text(arena, "dvc.lock")
    start = lock.index("- path: models/model.skops\n")
    own = lock[lock.index("\n      md5: ", start) :].split()[1]
    edited = lock.replace(own, LIE).replace("max_iter: 60", "max_iter: 80")
    arena.change("more", {"params.yaml": ("max_iter: 60", "max_iter: 80"), "dvc.lock": edited})


def _pushes_of(arena: Arena) -> list[dict[str, Any]]:
    """The newest push to main, whose run waits; what else happened starts nothing here."""
    return [event for event in arena.hub.take() if (event["name"], event["ref"]) == ("push", "refs/heads/main")][-1:]


def _text(arena: Arena, path: str) -> str:
    """A file of main's, whose last line has its end."""
    return arena.bare.run("show", f"main:{path}") + "\n"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
