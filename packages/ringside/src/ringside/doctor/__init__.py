"""`ringside doctor`: the features that are on or off, and the benefit of each."""
