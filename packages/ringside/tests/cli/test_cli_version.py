"""`ringside --version`."""

import subprocess
import sys
import tomllib

from harness import PACKAGE
from ringside import __version__


def printed(*options: str, env: dict[str, str] | None = None) -> str:
    """What a new interpreter, in which nothing needs to be installed, prints."""
    words = [sys.executable, *options, "-m", "ringside.cli.main", "--version"]
    return subprocess.run(words, capture_output=True, text=True, check=True, env=env).stdout


class TestVersion:
    """The version of the package."""

    def test_is_printed_with_the_distributions_name(self):
        """The line names `ringside-ml`, which is what a person installs."""
        assert printed() == f"ringside-ml {__version__}\n"

    def test_needs_no_installed_distribution(self, tmp_path):
        """A copy of the source on PYTHONPATH prints the version of that copy."""
        text = (PACKAGE / "src" / "ringside" / "__init__.py").read_text(encoding="utf-8")
        copy = tmp_path / "ringside"
        copy.mkdir()
        for path in (PACKAGE / "src" / "ringside").iterdir():
            if path.name not in {"__init__.py", "__pycache__"}:
                (copy / path.name).symlink_to(path)
        (copy / "__init__.py").write_text(text.replace(__version__, "9.8.7"), encoding="utf-8")

        assert printed(env={"PYTHONPATH": str(tmp_path), "PATH": ""}) == "ringside-ml 9.8.7\n"

    def test_has_one_owner(self):
        """pyproject.toml states no version of its own."""
        content = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))

        assert "version" not in content["project"]
        assert content["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "ringside.__version__"}

    def test_has_a_section_in_the_changelog(self):
        """The changelog says what is in this version."""
        assert f"\n## {__version__}\n" in (PACKAGE / "CHANGELOG.md").read_text(encoding="utf-8")
