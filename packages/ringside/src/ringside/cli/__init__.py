"""The command line: arguments, exit codes, the terminal. One module per room."""
