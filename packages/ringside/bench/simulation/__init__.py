"""Worlds in which the truth is known, and how often the verdict is right in them. `bench/coverage.py` runs them."""
