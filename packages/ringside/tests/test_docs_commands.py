"""Every command of the documents: it exists, and a person who types it gets what the page says."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pages
from harbour_months import write_month, write_months
from harness import PROJECT, Checkout
from hub import Hub
from hub.hub import gh
from pages import Command
from sessions import Session, ready_for_make
from unplayed import CLOUDS, UNPLAYED
from verbs import is_name, parsed

ALL = [command for page in pages.names() for command in pages.commands(page)]
STORIES = ("README.md", "docs/first-hour.md", "docs/init.md")
"""Pages whose blocks are typed in the sample; all others' in a repository of the toy task."""

OPEN = {r"\bN\b": "1", "<stage>": "validate"}
"""What stands in place of words that even the form of a command depends on."""

DRY = 'make() { command make --dry-run "$@" >/dev/null; }'
"""What a target does is typed elsewhere; here it has to exist."""


def of(program: str) -> list[Command]:
    """The commands of a program, each once; those behind `&&` and behind variables too."""
    found = {}
    for command in ALL:
        for part in command.text.split("&&"):
            words = re.sub(r"^([A-Z_]+=\S+ )+", "", part.strip())
            if words.startswith(f"{program} "):
                found.setdefault(words, Command(command.page, words, command.block))
    return list(found.values())


def is_played(command: Command) -> bool:
    """Whether a session types it: nothing keeps it from that, and it is a whole command."""
    text = closed(command.text)
    whole = not is_name(Command(command.page, text, command.block))
    return whole and command.text not in UNPLAYED and not command.text.startswith(tuple(CLOUDS))


def closed(text: str) -> str:
    """A command whose form depends on no word that is left open."""
    return Session(Checkout(PROJECT), fill=OPEN).filled(text)


class TestBlocks:
    """What is set apart in a document."""

    @pytest.mark.parametrize("page", pages.names())
    def test_say_whether_they_are_typed(self, page):
        """Each fence has a language: `console` is typed here, the others are shown."""
        languages = {language for language, _ in pages.fences(page)}

        assert languages <= pages.TYPED | pages.SHOWN

    @pytest.mark.parametrize("page", sorted(set(pages.names()) - pages.GENERATED))
    def test_that_are_indented_are_typed(self, page):
        """A block without a fence holds commands; anything else needs a fence with its language."""
        lines = [line for block in pages.indented(page) for line in block.splitlines() if line]
        first = [line for before, line in zip(["", *lines], lines, strict=False) if not before.endswith("\\")]

        assert [line for line in first if not pages.is_shell(line)] == []

    def test_are_found(self):
        """The commands are found in a fence, in an indented block, in a sentence and over two lines."""
        texts = {(command.page, command.text, command.block is None) for command in ALL}

        assert ("README.md", "make run", False) in texts
        assert ("docs/workflows.md", "ringside doctor", False) in texts
        assert ("docs/retraining.md", "ringside monitor", True) in texts
        assert ("docs/updating.md", "make requirements", True) in texts
        assert len(of("ringside")) > 50


