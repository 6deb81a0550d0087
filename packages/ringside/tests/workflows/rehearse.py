"""The main story of the workflows, played for a person: `make rehearse`.

A copy of the toy task `harbour` lives through what a copy on GitHub lives through. What is played, and how, is said in
arena.py. Each step writes a line that says what GitHub did and shows; the page that is left has all of it, as it would
look there.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from arena import REPOSITORY, Arena, Played
from bouts import Ring
from harbour_months import MONTHS, write_month, write_months
from harness import PROJECT
from hub.page import to_html
from hub.state import Issue, Release, Repository

PAGE = PROJECT / "reports" / "rehearsal.html"
STRANGER = "mallory"
TITLE = "Just a typo $(touch pwned) <img src=x onerror=alert(1)> @acme"
ATTACK = """\
import json, pathlib, subprocess
post = ["gh", "api", "--method", "POST"]
subprocess.run([*post, "repos/acme/demo/issues/1/comments", "-f", "body=Merge this, it passes"])
subprocess.run([*post, "repos/acme/demo/releases", "-f", "tag_name=model@v9.9.9"])
subprocess.run(["git", "push", "--force", "origin", "HEAD:refs/heads/main"])
pathlib.Path("reports").mkdir(exist_ok=True)
forged = {"format": 1, "state": "judged", "sentence": "Pass! [click](https://evil.example)", "commit": "0" * 40}
pathlib.Path("reports/status.json").write_text(json.dumps(forged))
"""
INTRO = """\
Everything below was done by the project's own workflow files, run by `act` on this machine beside a double of GitHub:
none of it left the machine. The task is the toy `harbour` (will a ship be late?), which trains in a second. Linters and
tests (`checks.yaml`) are switched off here. CML is {cml}.

"""


class NotAsToldError(AssertionError):
    """A step of the story came out otherwise than the story goes."""


@dataclass
class Stage:
    """Where the story is played, and what is kept from one step for another."""

    arena: Arena
    months: Path
    """The folder in which the task's source finds its data."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Pull requests by their branch."""

    @property
    def there(self) -> Repository:
        """All that GitHub has."""
        return self.arena.hub.of(REPOSITORY)

    @property
    def production(self) -> Release | None:
        """The release that is marked latest."""
        return next((one for one in self.there.releases if one.id == self.there.latest), None)

    @property
    def version(self) -> str:
        """Of what is in production."""
        return self.production.tag.removeprefix("model@") if self.production else "nothing"

    def propose(self, branch: str, old: str, new: str, title: str, body: str) -> Played:
        """A pull request that edits params.yaml, and what follows from it."""
        self.arena.change(branch, {"params.yaml": (old, new)})
        self.numbers[branch] = self.arena.propose(branch, title=title, body=body)
        return self.arena.play()

    def merge(self, branch: str) -> Played:
        """Merge one, and what follows."""
        self.arena.merge(self.numbers[branch])
        return self.arena.play()


@dataclass(frozen=True)
class Step:
    """One step of the story."""

    title: str
    play: Callable[[Stage], list[str]]
    """Plays it; what GitHub shows after it."""


def must(held: bool, told: str, played: Played) -> None:
    """End the story where it does not go as told."""
    if not held:
        raise NotAsToldError(f"{told} does not hold; the runs said:\n{played.log}")


def judged(stage: Stage, played: Played, branch: str, conclusion: str, word: str) -> list[str]:
    """What a pull request shows of its verdict: the check and the one comment."""
    check = played.check("Verdict")
    must(check.conclusion == conclusion, f"the check Verdict is {conclusion}", played)
    comment = stage.arena.comment(stage.numbers[branch])
    must(word in comment.partition("\n\n")[0] + check.summary, f"the verdict is {word}", played)
    said = [text for _, text in check.annotations] or [line for line in check.summary.splitlines() if line.strip()]
    return [f"Verdict is {'red' if conclusion == 'failure' else 'green'}: {first_sentence(said)}", "one comment"]


def first_sentence(texts: Iterable[str]) -> str:
    """The first of what was said, as one line without markup."""
    text = next(iter(texts), "").lstrip("#> ").replace("**", "").replace("`", "")
    return " ".join(text.split()).partition(". ")[0].rstrip(".")


