"""Stage `train`: fit the challenger with a fixed seed."""
