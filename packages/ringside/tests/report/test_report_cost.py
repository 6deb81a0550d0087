"""What a model cost: prices by the runner's label, and what the report says of them."""

import pytest

from examples import first_model
from report_parts import report, reproduce
from ringside.report.model import CostRecord, PendingDataRecord, Report
from ringside.report.prices import DEFAULT, dollars, runner, started
from ringside.report.render.html import to_html
from ringside.report.render.markdown import to_markdown

# Label and USD a minute; None where nobody can know.
LABELS = [
    (DEFAULT, 0.006),
    ("ubuntu-latest", 0.006),
    ("Ubuntu-26.04", 0.006),
    ("ubuntu-24.04-arm", 0.005),
    ("ubuntu-slim", 0.002),
    ("windows-2025", 0.010),
    ("macos-15", 0.062),
    ("ubuntu-24.04-4-cores", 0.012),
    ("ubuntu-24.04-8core", 0.022),
    ("linux_16_cores", 0.042),
    ("32-core-ubuntu", 0.082),
    ("ubuntu-64cpu", 0.162),
    ("ubuntu-22.04-96-vcpus", 0.252),
    ("ubuntu-24.04-arm-8-cores", 0.014),
    ("linux-arm64-16core", 0.026),
    ("ubuntu-24.04-gpu-t4-4-cores", 0.052),
    ("linux-t4", 0.052),
    ("windows-gpu", 0.102),
    # Nobody's, or nothing that can be told.
    ("self-hosted", None),
    ("our-gpu-box", None),
    ("8-cores", None),
    ("ubuntu-24.04-12-cores", None),
    ("linux-arm64-64core", None),
    ("windows-8-cores", None),
    ("linux-24.04", None),
    ("ubuntu-8-corelli", None),
    ("", None),
]


def cost(**given):
    """A minute and a half on the runner of the workflows."""
    facts = {
        "runner": "ubuntu-24.04",
        "usd_per_minute": 0.006,
        "free": False,
        "seconds": 90.0,
        "minutes": 2,
        "dollars": 0.012,
        "rival_seconds": 130.5,
        "rival_dollars": 0.018,
    }
    return CostRecord(**(facts | given))


class TestPrices:
    """USD for a started minute, by label."""

    @pytest.mark.parametrize(("label", "price"), LABELS)
    def test_are_told_by_the_label(self, label, price):
        """System, processor and cores in it; a label that says too little has no price, and never a wrong one."""
        assert runner(label).usd_per_minute == price

    @pytest.mark.parametrize(("label", "price"), LABELS)
    def test_are_asked_of_no_label_that_is_ones_own(self, label, price):
        """A runner of one's own may be called like one of GitHub's."""
        assert runner(label, own=True).usd_per_minute is None, price

    def test_are_what_the_owner_states(self):
        """Whatever the label is; and then it is paid in a public repository, too."""
        found = runner(DEFAULT, stated="0.25", public=True)

        assert (found.usd_per_minute, found.free) == (0.25, False)

    @pytest.mark.parametrize("stated", ["free", "-1", "nan", "inf", "1e9", "0,5", "$1"])
    def test_that_are_none_count_as_unknown(self, stated):
        """A variable with a slip in it breaks no run."""
        assert runner(DEFAULT, stated=stated).usd_per_minute is None

    @pytest.mark.parametrize(("label", "free"), [(DEFAULT, True), ("macos-15", True), ("ubuntu-8-cores", False)])
    def test_are_not_paid_for_standard_runners_of_a_public_repository(self, label, free):
        """Larger runners always are."""
        assert runner(label, public=True).free == free

    @pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (0.1, 1), (60, 1), (60.1, 2), (3600, 60)])
    def test_count_each_started_minute(self, seconds, minutes):
        """A job of a second is paid as a minute."""
        assert started(seconds) == minutes
        assert dollars(seconds, 0.5) == minutes * 0.5

    def test_of_what_is_unknown_are_unknown(self):
        """No time, no price: no dollars."""
        assert dollars(None, 0.5) is dollars(5.0, None) is None


