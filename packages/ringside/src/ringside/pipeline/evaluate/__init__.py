"""Stage `evaluate`: score the challenger on rows that it was not trained on."""
