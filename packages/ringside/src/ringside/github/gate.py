"""The last job of a workflow, the check that a branch's rules require: its result follows from the other jobs.

    python3 -m ringside.github.gate

This command reads the variable NEEDS, the workflow's `toJSON(needs)`. It needs only the standard library. Code of the
pull request wrote the outputs of the training job, so they are untrusted text.
"""

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ringside.github.run import Level, Run

_MOST = 600
"""Maximum characters of a sentence."""
_OTHER = re.compile(r"[^A-Za-z0-9 .,;:%()+=/'²_-]")
"""Characters that no sentence of a verdict contains: they could be markup, a mention or invisible."""
_LINKS = re.compile(r"://|\bwww\.", re.IGNORECASE)


@dataclass(frozen=True)
class GateResult:
    """The result of the check."""

    level: Level
    """Level of the annotation; an error fails the check."""
    sentence: str
    """Reason and next step, plain text."""

    @property
    def green(self) -> bool:
        """Return whether the check passes."""
        return self.level != "error"


@dataclass(frozen=True)
class _Job:
    result: str
    outputs: Mapping[str, str]


def answer(needs: str) -> GateResult:
    """Return the result of the check.

    Args:
        needs: JSON with the `result` and `outputs` of each job that this one needs.
    """
    jobs = _jobs(needs)
    if not jobs:
        return _red("The results of the other jobs are unknown (NEEDS lists none). Run the workflow again.")
    return _of_verdict(jobs) if "train" in jobs else _of_checks(jobs)


def _of_verdict(jobs: Mapping[str, _Job]) -> GateResult:
    changes, train = jobs.get("changes", _Job("missing", {})), jobs["train"]
    model = changes.outputs.get("model")
    if changes.result != "success" or model not in ("true", "false"):
        return _red(
            "The changed files could not be determined. See the log of the job before this one, and run it again."
        )
    if model == "false" and train.result == "skipped":
        return GateResult(
            "notice", "Nothing here touches the model, so nothing was trained and nothing is to be judged."
        )
    verdict, said = train.outputs.get("verdict", ""), plain(train.outputs.get("sentence", ""))
    if train.result == "success":
        return _of_run(verdict, said, train.outputs.get("blocks", ""))
    if train.result == "failure" and verdict == "broken" and said:
        return _red(said)
    return _red(_ENDED.get(train.result, _ENDED["failure"]))


_ENDED = {
    "failure": "The training job failed before the evaluation. Its log shows the step; fix it, or run it again.",
    "cancelled": "The training job was cancelled or took longer than it may. Run it again; name a larger runner "
    "(RINGSIDE_RUNNER) if it is too slow.",
    "skipped": "The training job was skipped though this touches the model. Run the whole workflow again.",
}


def _of_run(verdict: str, said: str, blocks: str) -> GateResult:
    """Return the result for a training job that succeeded."""
    match verdict, blocks:
        case "pass", _:
            return GateResult("notice", said or "Pass.")
        case "fail", _:
            return _red(said or "Fail. The report in the job's summary says why.")
        case "inconclusive", "false":
            return GateResult("warning", said or "Inconclusive. Safe to merge; nothing is published.")
        case "inconclusive", _:
            return _red(said or "Inconclusive, which the policy does not let through.")
        case "not_judged", _:
            return GateResult("notice", said or "Not judged. Somebody who may read the data can judge it.")
    return _red("The training job ended without a verdict. Its log shows why; run it again.")


def _of_checks(jobs: Mapping[str, _Job]) -> GateResult:
    wrong = {name: job.result for name, job in jobs.items() if job.result != "success"}
    if not wrong:
        return GateResult("notice", "All checks passed.")
    named = ", ".join(f"{plain(name)} ({plain(result)})" for name, result in sorted(wrong.items()))
    return _red(
        f"Not all checks passed: {named}. The log of each shows what to fix; make lint and make test repeat them."
    )


def plain(text: str) -> str:
    """Return one line of at most 600 harmless characters, which no page renders as markup or link."""
    words = " ".join(_OTHER.sub("?", " ".join(text[: 4 * _MOST].split())).split())
    words = _LINKS.sub(lambda found: found[0].replace("/", " ").replace(".", " "), words)
    return words if len(words) <= _MOST else f"{words[: _MOST - 4]} ..."


def markdown(text: str) -> str:
    """Escape a sentence of `plain` as Markdown, so that names with underscores stay unchanged."""
    return re.sub(r"([_+=()-])", r"\\\1", text)


def _red(sentence: str) -> GateResult:
    return GateResult("error", sentence)


def _jobs(needs: str) -> dict[str, _Job]:
    """Parse the jobs; empty if the text is not what Actions writes."""
    try:
        values = json.loads(needs)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(values, dict) or not all(isinstance(value, dict) for value in values.values()):
        return {}
    return {name: _Job(_text(job.get("result")), _outputs(job.get("outputs"))) for name, job in values.items()}


def _outputs(values: Any) -> dict[str, str]:  # noqa: ANN401  # JSON
    return {name: _text(value) for name, value in values.items()} if isinstance(values, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def main() -> int:
    """Write the sentence; return the exit code of the check."""
    found = answer(os.environ.get("NEEDS", ""))
    run = Run.here()
    run.annotate(found.level, found.sentence)
    if run.in_actions:
        run.summary(markdown(found.sentence))
    return 0 if found.green else 1


if __name__ == "__main__":
    sys.exit(main())
