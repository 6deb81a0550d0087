"""Work shared by two processes."""

import multiprocessing
import os
from multiprocessing.pool import Pool

PROCESSES = 2


def workers() -> Pool:
    """The processes, to be used as a context; each takes one thread, since more would stand in the other's way."""
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # New processes read the variables when they start; copies of this one would not.
    return multiprocessing.get_context("spawn").Pool(PROCESSES)
