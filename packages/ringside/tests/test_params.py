"""`params.yaml` is checked against a typed model, and each error names the key and what is allowed."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from harness import PROJECT
from ringside.errors import UsageError
from ringside.loader import load_task
from ringside.params import Params, read_params, train_params
from ringside.task import Field, TrainParams

TEXT = """\
task: toy

validate:
  max_quarantined: 0.01

split:
  strategy: time
  test: 1
  gap: 0
  seed: 0

train:
  seed: 0
  rate: 0.5
  penalty: 2

evaluate:
  bins: 10
"""


class ToyParams(TrainParams):
    """A task's own parameters."""

    rate: float = Field(gt=0, le=1)
    penalty: float = Field(ge=0)
    trees: int = Field(default=10, ge=1)


def written(folder: Path, *edits: tuple[str, str]) -> Path:
    """A params.yaml that is in order but for some edits."""
    text = TEXT
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    path = folder / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def accepted(folder: Path, *edits: tuple[str, str]) -> tuple[Params, ToyParams]:
    """The parameters of such a file, with the task's own."""
    params = read_params(written(folder, *edits))
    return params, train_params(params, ToyParams)


def refusal(folder: Path, *edits: tuple[str, str]) -> UsageError:
    """The error that such a file gives."""
    path = written(folder, *edits)
    with pytest.raises(UsageError) as caught:
        train_params(read_params(path), ToyParams)
    return caught.value


def machinery_keys(model: type[BaseModel] = Params, prefix: str = "") -> set[str]:
    """Every key of params.yaml that is not a task's own, dotted."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        key, kind = f"{prefix}{field.alias or name}", TrainParams if name == "train" else field.annotation
        nested = isinstance(kind, type) and issubclass(kind, BaseModel)
        found |= machinery_keys(kind, f"{key}.") if nested else {key}
    return found


class TestShippedFile:
    """The params.yaml at the root of this repository."""

    def test_is_accepted(self):
        """The sections fit the machinery, and `train` fits the type of the task that the file names."""
        params = read_params(PROJECT / "params.yaml")
        task = load_task(PROJECT, params.task)

        assert isinstance(train_params(params, task.train_params), task.train_params)

    def test_is_documented_key_by_key(self):
        """docs/params.md has every key that the machinery knows by its dotted name; a task documents its own."""
        documented = (PROJECT / "docs" / "params.md").read_text(encoding="utf-8")

        assert {key for key in machinery_keys() if f"`{key}`" not in documented} == set()

    def test_has_every_section(self):
        """A reader finds all keys of the machinery in one place, but for some of the policy that have a default."""
        sections = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
        nested = {name: keys for name, keys in sections.items() if isinstance(keys, dict)}

        written = {*(sections.keys() - nested.keys()), *(f"{name}.{key}" for name in nested for key in nested[name])}
        assert {key for key in machinery_keys() if not key.startswith("policy.")} <= written
        assert {"policy.metric", "policy.tolerance", "policy.uses"} <= written


class TestFileInOrder:
    """A params.yaml that is in order."""

    def test_says_what_stands_in_it(self, tmp_path):
        """Each section has its own type, and the task's own section is the task's own type."""
        params, train = accepted(tmp_path)

        assert (params.task, params.validate_.max_quarantined, params.evaluate.bins) == ("toy", 0.01, 10)
        assert train == ToyParams(seed=0, rate=0.5, penalty=2.0)

    def test_may_leave_out_what_has_a_default(self, tmp_path):
        """`split.gap`, the seeds and the task's own defaults need not be written."""
        params, train = accepted(tmp_path, ("  gap: 0\n  seed: 0\n", ""), ("  seed: 0\n  rate", "  rate"))

        assert (params.split.gap, params.split.seed, train.seed, train.trees) == (0, 0, 0, 10)

    def test_reads_an_exponent_without_a_point_as_a_number(self, tmp_path):
        """`1e-3` is a number, as it is for DVC, though YAML 1.1 takes it for a text."""
        _, train = accepted(tmp_path, ("rate: 0.5", "rate: 1e-3"))

        assert train.rate == 0.001

    def test_may_write_a_whole_number_where_a_fraction_is_allowed(self, tmp_path):
        """`max_quarantined: 0` is the number 0.0."""
        params, _ = accepted(tmp_path, ("max_quarantined: 0.01", "max_quarantined: 0"))

        assert params.validate_.max_quarantined == 0.0

    def test_does_not_change(self, tmp_path):
        """No stage can change a parameter for the next one."""
        params, _ = accepted(tmp_path)

        with pytest.raises(ValueError, match="frozen"):
            params.split.test = 2


