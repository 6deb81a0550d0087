"""What the source has beside the manifest, told without writing anything."""

import pytest

from data.ingesting import APRIL, FEBRUARY, data_files, ingest_new
from data.toy import month, toy_task
from ringside.data.ingest import Ingest
from ringside.errors import SourceError

pytestmark = pytest.mark.slow


def unread(workspace, source, *, ripe=True):
    """What `ringside ingest` would bring; everything beneath data/ is afterwards what it was."""
    before = data_files(workspace)
    found = Ingest(workspace, toy_task(), source).unread(lambda _rows: ripe)
    assert data_files(workspace) == before
    return found


class TestUnread:
    """A source that went on after the ingest."""

    def test_is_nothing_where_nothing_changed(self, workspace, source):
        """Fingerprints are compared, and no row is read."""
        assert (unread(workspace, source), source.reads) == ([], [])

    def test_has_what_is_new_and_what_has_other_values(self, workspace, source):
        """April came, and one value of February changed."""
        source.answers[APRIL] = month(APRIL)
        source.change(FEBRUARY)
        source.edition = "2"

        assert unread(workspace, source) == [FEBRUARY, APRIL]

    def test_lacks_what_only_looks_changed(self, workspace, source):
        """The fingerprints are others and the values the same, as after a file was written anew."""
        source.edition = "2"

        assert unread(workspace, source) == []

    def test_lacks_what_waits_for_its_labels(self, workspace, source):
        """A month that an ingest of ripe ones would not take yet."""
        source.answers[APRIL] = month(APRIL)

        assert unread(workspace, source, ripe=False) == []

    def test_is_gone_after_an_ingest(self, workspace, source):
        """`ringside ingest` brings it."""
        source.answers[APRIL] = month(APRIL)
        ingest_new(workspace, source)

        assert unread(workspace, source) == []

    def test_raises_what_an_ingest_would(self, workspace, source):
        """Who asks says what the source refused."""
        source.answers[APRIL] = month(APRIL).drop(columns="late")

        with pytest.raises(SourceError, match="lacks the column late"):
            unread(workspace, source)
        assert source.reads == [APRIL]
