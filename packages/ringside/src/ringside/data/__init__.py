"""Data outside the pipeline: ingest, storage, erasure, adopted predictions, drift."""