class TestForm:
    """What a command is made of."""

    @pytest.mark.parametrize("command", of("ringside"), ids=str)
    def test_of_ringside_is_known(self, command):
        """The verb is there, with these options, and their values are allowed."""
        text = closed(command.text)

        if not is_name(Command(command.page, text, command.block)):
            parsed(text)

    @pytest.mark.parametrize("wrong", ["ci fly", "doctor --deep", "nothing", "ingest --next two", "compare a.csv"])
    def test_of_ringside_could_be_found_wrong(self, wrong):
        """An unknown verb or option, a value of another kind and a missing one are errors."""
        with pytest.raises(Exception, match=r"there is no|No such option|valid integer|Missing"):
            parsed(f"ringside {wrong}")

    @pytest.mark.parametrize("command", of("make"), ids=str)
    def test_of_make_is_a_target(self, command):
        """`make --dry-run` knows what it would do."""
        words = ["make", "--dry-run", "--no-print-directory", *shlex.split(command.text)[1:]]
        done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)

        assert done.returncode == 0, f"{command}\n{done.stderr}"

    @pytest.mark.parametrize(
        "command", [one for name in ("gh", "git", "dvc") for one in of(name) if one.text in UNPLAYED], ids=str
    )
    def test_of_what_is_not_played_is_in_the_programs_help(self, command):
        """The verb is one of the real program's, and so is each option."""
        words = shlex.split(command.text)
        verbs = [word for word in words[1:3] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("-")]
        program = [gh()] if words[0] == "gh" else [words[0]]
        verbs = verbs if words[0] == "gh" else verbs[:1]
        asked = [*program, *verbs, "-h" if words[0] == "git" else "--help"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False, env=os.environ | {"PATH": path()})
        said = (done.stdout + done.stderr).replace("[no-]", "")

        # `git verb -h` ends with 129.
        assert done.returncode in {0, 129}, said
        assert [word for word in words if word.startswith("-") and word not in said] == []


class TestUnplayed:
    """The list of what is not typed."""

    @pytest.mark.parametrize("text", UNPLAYED)
    def test_stands_in_a_document(self, text):
        """No entry outlives the sentence that it was made for."""
        assert text in {command.text for command in ALL}

    @pytest.mark.parametrize("start", CLOUDS)
    def test_of_clouds_stands_in_a_document(self, start):
        """Neither does the beginning of one."""
        assert any(command.text.startswith(start) for command in ALL)

    def test_names_files_of_tests_that_exist(self):
        """A reason that says which test types the command is right about the file."""
        named = {
            path for reason in UNPLAYED.values() for path in re.findall(r"packages/ringside/tests/[\w/.]*\w", reason)
        }

        assert [name for name in sorted(named) if not (PROJECT / name).exists()] == []


def path() -> str:
    """PATH with this interpreter's tools first, and the double's `gh`."""
    return os.pathsep.join([str(Path(sys.executable).parent), str(Path(gh()).parent), os.environ["PATH"]])