def published(stage: Stage, played: Played, version: str) -> list[str]:
    """What a release shows."""
    must(stage.version == version, f"{version} is in production", played)
    assert stage.production
    return [f"release {version} with {len(stage.production.assets)} files, marked latest"]


def born(stage: Stage) -> list[str]:
    """The push by which "Use this template" makes the copy."""
    played = stage.arena.born()
    must(played.names == ["Publish"] and stage.there.releases == [], "a fresh copy is silent", played)
    return ["Publish ends at once; nothing is trained or published"]


def first_version(stage: Stage) -> list[str]:
    """Publish, by hand."""
    return published(stage, stage.arena.dispatch("publish.yaml"), "v1.0.0")


def live(stage: Stage) -> list[str]:
    """The switch in params.yaml."""
    stage.arena.change("main", {"params.yaml": ("task: harbour\n", "task: harbour\nlive: true\n")})
    played = stage.arena.play()
    must(stage.version == "v1.0.0", "nothing new is published", played)
    return ["Publish sees nothing new"]


def new_seed(stage: Stage) -> list[str]:
    """A pull request that changes nothing that should matter."""
    body = "Does the seed matter? It should not."
    played = stage.propose("seed", "  seed: 0", "  seed: 1", "Train with another seed", body)
    return judged(stage, played, "seed", "success", "Pass")


def regression(stage: Stage) -> list[str]:
    """A pull request whose model is worse."""
    body = "One iteration instead of sixty: trains in no time."
    played = stage.propose("faster", "max_iter: 60", "max_iter: 1", "Train faster", body)
    return judged(stage, played, "faster", "failure", "Fail")


def inconclusive(stage: Stage) -> list[str]:
    """A pull request of which the test window cannot tell."""
    body = "Smaller steps should be smoother."
    played = stage.propose("steps", "learning_rate: 0.1", "learning_rate: 0.35", "Other steps", body)
    return judged(stage, played, "steps", "success", "Inconclusive")


def stranger(stage: Stage) -> list[str]:
    """A pull request of a fork whose code tries to comment, to release, to push and to forge its verdict."""
    arena, fork = stage.arena, f"{STRANGER}/demo"
    before = arena.bare.refs("refs/heads/") + arena.bare.refs("refs/tags/")
    arena.hub.repository(fork, fork_of=REPOSITORY)
    workflow = ".github/workflows/train.yaml"
    text = arena.bare.run("show", f"main:{workflow}").replace("run: ringside ci train", "run: python3 attack.py")
    edits = {workflow: text.replace(": read #", ": write #"), "attack.py": ATTACK, "params.yaml": "task: x\n"}
    arena.change("typo", edits, repository=fork, user=STRANGER)
    number = arena.propose("typo", fork=fork, title=TITLE, body="No need to look.", user=STRANGER)
    played = arena.play()
    tried = [call.status for call in arena.hub.called("POST", r"/(comments|releases)$") if call.user][-2:]
    after = arena.bare.refs("refs/heads/") + arena.bare.refs("refs/tags/")
    must((tried, after, arena.comments(number)) == ([403, 403], before, []), "a fork changes nothing", played)
    must(list(arena.folder.rglob("pwned")) == [], "no shell runs a title", played)
    said = [text for _, text in played.check("Comment").annotations if "cml" not in text]
    return ["its code could write nothing (403), and its forged report leaves no comment", first_sentence(said)]


def merged(stage: Stage) -> list[str]:
    """The first pull request, by the green button."""
    return published(stage, stage.merge("seed"), "v1.0.1")


def new_month(stage: Stage) -> list[str]:
    """Monday: the schedule finds April, in which the wind was another one."""
    write_month(stage.months, MONTHS[3], storm=1.5)
    played = stage.arena.tick("retrain.yaml")
    found = [pull for pull in stage.there.pulls() if pull.pull and pull.pull.head_ref == f"retrain/{MONTHS[3]}"]
    must(len(found) == 1, "one pull request proposes the retrained model", played)
    stage.numbers["retrain"] = found[0].number
    return [f"one pull request: {found[0].title}", "its checks wait for a person"]


def approved(stage: Stage) -> list[str]:
    """A person lets the checks of that pull request run."""
    return judged(stage, stage.arena.approve(), "retrain", "success", "Pass")


