"""What people see of texts that others wrote."""

import json

from ringside.cli.terminal import plain, result, say


class TestPlain:
    """Names of somebody's columns in a line of talk."""

    def test_commands_no_terminal(self, capsys):
        """Colours, cursors and turned text are shown as escapes; lines, tabs and other scripts are as they were."""
        say("\x1b[31mred\r \u202eevil \x9b2J größe\t顧客\n")

        assert capsys.readouterr().err == "\\u001b[31mred\\u000d \\u202eevil \\u009b2J größe\t顧客\n\n"

    def test_leaves_json_what_it_means(self, capsys):
        """An escape in a text of JSON is the character itself."""
        result(json.dumps({"name": "\u202e\x7f"}, ensure_ascii=False))

        assert json.loads(capsys.readouterr().out) == {"name": "\u202e\x7f"}

    def test_is_the_same_twice(self):
        """What is plain stays."""
        assert plain(plain("\x1b")) == plain("\x1b") == "\\u001b"
