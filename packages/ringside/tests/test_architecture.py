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

from harness import PROJECT, TASKS, Checkout

SRC = PACKAGE / "src"
FILES = sorted(path.relative_to(SRC).as_posix() for path in SRC.rglob("*.py"))
MACHINERY = [name for name in FILES if name.startswith("ringside/")]
PYTHON = [*(SRC / name for name in FILES), *(PACKAGE / "bench").rglob("*.py"), *(PACKAGE / "tests").rglob("*.py")]

# Rooms that know nothing of each other, so that each can be installed and tested by itself.
FORBIDDEN = {
    "ringside/verdict/": r"^ringside\.(pipeline|registry|github|cli|loop)\b|^(pandas|sklearn|pyarrow|dvc)\b",
    "ringside/report/": r"^ringside\.(pipeline|registry|github|cli|loop)\b|^(pandas|sklearn)\b",
    "ringside/pipeline/": r"^ringside\.(cli|github|registry|loop)\b|^dvc\b",
    "ringside/data/": r"^ringside\.(cli|github|registry|loop|pipeline)\b",
    "ringside/store/": r"^ringside\.(cli|github|registry|loop|pipeline|data)\b",
    "ringside/registry/": r"^ringside\.(cli|github|loop)\b",
    "ringside/bout/": r"^ringside\.(cli|github|loop)\b|^dvc\b",
    "ringside/loop/": r"^ringside\.(cli|github)\b|^dvc\b",
    "ringside/sources/": r"^ringside\.(cli|github|registry|loop|pipeline)\b|^dvc\b",
    "ringside/scaffold/": r"^ringside\.(cli|github|loop|bout)\b|^dvc\b",
    # Jobs with rights to write run these, so they can load no model and no data.
    "ringside/github/": (
        r"^ringside\.(cli|loop|pipeline|bout|verdict|data)\b|^(numpy|pandas|pyarrow|scipy|sklearn|dvc)\b"
    ),
    # A job that reads releases runs it, and installs no model's packages.
    "ringside/tracking/": (
        r"^ringside\.(cli|github|loop|pipeline|bout|verdict|data)\b|^(numpy|pandas|pyarrow|scipy|sklearn|dvc)\b"
    ),
    "ringside/": r"^(pickle|joblib|cloudpickle|dill)\b",
}

WRITES = re.compile(r"\.(write_text|write_bytes|mkdir|unlink|touch|rmdir|to_parquet|to_csv|writestr|rmtree)")


@cache
def parsed(path: Path) -> ast.Module:
    """What a file of Python says."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(name: str) -> set[str]:
    """The modules that a file of src/ imports, as full names."""
    found = set()
    for node in ast.walk(parsed(SRC / name)):
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
        tasks = {path.name for path in [*SRC.iterdir(), *TASKS.iterdir()] if path.name != "ringside"}

        assert [name for name in MACHINERY if {module.partition(".")[0] for module in imports(name)} & tasks] == []

    def test_of_a_task_take_the_interface_alone(self):
        """A task imports `ringside.task` and nothing else of the machinery."""
        tasks = {name: imports(name) for name in FILES if not name.startswith("ringside/")}

        assert tasks
        assert [
            (name, module)
            for name, modules in tasks.items()
            for module in modules
            if module.startswith("ringside") and not module.startswith("ringside.task")
        ] == []


class TestTheWorld:
    """Who touches what is outside of the process."""

    def test_reaches_no_module_by_the_environment(self):
        """Only the command line and the GitHub room read environment variables; and a database's URL is in one."""
        outside = ("ringside/cli/", "ringside/github/", "ringside/sources/connection.py")
        reads = re.compile(r"\bos\.(environ|getenv)\b")
        found = [name for name in MACHINERY if reads.search((SRC / name).read_text(encoding="utf-8"))]

        assert [name for name in found if not name.startswith(outside)] == []

    def test_is_written_to_by_the_store_alone(self):
        """Files are written, moved and removed in one room."""
        # `Path.replace` and `Path.rename` are not among them: texts and data frames have methods of these names.
        assert [
            (name, node.attr)
            for name in MACHINERY
            if not name.startswith("ringside/store/")
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


# What a stage imports and dvc.yaml leaves out: these print, choose the verb or word an error, and change no result.
WORDS = {f"src/{name}" for name in MACHINERY if name.startswith("ringside/cli/")} - {"packages/ringside/src/ringside/cli/stages.py"}
WORDS |= {"packages/ringside/src/ringside/errors.py", "packages/ringside/src/ringside/__init__.py", "packages/ringside/src/ringside/verdict/__init__.py"}

TRACED = """
import atexit, json, sys
from pathlib import Path
def show():
    files = [Path(m.__file__) for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
    root = Path.cwd()
    print(json.dumps(sorted(f.relative_to(root).as_posix() for f in files if f.is_relative_to(root / "src"))))
atexit.register(show)
from ringside.cli.main import main
sys.argv = ["ringside", sys.argv[1]]
main()
"""


def is_code(path: Path) -> bool:
    """Whether a file holds more than a docstring."""
    return any(not isinstance(node, ast.Expr) for node in parsed(path).body)


@pytest.mark.long
@pytest.mark.xdist_group("ran")
class TestDependencies:
    """What dvc.yaml says that a stage depends on."""

    @pytest.mark.parametrize("stage", ["validate", "split", "train", "evaluate"])
    def test_are_what_the_stage_imports(self, ran: Checkout, stage):
        """Every file with code that a stage imports is declared, and every declared file of Python is imported."""
        stages = yaml.safe_load((ran.root / "dvc.yaml").read_text())["stages"]
        declared = [dep for dep in stages[stage]["deps"] if dep.startswith("src/")]
        done = subprocess.run(
            [sys.executable, "-c", TRACED, stage],
            cwd=ran.root,
            env=ran.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        imported = [name for name in json.loads(done.stdout.splitlines()[-1]) if name not in WORDS]

        code = [name for name in imported if is_code(ran.root / name)]
        assert [name for name in code if not covered(name, declared)] == []
        assert [dep for dep in declared if not any(covered(name, [dep]) for name in imported)] == []


def covered(name: str, declared: list[str]) -> bool:
    """Whether a file or a folder that it is in is declared."""
    return any(name == dep or name.startswith(f"{dep}/") for dep in declared)
