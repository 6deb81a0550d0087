"""DVC as the machinery calls it, and DVC's own files after a kill."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from dvc.schema import COMPILED_LOCKFILE_SCHEMA, COMPILED_SINGLE_STAGE_SCHEMA
from voluptuous import Invalid

from ringside.common.context import TASK_FILE
from ringside.errors import StoreError
from ringside.store.dvc import PendingAdd, checkout, mend, name_task
from ringside.store.workspace import Workspace
from store.repository import dvc, files, new_repository

pytestmark = pytest.mark.slow

LOCK = """\
schema: '2.0'
stages:
  split:
    cmd: ringside split
    deps:
    - path: data/valid
      hash: md5
      md5: bba467c068c2640956c931707e309e6a.dir
      size: 1710132
      nfiles: 6
    params:
      params.yaml:
        split.test: 1
        task: flights
    outs:
    - path: reports/split.json
      hash: md5
      md5: 1810207ddf32d6785ba9c45234f79be5
      size: 1274
"""
RAW_DVC = """\
outs:
- md5: 3ba467c068c2640956c931707e309e6a.dir
  size: 1710132
  nfiles: 6
  hash: md5
  path: raw
"""
RWLOCK = json.dumps({"/copy/dvc.lock": {"write": {"pid": 41, "cmd": "dvc repro"}}, "/copy/data/raw": {"read": []}})

DVC_YAML = """\
# The task's files stand among the dependencies.
stages:
  split:
    deps:
      - data/valid
      - src/flights/__init__.py
      - packages/ringside/src/ringside/task.py
  train:
    deps:
      - src/flights/__init__.py
      - src/flights/model.py
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """The places of DVC's files, without DVC."""
    for folder in ("data", ".dvc/tmp"):
        (tmp_path / folder).mkdir(parents=True)
    return Workspace(tmp_path)


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A repository whose data/raw holds a file and is added."""
    workspace = new_repository(tmp_path_factory.mktemp("added") / "copy")
    workspace.raw.mkdir(parents=True)
    (workspace.raw / "a.parquet").write_bytes(b"content")
    _add(workspace)
    return workspace


def _fits_lock(content: object) -> bool:
    """Whether DVC takes this for a dvc.lock."""
    COMPILED_LOCKFILE_SCHEMA(content)
    return True


def _fits_raw_dvc(content: object) -> bool:
    """Whether DVC takes this for the record of one folder, and that folder is data/raw."""
    (out,) = COMPILED_SINGLE_STAGE_SCHEMA(content)["outs"]
    return out["path"] == "raw" and out["md5"].endswith(".dir")


def _fits_rwlock(content: object) -> bool:
    """Whether DVC takes this for its lock of readers and writers."""
    return isinstance(content, dict)


def _usable(path: Path, fits: Callable[[object], bool]) -> bool:
    """Whether DVC can go on with what is at `path`, be it nothing."""
    if not path.exists():
        return True
    try:
        return fits(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, Invalid, TypeError, ValueError, KeyError):
        return False


FILES = {
    "dvc.lock": (LOCK, _fits_lock),
    "data/raw.dvc": (RAW_DVC, _fits_raw_dvc),
    ".dvc/tmp/rwlock": (RWLOCK, _fits_rwlock),
}


class TestMend:
    """`mend`, after DVC was killed while it wrote one of its files in place."""

    def test_removes_a_lock_whose_holder_was_killed_and_not_waited_for(self, workspace):
        """DVC would take such a process for alive and call data/raw busy for ever."""
        path = workspace.root / ".dvc" / "tmp" / "rwlock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
            path.write_text(json.dumps({"write": {"data/raw": {"pid": process.pid, "cmd": "dvc"}}}), encoding="utf-8")
            alive = mend(workspace)
            process.kill()
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            killed = mend(workspace)

        assert (alive, killed) == ([], [".dvc/tmp/rwlock"])

    @pytest.mark.parametrize("name", FILES)
    def test_leaves_what_dvc_can_use_of_any_length(self, workspace, name):
        """However much of the file was written, DVC can work with what is there afterwards, or nothing is."""
        whole, fits = FILES[name]
        path = workspace.root / name
        bad = []
        for length in range(len(whole)):
            path.write_text(whole[:length], encoding="utf-8")
            mend(workspace)
            bad += [] if _usable(path, fits) else [length]

        assert bad == []

    @pytest.mark.parametrize("name", FILES)
    def test_says_what_it_removed(self, workspace, name):
        """An empty file is removed and named as people write it."""
        (workspace.root / name).touch()

        assert mend(workspace) == [name]
        assert not (workspace.root / name).exists()

    def test_leaves_whole_files_alone(self, workspace):
        """Files that were written to their end stay, byte for byte."""
        for name, (whole, _) in FILES.items():
            (workspace.root / name).write_text(whole, encoding="utf-8")
        before = files(workspace.root)

        assert mend(workspace) == []
        assert files(workspace.root) == before

    def test_does_nothing_where_nothing_is(self, workspace):
        """A fresh clone has none of the files, and needs none."""
        assert mend(workspace) == []

    def test_leaves_other_files_alone(self, workspace):
        """Only DVC's files are looked at."""
        workspace.manifest.write_text("{", encoding="utf-8")
        mend(workspace)

        assert workspace.manifest.read_text(encoding="utf-8") == "{"


