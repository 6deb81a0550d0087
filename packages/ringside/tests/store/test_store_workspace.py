"""The repository is found from wherever a person stands in it."""

from pathlib import Path

import pytest

from ringside.errors import StoreError
from ringside.store.workspace import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that looks like a checkout."""
    (tmp_path / "copy" / ".dvc").mkdir(parents=True)
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / "copy" / name).touch()
    return tmp_path / "copy"


class TestFind:
    """`Workspace.find`."""

    def test_finds_the_root_at_the_root(self, root):
        """Where dvc.yaml and `.dvc` are is the root."""
        assert root == Workspace.find(root).root

    def test_finds_the_root_from_a_subfolder(self, root):
        """Any folder beneath the root belongs to it."""
        (root / "src" / "flights").mkdir(parents=True)

        assert root == Workspace.find(root / "src" / "flights").root

    def test_finds_the_root_through_a_link(self, root, tmp_path):
        """A folder that is reached by a symbolic link belongs where it really is."""
        (root / "src").mkdir()
        (tmp_path / "link").symlink_to(root / "src")

        assert root == Workspace.find(tmp_path / "link").root

    def test_outside_says_to_change_into_the_repository(self, root):
        """Above the root there is no repository, and the error says where one stands and what to do."""
        with pytest.raises(StoreError, match="not inside a Ringside repository") as caught:
            Workspace.find(root.parent)

        assert str(root.parent) == caught.value.where
        assert "change into your copy of the repository" in caught.value.remedy

    def test_without_dvc_folder_says_how_to_get_it_back(self, root):
        """A root whose `.dvc` was removed is an error with two remedies."""
        (root / ".dvc").rmdir()
        with pytest.raises(StoreError, match=r"\.dvc is missing") as caught:
            Workspace.find(root)

        assert str(root) == caught.value.where
        assert "`git checkout .dvc`" in caught.value.remedy
        assert "`dvc init`" in caught.value.remedy


class TestPaths:
    """Where files are."""

    def test_are_all_inside_the_repository(self, root):
        """Every path that the workspace names is beneath its root."""
        workspace = Workspace(root)
        named = [getattr(workspace, name) for name, value in vars(Workspace).items() if isinstance(value, property)]
        paths = [path for place in named for path in (place.values() if isinstance(place, dict) else [place])]

        assert len(paths) > 10
        assert [path for path in paths if root not in path.parents] == []

    def test_of_a_partition_is_a_parquet_file_of_its_name(self, root):
        """A partition's file is called after it."""
        workspace = Workspace(root)

        assert root / "data" / "raw" / "2013-01.parquet" == workspace.partition(workspace.raw, "2013-01")

    def test_are_shown_from_the_root(self, root):
        """People read a path without the place of the checkout."""
        workspace = Workspace(root)

        assert workspace.relative(workspace.model) == "models/model.skops"
