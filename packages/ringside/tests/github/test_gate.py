"""The required check: what it says for everything that the other jobs can come to."""

import json
import os
import subprocess
import sys

import pytest

from harness import PACKAGE
from ringside.github.gate import answer, markdown, plain


def train(result="success", *, changes="success", model="true", **outputs) -> str:
    """NEEDS of train.yaml's last job."""
    return json.dumps(
        {
            "changes": {"result": changes, "outputs": {"model": model} if model else {}},
            "train": {"result": result, "outputs": outputs},
        }
    )


class TestTheVerdict:
    """train.yaml: what is red, what is green, and how loud."""

    # What the other jobs came to, the level of the annotation (an error is red), and a piece of the sentence.
    CASES = (
        (train("skipped", model="false"), "notice", "Nothing here touches the model"),
        (train(verdict="pass", sentence="Pass: all is well. Merge it."), "notice", "Pass: all is well. Merge it."),
        (train(verdict="fail", sentence="Fail: worse. Look at it."), "error", "Fail: worse. Look at it."),
        (train(verdict="inconclusive", blocks="false", sentence="Inconclusive: x."), "warning", "Inconclusive: x."),
        (train(verdict="inconclusive", blocks="true", sentence="Inconclusive: x."), "error", "Inconclusive: x."),
        (train(verdict="inconclusive", sentence="Inconclusive: x."), "error", "Inconclusive: x."),
        (train(verdict="not_judged", sentence="Not judged: a fork."), "notice", "Not judged: a fork."),
        (train(verdict="not_judged"), "notice", "Somebody who may read the data can judge it"),
        (train("failure", verdict="broken", sentence="Broken: stage x."), "error", "Broken: stage x."),
        (train("failure"), "error", "failed before the evaluation"),
        # A job that failed after it had judged did not do all that it had to.
        (train("failure", verdict="pass", sentence="Pass: x."), "error", "failed before the evaluation"),
        (train("cancelled", verdict="pass"), "error", "was cancelled or took longer"),
        (train("skipped"), "error", "was skipped though"),
        (train("skipped", model="true", verdict="pass"), "error", "was skipped though"),
        (train("success"), "error", "ended without a verdict"),
        (train(verdict="broken", sentence="Broken: x."), "error", "ended without a verdict"),
        (train(verdict="PASS"), "error", "ended without a verdict"),
        (train(verdict="better"), "error", "ended without a verdict"),
        (train("neutral", verdict="pass"), "error", "failed before the evaluation"),
        (train("skipped", changes="failure"), "error", "could not be determined"),
        (train("skipped", changes="cancelled", model="false"), "error", "could not be determined"),
        (train("skipped", changes="skipped", model="false"), "error", "could not be determined"),
        (train("skipped", model=""), "error", "could not be determined"),
        (train("skipped", model="False"), "error", "could not be determined"),
        # Trained though nothing touches the model: then the verdict counts.
        (train(model="false", verdict="fail", sentence="Fail: x."), "error", "Fail: x."),
        (train("failure", model="false"), "error", "failed before the evaluation"),
        (
            json.dumps({"train": {"result": "success", "outputs": {"verdict": "pass"}}}),
            "error",
            "could not be determined",
        ),
        ("", "error", "NEEDS lists none"),
        ("{}", "error", "NEEDS lists none"),
        ("[1]", "error", "NEEDS lists none"),
        ('{"train": 1}', "error", "NEEDS lists none"),
        ("{" * 100_000, "error", "NEEDS lists none"),
    )

    @pytest.mark.parametrize(("needs", "level", "piece"), CASES, ids=range(len(CASES)))
    def test_sets_the_check(self, needs, level, piece):
        """Each case has one colour and one sentence."""
        found = answer(needs)

        assert (found.level, found.green) == (level, level != "error")
        assert piece in found.sentence

    @pytest.mark.parametrize(("needs", "level", "piece"), CASES, ids=range(len(CASES)))
    def test_says_in_each_case_what_to_do(self, needs, level, piece):
        """A red check names an action or carries the job's own sentence."""
        words = ("again", "mend", "log", "report", "Look", "stage x", ": x.")

        assert level != "error" or any(word in answer(needs).sentence for word in words), piece


