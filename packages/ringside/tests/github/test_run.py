"""One run of a workflow: what it knows of itself, and how it answers."""

import json
from pathlib import Path

import pytest

from ringside.errors import UsageError
from ringside.github.run import Run, plain


def files(folder: Path, **more: str) -> dict[str, str]:
    """The variables of a step."""
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
    } | more


class TestFacts:
    """`Run.here`."""

    def test_of_a_step(self, tmp_path):
        """A step's run knows repository, event, commit, ref and page."""
        payload = tmp_path / "event.json"
        payload.write_text(json.dumps({"number": 7, "pull_request": {"head": {"sha": "abc"}}}), encoding="utf-8")
        run = Run.here(
            {
                "GITHUB_REPOSITORY": "acme/demo",
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": str(payload),
                "GITHUB_SHA": "f" * 40,
                "GITHUB_REF": "refs/pull/7/merge",
                "GITHUB_RUN_ID": "12",
                "RUNNER_TEMP": str(tmp_path),
            }
        )

        assert run.url == "https://github.com/acme/demo/actions/runs/12"
        assert (run.event_name, run.sha, run.ref, run.temp) == ("pull_request", "f" * 40, "refs/pull/7/merge", tmp_path)
        assert run.at("pull_request", "head", "sha") == "abc"

    @pytest.mark.parametrize("keys", [("number", "x"), ("pull_request", "x", "y"), ("x",), ("list", "0")])
    def test_missing(self, keys):
        """A path that leads nowhere gives None, whatever lies on the way."""
        assert Run("acme/demo", event={"number": 7, "pull_request": None, "list": [1]}).at(*keys) is None

    def test_outside(self):
        """Outside of Actions nothing is known and nothing fails."""
        run = Run.here({})

        assert (run.repository, run.event, run.url, run.in_actions) == ("", {}, "", False)

    @pytest.mark.parametrize("content", ["{", None, b"\xff\xfe"])
    def test_unreadable_event(self, tmp_path, content):
        """An event that cannot be read is named with its file."""
        payload = tmp_path / "event.json"
        if content is not None:
            payload.write_bytes(content if isinstance(content, bytes) else content.encode())

        with pytest.raises(UsageError, match=r"the event cannot be read") as caught:
            Run.here({"GITHUB_EVENT_PATH": str(payload)})

        assert caught.value.where == str(payload)

    def test_event_of_another_kind(self, tmp_path):
        """An event that is no object is as good as none."""
        payload = tmp_path / "event.json"
        payload.write_text("[1]", encoding="utf-8")

        assert Run.here({"GITHUB_EVENT_PATH": str(payload)}).event == {}

    def test_this_process(self, monkeypatch):
        """Without variables those of the process count."""
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/here")
        monkeypatch.delenv("GITHUB_EVENT_PATH", raising=False)

        assert Run.here().repository == "acme/here"


class TestOutput:
    """Outputs of a step."""

    def test_written(self, tmp_path):
        """Outputs follow each other in the step's file."""
        run = Run("", environ=files(tmp_path))
        run.output("verdict", "pass")
        run.output("sentence", "Better: log loss -0.01 (ä).")
        run.output("empty", "")

        assert (tmp_path / "output").read_text(encoding="utf-8") == (
            "verdict=pass\nsentence=Better: log loss -0.01 (ä).\nempty=\n"
        )

    @pytest.mark.parametrize(
        "value", ["a\nverdict=pass", "a\rb", "a\0", "a\u2028b", "a\u202eb", "\x1b[31m", "x" * 4001, "a\ud800"]
    )
    def test_refused(self, tmp_path, value):
        """A value that could set another output, or hide what it says, is refused and nothing is written."""
        with pytest.raises(ValueError, match="no output of one line"):
            Run("", environ=files(tmp_path)).output("verdict", value)

        assert not (tmp_path / "output").exists()

    @pytest.mark.parametrize("name", ["", "A", "a=b", "a\nb", "a<<EOF", "a" * 41])
    def test_refused_name(self, tmp_path, name):
        """A name is a short word in lower case."""
        with pytest.raises(ValueError, match="no output of one line"):
            Run("", environ=files(tmp_path)).output(name, "x")

    def test_printed(self, capsys):
        """A person sees it."""
        Run("").output("verdict", "pass")

        assert capsys.readouterr().out == "verdict=pass\n"


class TestSummary:
    """The job's summary."""

    def test_grows(self, tmp_path):
        """Texts follow each other."""
        run = Run("", environ=files(tmp_path))
        run.summary("# One")
        run.summary("two")

        assert (tmp_path / "summary").read_text(encoding="utf-8") == "# One\ntwo\n"

    def test_limit(self, tmp_path):
        """What GitHub would refuse is cut at a line, and the cut is named."""
        run = Run("", environ=files(tmp_path))
        run.summary("a" * 600_000 + "\n")
        run.summary("ä" * 100_000 + "\n" + "b" * 300_000)
        written = (tmp_path / "summary").read_text(encoding="utf-8")

        assert (tmp_path / "summary").stat().st_size < 2**20
        assert written.rstrip().endswith("(The rest is left out: a step's summary ends at 1 MB.)")
        assert "ä" * 100_000 in written
        assert "b" not in written.removesuffix("(The rest is left out: a step's summary ends at 1 MB.)\n\n")

    def test_any_text(self, tmp_path):
        """A lone surrogate, as a file's name may hold, does not end the step."""
        Run("", environ=files(tmp_path)).summary("a\ud800b")

        assert (tmp_path / "summary").read_text(encoding="utf-8") == "a?b\n"


class TestAnnotation:
    """Messages on the run's page."""

    def test_escaped(self, tmp_path, capsys):
        """What a message holds can neither end it nor start another command."""
        hostile = "50 %\r\n::stop-commands::x\n##[add-mask]y"
        Run("", environ=files(tmp_path)).annotate("warning", hostile, title="a,b: ::c")

        assert capsys.readouterr().out == (
            "::warning title=a%2Cb%3A %3A%3Ac::50 %25%0D%0A::stop-commands::x%0A## [add-mask]y\n"
        )

    def test_limit(self, tmp_path, capsys):
        """GitHub cuts a message at 4,096 characters; this one is cut before."""
        Run("", environ=files(tmp_path)).annotate("error", "x" * 10_000)

        assert len(capsys.readouterr().out) < 4096

    def test_printed(self, capsys):
        """A person sees level and text."""
        Run("").annotate("notice", "nothing new")

        assert capsys.readouterr().out == "notice: nothing new\n"


class TestGroup:
    """Folded output."""

    def test_in_actions(self, tmp_path, capsys):
        """A group ends even where what is within fails."""
        run = Run("", environ=files(tmp_path))
        with pytest.raises(RuntimeError), run.group("two\nlines"):
            raise RuntimeError

        assert capsys.readouterr().out == "::group::two%0Alines\n::endgroup::\n"

    def test_outside(self, capsys):
        """A person's terminal folds nothing."""
        with Run("").group("x"):
            print("within")

        assert capsys.readouterr().out == "within\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a sentence: one::two", "a sentence: one::two"),
        ("::error::x", ": :error::x"),
        ("ok\n  ::set-output name=a::b", "ok\n  : :set-output name=a::b"),
        ("a ##[group]b", "a ## [group]b"),
        ("a\r::debug::x", "a\n: :debug::x"),
        ("a\u202eb\x1b[31m", "a b [31m"),
        ("a\u2028::debug::x", "a\n: :debug::x"),
    ],
)
def test_plain(text, expected):
    """No line of a text that anybody wrote is a command to the runner."""
    assert plain(text) == expected
