"""What all tests share: threads, set before anything imports NumPy, and which tests run in a copy."""

import os
from pathlib import Path

from ringside.scaffold.machinery import is_as_recorded

# NOTE: two workers on two cores, each with two spinning OpenMP threads, wait for each other: a fit of 4 s took 60 s.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# `gh` and act are written in Go, whose collection of garbage is half of the time of a call that is over in moments.
os.environ |= {"GOGC": "off", "GOMEMLIMIT": "256MiB"}

# The template has tested the machinery of a copy that did not change it. `make test-machinery` runs its tests anyway.
collect_ignore = ["machinery"] if is_as_recorded(Path(__file__).parents[1]) else []


def pytest_report_header() -> str:
    """Say whether the machinery's tests are among those that run."""
    if collect_ignore:
        return "machinery: as .ringside.json records it, so its tests are left out (make test-machinery runs them)"
    return "machinery: its tests run"