class TestUnknownKey:
    """A key that there is not."""

    @pytest.mark.parametrize(
        ("old", "new", "key", "meant"),
        [
            ("evaluate:", "evalute:", "evalute", "evaluate"),
            ("max_quarantined:", "max_quarantine:", "validate.max_quarantine", "max_quarantined"),
            ("strategy:", "stratgy:", "split.stratgy", "strategy"),
            ("rate:", "rat:", "train.rat", "rate"),
            ("bins:", "bin:", "evaluate.bin", "bins"),
        ],
    )
    def test_is_an_error_that_says_what_was_meant(self, tmp_path, old, new, key, meant):
        """At every level the error has the dotted key and the known one that is closest to it."""
        assert f"unknown key `{key}`, did you mean `{meant}`?" in refusal(tmp_path, (old, new)).found

    @pytest.mark.parametrize(
        ("edit", "key", "allowed"),
        [
            (
                ("task: toy", "task: toy\nzzz: 1"),
                "zzz",
                "task, validate, split, train, evaluate, live, data, policy, publish, retrain",
            ),
            (("bins: 10", "bins: 10\n  zzz: 1"), "evaluate.zzz", "bins"),
            (("rate: 0.5", "rate: 0.5\n  zzz: 1"), "train.zzz", "seed, rate, penalty, trees"),
        ],
    )
    def test_is_an_error_that_lists_the_known_ones(self, tmp_path, edit, key, allowed):
        """A key that resembles none is answered by the keys that are allowed at its place."""
        assert refusal(tmp_path, edit).found == f"unknown key `{key}` (allowed here: {allowed})"

    def test_is_told_together_with_all_others(self, tmp_path):
        """Two mistakes are one error, so that nobody has to run the command twice."""
        found = refusal(tmp_path, ("gap: 0", "gap: -1"), ("bins: 10", "bins: 1")).found

        assert "`split.gap` is -1" in found
        assert "`evaluate.bins` is 1" in found


