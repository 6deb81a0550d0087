"""`ringside update`, typed in a copy of this project."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness import Checkout
from hub import Hub
from hub.hub import gh
from ringside.github.releases import parent_of
from ringside.init.sample import TEMPLATE_ONLY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """This project as the template, with a newer release than the copy's."""
    source = Checkout.of_project(tmp_path_factory.mktemp("template") / "it")
    source.ok("git", "tag", "package-v1.0.0")
    source.edit("params.yaml", "\nretrain:\n", "\nserve:                      # new\n  port: 8000\n\nretrain:\n")
    source.edit("packages/ringside/src/ringside/github/changes.py", '    "src/",\n', '    "src/",\n    "more/",\n')
    source.edit(".github/workflows/doctor.yaml", "name: Doctor\n", "name: The doctor\n")
    (source.root / "packages/ringside/src/ringside/newest.py").write_text('"""New."""\n')
    source.commit("newer")
    source.ok("git", "tag", "package-v1.1.0")
    return source


@pytest.fixture
def copy(template, tmp_path):
    """A repository made from the older release by "Use this template", with another task than the sample."""
    made = Checkout(tmp_path / "copy")
    made.root.mkdir()
    archive = subprocess.run(
        ["git", "archive", "package-v1.0.0"], cwd=template.root, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "x"], cwd=made.root, input=archive, check=True)
    made.ok("git", "init", "--quiet", "--initial-branch=main")
    made.commit("Initial commit")
    made.use_task("harbour")
    made.ok("git", "rm", "-r", "--quiet", "--ignore-unmatch", *TEMPLATE_ONLY)
    made.edit(".github/workflows/checks.yaml", "name: Checks\n\non:", "name: Checks\n\n# Ours.\non:")
    made.commit("ours")
    return made


def typed(copy: Checkout, *words: str) -> "subprocess.CompletedProcess[str]":
    """Type the verb, by the copy's own code."""
    return copy.run(sys.executable, "-m", "ringside.cli.main", "update", *words)


