"""The page on which everything stands as it would look on GitHub."""

import re

import pytest

from hub import BOT, Hub
from hub.flavoured import to_html as rendered
from hub.page import to_html
from hub.state import Comment


class TestMarkdown:
    """As GitHub shows it."""

    def test_alert(self):
        """An alert has its title and its colour."""
        shown = rendered("> [!WARNING]\n> Look out.")

        assert '<blockquote class="alert alert-warning"><p class="alert-title">Warning</p>' in shown
        assert "Look out." in shown
        assert "[!" not in shown

    def test_table_within_details(self):
        """A table within a folded section is one."""
        shown = rendered("<details><summary>More</summary>\n\n| a | b |\n|---|--:|\n| 1 | `x` |\n\n</details>")

        assert re.search(
            r'<details><summary>More</summary>.*<td style="text-align:right"><code>x</code>', shown, re.DOTALL
        )

    def test_tasks(self):
        """Task lists have boxes."""
        assert rendered("- [x] done\n- [ ] open").count('type="checkbox"') == 2

    def test_diagram(self):
        """The source of a diagram stands below a caption."""
        assert "GitHub draws this chart:" in rendered("```mermaid\nxychart-beta\n```")

    def test_mention(self):
        """A mention stands out, but not in code."""
        assert rendered("@ada `@bob`") == '<p><strong class="mention">@ada</strong> <code>@bob</code></p>\n'

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href='javascript:alert(1)'>x</a>",
            "[x](javascript:alert(1))",
            "<svg/onload=alert(1)>",
            "<iframe src='https://x'>",
            "<div style='position:fixed' onclick=alert(1)>",
            "<style>body{display:none}</style>",
            "<p class='badge open' id=x>",
        ],
    )
    def test_hostile(self, text):
        """Nothing that could run, reach out or pretend to be the page is left."""
        assert not re.search(
            r"<script|<style|<iframe|<svg|onerror|onclick|javascript:[^<]*\"|position|badge|id=", rendered(text)
        )

    def test_left_open(self):
        """What a text leaves open ends with it, and it closes nothing that it did not open."""
        assert rendered("<details><summary>x\n\n</article></div>").strip().endswith("</details>")
        assert "</article>" not in rendered("</article></div>")


@pytest.fixture
def hub(tmp_path):
    """The double with a repository."""
    with Hub(tmp_path) as hub:
        hub.repository("acme/demo")
        yield hub


def test_page(hub):
    """Pull requests, issues, runs and releases stand in the order of time, and texts cannot leave their place."""
    repo = hub.of("acme/demo")
    issue = hub.issue(repo, "<b>Alarm</b>", "body", user="ada")
    now = hub.clock.now()
    issue.comments.append(Comment(hub.id(), BOT, "**It is over.**", now, now, hub.seq()))
    run = hub.start_run("x", name="Retrain", event="schedule", sha="a" * 40, branch="main", actor="ada")
    hub.check(run.sha, "Watch", "success", title="Nothing new <i>", run=run)
    run.summaries["Watch"] = "| a |\n|---|\n| 1 |"
    hub.end_run(run, "success")
    page = to_html(hub, intro="A *rehearsal*.")

    assert page.index("&lt;b&gt;Alarm&lt;/b&gt;") < page.index("Retrain")
    assert "<strong>It is over.</strong>" in page
    assert "Nothing new &lt;i&gt;" in page
    assert "<td>1</td>" in page
    assert "<script" not in page
    assert page.count("<article") == page.count("</article>") == 3
