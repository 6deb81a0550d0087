"""Ringside: train a challenger, put it against the champion, publish what people approve.

The rooms, from the data to the terminal:

- `task`: what a task is; the only module that a task imports.
- `data`: partitions, their manifest and their profile.
- `pipeline`: the stages `validate`, `split`, `train`, `evaluate`: frames in, frames out.
- `store`: where files are, and the only code that writes them.
- `cli`: arguments, exit codes and the terminal.
"""
