"""Commands ended by SIGKILL, with everything that they started, at moments that a test chooses."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence

from harness import Checkout

Timeline = list[tuple[float, str]]
"""What a command said, each line with the seconds since the start; an empty line stands for the start and the end."""


def timed(checkout: Checkout, *command: str, env: dict[str, str] | None = None) -> Timeline:
    """Type a command that must succeed, and note when it said what."""
    start = time.monotonic()
    with _started(checkout, command, env) as process:
        said = [(time.monotonic() - start, line) for line in process.stdout]
    assert process.returncode == 0, "".join(line for _, line in said)
    return [(0.0, ""), *said, (time.monotonic() - start, "")]


def between(timeline: Timeline, first: str, then: str = "") -> float:
    """The seconds from the line with the text `first` to the next line with the text `then`, or to the end."""
    start = next(seconds for seconds, line in timeline if first in line)
    return next((at for at, line in timeline if at > start and then and then in line), timeline[-1][0]) - start


def kill(checkout: Checkout, *command: str, after: str = "", seconds: float) -> bool:
    """Type a command and kill its whole process group.

    Args:
        checkout: where.
        command: what.
        after: a text of the line from which the time counts; without it, the start.
        seconds: when.

    Returns:
        Whether it was still running.
    """
    with _started(checkout, command) as process:
        for line in process.stdout if after else ():
            if after in line:
                break
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        # All that hold the pipe are gone when it ends.
        process.communicate()
    return process.returncode == -signal.SIGKILL


def _started(checkout: Checkout, command: Sequence[str], env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=checkout.root,
        env=checkout.environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
