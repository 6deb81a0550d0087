"""A small template with two releases, and a copy of the first one."""

from pathlib import Path

import pytest

from templates import Repo, template, used


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """The template, which no test changes."""
    return template(tmp_path_factory.mktemp("template") / "it")


@pytest.fixture
def copy(tmp_path: Path) -> Repo:
    """A copy by "Use this template" of the first release."""
    return used(tmp_path / "copy")
