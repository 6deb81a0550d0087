"""Paths of a checkout, DVC commands, caches and atomic writes of files and folders."""
