"""Model files: bytes that are a function of the model, and nothing loaded that is not trusted."""

import ast
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ringside.common.model_file import check_trusted, dump_model, load_model
from ringside.errors import ModelError
from store.model_zoo import FOLDER, MODELS, Halved, edited, entries, fitted, fruit, nodes, predictions, repacked, schema

pytestmark = pytest.mark.slow

WHERE = "models/model.skops"
SRC = FOLDER.parent / "src" / "ringside"

# A name and a seed need no simpler example, which would cost many fits.
PROPERTY = settings(deadline=None, derandomize=True, max_examples=15, phases=[Phase.explicit, Phase.generate])
NAMES = st.sampled_from(sorted(MODELS))
SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def small() -> bytes:
    """The file of a small model."""
    return dump_model(LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [False, False, True, True]))


@pytest.fixture(scope="module")
def boosted() -> bytes:
    """The file of a model with trees, categories and threads."""
    return dump_model(fitted("hist_gradient_boosting"))


@pytest.fixture(scope="module")
def elsewhere() -> dict[str, dict[str, str]]:
    """The hashes of all models, by the thread count of the process that fitted them."""
    command = [sys.executable, "-m", "store.model_zoo"]
    env = os.environ | {"PYTHONPATH": str(FOLDER)}
    processes = {
        threads: subprocess.Popen(
            command, env=env | {"OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}, stdout=subprocess.PIPE
        )
        for threads in ("1", "4")
    }
    return {threads: json.loads(process.communicate()[0]) for threads, process in processes.items()}


@pytest.fixture(scope="module")
def own() -> bytes:
    """The file of a model with a type of somebody's own."""
    model = make_pipeline(Halved(), LogisticRegression())
    return dump_model(model.fit([[0.0], [1.0], [2.0], [3.0]], [False, False, True, True]))


def _refused(content: bytes, *trusted: str) -> ModelError:
    with pytest.raises(ModelError) as caught:
        load_model(content, where=WHERE, trusted_types=trusted)
    assert caught.value.where == WHERE
    return caught.value


@pytest.mark.long
class TestSameModelSameBytes:
    """`dump_model` is canonical."""

    @PROPERTY
    @given(NAMES, SEEDS)
    def test_for_a_fit_done_twice(self, name, seed):
        """Two fits of the same estimator on the same rows have one file."""
        assert dump_model(fitted(name, seed)) == dump_model(fitted(name, seed))

    @pytest.mark.parametrize("name", MODELS)
    def test_for_a_fit_in_another_process(self, elsewhere, name):
        """Processes with other seeds of Python's hashes and other thread counts write the same file."""
        assert elsewhere["1"][name] == elsewhere["4"][name]

    @PROPERTY
    @given(NAMES, SEEDS)
    def test_for_a_model_that_was_loaded(self, name, seed):
        """Writing what was loaded gives the file that it was loaded from."""
        content = dump_model(fitted(name, seed))

        assert content == dump_model(load_model(content, where=WHERE))

    def test_for_an_order_of_a_set(self):
        """The order in which a set of texts happens to be iterated does not show."""
        one, two = Halved(), Halved()
        one.seen, two.seen = {"a", "i"}, {"i", "a"}
        one.seen.update(map(str, range(50)))
        two.seen.update(map(str, reversed(range(50))))

        assert dump_model(one) == dump_model(two)


class TestOtherModelOtherBytes:
    """What differs between models is in the file."""

    @pytest.mark.parametrize("name", MODELS)
    def test_for_other_rows(self, name):
        """A model of other rows has another file."""
        assert dump_model(fitted(name, 0)) != dump_model(fitted(name, 1))

    def test_for_another_parameter(self):
        """A parameter that changes no prediction is in the file all the same."""
        assert dump_model(LogisticRegression(verbose=0)) != dump_model(LogisticRegression(verbose=1))

    def test_for_one_array_or_two_equal_ones(self):
        """Whether two attributes are one array or two equal ones changes what a later edit of one does, and shows."""
        one, two = Halved(), Halved()
        one.a = one.b = np.zeros(3)
        two.a, two.b = np.zeros(3), np.zeros(3)

        assert dump_model(one) != dump_model(two)


class TestWhatIsNotInTheFile:
    """What changes from run to run though the model is the same."""

    @pytest.mark.parametrize("name", MODELS)
    def test_memory_addresses(self, name):
        """Identities count from 0, and arrays are named by numbers."""
        content = dump_model(fitted(name))
        found = {node["__id__"] for node in nodes(schema(content)) if "__id__" in node}
        files = [file for file in entries(content) if file != "schema.json"]

        assert found == set(range(len(found)))
        assert files == [f"{number:05d}.npy" for number in range(len(files))]

    def test_thread_counts(self, boosted):
        """The thread counts that HistGradientBoosting keeps are left open."""
        counts = [node["n_threads"]["content"] for node in nodes(schema(boosted)) if "n_threads" in node]

        assert counts
        assert {"null"} == set(counts)

    def test_times(self, boosted):
        """Each entry of the zip file has the first time that zip knows."""
        with zipfile.ZipFile(io.BytesIO(boosted)) as archive:
            assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in archive.infolist()}

    def test_compression(self, boosted):
        """Nothing is compressed, since each version of zlib does it differently."""
        with zipfile.ZipFile(io.BytesIO(boosted)) as archive:
            assert {zipfile.ZIP_STORED} == {entry.compress_type for entry in archive.infolist()}


