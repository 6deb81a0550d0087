"""Ingest reads what is missing and refuses what changed."""

import json

import pandas as pd
import pytest

from data.ingesting import (
    APRIL,
    FEBRUARY,
    JANUARY,
    MARCH,
    data_files,
    edit_raw,
    ingest_new,
    lose_raw,
    raw_file,
    read_manifest,
    reads_of_the_next,
    refused,
)
from data.toy import MONTHS, ROWS, month
from ringside.common.tables import read_table
from ringside.errors import SourceError, UsageError
from store.repository import dvc

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dvc")]


class TestFirst:
    """The first ingest."""

    def test_reads_every_partition_in_order(self, full_repository):
        """All that the source has comes in, and the answer says how much."""
        _, done = full_repository

        assert done.read == done.partitions == MONTHS
        assert done.rows == len(MONTHS) * ROWS

    def test_writes_what_the_source_answered_in_order_of_the_identity(self, workspace):
        """Every row and every value is in data/raw, whatever order they came in."""
        expected = month(JANUARY).sort_values("id", ignore_index=True)

        pd.testing.assert_frame_equal(read_table(raw_file(workspace, JANUARY), remedy="none").to_pandas(), expected)

    def test_says_in_the_manifest_what_there_is(self, workspace):
        """Each partition stands there with its rows and the source's fingerprint."""
        entries = read_manifest(workspace).entries.values()

        assert [(entry.partition, entry.rows) for entry in entries] == [(name, ROWS) for name in MONTHS]
        assert [entry.source for entry in entries] == [f"{name}, edition 1" for name in MONTHS]

    def test_gives_the_data_to_dvc(self, workspace):
        """data/raw.dvc is written, and DVC finds nothing to say about it."""
        assert workspace.raw_dvc.exists()
        assert json.loads(dvc(workspace.root, "status", "--json")) == {}

    def test_leaves_nothing_on_its_way(self, workspace):
        """Nothing but data/raw, its record and the manifest is beneath data/."""
        assert sorted(data_files(workspace)) == [
            ".gitignore", "manifest.json", "raw.dvc", *(f"raw/{name}.parquet" for name in MONTHS)
        ]  # fmt: skip

    def test_may_stop_early(self, empty, source):
        """`until` is the last partition that is read."""
        done = ingest_new(empty, source, until=FEBRUARY)

        assert done.partitions == source.reads == [JANUARY, FEBRUARY]
        assert sorted(read_manifest(empty).entries) == [JANUARY, FEBRUARY]


class TestNext:
    """An ingest where some partitions are there."""

    def test_reads_nothing_where_nothing_is_missing(self, workspace, source):
        """The source is not asked for a row, and no file changes."""
        before = data_files(workspace)
        done = ingest_new(workspace, source)

        assert source.reads == done.read == []
        assert done.partitions == MONTHS
        assert data_files(workspace) == before

    def test_reads_only_what_is_missing(self, workspace, source):
        """A new month costs one month, and is in DVC as the others."""
        source.answers[APRIL] = month(APRIL)
        done = ingest_new(workspace, source)

        assert source.reads == done.read == [APRIL]
        assert done.partitions == [*MONTHS, APRIL]
        assert json.loads(dvc(workspace.root, "status", "--json")) == {}

    def test_puts_a_late_partition_in_its_place(self, workspace, source):
        """A partition that the source offers late stands in the order of the names."""
        source.answers["2024-01b"] = month(APRIL)

        assert ingest_new(workspace, source).partitions == [JANUARY, "2024-01b", FEBRUARY, MARCH]

    def test_reads_nothing_beyond_the_last_one_asked_for(self, workspace, source):
        """`until` leaves later partitions for another day, and takes none away that are there."""
        source.answers |= {APRIL: month(APRIL)}

        assert ingest_new(workspace, source, until=FEBRUARY).partitions == MONTHS
        assert source.reads == []

    def test_keeps_what_the_source_no_longer_offers(self, workspace, source):
        """A source that forgets its oldest month takes nothing away."""
        before = data_files(workspace)
        del source.answers[JANUARY]

        assert ingest_new(workspace, source).partitions == MONTHS
        assert data_files(workspace) == before

    def test_refuses_a_partition_that_there_is_not(self, workspace, source):
        """`until` names a partition of the source, and the error lists them."""
        error = refused(UsageError, workspace, source, until="2024-13")

        assert "there is no partition '2024-13'" in error.found
        assert ", ".join(MONTHS) in error.remedy