class TestTheChecks:
    """checks.yaml: all of them, or a name."""

    @pytest.mark.parametrize(
        ("results", "green"),
        [
            ({"lint": "success", "task": "success"}, True),
            ({"lint": "success"}, True),
            ({"lint": "failure", "task": "success"}, False),
            ({"lint": "cancelled", "task": "success"}, False),
            ({"lint": "weird", "task": "success"}, False),
            ({"lint": "success", "task": "skipped"}, False),
        ],
    )
    def test_is_green_if_each_job_passed(self, results, green):
        """A job that was skipped or cancelled checked nothing."""
        needs = {name: {"result": result, "outputs": {}} for name, result in results.items()}

        assert answer(json.dumps(needs)).green == green

    def test_names_the_jobs_that_failed(self):
        """One sentence, the names in order."""
        needs = {name: {"result": "failure", "outputs": {}} for name in ("task", "lint")}

        assert "lint (failure), task (failure)" in answer(json.dumps(needs)).sentence


HOSTILE = [
    "a\n::error::b",
    "a\r\nmodel=false",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example/x) ![](http://evil.example/pixel.png)",
    "@everyone #1 GH-1 acme/demo#1",
    "www.evil.example",
    "`code` **bold** ~~gone~~ | table | $x$ {% raw %}",
    "\u202egnirts\u202c \u200b\u2066x\u2069 \ufeff \u0000 \x1b[31m",
    "e\u0301" * 50,
    "\ud800",
    "é" * 10_000,
    "%0A::set-output name=x::y",
    "<!-- -->&lt;b&gt;",
    "a" * 100_000,
]


class TestHostileOutputs:
    """What the training job put out is anybody's text."""

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_become_one_harmless_line(self, text):
        """No control character, no markup, no mention, no link, and no more than 600 characters."""
        found = answer(train(verdict="fail", sentence=text)).sentence

        assert found.isprintable()
        assert len(found) <= 600
        assert not set(found) & set("<>@#`*[]|~$&\\{}!\n\r")
        assert "://" not in found
        assert "www." not in found.lower()

    def test_keep_what_a_verdict_says(self):
        """A sentence of the report comes through as it is."""
        said = "Inconclusive: log loss +0.001 (-0.003 to +0.005), tolerance 0.002. Safe to merge; v1.2.0 stays; R² 5%."

        assert plain(said) == said

    @pytest.mark.parametrize(
        "outputs", [None, [], "x", {"verdict": ["pass"]}, {"verdict": {"a": 1}}, {"verdict": True}]
    )
    def test_of_another_shape_are_no_verdict(self, outputs):
        """Only texts are read."""
        needs = {
            "changes": {"result": "success", "outputs": {"model": "true"}},
            "train": {"result": "success", "outputs": outputs},
        }

        assert not answer(json.dumps(needs)).green

    def test_are_no_markup_in_the_summary(self):
        """A name with underscores is not set in italics, and a rule's dash begins no list."""
        assert markdown("- my_metric_ (x)") == r"\- my\_metric\_ \(x\)"


class TestTheCommand:
    """`python3 -m ringside.github.gate`, as the workflow types it."""

    def typed(self, needs: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run it with the standard library alone."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
        env = {**kept, "PYTHONPATH": str(PACKAGE / "src"), "NEEDS": needs, **environ}
        command = [sys.executable, "-S", "-m", "ringside.github.gate"]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    def test_ends_with_the_check(self):
        """The exit code is red or green."""
        assert self.typed(train(verdict="pass", sentence="Pass.")).returncode == 0
        assert self.typed(train(verdict="fail", sentence="Fail.")).returncode == 1

    def test_annotates_and_writes_the_summary(self, tmp_path):
        """The sentence stands in both, escaped for each, and nothing else does."""
        summary = tmp_path / "summary"
        said = train(verdict="inconclusive", blocks="false", sentence="Inconclusive: my_own +0.1%.\n::error::x")
        done = self.typed(said, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))

        assert done.stdout == "::warning::Inconclusive: my_own +0.1%25. ::error::x\n"
        assert summary.read_text() == "Inconclusive: my\\_own \\+0.1%. ::error::x\n"

    def test_says_it_once_to_a_person(self):
        """Outside of Actions one line is printed."""
        assert self.typed("").stdout.count("\n") == 1
