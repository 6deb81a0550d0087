"""One run of a workflow: its context from GitHub, and its outputs, summary and annotations.

This module needs only the standard library, so that jobs can decide without an installation if there is work to do.
Outside of Actions, the same commands print outputs and summaries.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ringside.errors import UsageError

Level = Literal["notice", "warning", "error"]

_MAX_OUTPUT = 4000
_MAX_MESSAGE = 4000
"""Maximum characters of an annotation; GitHub cuts it at 4,096."""
_MAX_SUMMARY = 1_000_000
"""Maximum bytes of a summary; GitHub shows nothing of one larger than 1 MiB."""


@dataclass(frozen=True)
class Run:
    """The context of a workflow run.

    Do not trust anything in `event` if a pull request can start the run: titles, branch names and bodies are
    untrusted text.
    """

    repository: str
    """`owner/name`; empty outside of Actions."""
    server: str = "https://github.com"
    event_name: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)
    """Payload of the event."""
    sha: str = ""
    ref: str = ""
    run_id: str = ""
    temp: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    """Temporary folder of this job."""
    environ: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def here(cls, environ: Mapping[str, str] | None = None) -> "Run":
        """Return the run of this process; outside of Actions, one that prints.

        Args:
            environ: the variables; None for those of this process.

        Raises:
            UsageError: the payload cannot be read.
        """
        given = os.environ if environ is None else environ
        return cls(
            repository=given.get("GITHUB_REPOSITORY", ""),
            server=given.get("GITHUB_SERVER_URL") or "https://github.com",
            event_name=given.get("GITHUB_EVENT_NAME", ""),
            event=_payload(given.get("GITHUB_EVENT_PATH", "")),
            sha=given.get("GITHUB_SHA", ""),
            ref=given.get("GITHUB_REF", ""),
            run_id=given.get("GITHUB_RUN_ID", ""),
            temp=Path(given.get("RUNNER_TEMP") or given.get("TMPDIR") or tempfile.gettempdir()),
            environ=given,
        )

    @property
    def url(self) -> str:
        """Address of this run's page; empty outside of Actions."""
        return f"{self.server}/{self.repository}/actions/runs/{self.run_id}" if self.repository and self.run_id else ""

    def at(self, *keys: str) -> Any:  # noqa: ANN401  # JSON
        """Return a value of the payload by its path; None if there is none."""
        value: Any = self.event
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def output(self, name: str, value: str) -> None:
        """Set an output of this step.

        Raises:
            ValueError: the value contains a line break or another control character, or is longer than 4,000
                characters: such a value could set other outputs.
        """
        if (
            not re.fullmatch(r"[a-z_]{1,40}", name)
            or len(value) > _MAX_OUTPUT
            or not (value.isprintable() or not value)
        ):
            raise ValueError(f"{name}: {value[:80]!r} is no output of one line")
        self._append("GITHUB_OUTPUT", f"{name}={value}")

    def summary(self, text: str) -> None:
        """Add Markdown to the job's summary; replace what exceeds GitHub's limit by a note."""
        place = self.environ.get("GITHUB_STEP_SUMMARY")
        used = Path(place).stat().st_size if place and Path(place).exists() else 0
        content = text.encode(errors="replace")
        left = _MAX_SUMMARY - used
        if len(content) > left:
            kept = content[: max(left, 0)].decode(errors="ignore").rpartition("\n")[0]
            text = f"{kept}\n\n(The rest is left out: a step's summary ends at 1 MB.)\n"
        self._append("GITHUB_STEP_SUMMARY", text)

    def annotate(self, level: Level, text: str, *, title: str = "") -> None:
        """Show one message on the run's page and in its log."""
        place = f" title={_escaped(title[:200], prop=True)}" if title else ""
        message = _escaped(text[:_MAX_MESSAGE], prop=False)
        print(f"::{level}{place}::{message}" if self.in_actions else f"{level}: {text}", flush=True)

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Fold the output within the block."""
        if self.in_actions:
            print(f"::group::{_escaped(title, prop=False)}", flush=True)
        try:
            yield
        finally:
            if self.in_actions:
                sys.stdout.flush()
                print("::endgroup::", flush=True)

    @property
    def in_actions(self) -> bool:
        """Return whether this is a step of a workflow."""
        return self.environ.get("GITHUB_ACTIONS") == "true"

    def _append(self, variable: str, text: str) -> None:
        place = self.environ.get(variable)
        if not place:
            print(text)
            return
        with Path(place).open("a", encoding="utf-8", errors="replace") as file:
            file.write(f"{text}\n")


def plain(text: str) -> str:
    """Return untrusted text that is safe to print in a step's log: no line of it is a command to the runner.

    The runner reads `::name::` at the start of a line and `##[name]` anywhere in one.
    """
    lines = ("".join(letter if letter.isprintable() else " " for letter in line) for line in text.splitlines())
    return "\n".join(re.sub(r"^(\s*)::", r"\1: :", line).replace("##[", "## [") for line in lines)


def _payload(place: str) -> Mapping[str, Any]:
    if not place:
        return {}
    try:
        found = json.loads(Path(place).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        remedy = "let GITHUB_EVENT_PATH name the event's JSON, or unset it."
        raise UsageError(f"the event cannot be read ({type(error).__name__})", where=place, remedy=remedy) from None
    return found if isinstance(found, Mapping) else {}


def _escaped(text: str, *, prop: bool) -> str:
    """Escape a message as the toolkit does, so that its content cannot start another command."""
    text = text.replace("##[", "## [").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if prop else text
