"""Stage `split`: decide which rows are for training and which for the test."""