def retrained(stage: Stage) -> list[str]:
    """It is merged."""
    return published(stage, stage.merge("retrain"), "v1.0.2")


def rolled_back(stage: Stage) -> list[str]:
    """Somebody wants the version before."""
    before, known = stage.version, {issue.number for issue in _issues(stage)}
    played = stage.arena.dispatch("rollback.yaml", reason="Ships from the west are told wrong")
    must(stage.version != before, f"{before} is no longer in production", played)
    opened = [issue for issue in _issues(stage) if issue.number not in known]
    must(len(opened) == 1 and opened[0].state == "open", "an issue says so", played)
    return [f"release {stage.version} is marked latest again, {before} is held back", f"an issue: {opened[0].title}"]


def _issues(stage: Stage) -> list[Issue]:
    return [issue for issue in stage.there.issues.values() if not issue.pull]


STORY = (
    Step("A copy is born, silent", born),
    Step("Its first version is published by hand", first_version),
    Step("Its owner switches it on: live: true", live),
    Step("A pull request with a new seed", new_seed),
    Step("A pull request with a worse model", regression),
    Step("A pull request of which nothing can be said", inconclusive),
    Step("A hostile pull request of a fork", stranger),
    Step("The new seed is merged", merged),
    Step("Monday: a new month has arrived", new_month),
    Step("Somebody approves its checks", approved),
    Step("The retrained model is merged", retrained),
    Step("Rollback, by hand", rolled_back),
)


@contextmanager
def copy_of(folder: Path) -> Iterator[Stage]:
    """A repository as "Use this template" makes it, in which Actions may open pull requests."""
    months = write_months(folder / "months", MONTHS[:3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARBOUR", str(months))
        ring = Ring.of(folder / "ring", "harbour")
    with Arena.of(folder / "github", ring.root, may_propose=True) as arena:
        arena.machine["HARBOUR"] = str(months)
        yield Stage(arena, months)


def play(stage: Stage, story: Iterable[Step], say: Callable[[str], None]) -> str:
    """Play a story; the page.

    Args:
        stage: where.
        story: its steps, in order.
        say: gets a line for each step, when it is done.

    Raises:
        NotAsToldError: a step came out otherwise.
    """
    stage.arena.without("checks.yaml")
    rows = []
    for number, step in enumerate(story, start=1):
        began, known = time.monotonic(), _anchors(stage)
        shown = "; ".join(step.play(stage))
        shown = f"{shown[:1].upper()}{shown[1:]}"
        say(f"{number:3}. {step.title} ({time.monotonic() - began:.0f} s)\n     {shown}")
        links = [link for anchor, link in _anchors(stage).items() if anchor not in known]
        rows.append(f"{number}. **{plain(step.title)}.** {plain(shown)} ({', '.join(links)})")
    cml = "the real one" if shutil.which("cml") else "not on this machine: `gh` writes the comments, as it does there"
    return to_html(stage.arena.hub, title="A rehearsal", intro=INTRO.format(cml=cml) + "\n".join(rows) + "\n")


def _anchors(stage: Stage) -> dict[str, str]:
    """Links to all that the page has, by their anchors."""
    there = stage.there
    found = {f"i{one.number}": f"#{one.number}" for one in there.issues.values()}
    found |= {f"release{one.id}": one.tag for one in there.releases}
    found |= {f"r{one.id}": f"{one.name}" for one in there.runs}
    return {anchor: f"[{text}](#{anchor})" for anchor, text in found.items()}


def plain(text: str) -> str:
    """Text of anybody, for Markdown."""
    return "".join(f"\\{mark}" if mark in "\\[]<>*_`#" else mark for mark in text)


def main() -> None:
    """Play the whole story in a folder that goes afterwards; its page stays."""
    began = time.monotonic()
    print("A rehearsal of the workflows, on this machine alone: about two minutes.", flush=True)
    with tempfile.TemporaryDirectory(prefix="ringside-rehearsal-") as folder, copy_of(Path(folder)) as stage:
        try:
            page = play(stage, STORY, lambda line: print(line, flush=True))
        except NotAsToldError as error:
            sys.exit(f"The story does not go as told: {error}")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
    print(f"\nAs it would look on GitHub: {os.path.relpath(PAGE)} ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
