"""Where the documents point to."""

from pathlib import PurePosixPath

import pytest

import pages
from harness import PROJECT
from ringside.scaffold.sample import TEMPLATE_ONLY

PLACES = [*pages.names(), *(str(path.relative_to(PROJECT)) for path in sorted((PROJECT / ".github").rglob("*.md")))]


def target(page: str, link: str) -> tuple[str, str]:
    """The path in the repository that a relative link means, and the anchor there."""
    path, _, anchor = link.partition("#")
    parts: list[str] = []
    for part in (PurePosixPath(page).parent / path).parts if path else PurePosixPath(page).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts), anchor


class TestLinks:
    """A link within the repository."""

    @pytest.mark.parametrize("page", PLACES)
    def test_leads_to_a_file(self, page):
        """The file or folder is there."""
        wrong = [link for link in pages.links(page) if not (PROJECT / target(page, link)[0]).exists()]

        assert wrong == []

    @pytest.mark.parametrize("page", PLACES)
    def test_leads_to_a_heading(self, page):
        """An anchor is that of a heading of the page."""
        meant = [target(page, link) for link in pages.links(page)]
        wrong = [(path, anchor) for path, anchor in meant if anchor and anchor not in pages.anchors(path)]

        assert wrong == []

    def test_from_the_index_reaches_each_page(self):
        """docs/README.md, which `init` keeps, lists every document but those that `init` removes."""
        listed = {target("docs/README.md", link)[0] for link in pages.links("docs/README.md")}

        assert set(pages.names()) - listed == {"README.md", "docs/README.md"} | {
            name for name in TEMPLATE_ONLY if name in pages.names()
        }

    def test_from_the_readme_reaches_the_index_and_the_sample(self):
        """Whoever begins at the README finds the one and the other."""
        assert {"docs/README.md", "docs/sample.md"} <= set(pages.links("README.md"))

    def test_are_found(self):
        """The links are found at all, and a wrong one would be."""
        assert "verdict.md#a-metric-of-your-own" in pages.links("docs/task.md")
        assert target("docs/serving.md", "../examples/batch") == ("examples/batch", "")
        assert target("docs/registry.md", "#on-github") == ("docs/registry.md", "on-github")
        assert "on-gitlab" not in pages.anchors("docs/registry.md")