def owner(hub: Hub) -> dict[str, str]:
    """The variables of the owner's terminal."""
    return hub.environment(hub.token(user="acme")) | {"PATH": path(), "GH_REPO": "acme/demo"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[Hub]:
    """A GitHub."""
    with Hub(tmp_path_factory.mktemp("github")) as hub:
        yield hub


@pytest.fixture(scope="module")
def town(hub, tmp_path_factory) -> Session:
    """A repository of the toy task on GitHub with v1.0.0 and v1.0.1; another month has arrived since."""
    folder = tmp_path_factory.mktemp("town")
    write_months(folder / "months", ("2025-01", "2025-02", "2025-03"))
    checkout = Checkout.of_project(folder / "demo")
    checkout.use_task("harbour")
    session = Session(checkout, {"HARBOUR": str(folder / "months")})
    for words in (("ringside", "ingest"), ("dvc", "repro")):
        checkout.ok(*words, env=dict(session.env))
    checkout.commit("run")
    hub.repository("acme/demo", source=checkout.root)
    checkout.ok("git", "remote", "add", "origin", "https://github.com/acme/demo")
    env = owner(hub) | dict(session.env)
    checkout.ok("ringside", "verdict", "--exit-zero", env=env)
    checkout.ok("ringside", "publish", "--accept-reason", "the first one", env=env)
    checkout.edit("params.yaml", "max_iter: 60", "max_iter: 80")
    checkout.ok("dvc", "repro", env=env)
    checkout.commit("more trees")
    checkout.ok("git", "push", "--quiet", "origin", "main", env=env)
    checkout.ok("ringside", "verdict", "--exit-zero", env=env)
    checkout.ok("ringside", "publish", "--accept-reason", "another one", env=env)
    write_month(folder / "months", "2025-04")
    return Session(checkout, env)


def given(root: Path) -> None:
    """Write the files that a reader has before typing what the pages say."""
    chance = np.random.default_rng(0)
    rows = pd.read_parquet(root / "data" / "valid" / "2025-03.parquet")
    signal = chance.normal(size=len(rows))
    frame = pd.DataFrame({"id": np.arange(len(rows)), "customer": np.arange(len(rows)) // 10})
    frame["churned"] = (chance.uniform(size=len(rows)) < 1 / (1 + np.exp(-signal))).astype(int)
    known = frame.assign(call=rows["call"].to_numpy())
    for name, share in (("old", 0.5), ("new", 1.0)):
        p = 1 / (1 + np.exp(-share * signal))
        known.assign(p=p, score=p).to_csv(root / f"{name}.csv", index=False)
    rows.drop(columns="late").to_parquet(root / "rows.parquet")
    rows[["call"]].head(3).to_csv(root / "ids.csv", index=False)


def fill(folder: Path) -> dict[str, str]:
    """What stands in place of the words that the pages leave open."""
    return OPEN | {
        r"\bOWNER/NAME\b": "acme/demo",
        r"s3://(acme-data/ringside|bucket/path)": str(folder / "remote"),
        r"\bv1\.[12]\.0\b": "v1.0.1",
        r"\bPARTITION\b": "2025-01",
        r"\bTEXT\b": "'enough for now'",
        r"\bLABEL\b": "linux-16-core",
        r"\bSTAGE\b": "train",
        r"\bkey=value\b": "train.learning_rate=0.2",
        r"\bOLD NEW\b": "v1.0.0 v1.0.1",
        r"--ids FILE\b": "--ids ids.csv",
        r"\breport FILE\b": "report reports/report.json",
        r"\badd FILE\b": "add params.yaml",
        r"https://mlflow\.example\.org": "http://127.0.0.1:9",
    }


def in_town() -> dict[str, list[Command]]:
    """By page, what is typed in the repository of the toy task; what sentences name is typed once over all pages."""
    known = {command.text for command in ALL if command.block is not None and is_played(command)}
    found: dict[str, list[Command]] = {}
    for command in ALL:
        if command.page.endswith("CHANGELOG.md"):
            continue
        typed_elsewhere = command.block is not None and command.page in STORIES
        again = command.block is None and command.text in known
        if not typed_elsewhere and not again and is_played(command):
            known.add(command.text)
            found.setdefault(command.page, []).append(command)
    return found


IN_TOWN = in_town()
NEWEST = "ringside rollback --to v1.0.1 --reason 'as it was' >/dev/null 2>&1"
"""Puts the newest version into production, whatever another page did; fails if it is there already."""
BEFORE = {
    "docs/policy.md": "git remote remove origin; git tag --delete $(git tag) >/dev/null",
    "docs/registry.md": f"{NEWEST}; git tag --delete $(git tag --list 'model#*') >/dev/null",
    "docs/workflows.md": NEWEST,
}
"""Shell that makes the state a page describes: no published version; a stage tag that was refused; tags that agree."""


@pytest.mark.long
@pytest.mark.xdist_group("docs-town")
class TestPages:
    """A page, typed from its top to its end."""

    @pytest.mark.parametrize("page", IN_TOWN)
    def test_can_be_typed(self, page, town, tmp_path):
        """Each command ends as the page says, in a repository with two versions and a month that arrived."""
        checkout = town.checkout.copy(tmp_path / "demo")
        given(checkout.root)
        before = f"{DRY}\n{BEFORE.get(page, '')}"

        Session(checkout, town.env, fill(tmp_path), before).types(IN_TOWN[page])

    def test_in_python_can_be_run(self, town, tmp_path):
        """The Python of all pages runs, one after the other, in that repository; two pages' have tests of their own."""
        checkout = town.checkout.copy(tmp_path / "demo")
        given(checkout.root)
        checkout.ok("ringside", "fetch", "champion", "-o", "release", env=dict(town.env))
        code = [HAD]
        for page in sorted(set(pages.names()) - {"docs/compare.md", "docs/task.md"}):
            code += [content for language, content in pages.fences(page) if language == "python"]
        done = checkout.run(sys.executable, "-c", "\n".join([*code, "print(len(predictions))"]), env=dict(town.env))

        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("\n2\n")


HAD = """
import pandas as pd

frame = pd.read_parquet("rows.parquet").head(2)
rows = frame.assign(day=frame["day"].dt.strftime("%Y-%m-%d")).to_dict("records")
"""
"""What the Python of the pages takes for granted: rows."""


@pytest.fixture(scope="module")
def readme(tmp_path_factory) -> tuple[Checkout, str]:
    """A fresh copy in which the README's blocks were typed, and what was shown."""
    folder = tmp_path_factory.mktemp("readme")
    customers(folder / "churn.csv")
    checkout = Checkout.of_project(folder / "checkout")
    ready_for_make(checkout.root)
    fill = {"--from churn.csv": f"--from {folder}/churn.csv"}
    return checkout, Session(checkout, fill=fill).types(blocks("README.md"))


@pytest.mark.long
@pytest.mark.xdist_group("docs-sample")
class TestStories:
    """The pages that begin with a fresh copy, typed in the sample."""

    def test_readme(self, readme):
        """The sample's pipeline runs from nothing and ends with a verdict; then the copy is somebody's own."""
        checkout, said = readme

        assert re.search(r"^Pass: a first model, log loss ", said, re.MULTILINE)
        assert (checkout.root / "src" / "churn" / "schema.py").is_file()
        assert not (checkout.root / "src" / "flights").exists()

    def test_first_hour(self, readme, tmp_path):
        """A clone runs, a shorter training is judged against the version on GitHub, and then it is somebody's own."""
        customers(tmp_path / "churn.csv")
        source = Checkout.of_project(tmp_path / "source")
        # A cache that holds what the README's commands have made: the same results in a tenth of the time.
        (tmp_path / "dvc").mkdir()
        (tmp_path / "dvc" / "config").write_text(f"[cache]\n    dir = {readme[0].root}/.dvc/cache\n", encoding="utf-8")
        (tmp_path / "github").mkdir()
        with Hub(tmp_path / "github") as hub:
            hub.repository("acme/demo", source=source.root)
            env = owner(hub) | {"DVC_GLOBAL_CONFIG_DIR": str(tmp_path / "dvc"), "PYTHONPATH": ""}
            ready_for_make(tmp_path)
            before = (
                f"make() {{ [ -e .venv ] || cp -R {tmp_path}/.venv . && touch .venv/.run; "
                'PYTHONPATH="$PWD/packages/ringside/src" command make "$@"; }\n'
                'ringside() { PYTHONPATH="$PWD/packages/ringside/src" command ringside "$@"; }'
            )
            said = Session(source, env, {"--from churn.csv": f"--from {tmp_path}/churn.csv"}, before).types(
                blocks("docs/first-hour.md")
            )
            versions = [release.tag for release in hub.of("acme/demo").releases]

        assert re.search(r"^metric +challenger +v1\.0\.0 ", said, re.MULTILINE)
        assert versions == ["model@v1.0.0"]
        assert (source.root / "demo" / "src" / "churn" / "schema.py").is_file()


def customers(file: Path) -> None:
    """Write 600 customers with a date, of whom some left."""
    chance = np.random.default_rng(0)
    calls = chance.poisson(3, 600)
    people = {
        "customer": np.arange(7000, 7600),
        "signup": pd.date_range("2025-01-01", periods=600, freq="D").strftime("%Y-%m-%d"),
        "plan": chance.choice(["gold", "silver"], 600),
        "calls": calls,
        "churned": np.where(calls + chance.normal(0, 1, 600) > 3, "yes", "no"),
    }
    pd.DataFrame(people).to_csv(file, index=False)


def blocks(page: str) -> list[Command]:
    """What a page sets apart, as far as it can be typed here."""
    return [command for command in pages.commands(page) if command.block is not None and is_played(command)]