class TestVerb:
    """The command, in the project itself."""

    def test_updates_to_the_newest_release_and_lists_what_changed(self, copy, template):
        """The summary is on stdout; the task stays, and the next steps are named."""
        done = typed(copy, "--from", str(template.root))
        params = yaml.safe_load((copy.root / "params.yaml").read_text())

        assert done.returncode == 0, done.stderr
        assert "packages/ringside: 1 changed, 1 new\n" in done.stdout
        assert "added to params.yaml, with the template's values:\n  serve\n" in done.stdout
        assert "`git reset --hard` reverts all of it" in done.stderr
        assert (params["task"], params["serve"]) == ("harbour", {"port": 8000})
        assert not (copy.root / "src/flights").exists()
        assert not (copy.root / "packages/ringside/tests").exists()
        assert "# Ours." in (copy.root / ".github/workflows/checks.yaml").read_text()

    def test_finds_the_address_on_record_the_next_time(self, copy, template):
        """After the first update no option is needed, and nothing is left to do."""
        typed(copy, "--from", str(template.root))
        copy.commit("Update Ringside")
        done = typed(copy)

        assert (done.returncode, done.stdout) == (0, "")
        assert "nothing to do" in done.stderr

    def test_keeps_an_address_from_which_nothing_newer_comes(self, copy, template):
        """The doctor asks it the next time; with `--check` nothing is written."""
        newest = template.run("git", "rev-parse", "HEAD").stdout.strip()
        words = ("--from", str(template.root), "--base", newest, "--to", newest)
        typed(copy, *words, "--check")
        before = copy.status()
        typed(copy, *words)

        assert before == ""
        assert copy.json(".ringside.json")["template"] == str(template.root)

    def test_changes_nothing_with_check(self, copy, template):
        """It only says what would come."""
        done = typed(copy, "--from", str(template.root), "--check")

        assert (done.returncode, copy.status()) == (0, "")
        assert "packages/ringside: 1 changed, 1 new\n" in done.stdout

    def test_ends_with_three_where_people_decide(self, copy, template):
        """A conflict is named, with the way to resolve it."""
        copy.edit(".github/workflows/doctor.yaml", "name: Doctor\n", "name: Our doctor\n")
        copy.commit("ours")
        done = typed(copy, "--from", str(template.root))

        assert done.returncode == 3
        assert "in the same lines:\n  .github/workflows/doctor.yaml\n" in done.stdout
        assert "then `git add` the file" in done.stderr
        assert "UU .github/workflows/doctor.yaml" in copy.status()

    def test_stops_if_you_changed_the_package(self, copy, template):
        """The files are named, nothing changes and the exit code is 3; --overwrite replaces them."""
        name = "packages/ringside/src/ringside/github/changes.py"
        copy.edit(name, '    "src/",\n', '    "src/",\n    "ours/",\n')
        copy.commit("ours")
        stopped = typed(copy, "--from", str(template.root))
        status = copy.status()
        done = typed(copy, "--from", str(template.root), "--overwrite")

        assert (stopped.returncode, status, done.returncode) == (3, "", 0)
        assert f"changed by you in packages/ringside, and replaced by the update:\n  {name}\n" in stopped.stdout
        assert "`--overwrite` replaces these files" in stopped.stderr
        assert (copy.root / name).read_bytes() == (template.root / name).read_bytes()

    def test_names_the_command_for_locks_that_are_too_old(self, copy, template):
        """A requirement of the new package that the locks do not meet is listed, with `make requirements`."""
        tools = copy.root / "requirements/tools.txt"
        tools.write_text(re.sub(r"(?m)^typer==\S+", "typer==0.1.0", tools.read_text()))
        copy.commit("old")
        done = typed(copy, "--from", str(template.root), "--check")

        assert "not met by requirements/*.txt:\n  typer>=0.20 (locked: 0.1.0)\n" in done.stdout

    def test_asks_for_the_address_where_nobody_knows_it(self, copy):
        """Without a record, and with no remote on github.com, the remedy is an option that is kept."""
        done = typed(copy)

        assert done.returncode == 2
        assert "make update FROM=" in done.stderr

    def test_says_no_password(self, copy):
        """Where a log keeps what it says, an address has none."""
        done = typed(copy, "--from", "https://me:s3cret@127.0.0.1:1/x")

        assert done.returncode == 1
        assert "update: from https://127.0.0.1:1/x" in done.stderr
        assert "s3cret" not in done.stderr

    def test_asks_github_for_the_address_at_first(self, copy, template, tmp_path):
        """A copy by "Use this template" finds its template, and the commit it was made from, without an option."""
        copy.ok("git", "remote", "add", "origin", "https://github.com/acme/demo")
        with Hub(tmp_path) as hub:
            hub.repository("acme/ringside", source=template.root, is_template=True)
            hub.repository("acme/demo", source=copy.root, made_from="acme/ringside")
            path = os.pathsep.join([str(Path(gh()).parent), os.environ["PATH"]])
            environ = hub.environment(hub.token(user="acme")) | {"PATH": path}
            done = copy.run(sys.executable, "-m", "ringside.cli.main", "update", env=environ)

        assert done.returncode == 0, done.stderr
        assert "(your first commit has the same files) to package-v1.1.0" in done.stdout
        assert json.loads((copy.root / ".ringside.json").read_text())["template"] == "https://github.com/acme/ringside"

    def test_is_a_target_of_the_makefile(self, copy, template):
        """`make update FROM=... TO=...` types the options."""
        done = copy.run("make", "--dry-run", "update", f"FROM={template.root}", "TO=1.1.0")

        assert f'ringside update --from "{template.root}" --to "1.1.0"' in done.stdout


class TestParent:
    """What GitHub remembers of a copy."""

    def test_is_the_template_or_the_forks_parent(self):
        """A copy by "Use this template" has a template, a fork a parent, and anything else has none."""
        template, parent = {"full_name": "acme/template"}, {"full_name": "acme/parent"}

        assert parent_of({"template_repository": template}) == "https://github.com/acme/template"
        assert parent_of({"parent": parent}) == "https://github.com/acme/parent"
        assert parent_of({"fork": False}) is None
