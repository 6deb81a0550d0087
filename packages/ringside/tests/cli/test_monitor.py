"""`ringside monitor`: how the champion does on months that came after it."""

import json
import shutil

import pytest

from harbour_ring import NEXT, Harbour

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("monitor")]


@pytest.fixture(scope="module")
def second(_quarter, tmp_path_factory) -> Harbour:
    """v1.0.1 is one that people accepted though it is worse: a single weak tree."""
    harbour = _quarter.copy(tmp_path_factory.mktemp("second") / "copy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARBOUR", str(harbour.folder))
        harbour.ring.retrain("max_iter: 60", "max_iter: 1")
        harbour.ring.publish("--accept-reason", "a try")
    return harbour


def found(harbour: Harbour, code: int = 0) -> dict:
    """What the monitor answers as JSON."""
    return json.loads(harbour.type("monitor", "--json", code=code).out)


class TestWithoutNews:
    """Nothing came since the champion."""

    def test_there_is_nothing_to_judge_by(self, harbour):
        """The months that the champion knows do not judge it; that is no alarm."""
        answer = found(harbour)

        assert (answer["state"], answer["champion"], answer["metrics"]) == ("nothing_newer", "v1.0.0", [])

    def test_no_champion_is_said(self, harbour):
        """Without a release nothing can be told, and nothing breaks."""
        shutil.rmtree(harbour.ring.bare / "releases")
        harbour.ring.checkout.ok("git", "push", "--quiet", "origin", "--delete", "model@v1.0.0", "model#prod#1")

        said = harbour.type("monitor", code=4)

        assert said.out.startswith("There is no champion yet")

    def test_a_registry_without_an_answer_is_said(self, harbour):
        """What cannot be asked is no alarm and no champion that is fine."""
        harbour.ring.points_at(str(harbour.folder / "nowhere"))

        assert found(harbour, code=4)["state"] == "unreachable"


class TestNewMonth:
    """A month came that the champion never saw."""

    def test_judges_the_champion_on_it(self, harbour):
        """The metrics are those of the new month beside those of the release's window, each with its interval."""
        harbour.arrives()
        harbour.type("ingest")

        answer = found(harbour)
        first = answer["metrics"][0]

        assert (answer["state"], answer["partition"], answer["rows"]) == ("judged", NEXT, 1120)
        assert first["metric"] == "log_loss"
        assert first["now"]["lower"] < first["now"]["value"] < first["now"]["upper"]
        assert first["release"]["value"] == pytest.approx(harbour.ring.report.metrics[0].challenger)
        assert first["release"]["lower"] is not None
        assert first["lower"] < first["difference"] < first["upper"]
        assert answer["alarms"] == []

    def test_counts_drift_in_the_columns_that_moved(self, harbour):
        """A month of storms moves the wind and the swell, which the wind makes, and no other column."""
        harbour.arrives(storm=2.0)
        harbour.type("ingest")

        moved = {column["column"] for column in found(harbour)["drift"] if column["moved"]}

        assert {"wind"} <= moved <= {"wind", "swell"}

    def test_below_the_floor_is_an_alarm(self, harbour):
        """A champion that the sea left behind ends with 3, and the first line says so."""
        harbour.arrives(turned=0.9)
        harbour.type("ingest")

        answer, said = found(harbour, code=3), harbour.type("monitor", code=3)

        assert answer["alarms"] == ["below_floor"]
        assert answer["floors"][0]["state"] == "below"
        assert answer["metrics"][0]["lost"]
        assert said.out.startswith("Alarm: on 2025-04, v1.0.0 is below the floor of the policy (ROC AUC).")

    def test_has_the_release_s_value_where_its_rows_are_gone(self, harbour):
        """Where the month that the release was judged on was replaced, its own figure stands there, without bounds."""
        harbour.arrives("2025-03", storm=0.1)
        harbour.arrives()
        harbour.type("ingest", "--refresh", "2025-03")

        first = found(harbour, code=0)["metrics"][0]

        assert first["release"] == {"value": pytest.approx(first["release"]["value"]), "lower": None, "upper": None}
        assert first["difference"] is not None
        assert (first["lower"], first["lost"]) == (None, False)

    def test_says_it_in_markdown(self, harbour):
        """The same in the form that workflows show."""
        harbour.arrives()
        harbour.type("ingest")

        text = harbour.type("monitor", "--markdown").out

        assert text.startswith("**On 2025-04, v1.0.0 has no problem.**")
        assert "<summary><b>Champion now and then</b></summary>" in text


class TestTheVersionBefore:
    """A champion that is worse than the one before it, on a month that neither saw."""

    def test_proposes_rollback(self, second, tmp_path):
        """The repeat of the last comparison says worse, ends with 3 and names the command."""
        harbour = second.copy(tmp_path / "copy")
        harbour.arrives()
        harbour.type("ingest")

        answer, said = found(harbour, code=3), harbour.type("monitor", code=3)

        assert answer["champion"] == "v1.0.1"
        assert (answer["repeat"]["version"], answer["repeat"]["results"][0]["outcome"]) == ("v1.0.0", "worse")
        assert answer["alarms"] == ["worse"]
        assert "ringside rollback --to v1.0.0" in said.out
