"""Measures what docs/benchmarks.md states, each as a ratio within one run: `make bench`.

Every command is timed as a whole process, in checkouts under a temporary folder; peak memory is what the operating
system accounts to the process. Pairs are run in turn, so that a machine that slows down slows both.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STAGES = ("validate", "split", "train", "evaluate")
DOCS = PROJECT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    seconds: float
    mebibytes: float


def timed(root: Path, *command: str) -> Cost:
    """Run a command in a checkout, alone, and wait for it."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env |= {"PYTHONPATH": str(root / "src"), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
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
    subprocess.run([sys.executable, "-m", "compileall", "-q", "src"], cwd=root, check=True)
    return root


def whole_against_plain(scratch: Path) -> tuple[float, float]:
    """Ingest and `dvc repro` from nothing, and the same functions in one process; seconds of each."""
    whole, plain = [], []
    for turn in range(3):
        root = checkout(scratch / f"whole-{turn}")
        until = "2013-06"
        whole.append(sum(timed(root, *c).seconds for c in (["ringside", "ingest", "--until", until], ["dvc", "repro"])))
        root = checkout(scratch / f"plain-{turn}")
        plain.append(timed(root, sys.executable, str(PROJECT / "bench" / "plain.py"), until).seconds)
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
    shutil.copytree(PROJECT / "bench" / "repeated", root / "src" / "repeated")
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


def main() -> None:
    """Measure everything and write the tables into docs/benchmarks.md."""
    with tempfile.TemporaryDirectory(prefix="ringside-bench-") as folder:
        scratch = Path(folder)
        whole, plain = whole_against_plain(scratch)
        nothing, empty = nothing_to_do(scratch)
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
