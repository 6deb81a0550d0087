"""What a checkout would publish, and whether its report allows that."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from made import report, result
from ringside.errors import RegistryError
from ringside.loader import load_task
from ringside.params import read_params
from ringside.registry.candidate import approval, checkout_metadata, columns, inputs_hash, refuse_changes
from ringside.registry.checksums import sha256
from ringside.report.model import ModelRecord, Report, ReproduceRecord, RivalRecord, StageCostRecord
from ringside.store.workspace import Workspace
from shelf import SHA, digest, git, repository

TASK = (
    'from ringside.task import Task\n\nTASK = Task(name="shelved", kind="regression", target="y", identity=("id",))\n'
)
SCHEMA = """from pandera.pandas import Column, DataFrameSchema

SCHEMA = DataFrameSchema({"id": Column("int64"), "x": Column("float64", nullable=True), "y": Column(float)})
"""
PARAMS = """task: shelved
validate:
  max_quarantined: 0.1
split:
  strategy: random
  test: 0.2
train:
  seed: 0
evaluate:
  bins: 10
"""
MANIFEST = {
    "version": 1,
    "task": "shelved",
    "partitions": [{"partition": "a", "rows": 3, "content": "c", "source": "s"}],
}


@dataclass(frozen=True)
class Here:
    """A checkout in which something was trained and judged."""

    root: Path

    @property
    def workspace(self) -> Workspace:
        """Its workspace."""
        return Workspace(self.root)

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        """Change the text of a file."""
        path = self.root / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    def commit(self) -> None:
        """Commit all that is here."""
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "work")

    def report(self, **changes: object) -> Report:
        """A report on what is here."""
        workspace, reproduce = self.workspace, changes.pop("reproduce", {})
        stated = {
            "commit": git(self.root, "rev-parse", "HEAD"),
            "dirty": False,
            "model_lock": sha256(workspace.lock),
            "data": sha256(workspace.manifest),
            "python": "3.11.7",
        }
        model = ModelRecord(sha256=sha256(workspace.model), bytes=5, rows=2, first="a", last="a")
        usual = {"task": "shelved", "challenger": model, "reproduce": ReproduceRecord(**stated | reproduce)}
        return report(**usual | changes)

    def metadata(self, judged: Report, accepted: str | None = None):
        """What is published by this report."""
        task = load_task(self.root, "shelved")
        return checkout_metadata(self.workspace, task, read_params(self.workspace.params), judged, accepted=accepted)

    def approve(self, judged: Report, accepted: str | None = None) -> None:
        """Raise where the report does not allow it."""
        approval(self.workspace, judged, self.metadata(judged, accepted))()

    def inputs(self) -> str:
        """The hash of the inputs as they are now."""
        return inputs_hash(self.workspace, read_params(self.workspace.params))


@pytest.fixture
def here(tmp_path: Path) -> Here:
    """A checkout with all that publishing reads."""
    root = repository(tmp_path / "checkout")
    for name, text in {
        "src/shelved/__init__.py": TASK,
        "src/shelved/schema.py": SCHEMA,
        "params.yaml": PARAMS,
        "requirements/model.txt": "numpy==2.2.0\n",
        "data/manifest.json": json.dumps(MANIFEST),
        "models/model.skops": "model",
        ".gitignore": "__pycache__/\n/models/\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    here = Here(root)
    here.commit()
    return here


class TestFacts:
    """`checkout_metadata`."""

    def test_are_those_of_commit_task_and_report(self, here):
        """Commit, task, columns, model and metrics are what is checked out and was judged."""
        made = here.metadata(here.report(metrics=[result(metric="mae"), result(metric="r2", challenger=None)]))

        assert made.commit == git(here.root, "rev-parse", "HEAD")
        assert made.columns == columns(load_task(here.root, "shelved")) == {"id": "int64", "x": "float64?"}
        assert (made.model, made.metrics, made.champion, made.deciding) == (
            sha256(here.workspace.model),
            {"mae": 41.25},
            None,
            None,
        )

    def test_keep_what_was_measured(self, here):
        """Seconds by stage and the latency are what later models are shown beside."""
        stage = StageCostRecord(stage="train", seconds=4.5, peak_mib=None, cached=False)
        unmeasured = StageCostRecord(stage="split", seconds=None, peak_mib=None, cached=True)

        made = here.metadata(here.report(stages=[stage, unmeasured], latency_ms=12.5))

        assert (made.stages, made.latency_ms) == ({"train": 4.5}, 12.5)

    def test_name_the_champion_that_judged(self, here):
        """Against a champion, its version and the outcome of the deciding metric are kept."""
        usual = {"commit": None, "published": None, "model": None, "own_environment": False, "left_out": 0}
        rival = RivalRecord(source="champion", version="v1.0.0", **usual)
        made = here.metadata(here.report(champion="compared", against="rival", rival=rival))

        assert (made.champion, made.deciding) == ("v1.0.0", "no_worse")

    def test_keep_a_reason_only_where_one_was_needed(self, here):
        """A reason to publish without a pass is none where the verdict is one."""
        assert here.metadata(here.report(), accepted="why not").accepted is None
        assert here.metadata(here.report(verdict="inconclusive"), accepted="why not").accepted == "why not"


class TestInputs:
    """`inputs_hash`."""

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("params.yaml", "seed: 0", "seed: 1"),
            ("params.yaml", "test: 0.2", "test: 0.3"),
            ("data/manifest.json", '"content": "c"', '"content": "d"'),
            ("data/manifest.json", '"rows": 3', '"rows": 4'),
            ("src/shelved/schema.py", "float64", "float32"),
            ("requirements/model.txt", "2.2.0", "2.2.1"),
        ],
    )
    def test_change_with_what_a_model_is_made_of(self, here, name, old, new):
        """Parameters, data, code and packages are inputs."""
        before = here.inputs()
        here.edit(name, lambda text: text.replace(old, new))

        assert here.inputs() != before

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("params.yaml", "task: shelved", "task: shelved   # a comment"),
            ("params.yaml", "evaluate:", "policy:\n  uses: 3\nevaluate:"),
            ("data/manifest.json", '"source": "s"', '"source": "t"'),
        ],
    )
    def test_stay_with_what_it_is_not(self, here, name, old, new):
        """A comment, the policy and the source's fingerprint are none."""
        before = here.inputs()
        here.edit(name, lambda text: text.replace(old, new))

        assert here.inputs() == before


