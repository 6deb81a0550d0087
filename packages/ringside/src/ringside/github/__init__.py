"""Everything that talks to GitHub: its API through `gh`, and the files and variables of a workflow run."""
