"""The report: its data, which may be untrusted, and its renderings. It needs pydantic only."""