class TestWrongValue:
    """A value of the wrong type, or one that cannot be."""

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("task: toy", "task: 5", "`task` is 5; allowed is a valid string"),
            (
                "max_quarantined: 0.01",
                "max_quarantined: few",
                "`validate.max_quarantined` is 'few'; allowed is a valid",
            ),
            ("strategy: time", "strategy: 3", "`split.strategy` is 3; allowed is 'time', 'group' or 'random'"),
            ("test: 1", "test: '1'", "`split.test` is '1'; allowed is a valid"),
            ("test: 1", "test: true", "`split.test` is True; allowed is a valid"),
            ("gap: 0", "gap: 0.5", "`split.gap` is 0.5; allowed is a valid integer"),
            ("rate: 0.5", "rate: fast", "`train.rate` is 'fast'; allowed is a valid number"),
            ("penalty: 2", "trees: 7.0\n  penalty: 2", "`train.trees` is 7.0; allowed is a valid integer"),
            ("bins: 10", "bins: ten", "`evaluate.bins` is 'ten'; allowed is a valid integer"),
        ],
    )
    def test_of_another_type_is_an_error(self, tmp_path, old, new, told):
        """The error has the dotted key, the value and the type that is allowed."""
        assert told in refusal(tmp_path, (old, new)).found

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("task: toy", "task: my-task", "`task` is 'my-task'"),
            (
                "max_quarantined: 0.01",
                "max_quarantined: 1.5",
                "`validate.max_quarantined` is 1.5; allowed is less than",
            ),
            ("max_quarantined: 0.01", "max_quarantined: -1", "`validate.max_quarantined` is -1; allowed is greater"),
            ("max_quarantined: 0.01", "max_quarantined: .nan", "`validate.max_quarantined` is nan; allowed is"),
            ("strategy: time", "strategy: tme", "`split.strategy` is 'tme'; allowed is 'time', 'group' or 'random'"),
            ("test: 1", "test: 0", "`split.test` is 0; allowed is greater than 0"),
            ("gap: 0", "gap: -1", "`split.gap` is -1; allowed is greater than or equal to 0"),
            ("rate: 0.5", "rate: 2", "`train.rate` is 2; allowed is less than or equal to 1"),
            ("penalty: 2", "penalty: .inf", "`train.penalty` is inf; allowed is a finite number"),
            ("bins: 10", "bins: 101", "`evaluate.bins` is 101; allowed is less than or equal to 100"),
        ],
    )
    def test_that_cannot_be_is_an_error(self, tmp_path, old, new, told):
        """The error has the dotted key, the value and the values that are allowed."""
        assert told in refusal(tmp_path, (old, new)).found

    @pytest.mark.parametrize("seed", ["-1", "4294967296", "0.5"])
    @pytest.mark.parametrize(
        ("section", "before"), [("split", "  gap: 0\n"), ("train", "train:\n")], ids=["split", "train"]
    )
    def test_of_a_seed_is_an_error(self, tmp_path, section, before, seed):
        """A seed is a whole number that NumPy takes, in both sections that have one."""
        edit = (f"{before}  seed: 0\n", f"{before}  seed: {seed}\n")

        assert f"`{section}.seed` is {seed}; allowed is" in refusal(tmp_path, edit).found


class TestMissing:
    """Something that has to be there and is not."""

    @pytest.mark.parametrize(
        ("left_out", "key"),
        [
            ("task: toy\n", "task"),
            ("  test: 1\n", "split.test"),
            ("  strategy: time\n", "split.strategy"),
            ("  rate: 0.5\n", "train.rate"),
            ("evaluate:\n  bins: 10\n", "evaluate"),
            ("validate:\n  max_quarantined: 0.01\n", "validate"),
        ],
    )
    def test_key_or_section_is_an_error(self, tmp_path, left_out, key):
        """The error names the dotted key, or the section."""
        assert refusal(tmp_path, (left_out, "")).found == f"`{key}` is missing"

    def test_keys_of_a_section_are_an_error(self, tmp_path):
        """A section of which only the name is left is named."""
        assert "`evaluate` is None" in refusal(tmp_path, ("  bins: 10\n", "")).found

    def test_file_is_an_error(self, tmp_path):
        """A params.yaml that is not there is named, with where to get one."""
        with pytest.raises(UsageError, match=r"params.yaml: it is missing") as caught:
            read_params(tmp_path / "params.yaml")

        assert "git checkout params.yaml" in caught.value.remedy


