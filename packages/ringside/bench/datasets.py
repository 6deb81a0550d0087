"""Makes a task of each data set in `shapes`, runs and changes it, and writes docs/datasets.md: `make test-datasets`.

With names it takes these data sets alone, and replaces their rows of the page.
"""

import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from shapes.entries import SETS, DataSet
from shapes.trial import LostError, Trial
from simulation.pages import replaced, table

PAGE = PROJECT / "packages" / "ringside" / "docs" / "datasets.md"
_MOST = 5
"""So many columns that are left out are shown."""
HEADER = ["data set", "what it is there for", "kind", "rows", "columns", "init, s", "run, s", "another seed", "spoilt"]


def row(trial: Trial) -> list[str]:
    """A row of the page's first table."""
    names = ("kind", "rows", "columns", "init", "run", "seed", "spoilt")
    return [trial.name, trial.data.shape, *(trial.figures.get(name, "-") for name in names)]


def by_hand(name: str, data: DataSet) -> list[str]:
    """A row of the page's second table."""
    said = _short(data.said)
    return [name, data.source, f"`{said}`" if said else "nothing", data.why]


def _short(said: tuple[str, ...]) -> str:
    """The options as they are typed; of many columns that are left out the first and the last."""
    pairs = [
        f'{option} "{value}"' if " " in value else f"{option} {value}"
        for option, value in zip(said[::2], said[1::2], strict=True)
    ]
    out = [pair for pair in pairs if pair.startswith("--leave-out")]
    rest = [pair for pair in pairs if pair not in out]
    shown = out if len(out) <= _MOST else [out[0], "…", out[-1]]
    return " ".join([*shown, *rest])


def write(rows: dict[str, list[str]]) -> None:
    """Put the rows into the page; those of other data sets stay as they are."""
    text = PAGE.read_text(encoding="utf-8")
    figures = text.partition("<!-- figures -->")[2].partition("<!-- /figures -->")[0].splitlines()
    kept = {line.split(" | ")[0].removeprefix("| "): line for line in figures[2:]}
    kept |= {name: f"| {' | '.join(cells)} |" for name, cells in rows.items()}
    lines = [*table(HEADER, [], texts=3), *(kept[name] for name in SETS if name in kept)]
    text = replaced(text, "figures", lines)
    said = table(
        ["data set", "from", "said beside `--from` and `--target`", "why"],
        [by_hand(*item) for item in SETS.items()],
        texts=4,
    )
    PAGE.write_text(replaced(text, "said", said), encoding="utf-8")


def main() -> None:
    """Take each data set its way; end with 1 where one did not arrive."""
    names = sys.argv[1:] or list(SETS)
    if unknown := [name for name in names if name not in SETS]:
        sys.exit(f"there is no data set {', '.join(unknown)}; there are {', '.join(SETS)}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    lost = []
    for name in names:
        start = time.perf_counter()
        scratch = Path(tempfile.mkdtemp(prefix=f"ringside-{name}-"))
        trial = Trial(name=name, data=SETS[name], scratch=scratch)
        try:
            trial.go()
        except LostError as error:
            lost.append(name)
            print(f"{name}: {error}\n{name}: everything is in {scratch}", flush=True)
        else:
            shutil.rmtree(scratch)
        print(f"{' | '.join(row(trial))} ({time.perf_counter() - start:.0f} s)", flush=True)
        write({name: row(trial)})
    if lost:
        sys.exit(f"{len(lost)} of {len(names)} did not arrive: {', '.join(lost)}")


if __name__ == "__main__":
    main()
