"""The schema of the flights."""

from flights.schema import SCHEMA

__all__ = ["SCHEMA"]
