"""Monitoring of the champion on new data, and the decision to train a new model."""
