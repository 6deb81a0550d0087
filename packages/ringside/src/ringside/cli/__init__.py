"""The command line: arguments, exit codes and terminal output."""
