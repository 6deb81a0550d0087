"""The locks: hashes, no address, one version of a package in all of them, and what pyproject.toml declares."""

import re
import tomllib

import pytest

from harness import PROJECT

REMOTES = ("remote-s3", "remote-gs", "remote-azure", "remote-ssh")
LOCKS = ("model", "tools", "report", "dev", "doubles", "database", "datasets", "mlflow", *REMOTES)
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PYPROJECT["dependency-groups"]


def declared(group: str) -> list[str]:
    """The requirements of a group, with those of the groups that it includes."""
    items = GROUPS[group]
    return [name for item in items for name in (declared(item["include-group"]) if isinstance(item, dict) else [item])]


# What each lock is compiled from.
DECLARED = {
    "model": [*PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"]["pipeline"]],
    "tools": [*GROUPS["tools"], *GROUPS["sample"]],
    "report": GROUPS["report"],
    "dev": GROUPS["dev"],
    "doubles": declared("doubles"),
    "database": declared("postgresql"),
    "datasets": GROUPS["datasets"],
    "mlflow": GROUPS["mlflow"],
    **{remote: GROUPS[remote] for remote in REMOTES},
}


def name(requirement: str) -> str:
    """The normal form of a requirement's name."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


def text(lock: str) -> str:
    """A lock as it is."""
    return (PROJECT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def pins(lock: str) -> set[tuple[str, str]]:
    """The pinned packages of a lock with their versions; a package can have one version per platform."""
    return set(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text(lock), re.MULTILINE))


class TestLock:
    """One of requirements/*.txt."""

    @pytest.mark.parametrize("lock", LOCKS)
    def test_has_what_pyproject_declares(self, lock):
        """Each declared package is pinned."""
        assert {name(requirement) for requirement in DECLARED[lock]} <= {name(pinned) for pinned, _ in pins(lock)}

    @pytest.mark.parametrize("lock", LOCKS)
    def test_has_a_hash_for_each_package(self, lock):
        """Each pin is followed by at least one SHA-256."""
        assert len(re.findall(r"^\S+==[^\n]* \\\n    --hash=sha256:[0-9a-f]{64}", text(lock), re.MULTILINE)) == len(
            re.findall(r"^\S+==", text(lock), re.MULTILINE)
        )

    @pytest.mark.parametrize("lock", LOCKS)
    def test_has_no_address(self, lock):
        """No URL, no index and no local path stands in a lock."""
        assert not re.search(r"://|--index|--find-links|--extra|@ |^\.|^/", text(lock), re.MULTILINE)

    @pytest.mark.parametrize("lock", ["tools", "dev"])
    def test_agrees_with_the_model(self, lock):
        """A package that stages depend on has the same version wherever it is installed."""
        shared = {pinned for pinned, _ in pins("model")}

        assert {(pinned, version) for pinned, version in pins(lock) if pinned in shared} <= pins("model")

    @pytest.mark.parametrize("lock", ["datasets", *REMOTES])
    def test_that_adds_to_a_run_changes_no_other(self, lock):
        """What DVC's remotes and packages of data need comes beside the packages of a run, and replaces none."""
        assert {pinned for pinned, _ in pins(lock)} & {
            pinned for run in ("model", "tools") for pinned, _ in pins(run)
        } == set()

    @pytest.mark.parametrize("lock", LOCKS)
    def test_never_has_cml(self, lock):
        """`cml` on PyPI is another project than the tool of that name."""
        assert "cml" not in {pinned for pinned, _ in pins(lock)}

    def test_of_a_run_has_no_tool_of_development(self):
        """`make run` installs no test runner, linter or type checker."""
        installed = {pinned for lock in ("model", "tools") for pinned, _ in pins(lock)}

        assert installed & {"pytest", "hypothesis", "ruff", "mypy", "interrogate"} == set()
