"""One challenger against its rivals: brings the rows, the registry and the verdict together and makes the report."""
