"""Where the simulations write their tables."""

import pytest

from simulation import pages
from simulation.plan import SETTINGS


class TestPublish:
    """A table of a name."""

    @pytest.fixture
    def copies(self, tmp_path, monkeypatch):
        """Copies of both pages, which are written in place of them."""
        for name in ("PAGE", "CELLS"):
            copy = tmp_path / name
            copy.write_bytes(getattr(pages, name).read_bytes())
            monkeypatch.setattr(pages, name, copy)
        return tmp_path

    @pytest.mark.parametrize(("name", "page"), [("summary binary 1", "PAGE"), ("coverage binary 1", "CELLS")])
    def test_is_written_where_its_comments_are(self, copies, name, page):
        """A summary goes to the page of users, every cell to the page of the package; the other page stays."""
        other = {"PAGE": "CELLS", "CELLS": "PAGE"}[page]
        before = (copies / other).read_bytes()
        pages.publish(name, ["| new |"])

        assert f"<!-- {name} -->\n| new |\n<!-- /{name} -->\n" in (copies / page).read_text(encoding="utf-8")
        assert (copies / other).read_bytes() == before

    @pytest.mark.usefixtures("copies")
    def test_has_a_place(self):
        """A name without comments on either page is an error."""
        with pytest.raises(ValueError, match="<!-- nothing -->"):
            pages.publish("nothing", ["| new |"])

    @pytest.mark.parametrize("kind", SETTINGS)
    def test_has_places_for_each_kind(self, kind):
        """Errors and every cell of each kind are on the page of the package."""
        text = pages.CELLS.read_text(encoding="utf-8")

        assert f"<!-- errors {kind} -->\n" in text
        assert f"<!-- coverage {kind} 1 -->\n" in text
