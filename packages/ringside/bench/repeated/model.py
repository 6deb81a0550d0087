"""The model of the flights."""

from flights.model import build_model

__all__ = ["build_model"]
