"""The container in which a copy opens ready to run."""

import json
import os
import re
import shlex
import subprocess

import pytest

from harness import PROJECT, Checkout

TEXT = (PROJECT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
CONTENT = json.loads("\n".join(line for line in TEXT.splitlines() if not line.lstrip().startswith("//")))

# The fields that https://containers.dev/implementors/json_reference/ documents, of those that this file uses. No
# package has the official schema, and it allows fields that nobody knows.
STAGES = ("initializeCommand", "onCreateCommand", "updateContentCommand", "postCreateCommand", "postStartCommand")
FIELDS = {
    "name": lambda value: isinstance(value, str),
    "image": lambda value: isinstance(value, str),
    "hostRequirements": lambda value: (
        value.keys() <= {"cpus", "memory", "storage", "gpu"}
        and isinstance(value["cpus"], int)
        and re.fullmatch(r"\d+(tb|gb|mb|kb)?", value["memory"])
    ),
    "postCreateCommand": lambda value: isinstance(value, str),
    "waitFor": lambda value: value in STAGES,
    "remoteEnv": lambda value: all(isinstance(one, str) for one in value.values()),
    "customizations": lambda value: value.keys() == {"vscode"} and value["vscode"].keys() <= {"extensions", "settings"},
}


class TestFile:
    """`.devcontainer/devcontainer.json`."""

    @pytest.mark.parametrize("field", CONTENT)
    def test_has_documented_fields(self, field):
        """Each field is one that the specification knows, with a value of its form."""
        assert FIELDS[field](CONTENT[field])

    def test_takes_a_python_of_one_build(self):
        """Version of the image and of Python stand in the tag, and Python is one that the project takes."""
        pinned = re.fullmatch(
            r"mcr\.microsoft\.com/devcontainers/python:\d+\.\d+\.\d+-3\.(\d+)-[a-z]+", CONTENT["image"]
        )

        assert int(pinned[1]) >= 11

    def test_runs_nothing_on_the_persons_own_machine(self):
        """No command before the container is there, no mount, no privilege, no secret, nobody's feature."""
        unsafe = {
            "initializeCommand",
            "mounts",
            "privileged",
            "capAdd",
            "runArgs",
            "secrets",
            "features",
            "containerEnv",
        }

        assert CONTENT.keys() & unsafe == set()

    def test_recommends_few_extensions(self):
        """Each is `publisher.name`."""
        extensions = CONTENT["customizations"]["vscode"]["extensions"]

        assert len(extensions) <= 3
        assert all(re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", extension) for extension in extensions)

    def test_sets_up_by_a_target_of_the_makefile(self):
        """What the container runs is what a person types."""
        words = shlex.split(CONTENT["postCreateCommand"])

        makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
        assert words[0] == "make"
        assert [word for word in words[1:] if not re.search(rf"^{word}:.*##", makefile, re.MULTILINE)] == []


@pytest.mark.long
class TestFreshClone:
    """What the container does with a clone."""

    @pytest.fixture(scope="class")
    @classmethod
    def clone(cls, tmp_path_factory):
        """A clone after the container's command, typed in a plain environment."""
        folder = tmp_path_factory.mktemp("container")
        made = Checkout.of_project(folder / "origin").clone(folder / "clone")
        plain = {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        kept = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_", "SSL_", "HTTP"))}
        command = ["bash", "-c", CONTENT["postCreateCommand"]]
        done = subprocess.run(command, cwd=made.root, env=plain | kept, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return made

    @pytest.mark.parametrize("tool", ["ringside", "dvc", "pytest", "gh", "ruff"])
    def test_has_the_tools_on_its_path(self, clone, tool):
        """With the variables that the container sets, each is the one in .venv."""
        path = CONTENT["remoteEnv"]["PATH"]
        path = path.replace("${containerWorkspaceFolder}", str(clone.root)).replace(
            "${containerEnv:PATH}", "/usr/bin:/bin"
        )
        done = subprocess.run(
            ["sh", "-c", f"command -v {tool} && {tool} --version || {tool} --help"],
            cwd=clone.root,
            env={"PATH": path, "HOME": os.environ["HOME"]},
            capture_output=True,
            text=True,
            check=True,
        )

        assert done.stdout.splitlines()[0] == str(clone.root / ".venv" / "bin" / tool)

    def test_is_as_clean_as_before(self, clone):
        """What was installed is ignored by Git."""
        assert clone.status() == ""
