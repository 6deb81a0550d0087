"""Files: where they are, read with clear errors, written so that a reader never sees half of one."""
