"""The commands by which the package is released, typed against a fake GitHub."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import PACKAGE, PROJECT
from hub import Hub
from hub.hub import gh
from ringside import __version__

TAG = f"package-v{__version__}"
BUILT = (f"ringside_ml-{__version__}-py3-none-any.whl", f"ringside_ml-{__version__}.tar.gz")


@pytest.fixture
def folder(tmp_path) -> Path:
    """A repository with what the commands read, and two built files."""
    root = tmp_path / "root"
    (root / "dist").mkdir(parents=True)
    package = root / "packages" / "ringside"
    (package / "src" / "ringside").mkdir(parents=True)
    (root / "Makefile").write_bytes((PROJECT / "Makefile").read_bytes())
    for name in ("development.mk", "CHANGELOG.md", "src/ringside/__init__.py"):
        (package / name).write_bytes((PACKAGE / name).read_bytes())
    for name in BUILT:
        (root / "dist" / name).write_text(name, encoding="utf-8")
    return root


def make(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Type a target; variables of this process that a workflow would set are not handed on."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "RINGSIDE_", "TAG"))}
    command = ["make", "--no-print-directory", *words]
    return subprocess.run(command, cwd=folder, env=plain | env, capture_output=True, text=True, check=False)


class TestCheckTag:
    """`make check-tag`."""

    @pytest.mark.parametrize("how", ["argument", "workflow"])
    def test_takes_the_tag_of_the_version(self, folder, how):
        """A person gives TAG, a workflow's run has GITHUB_REF_NAME."""
        done = make(folder, "check-tag", *([f"TAG={TAG}"] if how == "argument" else []), GITHUB_REF_NAME=TAG)

        assert (done.returncode, done.stdout + done.stderr) == (0, "")

    @pytest.mark.parametrize(
        "tag", ["", "package-v9.9.9", __version__, f"{TAG}.1", "package-v$(touch made)", "$(shell touch made)"]
    )
    def test_refuses_another(self, folder, tag):
        """It names the version and where it is set, and runs nothing that a tag says."""
        done = make(folder, "check-tag", GITHUB_REF_NAME=tag)

        assert done.returncode != 0
        assert f"The tag is not {TAG}, the version in packages/ringside/src/ringside/__init__.py." in done.stderr
        assert "What to do" in done.stderr
        assert not (folder / "made").exists()

    def test_refuses_a_version_that_the_changelog_does_not_have(self, folder):
        """Nobody is sent a version of which nothing is said."""
        (folder / "packages/ringside/CHANGELOG.md").write_text("# Changelog\n\n## 0.0.1\n", encoding="utf-8")
        done = make(folder, "check-tag", f"TAG={TAG}")

        assert done.returncode != 0
        assert f"has no section for {__version__}" in done.stderr


class TestDigest:
    """`make digest` and `make check-digest`."""

    def test_is_set_as_an_output_of_a_workflows_step(self, folder, tmp_path):
        """The line is added to the file that Actions names."""
        make(folder, "digest", GITHUB_OUTPUT=str(tmp_path / "output"))

        assert (tmp_path / "output").read_text(encoding="utf-8") == make(folder, "digest").stdout

    def test_takes_the_files_that_were_built(self, folder):
        """The same files have the same hash."""
        sums = make(folder, "digest").stdout.strip().removeprefix("sums=")

        assert len(sums) == 64
        assert make(folder, "check-digest", RINGSIDE_SUMS=sums).returncode == 0

    @pytest.mark.parametrize("wrong", ["changed", "added", "unknown"])
    def test_refuses_others(self, folder, wrong):
        """One file changed or added, or no hash known, and nothing is published."""
        sums = make(folder, "digest").stdout.strip().removeprefix("sums=")
        name = BUILT[0] if wrong == "changed" else f"ringside_ml-{__version__}-evil.whl"
        if wrong != "unknown":
            (folder / "dist" / name).write_text("evil", encoding="utf-8")
        done = make(folder, "check-digest", RINGSIDE_SUMS="" if wrong == "unknown" else sums)

        assert done.returncode != 0
        assert "not the files that were built and tested" in done.stderr


@pytest.mark.slow
class TestReleasePackage:
    """`make release-package`, by the real gh."""

    @pytest.fixture
    def hub(self, tmp_path) -> Iterator[Hub]:
        """A GitHub with a model's release and the package's tag."""
        source = tmp_path / "source"
        git = ["git", "-C", str(source), "-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(source)], check=True)
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "one"], check=True)
        for tag in ("model@v1.0.0", TAG):
            subprocess.run([*git, "tag", tag], check=True)
        (tmp_path / "github").mkdir()
        with Hub(tmp_path / "github") as hub:
            hub.repository("acme/demo", source=source)
            yield hub

    def test_makes_a_release_that_is_not_the_latest(self, hub, folder):
        """The model's release stays the latest; the package's has both files and notes; a second run does nothing."""
        path = os.pathsep.join([str(Path(sys.executable).parent), str(Path(gh()).parent), os.environ["PATH"]])
        env = hub.environment(hub.token(user="acme")) | {"PATH": path, "GH_REPO": "acme/demo"}
        model = [gh(), "release", "create", "model@v1.0.0", "--verify-tag", "--title", "v1.0.0", "--notes", "a model"]
        subprocess.run(model, env=os.environ | env, check=True, capture_output=True)
        for _ in range(2):
            done = make(folder, "release-package", f"TAG={TAG}", **env)
            assert done.returncode == 0, done.stderr
        model, made = hub.of("acme/demo").releases
        shown = [gh(), "api", "repos/acme/demo/releases/latest", "--jq", ".tag_name"]
        latest = subprocess.run(shown, env=os.environ | env, check=True, capture_output=True, text=True).stdout

        assert latest == "model@v1.0.0\n"
        assert (made.tag, made.name, sorted(asset.name for asset in made.assets)) == (
            TAG,
            f"ringside-ml {__version__}",
            sorted(BUILT),
        )
        assert made.body.strip().startswith("### Added")
