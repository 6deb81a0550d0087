"""The places that talk to GitHub: its API through `gh`, and the files and variables of a workflow's run."""
