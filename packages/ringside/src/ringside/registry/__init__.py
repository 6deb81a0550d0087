"""The model registry: versions, the one in production, and predictions of released versions."""
