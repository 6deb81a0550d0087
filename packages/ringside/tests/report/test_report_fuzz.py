"""The parser and the renderers against reports that somebody meddled with.

Short here. `RINGSIDE_FUZZ=200000 pytest -n 0 tests/report/test_report_fuzz.py` tries so many of each kind.
"""

import os
import re

from hypothesis import HealthCheck, given, settings
from markdown_it import MarkdownIt

from html_parsing import parsed
from mutations import WRITTEN, damaged, mutated
from ringside.errors import ReportError
from ringside.report.read import read_report
from ringside.report.render.html import to_html
from ringside.report.render.markdown import LIMIT, to_markdown

MAX_PAGE = 6_000_000
FOLDS = {"<details>", "</details>", "<summary>", "</summary>", "<b>", "</b>"}
"""The only HTML that a comment has; all of it is the renderer's own."""

fuzzed = settings(
    max_examples=int(os.environ.get("RINGSIDE_FUZZ", "80")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def read(content):
    """The report, or None where it is refused, by one line that prints."""
    said, report = refusal(content)
    assert said.isprintable()
    assert len(said) < 800
    return report


def refusal(content):
    """What is said of bytes that are refused, or the report in those that are not."""
    try:
        return "", read_report(content)
    except ReportError as error:
        return error.found, None


def tokens(text):
    """What a reader of Markdown makes of a text, flat; links that GitHub sees by itself stand in `bare`."""
    found = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    return [part for block in found for part in (block, *(block.children or []))]


def bare(found):
    """What GitHub makes a link, a mention or a reference of, in texts that are no code."""
    texts = " ".join(token.content for token in found if token.type == "text")
    return re.findall(r"https?:|ftp:|www\.|@|(?<!\w)#\d|GH-\d|\b[0-9a-f]{7,40}\b(?<!\d{7})", texts)


class TestMutatedReports:
    """Well-formed JSON whose values, names and lists were changed."""

    @fuzzed
    @given(mutated())
    def test_are_refused_or_become_a_harmless_comment(self, content):
        """Nothing that the data say becomes a link, an image, a mention or HTML, and the length is bounded."""
        report = read(content)
        if report is None:
            return
        text = to_markdown(report)
        found = tokens(text)

        assert len(text) <= LIMIT
        assert {token.type for token in found}.isdisjoint({"link_open", "image"})
        html = [token.content for token in found if token.type in ("html_inline", "html_block")]
        assert {tag for part in html for tag in re.findall(r"<[^>]*>", part)} <= FOLDS
        assert bare(found) == []
        assert all(char.isprintable() or char == "\n" for char in text)

    @fuzzed
    @given(mutated())
    def test_are_refused_or_become_a_harmless_page(self, content):
        """A page is well formed, asks nobody, runs nothing and leads nowhere but within itself."""
        report = read(content)
        if report is None:
            return
        page = to_html(report)
        found = parsed(page)

        assert len(page) <= MAX_PAGE
        assert set(found.tags).isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
        assert all(reference.startswith("#") for reference in found.references)


class TestDamagedBytes:
    """Bytes that were overwritten, cut or doubled."""

    @fuzzed
    @given(damaged(WRITTEN))
    def test_are_refused_or_read(self, content):
        """No bytes make the parser do anything but answer or refuse, in one line."""
        read(content)
