"""Measures what docs/benchmarks.md states, each as a ratio within one run: `make bench`.

Every command is timed as a whole process, in checkouts under a temporary folder; peak memory is what the operating
system accounts to the process. Pairs are run in turn, so that a machine that slows down slows both.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import compare
import scoring
import workflows

PACKAGE = Path(__file__).resolve().parents[1]
PROJECT = PACKAGE.parents[1]
STAGES = ("validate", "split", "train", "evaluate")
DOCS = PACKAGE / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    seconds: float
    mebibytes: float


def timed(root: Path, *command: str) -> Cost:
    """Run a command in a checkout, alone, and wait for it."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env |= {
        "PYTHONPATH": str(root / "packages" / "ringside" / "src"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=root, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(command)} failed in {root}")
    return Cost(seconds, usage.ru_maxrss / 1024)


def checkout(root: Path) -> Path:
    """This project's files in a new repository, without data, caches and results."""
    kept = shutil.ignore_patterns(
        "*.egg-info",
        ".*_cache",
        ".git",
        ".venv*",
        "cache",
        "tmp",
        "__pycache__",
        "raw",
        "valid",
        "quarantine",
        ".incoming",
    )
    shutil.copytree(PROJECT, root, ignore=kept)
    for made in ("dvc.lock", "data/manifest.json", "data/raw.dvc", "reports/metrics.json"):
        (root / made).unlink(missing_ok=True)
    timed(root, "git", "init", "--quiet")
    subprocess.run([sys.executable, "-m", "compileall", "-q", "src", "packages/ringside/src"], cwd=root, check=True)
    return root


def whole_against_plain(scratch: Path) -> tuple[float, float]:
    """Ingest and `dvc repro` from nothing, and the same functions in one process; seconds of each."""
    whole, plain = [], []
    for turn in range(3):
        root = checkout(scratch / f"whole-{turn}")
        until = "2013-06"
        whole.append(sum(timed(root, *c).seconds for c in (["ringside", "ingest", "--until", until], ["dvc", "repro"])))
        root = checkout(scratch / f"plain-{turn}")
        plain.append(timed(root, sys.executable, str(PACKAGE / "bench" / "plain.py"), until).seconds)
    return statistics.median(whole), statistics.median(plain)


def nothing_to_do(scratch: Path) -> tuple[float, float]:
    """`dvc repro` with nothing to do: here, and in a project of one stage that copies a file; seconds of each."""
    ours = scratch / "whole-0"
    empty = scratch / "empty"
    empty.mkdir()
    for command in (["git", "init", "--quiet"], ["dvc", "init", "--quiet"]):
        timed(empty, *command)
    shutil.copyfile(PROJECT / ".dvc" / "config", empty / ".dvc" / "config")
    (empty / "in").write_text("x")
    (empty / "dvc.yaml").write_text("stages:\n  copy:\n    cmd: cp in out\n    deps: [in]\n    outs: [out]\n")
    for root in (ours, empty):
        timed(root, "dvc", "repro")
    pairs = [(timed(ours, "dvc", "repro").seconds, timed(empty, "dvc", "repro").seconds) for _ in range(9)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def verdict_again(scratch: Path) -> tuple[float, float]:
    """What `make run` runs where nothing changed, with a champion, and `dvc repro` alone; seconds of each."""
    root = scratch / "whole-0"
    for command in (
        ["git", "add", "--all"],
        ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "-m", "bench"],
        ["ringside", "verdict"],
        ["ringside", "publish"],
    ):
        timed(root, *command)
    run = ["ringside", "ingest", "--frozen"], ["dvc", "repro"], ["ringside", "verdict", "--exit-zero"]
    for command in run:
        timed(root, *command)
    pairs = [
        (sum(timed(root, *command).seconds for command in run), timed(root, "dvc", "repro").seconds) for _ in range(5)
    ]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


@dataclass(frozen=True)
class Growth:
    """One size: what ingest and each stage took."""

    ingest: Cost
    stages: dict[str, Cost]

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.ingest.seconds + sum(cost.seconds for cost in self.stages.values())


def grown(root: Path, until: str, *, last: str, test: int) -> Growth:
    """Ingest and run each stage by itself, on the flights repeated under new months."""
    checkout(root)
    shutil.copytree(PACKAGE / "bench" / "repeated", root / "src" / "repeated")
    params = (root / "params.yaml").read_text()
    params = params.replace("task: flights ", "task: repeated ").replace("  test: 1 ", f"  test: {test} ")
    (root / "params.yaml").write_text(params)
    timed(root, sys.executable, "-c", f"from repeated import source; source.write({last!r})")
    ingest = timed(root, "ringside", "ingest", "--until", until)
    return Growth(ingest, {stage: timed(root, "ringside", stage) for stage in STAGES})


