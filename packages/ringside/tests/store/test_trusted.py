"""What is remembered of model files."""

import subprocess
import sys

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from ringside.common.model_file import dump_model
from ringside.errors import ModelError
from ringside.store.caches import untrusted

PLAIN = dump_model(LogisticRegression().fit([[0.0], [1.0]], [0, 1]))
STRANGE = dump_model(FunctionTransformer(subprocess.run))
ASKED_AGAIN = """
import sys
from pathlib import Path
from ringside.store.caches import untrusted
print(untrusted(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes(), where="model.skops", trusted_types=()))
print("sklearn" in sys.modules)
"""


def asked(path, content, *types):
    """The types that nobody trusts."""
    return untrusted(path / "trusted.json", content, where="model.skops", trusted_types=types)


class TestUntrusted:
    """`untrusted`."""

    def test_of_a_plain_model_is_nothing(self, tmp_path):
        """A model of scikit-learn's own types holds none."""
        assert asked(tmp_path, PLAIN) == ()

    def test_names_a_type_that_nobody_trusts(self, tmp_path):
        """A function that starts programs is told by its name, each time."""
        assert [asked(tmp_path, STRANGE), asked(tmp_path, STRANGE)] == [("subprocess.run",)] * 2

    def test_is_nothing_where_the_task_trusts_it(self, tmp_path):
        """The task's own list counts, and an answer with it is none without it."""
        assert asked(tmp_path, STRANGE, "subprocess.run") == ()
        assert asked(tmp_path, STRANGE) == ("subprocess.run",)

    def test_of_a_known_file_imports_nothing(self, tmp_path):
        """A file that was looked at costs no scikit-learn the second time."""
        asked(tmp_path, PLAIN)
        (tmp_path / "model.skops").write_bytes(PLAIN)
        places = [tmp_path / "trusted.json", tmp_path / "model.skops"]

        done = subprocess.run([sys.executable, "-c", ASKED_AGAIN, *places], capture_output=True, text=True, check=True)

        assert done.stdout.split() == ["()", "False"]

    @pytest.mark.parametrize("text", ["{", "7", '{"a": 1}'])
    def test_does_not_need_what_was_remembered(self, tmp_path, text):
        """A damaged memory is made anew."""
        (tmp_path / "trusted.json").write_text(text)

        assert [asked(tmp_path, PLAIN), asked(tmp_path, STRANGE)] == [(), ("subprocess.run",)]

    def test_of_a_damaged_file_is_an_error(self, tmp_path):
        """Half a file is told as such."""
        with pytest.raises(ModelError, match="damaged"):
            asked(tmp_path, PLAIN[: len(PLAIN) // 2])
