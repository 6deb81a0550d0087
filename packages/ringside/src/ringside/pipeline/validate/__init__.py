"""Stage `validate`: check each partition against the task's schema."""