def one_more(root: Path, partition: str) -> Cost:
    """The ingest of one more partition, the median of five: each time its manifest, file and record are put back."""
    data = root / "data"
    before = {name: (data / name).read_bytes() for name in ("manifest.json", "raw.dvc")}
    costs = []
    for _ in range(5):
        costs.append(timed(root, "ringside", "ingest", "--until", partition))
        (data / "raw" / f"{partition}.parquet").unlink()
        for name, content in before.items():
            (data / name).write_bytes(content)
    return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]


def of_the_verdict(scratch: Path) -> list[str]:
    """The rows of the table that are about judging, in a checkout in which the pipeline has run."""
    root = scratch / "whole-0"
    again, repro = verdict_again(scratch)
    scored = scoring.measure(root, scratch / "scoring", python=platform.python_version())
    speed = compare.against_bootstrap(root / "reports" / "predictions.parquet")
    million = compare.million()
    unchanged = "`make run` with nothing changed, verdict included"
    bootstrap = "a bootstrap of three metrics"
    started = "some" if scored.new_processes else "none"
    first = "its first time, environment made"
    rows = [
        (unchanged, f"{again:.2f}", "`dvc repro` alone", f"{repro:.2f}", f"+{again - repro:.2f} s", "+3 s"),
        (
            "comparison of flights' test month",
            f"{speed.comparison:.3f}",
            bootstrap,
            f"{speed.bootstrap:.0f}",
            f"{speed.ratio:,.0f} times faster",
            "100",
        ),
        (
            "comparison of 1,000,000 rows in 365 groups",
            f"{million.seconds:.2f}",
            "peak MiB",
            f"{million.mebibytes:,.0f}",
            "-",
            "5 s, 1,024 MiB",
        ),
        ("a champion of unchanged code predicts", f"{scored.same_code:.2f}", "new processes", started, "-", "none"),
        (
            "a champion of changed code predicts again",
            f"{scored.again:.2f}",
            first,
            f"{scored.first:.2f}",
            f"{scored.again / scored.first:.2f}",
            "made once",
        ),
    ]
    return [f"| {' | '.join(row)} |" for row in rows]


def main() -> None:
    """Measure everything and write the tables into docs/benchmarks.md."""
    with tempfile.TemporaryDirectory(prefix="ringside-bench-") as folder:
        scratch = Path(folder)
        whole, plain = whole_against_plain(scratch)
        nothing, empty = nothing_to_do(scratch)
        judged = of_the_verdict(scratch)
        played = workflows.rows(scratch / "workflows")
        once, ten = (
            grown(scratch / "once", "2013-12", last="2013-12", test=1),
            grown(scratch / "ten", "2022-11", last="2022-12", test=10),
        )
        more = one_more(scratch / "ten", "2022-12")
        start = statistics.median(
            timed(PROJECT, sys.executable, "-c", "import ringside.cli.main").seconds for _ in range(9)
        )
        python = statistics.median(timed(PROJECT, sys.executable, "-c", "pass").seconds for _ in range(9))
    lines = [
        "| what | seconds | against | seconds | ratio | goal |",
        "|---|--:|---|--:|--:|--:|",
        _row("ingest and `dvc repro` from nothing", whole, "one Python process, the same functions", plain, "1.8"),
        _row("`dvc repro`, nothing to do", nothing, "the same in a project of one stage", empty, "1.2"),
        _row("ten times the rows", ten.seconds, "flights, 12 months", once.seconds, "11"),
        _row(
            "one more month at ten times the rows", more.seconds, "ingest of all its months", ten.ingest.seconds, "0.1"
        ),
        f"| import of the command line | {start - python:.2f} | an empty Python | {python:.2f} | - | 0.3 s |",
        *judged,
        *played,
        "",
        "| stage | flights, 12 months: seconds | peak MiB | ten times the rows: seconds | peak MiB |",
        "|---|--:|--:|--:|--:|",
    ]
    for name in ("ingest", *STAGES):
        a, b = (size.ingest if name == "ingest" else size.stages[name] for size in (once, ten))
        lines.append(f"| {name} | {a.seconds:.1f} | {a.mebibytes:.0f} | {b.seconds:.1f} | {b.mebibytes:,.0f} |")
    print("\n".join(lines))
    if DOCS.exists():
        head, _, rest = DOCS.read_text().partition("<!-- figures -->\n")
        _, _, tail = rest.partition("<!-- /figures -->\n")
        DOCS.write_text("\n".join([head + "<!-- figures -->", *lines, "<!-- /figures -->", tail]))


def _row(what: str, seconds: float, against: str, other: float, goal: str) -> str:
    return f"| {what} | {seconds:.2f} | {against} | {other:.2f} | {seconds / other:.2f} | {goal} |"


if __name__ == "__main__":
    main()