class TestChangedSource:
    """The source says that its answer could have changed."""

    def test_is_an_error_where_the_answer_changed(self, workspace, source):
        """The partition is named, the remedy is the command that believes the source, and nothing changes."""
        source.edition = "2"
        source.change(FEBRUARY)
        error = refused(SourceError, workspace, source)

        assert f"the source now returns other rows for {FEBRUARY}" in error.found
        assert f"`ringside ingest --refresh {FEBRUARY}`" in error.remedy

    def test_names_every_partition_that_changed(self, workspace, source):
        """Somebody who wants to believe the source learns all that this means at once."""
        source.edition = "2"
        for name in (MARCH, JANUARY):
            source.change(name)

        assert f"--refresh {JANUARY} --refresh {MARCH}`" in refused(SourceError, workspace, source).remedy

    def test_is_an_error_before_anything_new_is_read(self, workspace, source):
        """A new month does not come in beside an old one that changed."""
        source.edition = "2"
        source.change(FEBRUARY)
        source.answers[APRIL] = month(APRIL)
        refused(SourceError, workspace, source)

        assert source.reads == MONTHS

    def test_is_noted_where_the_answer_is_the_same(self, workspace, source):
        """The new fingerprint is in the manifest with the old content, and the next ingest reads nothing."""
        before = read_manifest(workspace).entries
        source.edition = "2"
        ingest_new(workspace, source)
        after = read_manifest(workspace).entries

        assert [entry.source for entry in after.values()] == [f"{name}, edition 2" for name in MONTHS]
        assert [entry.content for entry in after.values()] == [entry.content for entry in before.values()]
        assert reads_of_the_next(workspace, source) == []

    def test_is_no_change_where_only_the_order_of_rows_is_another(self, workspace, source):
        """A database answers in any order; that is the same answer."""
        source.edition = "2"
        source.answers = {name: frame.iloc[::-1] for name, frame in source.answers.items()}

        assert ingest_new(workspace, source).partitions == MONTHS

    def test_is_believed_to_be_the_same_without_a_fingerprint(self, workspace, source):
        """A source that cannot tell is read again once, and then only when somebody asks."""
        source.edition = None
        ingest_new(workspace, source)

        assert source.reads == MONTHS
        assert {entry.source for entry in read_manifest(workspace).entries.values()} == {None}
        assert reads_of_the_next(workspace, source) == []


class TestRefresh:
    """`refresh` reads a partition again and believes the answer."""

    def test_takes_the_new_answer(self, workspace, source):
        """The manifest, data/raw and DVC have the new content of that partition alone."""
        before = read_manifest(workspace).entries
        source.edition = "2"
        source.change(FEBRUARY)
        done = ingest_new(workspace, source, refresh=[FEBRUARY])
        after = read_manifest(workspace).entries

        assert done.refreshed == [FEBRUARY]
        assert [name for name in MONTHS if after[name].content != before[name].content] == [FEBRUARY]
        assert json.loads(dvc(workspace.root, "status", "--json")) == {}

    def test_finds_nothing_in_the_same_answer(self, workspace, source):
        """A partition that is what it was is not called changed."""
        before = data_files(workspace)
        done = ingest_new(workspace, source, refresh=[FEBRUARY])

        assert (source.reads, done.refreshed) == ([FEBRUARY], [])
        assert data_files(workspace) == before

    def test_is_not_for_others(self, workspace, source):
        """Another partition that changed is an error still."""
        source.edition = "2"
        source.change(FEBRUARY)
        source.change(MARCH)

        assert MARCH in refused(SourceError, workspace, source, refresh=[FEBRUARY]).found

    def test_of_all_is_each_that_the_manifest_names(self, workspace, source):
        """One word for a change of every month; a month that is new is read like any other."""
        source.edition = "2"
        source.change(JANUARY)
        source.change(MARCH)
        source.answers[APRIL] = month(APRIL)
        done = ingest_new(workspace, source, refresh=["all"])

        assert (done.refreshed, done.read) == ([JANUARY, MARCH], [APRIL])
        assert reads_of_the_next(workspace, source) == []

    def test_of_a_partition_whose_name_is_all_is_of_it(self, workspace, source):
        """A source of one partition calls it so."""
        source.answers = {"all": month(APRIL), **source.answers}
        ingest_new(workspace, source)
        source.edition = "2"
        source.change(FEBRUARY)

        assert FEBRUARY in refused(SourceError, workspace, source, refresh=["all"]).found

    @pytest.mark.parametrize("name", ["2024-13", APRIL])
    def test_refuses_a_partition_that_was_never_read(self, workspace, source, name):
        """Only what the manifest names can be read again."""
        source.answers[APRIL] = month(APRIL)

        assert f"there is no partition '{name}'" in refused(UsageError, workspace, source, refresh=[name]).found

    def test_needs_no_copy_of_what_it_replaces(self, workspace, source):
        """On a fresh clone without cache the old answer is nowhere, and nobody wants it."""
        lose_raw(workspace, cache=True)
        source.edition = "2"
        source.change(FEBRUARY)

        assert ingest_new(workspace, source, refresh=[FEBRUARY]).refreshed == [FEBRUARY]

    def test_replaces_a_file_that_was_edited(self, workspace, source):
        """Who edited a file and let the source answer the same does what the error about the file says."""
        edit_raw(workspace, FEBRUARY)
        source.edition = "2"
        source.change(FEBRUARY)

        assert ingest_new(workspace, source, refresh=[FEBRUARY]).refreshed == [FEBRUARY]
