"""What the tests of the GitHub room share."""

import pytest

from hub import Hub
from scene import World


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """The double of GitHub with a repository and a fork of it; each test plays on a pull request of its own."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "source").mkdir()
    with Hub(folder) as hub:
        yield World.make(hub, folder / "source")
