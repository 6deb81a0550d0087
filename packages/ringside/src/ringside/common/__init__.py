"""Code that two or more stages import. Each stage depends on this folder and its own: edits here rerun all stages."""
