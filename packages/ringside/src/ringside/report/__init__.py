"""The report: its data, which may come from anybody, and its renderings. Needs pydantic alone."""
