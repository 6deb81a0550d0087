"""One data set's whole way in a copy of this project: what a person types, one command after the other."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from shapes.entries import DataSet

PROJECT = Path(__file__).resolve().parents[4]

_ENDS = {"pass": 0, "fail": 3, "inconclusive": 4}
_SPOILT = {"max_iter": "1", "C": "0.000001", "alpha": "1000000000.0"}
"""One tree, or a linear model that may not use its columns."""


class LostError(Exception):
    """A step of the way did not end as it must; the text says which and how."""


class Done(NamedTuple):
    """A command that has ended."""

    text: str
    """What it wrote, errors included."""
    seconds: float
    code: int


@dataclass(kw_only=True)
class Trial:
    """One data set in a folder of its own."""

    name: str
    data: DataSet
    scratch: Path
    figures: dict[str, str] = field(default_factory=dict)
    """What the page shows, by column."""
    url: str = ""
    """Of the database, where the data are in one."""

    @property
    def root(self) -> Path:
        """The copy of the project."""
        return self.scratch / "copy"

    def go(self) -> None:
        """Take the whole way.

        Raises:
            LostError: a step did not end as it must.
        """
        copy_project(self.root)
        self._git("init", "--quiet", "--initial-branch=main")
        self._commit("The template")
        self._init()
        self._run()
        self._publish()
        self._change("seed", {"seed": "1"}, never="fail")
        page = self.scratch / "report.html"
        self.type("ringside", "report", "--output", str(page))
        if self.name not in page.read_text(encoding="utf-8"):
            raise LostError("the report does not name its task")
        self._change("spoilt", _SPOILT, never="pass")

    def _init(self) -> None:
        """`ringside init`, a second time without effect, and the tests and the style of what it wrote."""
        source = self.data.make(self.scratch)
        self.url, source = (source, source) if "://" in source else ("", f"../{source}")
        command = ["ringside", "init", self.name, "--from", source, "--target", self.data.target, *self.data.said]
        done = self.type(*command, "--yes")
        found = re.search(r"init: ([0-9,]+) rows, ([0-9,]+) columns; .* is (\w+)\n", done.text)
        if found is None:
            raise LostError("init does not say how many rows and columns there are")
        self.figures |= dict(zip(("rows", "columns", "kind"), found.groups(), strict=True)) | {
            "init": f"{done.seconds:.0f}"
        }
        self._commit("My own task")
        self.type(*command, "--yes")
        if changed := self._git("status", "--porcelain").strip():
            raise LostError(f"a second init changed {changed}")
        self.type(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
        self.type("ruff", "check", ".")
        self.type("ruff", "format", "--check", ".")

    def _run(self) -> None:
        """What `make run` does; its first line, the set-up, has been done."""
        steps = (["ringside", "ingest", "--frozen"], ["dvc", "repro"], ["ringside", "verdict", "--exit-zero"])
        self.figures["run"] = f"{sum(self.type(*step).seconds for step in steps):.0f}"
        self._commit("The first model")

    def _publish(self) -> None:
        """A registry in a bare repository, and the first version in it."""
        origin = self.scratch / "origin"
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(origin))
        self._git("remote", "add", "origin", str(origin))
        self._git("push", "--quiet", "origin", "main")
        reason = [] if self._verdict() == "pass" else ["--accept-reason", "the first model"]
        self.figures["first"] = self._verdict()
        if "v1.0.0" not in self.type("ringside", "publish", *reason).text:
            raise LostError("publish did not make v1.0.0")

    def _change(self, name: str, values: dict[str, str], *, never: str) -> None:
        """Change parameters of the model, train, and be told anything but `never`."""
        path = self.root / "params.yaml"
        before = path.read_text(encoding="utf-8")
        head, mark, rest = before.partition("\ntrain:")
        train, end, tail = rest.partition("\n\n")
        changed = train
        for key, value in values.items():
            changed = re.sub(rf"(?m)^(  {key}: )\S+", rf"\g<1>{value}", changed)
        if changed == train:
            raise LostError(f"there is no parameter {', '.join(values)} to change")
        path.write_text(head + mark + changed + end + tail, encoding="utf-8")
        self.type("dvc", "repro")
        said, _, code = self.type("ringside", "verdict", ends=tuple(_ENDS.values()))
        verdict = self._verdict()
        print(f"  {name}: {' '.join(said.partition(chr(10) * 2)[0].split())}", flush=True)
        if code != _ENDS[verdict]:
            raise LostError(f"the verdict is {verdict} and the command ended with {code}")
        self.figures[name] = verdict
        path.write_text(before, encoding="utf-8")
        if verdict == never:
            raise LostError(f"the verdict of {changed.strip().splitlines()[1:]} is {verdict}")

    def _verdict(self) -> str:
        report = json.loads((self.root / "reports" / "report.json").read_text(encoding="utf-8"))
        return str(report["verdict"])

    def _commit(self, message: str) -> None:
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", message)

    def _git(self, *words: str) -> str:
        return self.type("git", *words).text

    def type(self, *command: str, ends: tuple[int, ...] = (0,)) -> Done:
        """Type a command at the root of the copy.

        Raises:
            LostError: it ended with something that is not among `ends`, or with a traceback.
        """
        start = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - start
        with (self.scratch / "log").open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}({done.returncode}, {seconds:.1f} s)\n\n")
        if done.returncode not in ends or "Traceback" in done.stdout:
            raise LostError(f"{' '.join(command)[:200]} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        return Done(done.stdout, seconds, done.returncode)

    def _environment(self) -> dict[str, str]:
        who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        database = {"DATABASE_URL": self.url} if self.url else {}
        # The copy's own code, and bytecode as on any machine of a person's.
        kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        code = str(self.root / "packages" / "ringside" / "src")
        return kept | who | database | {"PATH": path, "PYTHONPATH": code, "COLUMNS": "200"}


def copy_project(root: Path) -> None:
    """This project's files as they are in the working tree, without what Git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, root / name)
