"""The loader finds a task's parts, and what is wrong with one is an error that names the place and the remedy.

Each test writes a package of its own name, since Python remembers the modules that it imported.
"""

import itertools
import sys
from pathlib import Path

import pytest

from packages import Package
from ringside.errors import RingsideError, SourceError, TaskError
from ringside.loader import load_model_builder, load_schema, load_source, load_task
from ringside.task import TrainParams

_NUMBERS = itertools.count(1)

SOURCE = """
    import pandas as pd

    def partitions():
        return ["2024-01", "2024-02"]

    def read(partition):
        return pd.DataFrame({"customer": [1], "bought": [True]})
"""
SCHEMA = """
    from pandera.pandas import Column, DataFrameSchema

    SCHEMA = DataFrameSchema({"customer": Column(int), "region": Column(str), "bought": Column(bool)})
"""
MODEL = """
    from sklearn.linear_model import LogisticRegression

    def build_model(params):
        return LogisticRegression(random_state=params.seed)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A task that is in order, under a name that no other test has."""
    # What `load_task` puts in front goes when the test ends.
    monkeypatch.setattr(sys, "path", [*sys.path])
    package = Package(tmp_path, f"shop_{next(_NUMBERS)}")
    package.state()
    for file, text in (("source.py", SOURCE), ("schema.py", SCHEMA), ("model.py", MODEL)):
        package.write(file, text)
    return package


def refusal(load, *args: object, kind: type[RingsideError] = TaskError) -> RingsideError:
    """The error that a call gives."""
    with pytest.raises(kind) as caught:
        load(*args)
    return caught.value


class TestTaskInOrder:
    """A package with its four files."""

    def test_is_found_under_src(self, package):
        """`load_task` answers the package's TASK."""
        assert package.load().name == package.name

    def test_offers_its_source(self, package):
        """Partitions are names in order, a partition is a frame, and a fingerprint need not be."""
        source = load_source(package.load())

        assert source.partitions() == ["2024-01", "2024-02"]
        assert list(source.read("2024-01").columns) == ["customer", "bought"]
        assert source.fingerprint("2024-01") is None

    def test_offers_a_fingerprint_as_text(self, package):
        """Whatever `fingerprint` answers is written down as a text."""
        package.write("source.py", SOURCE + "\n    def fingerprint(partition):\n        return 17\n")

        assert load_source(package.load()).fingerprint("2024-01") == "17"

    def test_offers_its_schema(self, package):
        """The schema is the one of schema.py."""
        assert list(load_schema(package.load()).columns) == ["customer", "region", "bought"]

    def test_may_have_a_schema_class(self, package):
        """A `DataFrameModel` is taken as the schema that it describes."""
        package.write(
            "schema.py",
            """
            from pandera.pandas import DataFrameModel

            class SCHEMA(DataFrameModel):
                customer: int
                bought: bool
            """,
        )

        assert list(load_schema(package.load()).columns) == ["customer", "bought"]

    def test_offers_its_model(self, package):
        """`build_model` receives the parameters, and its estimator is handed on."""
        build_model = load_model_builder(package.load())

        assert build_model(TrainParams(seed=3)).random_state == 3

    def test_is_read_no_further_than_a_stage_needs(self, package):
        """A broken source.py and a broken model.py do not stop a stage that needs the schema alone."""
        package.write("source.py", "raise RuntimeError")
        package.write("model.py", "raise RuntimeError")

        assert load_schema(package.load()) is not None


class TestNoTask:
    """A name in params.yaml behind which there is no task."""

    def test_without_a_package(self, package):
        """A package that there is not is named with its place under src."""
        error = refusal(load_task, package.root, "no_such_shop")

        assert error.where == "task 'no_such_shop', __init__.py"
        assert error.found == "there is no src/no_such_shop"
        assert "params.yaml" in error.remedy

    @pytest.mark.parametrize("text", ["", "TASK = {'name': 'shop'}", "task = 1"])
    def test_without_a_statement(self, package, text):
        """A package whose `TASK` is missing or no Task is told how to state one."""
        package.write("__init__.py", text)

        error = refusal(package.load)

        assert error.where == f"task {package.name!r}, __init__.py"
        assert "there is no `TASK`" in error.found
        assert "TASK = Task(...)" in error.remedy

    def test_with_the_name_of_another(self, package):
        """A task whose `name` is not its package's is told both ways out."""
        package.state(name="warehouse")

        error = refusal(package.load)

        assert error.where == f"task {package.name!r}, field `name`"
        assert error.remedy == f"set `name={package.name!r}`, or `task: warehouse` in params.yaml."

    def test_with_a_fact_that_does_not_hold(self, package):
        """The error of the fact arrives as it is, with the task, the field and the remedy."""
        package.state(kind="ranking")

        error = refusal(package.load)

        assert error.where == f"task {package.name!r}, field `kind`"
        assert error.remedy == "set it to one of binary, multiclass, regression."

    def test_with_a_fact_left_out(self, package):
        """A fact that has to be stated and is not is named."""
        package.write(
            "__init__.py", "from ringside.task import Task\nTASK = Task(name='x', kind='binary', target='y')\n"
        )

        error = refusal(package.load)

        assert error.where == f"task {package.name!r}, __init__.py"
        assert "'identity'" in error.found


