"""The jobs of a pull request, run by `act` beside the tests' double of GitHub: no download, no other machine."""

import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PACKAGE / "tests"), str(PACKAGE / "tests" / "workflows")]

from arena import Arena  # noqa: E402  # where it is was said just above
from harness import Checkout  # noqa: E402

TURNS = 3
SEED = "  seed: {}\n  max_iter: "
"""Of the training, not of the split."""


@dataclass(frozen=True)
class Seconds:
    """What the jobs of a workflow took, from the start of `act` to its end; medians."""

    docs: float
    """Train and Report of a pull request that touches a document."""
    params: float
    """Train of one that changes a parameter of the sample's model."""
    repro: float
    """`dvc repro` of the same change, at a terminal."""
    more: float
    """What Train took longer than that, in the turn of each."""
    comment: float
    """Report of that pull request."""


def measure(scratch: Path) -> Seconds:
    """Play pull requests of the sample, whose first version is published; programs start as they do on a runner."""
    os.environ["ARENA_COLD"] = "yes"
    checkout = Checkout.of_project(scratch / "sample")
    for command in (["ringside", "ingest", "--frozen"], ["dvc", "repro"]):
        checkout.ok(*command)
    checkout.commit("run")
    with Arena.of(scratch / "github", checkout.root) as arena:
        arena.without("checks.yaml")
        played = arena.dispatch("publish.yaml")
        if not arena.hub.of("acme/demo").releases:
            sys.exit(f"nothing was published:\n{played.log}")
        docs = [_docs_only(arena, turn) for turn in range(TURNS)]
        pairs = [(*_params_only(arena, turn), _repro(checkout, turn)) for turn in range(TURNS)]
    train, comment, repro = (statistics.median(column) for column in zip(*pairs, strict=True))
    more = statistics.median(mine - theirs for mine, _, theirs in pairs)
    return Seconds(statistics.median(docs), train, repro, more, comment)


def _docs_only(arena: Arena, turn: int) -> float:
    arena.change(f"docs-{turn}", {"README.md": f"# {turn}\n"})
    arena.propose(f"docs-{turn}")
    played = arena.play()
    if played.names != ["Train", "Report"] or played.check("Train and judge").conclusion != "skipped":
        sys.exit(f"documents were trained on:\n{played.log}")
    return sum(run.play.seconds for run in played.runs)


def _params_only(arena: Arena, turn: int) -> tuple[float, float]:
    arena.change(f"seed-{turn}", {"params.yaml": (SEED.format(0), SEED.format(turn + 1))})
    number = arena.propose(f"seed-{turn}")
    played = arena.play()
    if not arena.comments(number):
        sys.exit(f"there is no verdict:\n{played.log}")
    return played.run("Train").play.seconds, played.run("Report").play.seconds


def _repro(checkout: Checkout, turn: int) -> float:
    params = checkout.root / "params.yaml"
    text = params.read_text(encoding="utf-8")
    params.write_text(text.replace(SEED.format(turn), SEED.format(turn + 1)), encoding="utf-8")
    start = time.perf_counter()
    said = checkout.ok("dvc", "repro")
    seconds = time.perf_counter() - start
    if "Running stage 'train'" not in said:
        sys.exit(f"nothing was trained:\n{said}")
    return seconds


def rows(scratch: Path) -> list[str]:
    """The rows of the table."""
    took = measure(scratch)
    docs, comment = "pull request of a document: all jobs of Train and Report", "comment of such a pull request: Report"
    params = "pull request with another seed: all jobs of Train"
    more = f"{took.more:+.2f} s"
    return [
        f"| {docs} | {took.docs:.2f} | - | - | - | 5 s |",
        f"| {params} | {took.params:.2f} | `dvc repro` of the same change | {took.repro:.2f} | {more} | +10 s |",
        f"| {comment} | {took.comment:.2f} | - | - | - | 5 s |",
    ]
