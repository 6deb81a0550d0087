"""The file of adopted predictions."""

import numpy as np
import pyarrow as pa
import pytest

from ringside.errors import DataError
from ringside.store.adopted import MOST_BYTES, read_adopted, remove_adopted, write_adopted
from ringside.store.workspace import Workspace

TABLE = pa.table({"id": [1, 2], "prediction": [0.25, 0.5]})


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """A place without any predictions."""
    return Workspace(tmp_path)


class TestAdopted:
    """`data/adopted.parquet`."""

    def test_is_none_until_something_was_adopted(self, workspace):
        """A repository without the file has no adopted rival."""
        assert read_adopted(workspace) is None

    def test_is_what_was_written(self, workspace):
        """The table comes back as it was."""
        write_adopted(workspace, TABLE)

        assert read_adopted(workspace).equals(TABLE)

    def test_is_left_alone_where_nothing_changed(self, workspace):
        """Adopting the same once more changes no byte, so Git sees nothing."""
        assert write_adopted(workspace, TABLE)
        before = workspace.adopted.stat().st_mtime_ns

        assert not write_adopted(workspace, TABLE)
        assert workspace.adopted.stat().st_mtime_ns == before

    def test_is_replaced_where_it_was_damaged(self, workspace):
        """A file that a merge broke is an error to read, and no obstacle to adopt again."""
        write_adopted(workspace, TABLE)
        workspace.adopted.write_bytes(b"<<<<<<< HEAD")
        with pytest.raises(DataError, match="no Parquet file") as caught:
            read_adopted(workspace)

        assert "ringside adopt FILE" in caught.value.remedy
        assert write_adopted(workspace, TABLE)
        assert read_adopted(workspace).equals(TABLE)

    def test_is_not_larger_than_git_can_bear(self, workspace):
        """What is larger is refused with a way out, and nothing is written."""
        rows = MOST_BYTES // 8 + 1
        large = pa.table({"id": np.random.default_rng(0).integers(0, 2**62, rows)})
        with pytest.raises(DataError, match="limit in Git is 20 MB") as caught:
            write_adopted(workspace, large)

        assert "partitions that models are tested on" in caught.value.remedy
        assert not workspace.adopted.exists()

    def test_is_taken_away_once(self, workspace):
        """Taking it away twice is no error."""
        write_adopted(workspace, TABLE)

        assert [remove_adopted(workspace), remove_adopted(workspace)] == [True, False]
        assert read_adopted(workspace) is None
