"""What a person sees: results on stdout, talk on stderr, a bar on a terminal, and plain lines everywhere else."""

import errno
import json
import os
import pty
import re
import subprocess

import pandas as pd
import pytest

from harness import Checkout

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("patients-terminal")]

STAGES = ("validate", "split", "train", "evaluate")
ESCAPE = "\x1b"


def on_a_terminal(checkout: Checkout, *command: str) -> str:
    """Type a command whose stderr is a terminal; what that terminal received."""
    terminal, end = pty.openpty()
    env = checkout.environment({"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"})
    with subprocess.Popen(
        command, cwd=checkout.root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=end
    ) as process:
        os.close(end)
        received = b"".join(iter(lambda: _read(terminal), b""))
    os.close(terminal)
    assert process.returncode == 0, received.decode()
    return received.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError as error:
        # NOTE: Linux ends a terminal that nobody writes to any more by this error, not by an empty answer.
        if error.errno != errno.EIO:
            raise
        return b""


def closing(said: str, verb: str) -> str:
    """The last line that a verb said."""
    return [line for line in said.splitlines() if line.startswith(f"{verb}: ")][-1]


def number(pattern: str, line: str) -> int:
    """The number in the group of `pattern`, written with commas between thousands."""
    return int(re.search(pattern, line)[1].replace(",", ""))


@pytest.fixture(scope="module")
def piped(undisturbed, tmp_path_factory) -> tuple[Checkout, dict[str, subprocess.CompletedProcess[str]]]:
    """A checkout, and what each verb of the pipeline said where neither stdout nor stderr is a terminal."""
    checkout = undisturbed.copy(tmp_path_factory.mktemp("piped") / "checkout")
    verbs = {"ingest": ("ingest", "--until", "block-3")} | {stage: (stage,) for stage in STAGES}
    return checkout, {verb: checkout.run("ringside", *arguments) for verb, arguments in verbs.items()}


class TestInALog:
    """stderr is a pipe or a file."""

    @pytest.mark.parametrize("verb", ["ingest", *STAGES])
    def test_there_are_no_escape_codes(self, piped, verb):
        """Each verb writes lines without colours, bars and returns of the carriage."""
        said = piped[1][verb].stderr

        assert said.endswith("\n")
        assert ESCAPE not in said
        assert "\r" not in said

    @pytest.mark.parametrize("verb", ["ingest", *STAGES])
    def test_nothing_but_results_goes_to_stdout(self, piped, verb):
        """A verb that makes files and answers nothing leaves stdout empty."""
        assert piped[1][verb].stdout == ""

    def test_long_work_is_a_line_for_each_partition(self, piped):
        """Validate names each partition with its place in the whole."""
        lines = piped[1]["validate"].stderr.splitlines()

        assert lines[:-1] == [f"validate: block-{n} ({n} of 3)" for n in (1, 2, 3)]


class TestOnATerminal:
    """stderr is a terminal."""

    def test_validate_shows_a_bar(self, patients):
        """A bar with a share of the whole moves while partitions are checked, and the closing line remains."""
        received = on_a_terminal(patients, "ringside", "validate")

        assert ESCAPE in received
        assert "━" in received
        assert "100%" in received or "50%" in received
        assert "valid, 0 quarantined" in received.splitlines()[-1]

    def test_ingest_shows_a_bar(self, patients):
        """A bar names the partition that is being read."""
        received = on_a_terminal(patients, "ringside", "ingest")

        assert "━" in received
        assert "ingest: block-3" in received

    def test_train_shows_that_it_works(self, patients):
        """A line with the time moves while the model is fitted."""
        received = on_a_terminal(patients, "ringside", "train")

        assert ESCAPE in received
        assert "fitting on 219 rows" in received
        assert "0:00:0" in received

    def test_a_stage_that_dvc_runs_shows_the_same(self, patients):
        """`dvc repro` hands the terminal on: the bar is there too."""
        patients.edit("params.yaml", "max_quarantined: 0", "max_quarantined: 0.5")

        assert "━" in on_a_terminal(patients, "dvc", "repro", "validate")


