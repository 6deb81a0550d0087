"""The built wheel and source distribution, installed into empty environments by the ordinary client.

`make test-wheel` gives the files of `dist` by RINGSIDE_DIST; without it they are built here.
"""

import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness import PACKAGE, Checkout
from ringside import __version__

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("distribution")]
STEM = f"ringside_ml-{__version__}"


def typed(*words: str | Path, cwd: Path) -> str:
    """What a command prints that must succeed, in an environment that names no other Python packages."""
    env = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """The folder of the built files."""
    if given := os.environ.get("RINGSIDE_DIST"):
        return Path(given)
    folder = tmp_path_factory.mktemp("dist")
    typed("uv", "build", "--quiet", "--out-dir", folder, PACKAGE, cwd=folder)
    return folder


def installed(dist: Path, folder: Path, extra: str = "") -> Path:
    """The programs of a new environment that has the wheel, with an extra, and nothing else."""
    typed("uv", "venv", "--quiet", folder / "venv", cwd=folder)
    wheel = f"{dist / STEM}-py3-none-any.whl{extra}"
    typed("uv", "pip", "install", "--quiet", "--python", folder / "venv" / "bin" / "python", wheel, cwd=folder)
    return folder / "venv" / "bin"


@pytest.fixture(scope="module")
def bare(dist, tmp_path_factory) -> Path:
    """The wheel without an extra: NumPy, PyArrow and SciPy."""
    return installed(dist, tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def compare(dist, tmp_path_factory) -> Path:
    """The wheel with what `ringside compare` needs."""
    return installed(dist, tmp_path_factory.mktemp("compare"), "[compare]")


@pytest.fixture(scope="module")
def pipeline(dist, tmp_path_factory) -> Path:
    """The wheel with what stages and released models need."""
    return installed(dist, tmp_path_factory.mktemp("pipeline"), "[pipeline]")


class TestFiles:
    """What is in the two archives."""

    def test_of_the_wheel_are_those_of_the_package(self, dist):
        """Every module, `py.typed`, licence and entry point; no test, benchmark or page."""
        with zipfile.ZipFile(dist / f"{STEM}-py3-none-any.whl") as archive:
            names = set(archive.namelist())
        source = PACKAGE / "src"
        files = {path for path in (source / "ringside").rglob("*") if path.is_file() and path.suffix != ".pyc"}

        assert {path.relative_to(source).as_posix() for path in files} == {
            name for name in names if name.startswith("ringside/")
        }
        assert "ringside/py.typed" in names
        assert {f"{STEM}.dist-info/licenses/LICENSE", f"{STEM}.dist-info/entry_points.txt"} <= names
        assert {name.split("/")[0] for name in names} == {"ringside", f"{STEM}.dist-info"}

    def test_of_the_source_distribution_build_it_again(self, dist):
        """README, licence, configuration and source are there."""
        with tarfile.open(dist / f"{STEM}.tar.gz") as archive:
            names = {name.removeprefix(f"{STEM}/") for name in archive.getnames()}

        assert {"README.md", "LICENSE", "pyproject.toml", "src/ringside/__init__.py", "src/ringside/py.typed"} <= names


class TestInstalled:
    """What works in an environment that has the wheel alone."""

    def test_without_an_extra_judges_arrays(self, bare, tmp_path):
        """`ringside.verdict` needs NumPy and SciPy, and imports nothing else from outside."""
        script = "import sys, ringside.verdict.comparison; print('pyarrow' in sys.modules, 'typer' in sys.modules)"

        assert typed(bare / "python", "-c", script, cwd=tmp_path) == "False False\n"

    def test_with_compare_compares_two_files(self, compare, tmp_path):
        """Two CSV files of predictions get a verdict from the command."""
        chance = np.random.default_rng(0)
        signal = chance.normal(size=2000)
        frame = pd.DataFrame({"id": np.arange(2000), "customer": np.arange(2000) // 20})
        frame["churned"] = (chance.random(2000) < 1 / (1 + np.exp(-signal))).astype(int)
        for name, share in (("old", 0.5), ("new", 1.0)):
            frame.assign(p=1 / (1 + np.exp(-share * signal))).to_csv(tmp_path / f"{name}.csv", index=False)
        words = ["compare", "old.csv", "new.csv", "--kind", "binary", "--y", "churned", "--prediction", "p"]
        said = typed(compare / "ringside", *words, "--group", "customer", cwd=tmp_path)

        assert "better" in said

    def test_with_compare_prints_its_version(self, compare, tmp_path):
        """The command that pip made works."""
        assert typed(compare / "ringside", "--version", cwd=tmp_path) == f"ringside-ml {__version__}\n"

    @pytest.mark.parametrize("module", ["task", "pipeline.train", "pipeline.evaluate", "programs"])
    def test_with_pipeline_imports_what_a_stage_needs(self, pipeline, module, tmp_path):
        """The modules of stages and of released models import, without Typer and DVC."""
        script = f"import sys, ringside.{module}; print(sorted({{'typer', 'dvc'}} & set(sys.modules)))"

        assert typed(pipeline / "python", "-c", script, cwd=tmp_path) == "[]\n"

    def test_with_pipeline_runs_the_stages(self, pipeline, tmp_path):
        """The four commands run in a checkout whose data are there, with the installed package alone."""
        checkout = Checkout.of_project(tmp_path / "checkout")
        checkout.use_task("wine")
        checkout.ok("ringside", "ingest")
        shutil.rmtree(checkout.root / "packages")
        for stage in ("validate", "split", "train", "evaluate"):
            typed(pipeline / "ringside", stage, cwd=checkout.root)

        assert checkout.json("reports/metrics.json")["log_loss"] < 1

    def test_with_pipeline_loads_by_the_names_of_the_package(self, pipeline, tmp_path):
        """`ringside.load` and `ringside.Release` are there, without Typer."""
        script = "import ringside; print(ringside.load.__name__, ringside.Release.__name__)"

        assert typed(pipeline / "python", "-c", script, cwd=tmp_path) == "load Release\n"