@pytest.mark.parametrize(
    ("file", "load", "offers"),
    [
        ("source.py", load_source, "partitions"),
        ("schema.py", load_schema, "SCHEMA"),
        ("model.py", load_model_builder, "build_model"),
    ],
)
class TestFile:
    """A file of the task that is missing, cannot be imported, or lacks what it has to offer."""

    def test_that_is_missing(self, package, file, load, offers):
        """The error names the task, the file, and where it is said what belongs there."""
        (package.root / "src" / package.name / file).unlink()

        error = refusal(load, package.load())

        assert error.where == f"task {package.name!r}, {file}", offers
        assert f"src/{package.name}/{file.removesuffix('.py')}" in error.found
        assert "ringside.task" in error.remedy

    def test_that_lacks_its_name(self, package, file, load, offers):
        """The error names what the file has to offer."""
        package.write(file, '"""Nothing yet."""')

        error = refusal(load, package.load())

        assert error.where == f"task {package.name!r}, {file}"
        assert error.found == f"there is no `{offers}`"

    def test_that_imports_what_is_not_installed(self, package, file, load, offers):
        """The error names the package that is missing, and the remedy how to declare it."""
        package.write(file, "import no_such_library\n")

        error = refusal(load, package.load())

        assert error.where == f"task {package.name!r}, {file}", offers
        assert error.found == "it imports 'no_such_library', which is not installed"
        assert "pyproject.toml" in error.remedy

    def test_with_a_syntax_error(self, package, file, load, offers):
        """The error names the file and the line."""
        package.write(file, "X = 1\n\ndef partitions(:\n")

        error = refusal(load, package.load())

        assert error.where == f"task {package.name!r}, {file}", offers
        assert f"({file}, line 3)" in error.found

    def test_that_fails_when_it_is_imported(self, package, file, load, offers):
        """An error of the file's own is shown with its type and its text."""
        package.write(file, "{}['key']\n")

        error = refusal(load, package.load())

        assert error.where == f"task {package.name!r}, {file}", offers
        assert error.found == "it cannot be imported: KeyError: 'key'"


class TestSource:
    """What source.py answers."""

    def test_without_read(self, package):
        """Both functions have to be there before the first is called."""
        package.write("source.py", "def partitions():\n    return []\n")

        assert refusal(load_source, package.load()).found == "there is no `read`"

    @pytest.mark.parametrize(
        ("names", "told"),
        [
            (["2024-02", "2024-01"], "out of order: 2024-01 comes after 2024-02"),
            (["month-9", "month-10"], "out of order: month-10 comes after month-9"),
            (["2024-01", "2024-01"], "2024-01 stands more than once"),
            (["2024/01"], "'2024/01' is no name for a partition"),
            (["../secret"], "'../secret' is no name for a partition"),
            ([".hidden"], "'.hidden' is no name for a partition"),
            ([""], "'' is no name for a partition"),
            (["x" * 101], f"'{'x' * 101}' is no name for a partition"),
            (["2024-01\n"], "is no name for a partition"),
            ([202401], "202401 is no name for a partition"),
            ([None], "None is no name for a partition"),
        ],
    )
    def test_with_partitions_that_are_none(self, package, names, told):
        """Names out of order, doubled or unfit for a file are named, with the function that answered them."""
        package.write(
            "source.py", f"def partitions():\n    return {names!r}\n\ndef read(partition):\n    return None\n"
        )

        error = refusal(load_source(package.load()).partitions)

        assert error.where == f"task {package.name!r}, source.py, `partitions()`"
        assert told in error.found
        assert error.remedy

    @pytest.mark.parametrize("answer", [None, 12, "2024-01"])
    def test_with_no_list_of_partitions(self, package, answer):
        """`partitions()` answers a list of names; nothing, a number and one text are none."""
        package.write(
            "source.py", f"def partitions():\n    return {answer!r}\n\ndef read(partition):\n    return None\n"
        )

        error = refusal(load_source(package.load()).partitions)

        assert error.where == f"task {package.name!r}, source.py, `partitions()`"
        assert repr(answer) in error.found

    def test_with_partitions_from_a_generator(self, package):
        """A generator of names serves as well as a list."""
        package.write("source.py", "def partitions():\n    yield 'a'\n    yield 'b'\n\nread = partitions\n")

        assert load_source(package.load()).partitions() == ["a", "b"]

    @pytest.mark.parametrize("body", ["raise OSError('no route')", "yield 'a'; raise OSError('no route')"])
    def test_that_cannot_be_reached_for_its_partitions(self, package, body):
        """An error while the names come in is the source's, with the call that failed."""
        package.write("source.py", f"def partitions():\n    {body}\n\ndef read(partition):\n    return None\n")

        error = refusal(load_source(package.load()).partitions, kind=SourceError)

        assert error.where == f"task {package.name!r}, source.py, `partitions()`"
        assert "OSError: no route" in error.found

    @pytest.mark.parametrize("function", ["read", "fingerprint"])
    def test_that_cannot_be_reached_for_a_partition(self, package, function):
        """An error while a partition is read names the call with the partition, the cause, and what to do."""
        package.write("source.py", SOURCE + f"\n    def {function}(partition):\n        raise TimeoutError('30 s')\n")

        error = refusal(getattr(load_source(package.load()), function), "2024-02", kind=SourceError)

        assert error.where == f"task {package.name!r}, source.py, `{function}('2024-02')`"
        assert error.found == "the source cannot be read: TimeoutError: 30 s"
        assert "run again" in error.remedy


