"""The same inputs make the same model, wherever and on how many threads it is trained."""

import pytest

from harness import Checkout
from patients import results

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("flights-clones")]


@pytest.fixture(scope="module")
def again(flights: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A second clone of the sample without a cache, run on four threads and with another order of sets."""
    clone = flights.clone(tmp_path_factory.mktemp("again") / "clone")
    four_threads = {"OMP_NUM_THREADS": "4", "PYTHONHASHSEED": "4"}
    clone.ok("ringside", "ingest", "--frozen", env=four_threads)
    clone.ok("dvc", "repro", env=four_threads)
    return clone


class TestTwoFreshClones:
    """Trained on one thread and on four, with different hash seeds, each from the source."""

    def test_wrote_bytecode(self, flights, again):
        """Both clones have bytecode beside the code that the stages depend on."""
        assert all(any((clone.root / "packages/ringside/src").rglob("*.pyc")) for clone in (flights, again))

    def test_have_the_same_model(self, flights, again):
        """models/model.skops is the same file, to the byte."""
        assert again.bytes("models/model.skops") == flights.bytes("models/model.skops")

    def test_have_the_same_results(self, flights, again):
        """Metrics, lock, manifest and DVC's record of the data are the same files, to the byte."""
        different = [file for file, content in results(again).items() if content != results(flights)[file]]

        assert different == []

    def test_have_the_same_predictions(self, flights, again):
        """reports/predictions.parquet is the same file, to the byte."""
        assert again.bytes("reports/predictions.parquet") == flights.bytes("reports/predictions.parquet")

    def test_leave_git_clean(self, again):
        """In the second clone every file that Git tracks is as the first committed it, and no file is new."""
        assert again.status() == ""

    def test_hold_no_path_of_the_machine(self, again):
        """Nothing that is committed or trained names the folder that it was made in."""
        assert str(again.root).encode() not in b"".join(results(again).values())
