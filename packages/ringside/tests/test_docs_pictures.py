"""The pictures of the documents show what reports look like now."""

import hashlib
import importlib.util
import json

import pytest

import pages
from harness import PACKAGE, PROJECT

IMAGES = PROJECT / "docs" / "images"


@pytest.fixture(scope="module")
def pictures():
    """The script that draws them."""
    spec = importlib.util.spec_from_file_location("pictures", PACKAGE / "docs" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def drawn():
    """What the script noted when it drew them: for each picture the hash of what it shows, and its own."""
    return json.loads((PACKAGE / "docs" / "drawn.json").read_text(encoding="utf-8"))


class TestPictures:
    """docs/images."""

    def test_show_what_a_report_looks_like_now(self, pictures, drawn):
        """The text of each picture is what the renderer writes today; else the script draws it anew."""
        assert {name: facts["text"] for name, facts in drawn.items()} == {
            name: pictures.shown(example) for name, (example, _, _) in pictures.OURS.items()
        }

    def test_were_drawn_by_the_script(self, drawn):
        """Each file is the one that the script left, and there is no other."""
        there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in IMAGES.glob("*.png")}

        assert there == {name: facts["picture"] for name, facts in drawn.items()}

    def test_stand_in_the_readme(self, drawn):
        """The README shows each."""
        assert {f"docs/images/{name}" for name in drawn} <= set(pages.links("README.md"))