class TestNameTask:
    """dvc.yaml names the task's files, and params.yaml says which task."""

    @pytest.fixture
    def dvc_yaml(self, workspace):
        """dvc.yaml with the files of the sample."""
        path = workspace.root / "dvc.yaml"
        path.write_text(DVC_YAML, encoding="utf-8")
        return path

    @pytest.mark.usefixtures("dvc_yaml")
    def test_the_folder_that_stands_there_is_told(self, workspace):
        """The folder is told from the files, and the machinery's own are none of the task's."""
        assert set(TASK_FILE.findall((workspace.root / "dvc.yaml").read_text())) == {"flights"}

    def test_another_task_takes_the_place(self, workspace, dvc_yaml):
        """Each file of the task gets the new folder, and nothing else changes."""
        assert name_task(workspace, "wine")
        assert dvc_yaml.read_text(encoding="utf-8") == DVC_YAML.replace("src/flights/", "src/wine/")

    def test_the_same_task_changes_nothing(self, workspace, dvc_yaml):
        """Where the task is named already, the file is not even written."""
        before = dvc_yaml.stat().st_mtime_ns

        assert not name_task(workspace, "flights")
        assert dvc_yaml.stat().st_mtime_ns == before


@pytest.mark.xdist_group("dvc")
class TestRealRepository:
    """`dvc add` and `dvc checkout` in a real repository."""

    @pytest.fixture
    def repository(self, added, tmp_path):
        """A repository of this test's own, whose data/raw holds a file and is added."""
        shutil.copytree(added.root, tmp_path / "copy", symlinks=True)
        return Workspace(tmp_path / "copy")

    def test_what_was_added_comes_back_from_the_cache(self, repository):
        """A folder that was added and lost is there again, with its content."""
        shutil.rmtree(repository.raw)

        assert checkout(repository, repository.raw)
        assert files(repository.raw) == {"a.parquet": b"content"}

    def test_what_was_added_comes_back_from_the_remote(self, repository, tmp_path):
        """Without a cache, as on another machine, it comes from the remote of the repository."""
        dvc(repository.root, "remote", "add", "--quiet", "--default", "there", str(tmp_path / "remote"))
        dvc(repository.root, "push", "--quiet")
        for folder in (repository.raw, repository.root / ".dvc" / "cache"):
            shutil.rmtree(folder)

        assert checkout(repository, repository.raw)
        assert files(repository.raw) == {"a.parquet": b"content"}

    def test_nothing_comes_from_nowhere(self, repository):
        """Without cache and remote the answer is no, and no error."""
        for folder in (repository.raw, repository.root / ".dvc" / "cache"):
            shutil.rmtree(folder)

        assert not checkout(repository, repository.raw)

    def test_what_comes_back_destroys_no_work(self, repository):
        """A file that was put into the folder and never added survives a checkout that cannot keep it."""
        (repository.raw / "a.parquet").unlink()
        (repository.raw / "b.parquet").write_bytes(b"never added")
        checkout(repository, repository.raw)

        assert (repository.raw / "b.parquet").read_bytes() == b"never added"

    def test_an_add_that_is_refused_says_why(self, tmp_path):
        """The error carries what DVC said, and where."""
        workspace = new_repository(tmp_path / "copy")
        with pytest.raises(StoreError, match=r"`dvc add .*data/raw` failed: .*does not exist") as caught:
            _add(workspace)

        assert caught.value.where == str(workspace.root)

    def test_an_add_that_is_not_needed_changes_nothing(self, tmp_path):
        """Work that ends before the add leaves no record and no process."""
        workspace = new_repository(tmp_path / "copy")
        workspace.raw.mkdir(parents=True)
        with PendingAdd(workspace, workspace.raw) as add:
            pass

        assert add._process.returncode is not None
        assert not workspace.raw_dvc.exists()

    def test_a_checkout_without_a_record_is_no(self, workspace):
        """Where there is no data/raw.dvc nothing can come."""
        assert not checkout(workspace, workspace.raw)


def _add(workspace: Workspace) -> None:
    with PendingAdd(workspace, workspace.raw) as add:
        add.run()
