"""Renderers of a report: Markdown, HTML, charts and terminal."""
