"""What a stage took is believed while its output is the one that it made then."""

from pathlib import Path

import pytest

from ringside.store.times import costs, note


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The output of a stage."""
    path = tmp_path / "metrics.json"
    path.write_text("{}", encoding="utf-8")
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the notes stand; the folder is made with the first one."""
    return tmp_path / "tmp" / "times.json"


class TestCosts:
    """What is known of a stage."""

    def test_are_what_was_noted(self, path, output):
        """Seconds as they were given, and the memory of this process."""
        note(path, "train", 1.234, output)
        (cost,) = costs(path, {"train": output}).values()

        assert cost["seconds"] == 1.23
        assert 10 < cost["peak_mib"] < 100_000
        assert "latency_ms" not in cost

    def test_have_the_latency_where_it_was_measured(self, path, output):
        """By `evaluate`, with enough rows."""
        note(path, "evaluate", 1, output, latency_ms=2.345)

        assert costs(path, {"evaluate": output})["evaluate"]["latency_ms"] == pytest.approx(2.345, abs=0.006)

    def test_are_the_latest(self, path, output):
        """A stage that ran twice took what it took the second time; the others stay."""
        for stage, seconds in (("train", 1), ("evaluate", 2), ("train", 3)):
            note(path, stage, seconds, output)

        found = costs(path, {"train": output, "evaluate": output})
        assert {stage: cost["seconds"] for stage, cost in found.items()} == {"train": 3, "evaluate": 2}

    def test_are_unknown_once_the_output_is_another(self, path, output):
        """DVC brought another model back, which took another time elsewhere."""
        note(path, "train", 1, output)
        output.write_text("[]", encoding="utf-8")

        assert costs(path, {"train": output}) == {}

    def test_are_known_again_with_the_output(self, path, output):
        """The same bytes are the same run, whoever wrote them."""
        note(path, "train", 1, output)
        content = output.read_bytes()
        output.unlink()

        assert costs(path, {"train": output}) == {}
        output.write_bytes(content)
        assert set(costs(path, {"train": output})) == {"train"}

    def test_are_those_of_the_stages_that_are_asked(self, path, output):
        """A stage that nobody noted, or that there is no longer, is left out."""
        note(path, "old", 1, output)

        assert costs(path, {"train": output}) == {}


class TestNotes:
    """The file, which anything may have happened to."""

    @pytest.mark.parametrize(
        "content", [b"", b"{", b"[]", b"5", b'{"train": 5}', b'{"train": null}', b'{"train": {"seconds": 1}}', b"\xff"]
    )
    def test_that_are_damaged_are_made_anew(self, path, output, content):
        """Nothing is known, and the next note is kept."""
        path.parent.mkdir()
        path.write_bytes(content)

        assert costs(path, {"train": output}) == {}
        note(path, "train", 1, output)
        assert costs(path, {"train": output})["train"]["seconds"] == 1

    def test_that_are_missing_know_nothing(self, path, output):
        """A fresh clone."""
        assert costs(path, {"train": output}) == {}