class TestChanges:
    """`refuse_changes`."""

    @pytest.mark.parametrize("name", ["params.yaml", "src/shelved/more.py", "requirements/model.txt"])
    def test_that_no_commit_has_are_refused(self, here, name):
        """A changed or a new file among the inputs is named."""
        with (here.root / name).open("a", encoding="utf-8") as file:
            file.write("# changed\n")

        with pytest.raises(RegistryError, match=name):
            refuse_changes(here.workspace)

    def test_of_outputs_are_none(self, here):
        """Reports, dvc.lock and what is ignored may differ: another processor writes other last digits."""
        for name in ("dvc.lock", "notes.txt", "models/model.skops"):
            (here.root / name).write_text("changed", encoding="utf-8")

        refuse_changes(here.workspace)


class TestApproval:
    """`approval`."""

    def test_of_a_pass_is_given(self, here):
        """A pass of what is checked out may be published."""
        here.approve(here.report())

    @pytest.mark.parametrize(("verdict", "code"), [("fail", 3), ("inconclusive", 4)])
    def test_needs_a_pass_or_a_reason(self, here, verdict, code):
        """Without a pass it is refused with the verdict's exit code, and given with a reason."""
        judged = here.report(verdict=verdict)
        with pytest.raises(RegistryError, match=f"the verdict is {verdict}") as caught:
            here.approve(judged)

        assert caught.value.exit_code == code
        here.approve(judged, accepted="we know why")

    @pytest.mark.parametrize(
        ("changes", "text"),
        [
            ({"task": "other"}, "task other"),
            ({"challenger": ModelRecord(sha256=SHA, bytes=1, rows=1, first="a", last="a")}, "another model"),
            ({"reproduce": {"model_lock": SHA}}, "another requirements"),
            ({"reproduce": {"data": SHA}}, "another data/manifest"),
            ({"reproduce": {"dirty": True}}, "uncommitted changes"),
            ({"reproduce": {"commit": "1" * 40}}, "another commit"),
            ({"reproduce": {"commit": None}}, "another commit"),
        ],
    )
    def test_is_for_this_state_alone(self, here, changes, text):
        """A report of another model, lock, data or commit is refused, whatever reason people give."""
        with pytest.raises(RegistryError, match=text):
            here.approve(here.report(**changes), accepted="we know why")

    def test_holds_over_commits_that_change_no_input(self, here):
        """A commit of the report's own files does not make the report an old one."""
        judged = here.report()
        (here.root / "dvc.lock").write_text("outs", encoding="utf-8")
        here.commit()

        here.approve(judged)

    def test_ends_with_a_commit_of_code(self, here):
        """A commit that changes the code needs another verdict."""
        judged = here.report()
        here.edit("src/shelved/schema.py", lambda text: text + "\n")
        here.commit()

        with pytest.raises(RegistryError, match="another commit"):
            here.approve(judged)

    def test_hashes_are_of_the_whole_task(self, here):
        """The code's hash in the metadata is that of the task's folder and its lock."""
        before = here.metadata(here.report()).code
        shutil.copy(here.root / "src/shelved/schema.py", here.root / "src/shelved/other.py")

        assert here.metadata(here.report()).code not in (before, digest(0))
