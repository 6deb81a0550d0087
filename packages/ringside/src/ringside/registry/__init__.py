"""Versions of the model: where they are, which one is in production, and how an old one predicts."""
