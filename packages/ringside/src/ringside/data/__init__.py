"""Data before the pipeline: ingest, manifest, content hashes, profile."""
