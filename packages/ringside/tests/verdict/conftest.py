"""Finds the programs of bench/, which tests run at a small size."""

import sys

from harness import PACKAGE

# At the end, so that nothing installed is hidden by a program's name.
sys.path.append(str(PACKAGE / "bench"))
