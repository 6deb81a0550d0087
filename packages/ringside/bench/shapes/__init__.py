"""Data of many shapes that nobody tuned Ringside for, each of which becomes a task of its own."""
