"""The archive that a run uploaded, opened in memory."""

import os
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings

import archives as a
from mutations import damaged
from ringside.errors import ReportError
from ringside.github.artifact import MAX_ZIP, opened
from ringside.report.model import MAX_BYTES
from ringside.report.status import MAX_BYTES as MAX_STATUS

ARCHIVES = [a.judged(), a.zipped(("status.json", a.status_of(state="broken", step="data")))]


class TestOurs:
    """Archives as the workflow makes them."""

    @pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
    def test_are_opened_however_they_are_packed(self, method):
        """Status and report come out as they went in."""
        files = ("report.json", a.report_of()), ("status.json", a.status_of())

        status, report = opened(a.zipped(*files, method=method))

        assert (status.state, status.commit) == ("judged", a.HEAD)
        assert report is not None
        assert report.reproduce.commit == a.HEAD

    def test_need_no_report_where_nothing_was_judged(self):
        """A status alone is whole."""
        status, report = opened(ARCHIVES[1])

        assert (status.state, report) == ("broken", None)

    def test_may_say_the_sizes_behind_the_content(self):
        """The uploader streams: it writes sizes after the data, and flags that."""
        import io

        class Stream(io.RawIOBase):
            """Cannot go back."""

            def __init__(self):
                self.content = b""

            def writable(self):
                """It is."""
                return True

            def write(self, data):
                """Append."""
                self.content += bytes(data)
                return len(data)

        stream = Stream()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("status.json", a.status_of(state="broken", step="data"))

        assert stream.content[6] & 0x8
        assert opened(stream.content)[0].state == "broken"

    def test_fit_with_the_largest_report(self):
        """Whatever is small enough to be read is small enough to be downloaded."""
        assert MAX_BYTES + MAX_STATUS < MAX_ZIP


def refusal(archive):
    """What is said of an archive that is refused, or what one that is not holds."""
    try:
        return "", opened(archive)
    except ReportError as error:
        return error.found, None


class TestDamage:
    """Archives that somebody meddled with; `RINGSIDE_FUZZ=200000` tries so many."""

    @settings(
        max_examples=int(os.environ.get("RINGSIDE_FUZZ", "150")),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(ARCHIVES))
    def test_is_refused_or_changes_nothing(self, archive):
        """Whatever bytes there are, they are refused in one line or read as what was packed."""
        said, found = refusal(archive)

        assert said.isprintable()
        assert found is None or found in [opened(whole) for whole in ARCHIVES]
