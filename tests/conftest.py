"""What the task's tests share: one thread each, set before anything imports NumPy."""

import os

# Small fits are slower with threads that wait for each other than with one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
