"""What all tests share: threads, set before anything imports NumPy, and which tests run in a copy."""

import os
from pathlib import Path

import psutil

from ringside.scaffold.machinery import is_as_recorded

# NOTE: two workers on two cores, each with two spinning OpenMP threads, wait for each other: a fit of 4 s took 60 s.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# `gh` and act are written in Go, whose collection of garbage is half of the time of a call that is over in moments.
os.environ |= {"GOGC": "off", "GOMEMLIMIT": "256MiB"}

# The tests write and remove hundreds of thousands of small files; where memory is plenty, they take a fifth less there.
SHARED = Path("/dev/shm")  # noqa: S108  # pytest makes a folder there that is the user's alone
ENOUGH = 10 * 2**30
"""Bytes."""


def is_roomy(place: Path) -> bool:
    """Whether a folder is in memory that has room for what all tests leave, and programs may be run from it."""
    if not place.is_dir() or not os.access(place, os.W_OK):
        return False
    found = os.statvfs(place)
    free = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available)
    return free >= ENOUGH and not found.f_flag & os.ST_NOEXEC


if is_roomy(SHARED):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(SHARED))

# The template has tested the machinery of a copy that did not change it. `make test-machinery` runs its tests anyway.
collect_ignore = ["machinery"] if is_as_recorded(Path(__file__).parents[1]) else []


def pytest_report_header() -> str:
    """Say whether the machinery's tests are among those that run."""
    if collect_ignore:
        return "machinery: as .ringside.json records it, so its tests are left out (make test-machinery runs them)"
    return "machinery: its tests run"
