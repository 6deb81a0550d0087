"""What happens when nobody opened a pull request: the champion is watched, and new data make a new model."""
