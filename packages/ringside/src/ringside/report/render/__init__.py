"""A report as Markdown, as a page, as charts and on the terminal."""
