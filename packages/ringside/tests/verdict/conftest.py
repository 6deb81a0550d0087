"""Finds the programs of bench/, which tests run at a small size."""

import sys

from harness import PROJECT

# At the end, so that nothing installed is hidden by a program's name.
sys.path.append(str(PROJECT / "bench"))