class TestClosingLine:
    """The last line of a verb: rows in, rows out, seconds, and where the result is."""

    @pytest.mark.parametrize("verb", ["ingest", *STAGES])
    def test_says_seconds_and_a_place_that_is_there(self, piped, verb):
        """It ends with the seconds, an arrow and a path from the root, at which the result is."""
        checkout, said = piped
        found = re.search(r"rows.* \d+\.\d s -> (\S+)$", closing(said[verb].stderr, verb))

        assert found
        assert (checkout.root / found[1]).exists()

    def test_of_ingest_counts_what_there_is(self, piped):
        """Rows, partitions, the first and the last."""
        assert "ingest: 442 rows in 3 partitions, block-1 to block-3" in piped[1]["ingest"].stderr

    def test_of_validate_adds_up(self, piped):
        """Rows in are valid, quarantined and unlabelled rows."""
        line = closing(piped[1]["validate"].stderr, "validate")
        parts = [number(rf"([\d,]+) {kind}", line) for kind in ("valid", "quarantined", "without a label")]

        assert number(r"([\d,]+) rows in", line) == sum(parts) == 442

    def test_of_split_adds_up(self, piped):
        """Every valid row is for training or for the test."""
        line = closing(piped[1]["split"].stderr, "split")

        assert number(r"([\d,]+) training rows", line) + number(r"([\d,]+) test rows", line) == 442

    def test_of_train_counts_the_rows_that_it_learnt_from(self, piped):
        """Its rows are the rows for training."""
        checkout, said = piped
        rows = checkout.json("reports/split.json")["rows"]

        assert number(r"([\d,]+) rows", closing(said["train"].stderr, "train")) == rows["train"]

    def test_of_evaluate_counts_the_rows_that_it_scored(self, piped):
        """Its rows are those of reports/predictions.parquet."""
        checkout, said = piped
        predictions = pd.read_parquet(checkout.root / "reports" / "predictions.parquet")

        assert number(r"([\d,]+) rows", closing(said["evaluate"].stderr, "evaluate")) == len(predictions)


class TestMetrics:
    """`ringside metrics`: what a person reads at the end of `make run`."""

    def test_answers_the_table_on_stdout(self, undisturbed):
        """Stdout has one line for each metric, with the model's number and the baseline's, and nothing else."""
        metrics = undisturbed.json("reports/metrics.json")
        header, _, *rows = undisturbed.run("ringside", "metrics").stdout.splitlines()

        assert header.split() == ["metric", "model", "baseline"]
        assert [row.split() for row in rows] == [
            [name, f"{metrics[name]:.4f}", f"{metrics['baseline'][name]:.4f}"] for name in ("mae", "rmse", "r2")
        ]

    def test_says_on_stderr_where_to_look_next(self, undisturbed):
        """Stderr has the rows and the commands that show more."""
        said = undisturbed.run("ringside", "metrics").stderr

        assert "Trained on 219 rows, tested on 76" in said
        assert "dvc plots show" in said

    def test_answers_json_to_programs(self, undisturbed):
        """`--json` answers reports/metrics.json, and with `--slices` the slices too."""
        answered = json.loads(undisturbed.run("ringside", "metrics", "--json", "--slices").stdout)

        assert {row["slice"] for row in answered.pop("slices")} >= {"sex=one", "sex=two", "partition=block-1"}
        assert answered == undisturbed.json("reports/metrics.json")

    def test_answers_the_slices(self, undisturbed):
        """`--slices` adds a line for each value of a slice and for each partition."""
        lines = undisturbed.run("ringside", "metrics", "--slices").stdout.splitlines()

        assert {"sex=one", "sex=two", "partition=block-1", "partition=block-2"} <= {
            line.split(" ")[0] for line in lines
        }