class TestLoadModel:
    """A file that is in order."""

    @PROPERTY
    @given(NAMES, SEEDS)
    def test_predicts_as_the_fitted_model(self, name, seed):
        """Each prediction is the same to the last bit."""
        model = fitted(name, seed)
        loaded = load_model(dump_model(model), where=WHERE)

        assert np.array_equal(predictions(model, seed), predictions(loaded, seed))

    def test_answers_a_model_that_can_be_fitted_again(self, boosted):
        """A loaded model can be fitted, and is then what a new one would be."""
        model = load_model(boosted, where=WHERE).fit(*fruit(5))

        assert np.array_equal(predictions(model, 5), predictions(fitted("hist_gradient_boosting").fit(*fruit(5)), 5))


class TestWhatCannotBeWritten:
    """Models that `dump_model` refuses."""

    def test_names_the_type_that_has_no_form_without_pickle(self, tmp_path):
        """An open file inside an estimator is an error that names the estimator and says what to build from."""
        with (tmp_path / "log").open("w") as log, pytest.raises(ModelError) as caught:
            dump_model(LogisticRegression(verbose=log))

        assert "LogisticRegression cannot be written" in caught.value.found
        assert "no open file" in caught.value.remedy

    def test_refuses_a_lambda(self):
        """A function without a name could be written and never be loaded, so it is refused before."""
        model = make_pipeline(FunctionTransformer(lambda values: values), LogisticRegression())
        with pytest.raises(ModelError, match="lambda"):
            dump_model(model)


class TestDamage:
    """A file that is not what was written."""

    @settings(deadline=None, derandomize=True, max_examples=200)
    @given(st.data())
    def test_of_any_byte_of_the_payload_is_refused(self, small, data):
        """One byte that changed in any entry is an error that says where to take the file from."""
        name = data.draw(st.sampled_from(sorted(entries(small))))
        payload = entries(small)[name]
        at = small.index(payload) + data.draw(st.integers(0, len(payload) - 1))
        error = _refused(_flipped(small, at, data.draw(st.integers(1, 255))))

        assert "damaged" in error.found
        assert "`dvc repro`, or the release" in error.remedy

    @settings(deadline=None, derandomize=True, max_examples=300)
    @given(st.data())
    def test_of_any_byte_is_refused_or_changes_nothing(self, small, data):
        """One byte that changed anywhere, the zip's own tables included, never gives another model."""
        content = _flipped(small, data.draw(st.integers(0, len(small) - 1)), data.draw(st.integers(1, 255)))
        try:
            model = load_model(content, where=WHERE)
        except ModelError:
            return

        assert small == dump_model(model)

    @pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99, 0.9999])
    def test_by_truncation_is_refused(self, boosted, share):
        """A file that was cut off anywhere is refused."""
        assert "damaged" in _refused(boosted[: int(len(boosted) * share)]).found

    @pytest.mark.parametrize("content", [b"version https://git-lfs", b"PK\x03\x04", b"\x80\x04N."])
    def test_that_is_no_zip_file_is_refused(self, content):
        """Another kind of file is refused."""
        assert "it is no skops file" in _refused(content).found

    @pytest.mark.parametrize(
        "part", [b"", b"{", b"[]", b"{}", b"null", b'{"protocol": 99}', b'{"protocol": 2, "__loader__": "NoNode"}']
    )
    def test_of_the_schema_is_refused(self, small, part):
        """A zip file whose schema is no schema is refused."""
        assert "it is no skops file" in _refused(repacked(entries(small) | {"schema.json": part})).found

    def test_by_a_missing_entry_is_refused(self, small):
        """A schema that names an array which is not there is refused."""
        parts = entries(small)
        del parts["00000.npy"]

        assert "00000.npy" in _refused(repacked(parts)).found

    def test_by_a_missing_attribute_is_refused(self, small):
        """An array of another kind where the schema says an array is, is refused."""
        assert "cannot be loaded" in _refused(repacked(entries(small) | {"00000.npy": b"no array"})).found


