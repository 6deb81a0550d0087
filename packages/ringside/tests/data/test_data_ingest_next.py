"""`ringside ingest --next N`: so many partitions more, and none whose labels have not arrived."""

import pytest

from data.ingesting import FEBRUARY, JANUARY, ingest_new, read_manifest

pytestmark = pytest.mark.slow


class TestNext:
    """A limit, and a judge of what is ripe."""

    def test_takes_so_many_in_order(self, empty, source):
        """One, then the one after it; what is left is counted."""
        first = ingest_new(empty, source, limit=1)
        second = ingest_new(empty, source, limit=1)

        assert (first.read, first.left) == ([JANUARY], 2)
        assert (second.read, second.left) == ([FEBRUARY], 1)

    def test_ends_with_the_source(self, workspace, source):
        """Where nothing is left, nothing is taken, and that is no error."""
        done = ingest_new(workspace, source, limit=1)

        assert (done.read, done.left, done.waiting) == ([], 0, [])

    def test_waits_for_labels(self, empty, source):
        """The first partition that is not ripe is named and ends the taking; nothing of it stays."""
        last = source.answers[JANUARY]["id"].max()

        done = ingest_new(empty, source, ripe=lambda rows: rows.column("id")[0].as_py() <= last)

        assert (done.read, done.waiting, done.left) == ([JANUARY], [FEBRUARY], 2)
        assert list(read_manifest(empty).entries) == [JANUARY]