class TestSchema:
    """What schema.py has to fit."""

    @pytest.mark.parametrize(
        ("field", "value", "column"),
        [
            ("target", "sold", "sold"),
            ("identity", ("customer", "week"), "week"),
            ("time", "monday", "monday"),
            ("group", "street", "street"),
            ("slices", ("region", "country"), "country"),
        ],
    )
    def test_lacks_a_column_that_a_fact_names(self, package, field, value, column):
        """The error names the field and the column, shows the columns that there are, and both ways out."""
        package.state(**{field: value})

        error = refusal(load_schema, package.load())

        assert error.where == f"task {package.name!r}, field `{field}`"
        assert error.found == f"{column!r} is no column of the schema (customer, region, bought)"
        assert error.remedy == f"add {column!r} to SCHEMA in schema.py, or name a column that is there."

    @pytest.mark.parametrize("value", ["None", "{'customer': int}", "['customer']", "'customer'"])
    def test_is_none(self, package, value):
        """Something that is no schema of pandera is named, with what to make of it."""
        package.write("schema.py", f"SCHEMA = {value}\n")

        error = refusal(load_schema, package.load())

        assert error.where == f"task {package.name!r}, schema.py, `SCHEMA`"
        assert error.remedy == "make it a pandera.pandas.DataFrameSchema."

    def test_is_a_data_frame(self, package):
        """An empty data frame has columns too, and is no schema."""
        package.write("schema.py", "import pandas as pd\n\nSCHEMA = pd.DataFrame({'customer': [], 'bought': []})\n")

        assert "it is no pandera schema" in refusal(load_schema, package.load()).found

    @pytest.mark.parametrize("field", ["identity", "group"])
    def test_lets_a_row_be_without_identity_or_group(self, package, field):
        """A column that tells rows or groups apart must not be missing, and the error says how the schema says so."""
        package.state(**{field: ("region",) if field == "identity" else "region"})
        package.write("schema.py", SCHEMA.replace("Column(str)", "Column(str, nullable=True)"))

        error = refusal(load_schema, package.load())

        assert error.where == f"task {package.name!r}, field `{field}`"
        assert "nullable=False" in error.remedy


class TestModel:
    """What `build_model` answers."""

    def build(self, package: Package, kind: str, body: str) -> object:
        """The answer of a `build_model` with this body, for a task of this kind."""
        package.state(kind=kind)
        package.write("model.py", f"def build_model(params):\n    {body}\n")
        return load_model_builder(package.load())(TrainParams())

    @pytest.mark.parametrize("kind", ["binary", "multiclass"])
    @pytest.mark.parametrize(
        "body",
        [
            "from sklearn.svm import LinearSVC; return LinearSVC()",
            "import sklearn.pipeline as p, sklearn.svm as s; return p.make_pipeline(s.LinearSVC())",
        ],
    )
    def test_has_no_probabilities(self, package, kind, body):
        """A classifier without `predict_proba` is named, alone or at the end of a Pipeline, with a wrapper that has."""
        error = refusal(self.build, package, kind, body)

        assert error.where == f"task {package.name!r}, model.py, `build_model`"
        assert f"has no `predict_proba`, which kind {kind!r} needs" in error.found
        assert "CalibratedClassifierCV" in error.remedy

    def test_needs_no_probabilities_for_a_regression(self, package):
        """A regressor answers numbers, so `predict` is enough."""
        body = "from sklearn.svm import LinearSVR; return LinearSVR()"

        assert hasattr(self.build(package, "regression", body), "predict")

    @pytest.mark.parametrize(
        ("answer", "named"),
        [("None", "NoneType"), ("{}", "dict"), ("'LogisticRegression'", "str")],
    )
    def test_is_no_estimator(self, package, answer, named):
        """Anything else than an estimator is named by its type."""
        error = refusal(self.build, package, "binary", f"return {answer}")

        assert error.where == f"task {package.name!r}, model.py, `build_model`"
        assert error.found == f"it returned {named}, which is no estimator"
        assert "Pipeline" in error.remedy

    def test_is_a_class_instead_of_an_estimator(self, package):
        """A forgotten pair of parentheses is found before anything is fitted."""
        body = "from sklearn.linear_model import LogisticRegression; return LogisticRegression"

        assert "which is no estimator" in refusal(self.build, package, "binary", body).found

    def test_cannot_be_built(self, package):
        """An error inside `build_model` is an error of the task, with its type and its text."""
        error = refusal(self.build, package, "binary", "return params.depth")

        assert error.where == f"task {package.name!r}, model.py, `build_model`"
        assert "AttributeError" in error.found