class TestTrust:
    """Types that are not on the list."""

    def test_is_not_given_to_a_type_of_ones_own(self, own):
        """The error names the type and the place where it could be trusted."""
        error = _refused(own)

        assert "types that are not trusted: store.model_zoo.Halved" in error.found
        assert "Task.trusted_types" in error.remedy

    def test_is_given_by_the_task(self, own):
        """A type that the task names is loaded."""
        model = load_model(own, where=WHERE, trusted_types=["store.model_zoo.Halved"])

        assert isinstance(model[0], Halved)

    def test_is_given_to_no_other_type_by_the_task(self, own):
        """Trust in one type is none in another."""
        assert "store.model_zoo.Halved" in _refused(own, "store.model_zoo.Other").found

    def test_that_lacks_is_told_where_the_file_is_made(self, own):
        """The remedy has the lines that state the type, those that the task states already among them."""
        with pytest.raises(ModelError) as caught:
            check_trusted(own, where=WHERE, trusted_types=["shop.Mine"], stated_in="src/shop/__init__.py")

        assert "not trusted: store.model_zoo.Halved" in caught.value.found
        assert caught.value.remedy.endswith(
            'src/shop/__init__.py, where a review sees it:\n    trusted_types=(\n        "shop.Mine",\n'
            '        "store.model_zoo.Halved",\n    ),'
        )

    def test_that_is_whole_is_told_to_nobody(self, own, small):
        """A file of trusted types passes, and one of a type that the task states."""
        check_trusted(small, where=WHERE, trusted_types=[], stated_in="src/shop/__init__.py")
        check_trusted(own, where=WHERE, trusted_types=["store.model_zoo.Halved"], stated_in="src/shop/__init__.py")

    @pytest.mark.parametrize(("module", "name"), [("os", "system"), ("builtins", "eval"), ("subprocess", "Popen")])
    def test_is_not_given_to_a_function_that_the_schema_was_edited_to_name(self, module, name):
        """A transformer that would call a function of the system is refused by its name."""

        def edit(node: dict) -> None:
            if node.get("__loader__") == "FunctionNode":
                node |= {"__module__": module, "__class__": name}

        content = edited(dump_model(FunctionTransformer(np.log1p).fit([[1.0]])), edit)

        assert f"not trusted: {module}.{name}" in _refused(content).found

    def test_is_not_given_to_a_type_that_the_schema_was_edited_to_name(self, small):
        """An estimator that became something else is refused by its name."""

        def edit(node: dict) -> None:
            if node.get("__class__") == "LogisticRegression":
                node |= {"__module__": "subprocess", "__class__": "Popen"}

        assert "not trusted: subprocess.Popen" in _refused(edited(small, edit)).found


class _Touch:
    """What a pickle can do to whoever loads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


class TestNoPickle:
    """Pickle runs whatever a file says; no part of loading a model uses it."""

    def test_is_loaded_from_an_entry(self, small, tmp_path):
        """An array that hides a pickle is refused, and what the pickle would do was not done."""
        array = np.empty(1, dtype=object)
        array[0] = _Touch(tmp_path / "done")
        hidden = io.BytesIO()
        np.save(hidden, array, allow_pickle=True)
        error = _refused(repacked(entries(small) | {"00000.npy": hidden.getvalue()}))

        assert "allow_pickle=False" in error.found
        assert not (tmp_path / "done").exists()

    def test_is_loaded_as_the_whole_file(self, tmp_path):
        """A pickle under the name of a model file is refused, and what it would do was not done."""
        _refused(pickle.dumps(_Touch(tmp_path / "done")))

        assert not (tmp_path / "done").exists()

    def test_is_imported_by_the_machinery(self):
        """No module of `ringside` imports pickle, or a library that is pickle under another name."""
        trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in SRC.rglob("*.py")}
        imported = {
            (module, (alias.name if isinstance(node, ast.Import) else node.module or "").partition(".")[0])
            for module, tree in trees.items()
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }

        assert ("model_file.py", "skops") in imported
        assert [pair for pair in imported if pair[1] in {"pickle", "cloudpickle", "dill", "joblib", "shelve"}] == []


def _flipped(content: bytes, at: int, by: int) -> bytes:
    return content[:at] + bytes([content[at] ^ by]) + content[at + 1 :]
