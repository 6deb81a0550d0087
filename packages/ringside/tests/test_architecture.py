"""The rules of the house: who imports whom, who reads the environment, who writes, and how long things may be."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import yaml

import harbour_months
import harbour_ring
from harness import PACKAGE, PROJECT, TASKS, Checkout

SRC = PACKAGE / "src"
FILES = sorted(path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py"))
MACHINERY = [name for name in FILES if name.startswith("ringside/")]
PYTHON = [*(SRC / name for name in FILES), *(PACKAGE / "bench").rglob("*.py"), *(PACKAGE / "tests").rglob("*.py")]

# Rooms that know nothing of each other, so that each can be installed and tested by itself.
FORBIDDEN = {
    "ringside/verdict/": r"^ringside\.(pipeline|registry|github|cli|monitoring)\b|^(pandas|sklearn|pyarrow|dvc)\b",
    "ringside/report/": r"^ringside\.(pipeline|registry|github|cli|monitoring)\b|^(pandas|sklearn)\b",
    # What stages depend on: dvc.yaml names `common` and one folder for each.
    "ringside/common/": r"^ringside\.(?!common\b|errors\b)|^dvc\b",
    **{
        f"ringside/pipeline/{stage}/": rf"^ringside\.(?!common\b|errors\b|pipeline\.{stage}\b)|^dvc\b"
        for stage in ("validate", "split", "train", "evaluate")
    },
    "ringside/pipeline/": r"^ringside\.(cli|github|registry|monitoring)\b|^dvc\b",
    # Ingest reads partitions as `validate` does; a data diff reads profiles as `evaluate` writes them.
    "ringside/data/": (
        r"^ringside\.(cli|github|registry|monitoring)\b"
        r"|^ringside\.pipeline\b(?!$|\.validate\.partitions\b|\.evaluate\.profile\b)"
    ),
    "ringside/store/": r"^ringside\.(cli|github|registry|monitoring|pipeline|data)\b",
    "ringside/registry/": r"^ringside\.(cli|github|monitoring)\b",
    "ringside/evaluation/": r"^ringside\.(cli|github|monitoring)\b|^dvc\b",
    "ringside/monitoring/": r"^ringside\.(cli|github)\b|^dvc\b",
    "ringside/sources/": r"^ringside\.(cli|github|registry|monitoring|pipeline)\b|^dvc\b",
    "ringside/init/": r"^ringside\.(cli|github|monitoring|evaluation)\b|^dvc\b",
    "ringside/update/": r"^ringside\.(cli|github|monitoring|evaluation)\b|^dvc\b",
    "ringside/messages.py": r"^ringside\.(?!codes\b|common\b)|^(numpy|pandas|pyarrow|scipy|sklearn|dvc)\b",
    "ringside/git.py": r"^ringside\.(?!errors\b)|^(numpy|pandas|pyarrow|pydantic|scipy|sklearn|dvc)\b",
    "ringside/doctor/": (
        r"^ringside\.(cli|monitoring|pipeline|evaluation|verdict)\b|^(numpy|pandas|pyarrow|scipy|sklearn|dvc)\b"
    ),
    # Jobs with rights to write run these, so they can load no model and no data.
    "ringside/github/": (
        r"^ringside\.(cli|monitoring|pipeline|evaluation|verdict|data)\b|^(numpy|pandas|pyarrow|scipy|sklearn|dvc)\b"
    ),
    # A job that reads releases runs it, and installs no model's packages.
    "ringside/tracking/": (
        r"^ringside\.(cli|github|monitoring|pipeline|evaluation|verdict|data)\b|^(numpy|pandas|pyarrow|scipy|sklearn|dvc)\b"
    ),
    "ringside/": r"^(pickle|joblib|cloudpickle|dill)\b",
}

WRITES = re.compile(r"\.(write_text|write_bytes|mkdir|unlink|touch|rmdir|to_parquet|to_csv|writestr|rmtree)")


@cache
def parsed(path: Path) -> ast.Module:
    """What a file of Python says."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(name: str) -> set[str]:
    """The modules that a file of the package imports, as full names."""
    return of(SRC / name)


def foreign(files: dict[Path, set[str]], *allowed: str) -> list[tuple[Path, str]]:
    """The modules of the package that files import, other than `allowed` and what is in it."""
    return [
        (path, module)
        for path, modules in files.items()
        for module in sorted(modules)
        if module.partition(".")[0] == "ringside" and not f"{module}.".startswith(tuple(f"{name}." for name in allowed))
    ]


def of(path: Path) -> set[str]:
    """The modules that a file imports, as full names."""
    found = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def breaches(name: str, imported: set[str]) -> set[str]:
    """Those of `imported` that a file called `name` must not import."""
    rules = [rule for folder, rule in FORBIDDEN.items() if name.startswith(folder)]
    return {module for module in imported if any(re.search(rule, module) for rule in rules)}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a loop, the first one again at the end; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


