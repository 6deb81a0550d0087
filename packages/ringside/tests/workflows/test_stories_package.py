"""The workflow Package, in the template's repository and in one that is made from it."""

import pytest

from arena import REPOSITORY, Arena
from harness import Checkout
from ringside import __version__

pytestmark = pytest.mark.slow
BUILD = "Build and test the wheel"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Checkout:
    """This project."""
    return Checkout.of_project(tmp_path_factory.mktemp("package") / "checkout")


def package_alone(arena: Arena) -> None:
    """Switch on the workflow that other scenarios do not have, and all others off."""
    names = [
        path.rpartition("/")[2]
        for path in arena.bare.run("ls-tree", "--name-only", "main", ".github/workflows/").split()
    ]
    arena.without(*names)
    arena.hub.of(REPOSITORY).workflows.pop("package.yaml")


def ends(arena: Arena) -> dict[str, str]:
    """Play what happened; how each job of the run ended."""
    (run,) = arena.play().runs
    return {name: job.conclusion for name, job in run.play.jobs.items()}


class TestPackage:
    """What runs where."""

    def test_of_a_fresh_copy_runs_nothing(self, checkout, tmp_path):
        """A repository that is no template skips each job, until `ringside init` removes the file."""
        with Arena.of(tmp_path / "arena", checkout.root) as arena:
            package_alone(arena)
            arena.change("main", {"README.md": "# Mine\n"})

            assert set(ends(arena).values()) == {"skipped"}

    def test_of_the_template_tests_what_is_pushed(self, checkout, tmp_path):
        """A push to main is tested; nothing is built or released."""
        with Arena.of(tmp_path / "arena", checkout.root, is_template=True) as arena:
            package_alone(arena)
            arena.change("main", {"README.md": "# Ours\n"})
            found = ends(arena)

        assert found.pop("Tests of the package") == "success"
        assert set(found.values()) == {"skipped"}

    def test_of_a_tag_stops_where_the_tests_fail(self, checkout, tmp_path):
        """A version whose tests are red is not built."""
        with Arena.of(tmp_path / "arena", checkout.root, is_template=True) as arena:
            package_alone(arena)
            arena.failing.add("test-package")
            desk = arena.clone("owner")
            desk.git("tag", f"package-v{__version__}")
            desk.git("push", "--quiet", "origin", f"package-v{__version__}")
            found = ends(arena)

        assert found.pop("Tests of the package") == "failure"
        assert set(found.values()) == {"skipped"}
        assert BUILD in found
