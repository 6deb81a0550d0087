"""Evaluation of the challenger against its rivals: test set, registry, verdict and report."""