class TestTheTable:
    """Seconds and dollars beside the champion's."""

    def test_has_both_sides(self):
        """Of the whole job, with the price and what is not in it."""
        text = to_markdown(report(cost=cost()))

        assert "|   | challenger | v1.2.0 |\n|---|--:|--:|\n| seconds | 90.0 | 130.5 |" in text
        assert "| started minutes | 2 | 3 |\n| USD | 0.012 | 0.018 |" in text
        assert "USD 0.012, at USD 0.006 per started minute of ubuntu-24.04." in text
        assert "The setup of the job is not included." in text

    def test_says_that_a_public_repository_pays_nothing(self):
        """And what a private one would pay."""
        text = to_markdown(report(cost=cost(free=True)))

        assert "Free, because this repository is public; it would cost USD 0.012 in a private repository" in text

    def test_has_no_dollars_where_the_price_is_unknown(self):
        """A runner of one's own: seconds, and how to state the price."""
        text = to_markdown(report(cost=cost(runner="our-box", usd_per_minute=None, dollars=None, rival_dollars=None)))

        assert "| seconds | 90.0 | 130.5 |" in text
        assert "| USD |" not in text
        assert "The price of the runner our-box is unknown" in text

    def test_has_one_side_where_there_is_no_champion(self):
        """A first model has nothing beside it."""
        base = first_model()
        fields = {name: getattr(base, name) for name in Report.model_fields}
        text = to_markdown(Report(**(fields | {"cost": cost(rival_seconds=None, rival_dollars=None)})))

        assert "|   | challenger |\n|---|--:|\n| seconds | 90.0 |" in text

    def test_stands_in_the_page(self):
        """The HTML has it, too."""
        page = to_html(report(cost=cost()))

        assert "Data, pipeline and verdict together" in page
        assert "0.018" in page

    def test_takes_the_place_of_the_guess(self):
        """Where the runner is known, nothing is said of a Linux runner with two cores."""
        assert "with two cores" not in to_markdown(report(cost=cost()))


class TestUnreadRows:
    """What a report says of rows that lie in the repository and were not ingested."""

    def test_stands_under_the_verdict_with_the_command(self):
        """Whoever put a newer file in its place sees that the verdict is not about it."""
        unread = PendingDataRecord(state="newer", partitions=[f"2026-0{month}" for month in range(1, 9)])
        head = to_markdown(report(unread=unread)).split("<details>")[0]

        assert "they were used neither for training nor for testing. Run ringside ingest" in head
        assert "2026-01, 2026-02, 2026-03, 2026-04, 2026-05, 2026-06 and 2 others." in head

    @pytest.mark.parametrize(("state", "said"), [("refused", "source.py refuses"), ("unknown", "commit the changes")])
    def test_names_none_where_none_could_be_told(self, state, said):
        """A file that cannot be read as source.py says, or that is not here."""
        head = to_markdown(report(unread=PendingDataRecord(state=state))).split("<details>")[0]

        assert said in head
        assert "New or changed" not in head

    def test_is_not_spoken_of_where_all_were(self):
        """As in nearly every report."""
        assert "data/source" not in to_markdown(report())


class TestTheLock:
    """What a report says of dvc.lock."""

    @pytest.mark.parametrize(
        ("lock", "said"), [("differs", "dvc.lock does not match the code."), ("absent", "There is no dvc.lock.")]
    )
    def test_is_one_line_where_something_is_wrong(self, lock, said):
        """Among the notes under the verdict."""
        facts = reproduce().model_copy(update={"lock": lock})

        assert said in to_markdown(report(reproduce=facts)).split("<details>")[0]

    @pytest.mark.parametrize("lock", ["same", None])
    def test_is_not_spoken_of_where_nothing_is_wrong(self, lock):
        """Nor where it was not compared."""
        facts = reproduce().model_copy(update={"lock": lock})

        assert "dvc.lock" not in to_markdown(report(reproduce=facts))
