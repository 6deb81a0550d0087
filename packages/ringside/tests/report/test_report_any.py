"""What holds for every report that the model allows, however odd."""

import re

import pytest
from hypothesis import HealthCheck, given, settings

from html_parsing import parsed
from ringside.report.model import Report
from ringside.report.read import dump_report, read_report
from ringside.report.render.html import to_html
from ringside.report.render.markdown import LIMIT, to_markdown
from ringside.report.render.terminal import MOST_LINES, WIDTH, to_terminal
from strategies import REPORTS

often = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.slow
class TestAnyReport:
    """Properties."""

    @often
    @given(REPORTS)
    def test_survives_writing_and_reading(self, report: Report):
        """What is written is read as the same report, and written again as the same bytes."""
        content = dump_report(report)

        assert read_report(content) == report
        assert dump_report(read_report(content)) == content

    @often
    @given(REPORTS)
    def test_is_a_comment_of_bounded_length(self, report: Report):
        """Markdown keeps to its limit, leaves no section open, and holds no HTML but the folds."""
        text = to_markdown(report)

        assert len(text) <= LIMIT
        assert text.count("<details>") == text.count("</details>") == text.count("<summary>")
        assert set(re.findall(r"<[^>]*>", text)) <= {
            "<details>",
            "</details>",
            "<summary>",
            "</summary>",
            "<b>",
            "</b>",
        }
        assert text.startswith("> [!")

    @often
    @given(REPORTS)
    def test_is_a_page_that_asks_for_nothing(self, report: Report):
        """HTML is well formed, has each id once, no script, no request and no address."""
        page = to_html(report)
        found = parsed(page)

        assert len(found.ids) == len(set(found.ids))
        assert set(found.tags).isdisjoint({"script", "link", "img", "iframe", "object", "form"})
        assert all(reference.startswith("#") for reference in found.references)
        assert not re.search(r"https?:|url\(|@import|javascript:", page)
        assert "NaN" not in page
        assert not re.search(r'[ "]-?inf\b', page)

    @often
    @given(REPORTS)
    def test_fits_a_terminal(self, report: Report):
        """No more than twenty lines of a hundred printable characters."""
        lines = to_terminal(report)

        assert len(lines) <= MOST_LINES
        assert all(len(line) <= WIDTH and line.isprintable() for line in lines)
