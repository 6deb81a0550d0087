"""Git's password by `gh`."""

import os
import subprocess

import pytest

from ringside.github.api import lend_token


class TestLendToken:
    """`lend_token`."""

    def test_lets_git_ask_gh(self, tmp_path):
        """Git gets the password for github.com from `gh`, and from no file; for another host it gets none."""
        (tmp_path / "gh").write_text(
            '#!/bin/sh\n[ "$1 $2 $3" = "auth git-credential get" ] && echo "username=x\npassword=$GH_TOKEN"\n'
        )
        (tmp_path / "gh").chmod(0o755)
        environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GH_TOKEN": "secret", "HOME": str(tmp_path)}
        assert lend_token(environ)

        def filled(host: str) -> str:
            """What Git would send to a host."""
            asked = f"protocol=https\nhost={host}\n\n"
            command = ["git", "-c", "core.askPass=true", "credential", "fill"]
            done = subprocess.run(command, input=asked, env=environ, capture_output=True, text=True, check=False)
            return done.stdout

        assert "password=secret" in filled("github.com")
        assert "secret" not in filled("example.org")

    def test_without_a_token_changes_nothing(self):
        """A person's Git asks as it always does."""
        environ = {"GH_TOKEN": ""}

        assert not lend_token(environ)
        assert environ == {"GH_TOKEN": ""}

    @pytest.mark.parametrize("times", [1, 2])
    def test_keeps_what_was_set(self, times):
        """Settings that are there stay, and a second call adds nothing."""
        environ = {"GH_TOKEN": "x", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": "c"}
        for _ in range(times):
            lend_token(environ)

        assert (environ["GIT_CONFIG_COUNT"], environ["GIT_CONFIG_KEY_0"]) == ("3", "a.b")
        assert environ["GIT_CONFIG_VALUE_2"] == "!gh auth git-credential"