class TestNoParameters:
    """A file that holds something else."""

    @pytest.mark.parametrize("text", ["task: [toy", "task: toy: x", "split:\n\ttest: 1"])
    def test_is_an_error_if_it_is_no_yaml(self, tmp_path, text):
        """The error says that the file is no YAML, and in which line."""
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")

        with pytest.raises(UsageError, match=r"params.yaml: it is not YAML \(.*line \d"):
            read_params(tmp_path / "params.yaml")

    def test_is_an_error_if_it_is_no_text(self, tmp_path):
        """Bytes that are no UTF-8 are an error of the file, not a traceback."""
        (tmp_path / "params.yaml").write_bytes(b"task: \xff\xfe")

        with pytest.raises(UsageError, match=r"params.yaml: it is not YAML"):
            read_params(tmp_path / "params.yaml")

    @pytest.mark.parametrize("text", ["", "- task\n- split\n", "just a sentence\n", "5\n"])
    def test_is_an_error_if_it_is_no_mapping(self, tmp_path, text):
        """A list, a text, a number and nothing at all are no sections."""
        (tmp_path / "params.yaml").write_text(text, encoding="utf-8")

        with pytest.raises(UsageError, match=r"params.yaml: it is no mapping of sections"):
            read_params(tmp_path / "params.yaml")

    def test_is_an_error_if_it_could_make_objects(self, tmp_path):
        """A tag that asks YAML to call Python is refused."""
        (tmp_path / "params.yaml").write_text("task: !!python/object/apply:os.getcwd []\n", encoding="utf-8")

        with pytest.raises(UsageError, match="it is not YAML"):
            read_params(tmp_path / "params.yaml")


class TestDoubledKey:
    """A key that stands twice in one section, of which YAML would take the last in silence."""

    def test_is_an_error(self, tmp_path):
        """The error names the key."""
        assert "key 'gap' stands twice" in refusal(tmp_path, ("gap: 0", "gap: 0\n  gap: 1")).found

    def test_is_an_error_at_its_line(self, tmp_path):
        """The error names the line where the key stands again."""
        assert "line 10," in refusal(tmp_path, ("gap: 0", "gap: 0\n  gap: 1")).found

    def test_is_an_error_for_sections_too(self, tmp_path):
        """A whole section that stands twice is one as well."""
        assert "key 'split' stands twice" in refusal(tmp_path, ("evaluate:", "split:\n  test: 2\nevaluate:")).found

    def test_is_none_in_two_sections(self, tmp_path):
        """`split.seed` and `train.seed` are two keys."""
        params, train = accepted(tmp_path, ("gap: 0\n  seed: 0", "gap: 0\n  seed: 3"))

        assert (params.split.seed, train.seed) == (3, 0)


class TestSplitRules:
    """`split.test` and `split.gap` mean one thing per strategy."""

    @pytest.mark.parametrize(
        "section",
        [
            "strategy: time\n  test: 3\n  gap: 2",
            "strategy: group\n  test: 0.2",
            "strategy: random\n  test: 0.5\n  gap: 0",
        ],
    )
    def test_are_kept(self, tmp_path, section):
        """Strategy time counts partitions; group and random take a share of the rows."""
        params, _ = accepted(tmp_path, ("strategy: time\n  test: 1\n  gap: 0", section))

        assert params.split.strategy in section

    @pytest.mark.parametrize("test", ["0.5", "1.0", "1e-1"])
    def test_are_broken_by_a_share_of_partitions(self, tmp_path, test):
        """Strategy time takes a whole number, and says so."""
        told = "`split`: test counts partitions where strategy is time: a whole number of 1 or more"

        assert refusal(tmp_path, ("test: 1", f"test: {test}")).found == told

    @pytest.mark.parametrize("strategy", ["group", "random"])
    @pytest.mark.parametrize("test", ["1", "1.0", "20"])
    def test_are_broken_by_a_count_of_rows(self, tmp_path, strategy, test):
        """Strategies group and random take a share below 1, and say so."""
        edit = ("strategy: time\n  test: 1", f"strategy: {strategy}\n  test: {test}")
        told = f"`split`: test is a share of the rows where strategy is {strategy}: between 0 and 1"

        assert refusal(tmp_path, edit).found == told

    @pytest.mark.parametrize("strategy", ["group", "random"])
    def test_are_broken_by_a_gap_without_time(self, tmp_path, strategy):
        """A gap would be ignored where rows are not split by time, so it is refused."""
        edit = ("strategy: time\n  test: 1\n  gap: 0", f"strategy: {strategy}\n  test: 0.2\n  gap: 1")

        assert "gap counts partitions" in refusal(tmp_path, edit).found
