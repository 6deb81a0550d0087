"""What all tests share: as many threads as there are workers' cores, set before anything imports NumPy."""

import os

# NOTE: two workers on two cores, each with two spinning OpenMP threads, wait for each other: a fit of 4 s took 60 s.
os.environ.setdefault("OMP_NUM_THREADS", "1")
