"""The four stages as functions of frames and parameters; no path, no terminal."""