class TestImports:
    """Who imports whom."""

    def test_run_in_no_circle(self):
        """A module can be read after those that it imports, wherever it does so: what two need is in a third."""
        modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): name for name in MACHINERY}
        graph = {module: imports(name) & set(modules) - {module} for module, name in modules.items()}
        # `from room import module` asks for the module, and the room's face beside it.
        graph = {
            name: {to for to in known if not any(o.startswith(f"{to}.") for o in known)}
            for name, known in graph.items()
        }

        assert sum(map(len, graph.values())) > 300
        assert circle(graph) == []

    def test_that_run_in_a_circle_would_be_found(self):
        """The rule is able to fail."""
        assert len(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == 4

    def test_keep_the_rooms_apart(self):
        """No module imports what its room must not know."""
        assert {name: found for name in MACHINERY if (found := breaches(name, imports(name)))} == {}

    def test_of_a_forbidden_room_would_be_found(self):
        """The rule is able to fail."""
        assert breaches("ringside/store/files.py", {"ringside.cli.terminal", "json"}) == {"ringside.cli.terminal"}

    def test_of_mlflow_are_in_one_module(self):
        """Its client starts slowly and may be missing, so that nobody waits for it who has no MLflow."""
        found = [name for name in MACHINERY if any(module.partition(".")[0] == "mlflow" for module in imports(name))]

        assert found == ["ringside/tracking/wire.py"]

    def test_never_name_a_task(self):
        """The machinery loads the task that params.yaml names and knows none by name."""
        tasks = {path.name for path in [*(PROJECT / "src").iterdir(), *TASKS.iterdir()]}

        assert [name for name in MACHINERY if {module.partition(".")[0] for module in imports(name)} & tasks] == []

    def test_of_a_task_take_the_interface_alone(self):
        """A task imports `ringside.task` and nothing else of the package; its tests import `ringside.testing`."""
        tasks = {path: of(path) for path in (PROJECT / "src").rglob("*.py")}
        tests = {path: of(path) for path in (PROJECT / "tests").rglob("*.py")}

        assert tasks
        assert foreign(tasks, "ringside.task") == []
        assert tests
        assert foreign(tests, "ringside.task", "ringside.testing") == []

    def test_of_a_task_that_take_more_would_be_found(self):
        """The rule is able to fail."""
        assert foreign({Path("model.py"): {"ringside.errors"}}, "ringside.task") == [
            (Path("model.py"), "ringside.errors")
        ]


class TestTheWorld:
    """Who touches what is outside of the process."""

    def test_reaches_no_module_by_the_environment(self):
        """Only the command line and the GitHub room read environment variables; and a database's URL is in one."""
        outside = ("ringside/cli/", "ringside/github/", "ringside/sources/connection.py")
        reads = re.compile(r"\bos\.(environ|getenv)\b")
        found = [name for name in MACHINERY if reads.search((SRC / name).read_text(encoding="utf-8"))]

        assert [name for name in found if not name.startswith(outside)] == []

    def test_is_written_to_by_two_folders_alone(self):
        """Files are written, moved and removed in `common`, for stages, and in `store`."""
        # `Path.replace` and `Path.rename` are not among them: texts and data frames have methods of these names.
        assert [
            (name, node.attr)
            for name in MACHINERY
            if not name.startswith(("ringside/common/", "ringside/store/"))
            for node in ast.walk(parsed(SRC / name))
            if isinstance(node, ast.Attribute) and WRITES.fullmatch(f".{node.attr}")
        ] == []

    def test_never_meets_a_shell(self):
        """No command is a text for a shell, and no text becomes code."""
        nodes = [(name, node) for name in FILES for node in ast.walk(parsed(SRC / name))]

        assert [(name, node.arg) for name, node in nodes if isinstance(node, ast.keyword) and node.arg == "shell"] == []
        assert [
            (name, node.func.id)
            for name, node in nodes
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in {"eval", "exec"}
        ] == []


class TestSizes:
    """The budget."""

    def test_of_files_are_small(self):
        """None is longer than 450 lines."""
        lines = {path.relative_to(PROJECT): path.read_text(encoding="utf-8").count("\n") for path in PYTHON}

        assert {path: count for path, count in lines.items() if count > 450} == {}

    def test_of_functions_are_small(self):
        """No body is longer than 50 lines without its docstring."""
        long = {}
        for path in PYTHON:
            for node in ast.walk(parsed(path)):
                if isinstance(node, ast.FunctionDef):
                    docstring = ast.get_docstring(node, clean=False)
                    lines = node.end_lineno - node.lineno - (docstring.count("\n") + 1 if docstring else 0)
                    long |= {f"{path.relative_to(PROJECT)}: {node.name}": lines} if lines > 50 else {}

        assert long == {}


class TestNames:
    """What the tests' modules are called."""

    def test_of_shared_modules_are_given_once(self):
        """Every folder of tests is on one path, where the first of two modules of a name would hide the other."""
        tests = PROJECT / "tests"
        packages = {path.parent for path in tests.rglob("__init__.py")}
        names = [path.stem for path in tests.rglob("*.py") if path.parent not in packages and path.stem != "conftest"]

        assert [name for name, times in Counter(names).items() if times > 1] == []


# What the process of a stage imports and dvc.yaml leaves out, because it changes no output.
OUTSIDE = {
    "__init__.py": "it imports nothing by itself",
    "errors.py": "it words errors",
    "github/__init__.py": "it is a docstring",
    "github/run.py": "the command line reads the event of a job, to hide values of rows in its log",
    "pipeline/__init__.py": "it is a docstring",
    "store/__init__.py": "it is a docstring",
    "store/times.py": "the command line writes what the stage took, after the outputs",
    "store/workspace.py": "the same",
    "task.py": "it repeats the names of common/task.py for tasks",
}
STAGES = ("validate", "split", "train", "evaluate")

TRACED = """
import atexit, json, sys
from pathlib import Path
def show():
    files = [Path(m.__file__) for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
    root = Path.cwd()
    print(json.dumps(sorted(f.relative_to(root).as_posix() for f in files if f.is_relative_to(root))))
atexit.register(show)
from ringside.cli.main import main
sys.argv = ["ringside", sys.argv[1]]
main()
"""


@cache
def imported(checkout: Path, stage: str) -> frozenset[str]:
    """The files of a checkout that the process of a stage imports, from the checkout's root."""
    done = subprocess.run(
        [sys.executable, "-c", TRACED, stage],
        cwd=checkout,
        env=Checkout(checkout).environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return frozenset(json.loads(done.stdout.splitlines()[-1]))


def declared(checkout: Path, stage: str) -> list[str]:
    """The files and folders of Python that dvc.yaml names for a stage."""
    deps = yaml.safe_load((checkout / "dvc.yaml").read_text())["stages"][stage]["deps"]
    return [dep for dep in deps if "src/" in dep]


def undeclared(names: frozenset[str], deps: list[str]) -> list[str]:
    """Imported files that no dependency covers and `OUTSIDE` does not excuse."""
    package = "packages/ringside/src/ringside/"
    excused = {f"{package}{name}" for name in OUTSIDE}
    rest = [name for name in names if not name.startswith(f"{package}cli/") and name not in excused]
    return sorted(name for name in rest if not any(name == dep or name.startswith(f"{dep}/") for dep in deps))


@pytest.mark.slow
@pytest.mark.xdist_group("dependencies")
class TestDependencies:
    """What dvc.yaml says that a stage depends on, for the pipeline of each toy task."""

    @pytest.fixture(scope="module", params=["diabetes", "harbour", "wine"])
    def trained(self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A checkout in which the pipeline of the task has run."""
        place = tmp_path_factory.mktemp(request.param)
        for month in harbour_ring.FIRST:
            harbour_months.write_month(place / "months", month)
        checkout = Checkout.of_project(place / "checkout")
        checkout.use_task(request.param)
        checkout.ok("ringside", "ingest", env={"HARBOUR": str(place / "months")})
        checkout.ok("dvc", "repro")
        return checkout.root

    def test_cover_what_a_stage_imports(self, trained: Path):
        """Nothing that a stage imports is outside of its two folders, of the task's files and of `OUTSIDE`."""
        assert [undeclared(imported(trained, stage), declared(trained, stage)) for stage in STAGES] == [[], [], [], []]

    def test_would_be_found_incomplete(self, trained: Path):
        """The rule is able to fail: without `common`, its files are undeclared."""
        deps = [dep for dep in declared(trained, "train") if not dep.endswith("/common")]

        assert "packages/ringside/src/ringside/common/files.py" in undeclared(imported(trained, "train"), deps)

    def test_are_two_folders_of_the_package(self, trained: Path):
        """Each stage names `common` and its own folder, and no other code of the package."""
        package = "packages/ringside/src/ringside"
        found = {stage: [dep for dep in declared(trained, stage) if dep.startswith("packages/")] for stage in STAGES}

        assert found == {stage: [f"{package}/common", f"{package}/pipeline/{stage}"] for stage in STAGES}

    def test_have_no_file_in_a_stages_folder_that_it_does_not_import(self, trained: Path):
        """Whoever edits a file that a stage does not use runs that stage for nothing."""
        package = trained / "packages/ringside/src/ringside"
        names = {stage: (package / "pipeline" / stage).rglob("*.py") for stage in STAGES}

        assert [
            path
            for stage, paths in names.items()
            for path in paths
            if path.relative_to(trained).as_posix() not in imported(trained, stage)
        ] == []

    def test_have_in_common_what_two_stages_import(self, trained: Path):
        """A file that one stage alone imports is in that stage's folder."""
        common = trained / "packages/ringside/src/ringside/common"
        users = {
            path.name: sum(path.relative_to(trained).as_posix() in imported(trained, stage) for stage in STAGES)
            for path in common.glob("*.py")
        }

        assert {name: count for name, count in users.items() if count < 2} == {}
