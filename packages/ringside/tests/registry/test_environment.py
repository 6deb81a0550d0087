"""Environments of their own for versions whose code differs."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness import PROJECT
from ringside.errors import RegistryError
from ringside.params import read_params
from ringside.registry.environment import environment
from ringside.registry.wheel import build_wheels
from ringside.store.workspace import Workspace

pytestmark = pytest.mark.slow

VERSION = ".".join(map(str, sys.version_info[:3]))
"""The Python that runs the tests."""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace without environments."""
    return Workspace(tmp_path / "workspace")


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Path]:
    """The wheels, and a lock without packages: an environment of these is made in a moment and without network."""
    folder = tmp_path_factory.mktemp("parts")
    wheels = build_wheels(PROJECT, read_params(PROJECT / "params.yaml").task)
    for wheel in wheels:
        (folder / wheel.name).write_bytes(wheel.content)
    (folder / "model.txt").write_text("# nothing\n", encoding="utf-8")
    return [folder / wheel.name for wheel in wheels], folder / "model.txt"


@pytest.fixture(autouse=True)
def _here(workspace: Workspace) -> None:
    workspace.root.mkdir()


def homes(workspace: Workspace) -> list[str]:
    """What stands among the environments, but for locks."""
    found = (workspace.root / ".dvc" / "tmp" / "ringside-environments").iterdir()
    return sorted(path.name for path in found if not path.name.endswith(".lock"))


class TestEnvironment:
    """Making one."""

    def test_runs_the_code_of_the_wheel(self, workspace: Workspace, parts):
        """Its Python imports the wheel's machinery and not the checkout's."""
        python = environment(workspace, *parts, VERSION)
        script = "import ringside; print(ringside.__file__)"
        done = subprocess.run([python, "-I", "-c", script], capture_output=True, text=True, check=True)

        assert Path(done.stdout.strip()).is_relative_to(workspace.root)

    def test_is_used_again(self, workspace: Workspace, parts):
        """The second call makes nothing: a mark in the environment is still there."""
        mark = environment(workspace, *parts, VERSION).parent / "mark"
        mark.touch()

        assert environment(workspace, *parts, VERSION).parent == mark.parent
        assert mark.exists()
        assert len(homes(workspace)) == 1

    def test_is_another_one_for_another_lock(self, workspace: Workspace, parts, tmp_path: Path):
        """Packages that differ never share an environment."""
        lock = tmp_path / "model.txt"
        lock.write_text("# something else\n", encoding="utf-8")

        assert environment(workspace, *parts, VERSION) != environment(workspace, parts[0], lock, VERSION)

    def test_takes_the_place_of_what_a_kill_left(self, workspace: Workspace, parts):
        """A half of an environment is made anew, and never used."""
        home = environment(workspace, *parts, VERSION).parents[1]
        aside = home.with_name(f".{home.name}.tmp")
        home.rename(aside)
        (aside / "half").touch()

        assert environment(workspace, *parts, VERSION).exists()
        assert homes(workspace) == [home.name]
        assert not (home / "half").exists()

    def test_is_made_anew_where_its_python_is_gone(self, workspace: Workspace, parts):
        """Who updates the machine's Python breaks what points to the old one."""
        python = environment(workspace, *parts, VERSION)
        python.unlink()
        python.symlink_to("/nowhere/python")

        assert environment(workspace, *parts, VERSION).exists()

    def test_is_made_once_by_two_at_a_time(self, workspace: Workspace, parts):
        """Two that want the same one get the same one, and nothing is left aside."""
        found: list[Path] = []
        makers = [
            threading.Thread(target=lambda: found.append(environment(workspace, *parts, VERSION))) for _ in range(2)
        ]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()

        assert len(found) == 2
        assert len(set(found)) == len(homes(workspace)) == 1


class TestFailure:
    """An environment that cannot be made."""

    @pytest.mark.parametrize("broken", ["wheel", "lock"])
    def test_says_what_the_tool_said(self, workspace: Workspace, parts, broken, tmp_path: Path):
        """The state is `environment_fails`, and no half of an environment stays."""
        wheel, lock = tmp_path / parts[0][0].name, tmp_path / "model.txt"
        wheel.write_bytes(b"no wheel" if broken == "wheel" else parts[0][0].read_bytes())
        lock.write_text("# nothing\n" if broken == "wheel" else "a package\n", encoding="utf-8")
        with pytest.raises(RegistryError, match="failed: ") as caught:
            environment(workspace, [wheel], lock, VERSION)

        assert caught.value.state == "environment_fails"
        assert homes(workspace) == []

    def test_refuses_a_package_without_a_hash(self, workspace: Workspace, parts, tmp_path: Path):
        """A lock that does not state what it installs installs nothing."""
        lock = tmp_path / "model.txt"
        lock.write_text("pyyaml==6.0.2\n", encoding="utf-8")

        with pytest.raises(RegistryError, match="hash"):
            environment(workspace, parts[0], lock, VERSION)

    def test_names_a_python_that_is_not_there(self, workspace: Workspace, parts):
        """No other Python is taken in its place."""
        with pytest.raises(RegistryError, match=r"3\.1\b"):
            environment(workspace, *parts, "3.1.0")
