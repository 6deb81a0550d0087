"""Where the documents point to."""

from pathlib import PurePosixPath

import pytest

import pages
from harness import PROJECT
from ringside.init.sample import is_of_sample

PLACES = [*pages.names(), *(str(path.relative_to(PROJECT)) for path in sorted((PROJECT / ".github").rglob("*.md")))]


CONTRIBUTING = "packages/ringside/CONTRIBUTING.md"
REWRITTEN = "README.md"
"""Written anew by `ringside init`, so that its links are the template's alone."""
KEPT = [page for page in PLACES if page != REWRITTEN and not is_of_sample(page)]
"""What a repository made from the template has after `ringside init`."""


def is_gone(path: str) -> bool:
    """Whether `ringside init` removes a file, or a folder with all that is in it."""
    return is_of_sample(path) or is_of_sample(f"{path}/")


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

    @pytest.mark.parametrize("page", KEPT)
    def test_leads_to_nothing_that_init_removes(self, page):
        """A page that stays after `ringside init` names the package's tests, benchmarks and pages in words alone."""
        assert [link for link in pages.links(page) if is_gone(target(page, link)[0])] == []

    @pytest.mark.parametrize(
        "path", ["packages/ringside/docs", "packages/ringside/tests/pages.py", "docs/alternatives.md"]
    )
    def test_would_be_seen_to_lead_there(self, path):
        """Files and folders that go are told from those that stay."""
        assert is_gone(path)
        assert not is_gone("packages/ringside/README.md")

    def test_from_the_index_reaches_each_page(self):
        """docs/README.md, which stays after `init`, lists every document that does."""
        listed = {target("docs/README.md", link)[0] for link in pages.links("docs/README.md")}
        kept = {page for page in pages.names() if not is_of_sample(page)}

        assert kept - listed == {"README.md", "docs/README.md"}

    def test_from_contributing_reach_each_page_of_the_package(self):
        """The package's CONTRIBUTING.md, which the one at the root names, lists the pages that forks do not have."""
        listed = {target(CONTRIBUTING, link)[0] for link in pages.links(CONTRIBUTING)}

        assert CONTRIBUTING in {target("CONTRIBUTING.md", link)[0] for link in pages.links("CONTRIBUTING.md")}
        assert {page for page in pages.names() if page.startswith("packages/ringside/docs/")} <= listed

    def test_from_the_readme_reaches_the_index_and_the_sample(self):
        """Whoever begins at the README finds the one and the other."""
        assert {"docs/README.md", "docs/first-hour.md#the-sample"} <= set(pages.links("README.md"))

    def test_are_found(self):
        """The links are found at all, and a wrong one would be."""
        assert "verdict.md#a-metric-of-your-own" in pages.links("docs/task.md")
        assert target("docs/model.md", "../examples/batch") == ("examples/batch", "")
        assert target("docs/registry.md", "#on-github") == ("docs/registry.md", "on-github")
        assert "on-gitlab" not in pages.anchors("docs/registry.md")
