"""The files of .github by which GitHub sets a repository up: rulesets, Dependabot, code owners."""

import json
import re
from fnmatch import fnmatchcase

import yaml

from harness import PROJECT
from ringside.init.record import RECORD

GITHUB = PROJECT / ".github"
FILES = sorted(GITHUB.glob("workflows/*.yaml"))
ACTIONS = sorted(GITHUB.glob("actions/*/action.yaml"))
RULESETS = {path.stem: json.loads(path.read_text()) for path in (GITHUB / "rulesets").iterdir()}


class TestRulesets:
    """.github/rulesets."""

    def test_require_the_checks_that_workflows_report(self):
        """The names in the rules are names of jobs that always run."""
        rules = {rule["type"]: rule.get("parameters") for rule in RULESETS["main"]["rules"]}
        required = {check["context"] for check in rules["required_status_checks"]["required_status_checks"]}
        always = {
            body["name"]
            for file in FILES
            for body in yaml.safe_load(file.read_text())["jobs"].values()
            if body.get("if") == "always()"
        }

        assert required == always == {"Verdict", "Checks"}

    def test_let_a_change_in_by_a_reviewed_pull_request_alone(self):
        """Main cannot be forced or deleted; owners review what they own."""
        rules = {rule["type"]: rule.get("parameters") for rule in RULESETS["main"]["rules"]}

        assert {"deletion", "non_fast_forward", "pull_request"} <= set(rules)
        assert rules["pull_request"]["require_code_owner_review"] is True

    def test_keep_the_tags_of_versions_where_they_are(self):
        """A tag of a version cannot be moved. It can be deleted: a publisher that was killed leaves one behind."""
        assert RULESETS["versions"]["conditions"]["ref_name"]["include"] == ["refs/tags/model@*"]
        assert {rule["type"] for rule in RULESETS["versions"]["rules"]} == {"update", "non_fast_forward"}


class TestDependabot:
    """.github/dependabot.yaml."""

    content = yaml.safe_load((GITHUB / "dependabot.yaml").read_text())

    def test_waits_a_week_and_groups_all(self):
        """Each ecosystem has a cooldown and no pull request for a single package."""
        for update in self.content["updates"]:
            assert update["cooldown"]["default-days"] >= 7
            assert "*" in [pattern for group in update["groups"].values() for pattern in group["patterns"]]

    def test_can_read_the_locks(self):
        """It skips files above 200,000 bytes, and looks one folder below the one that is named."""
        folders = [update["directory"] for update in self.content["updates"] if update["package-ecosystem"] == "pip"]
        locks = [list((PROJECT / folder.strip("/") / "requirements").glob("*.txt")) for folder in folders]

        assert folders == ["/", "/packages/ringside"]
        assert all(locks)
        assert [lock.name for found in locks for lock in found if lock.stat().st_size > 200_000] == []

    def test_marks_what_only_the_template_has(self):
        """The entry of the package's locks is the last, below the comment by which `ringside init` finds it."""
        text = (GITHUB / "dependabot.yaml").read_text()
        _, found, rest = text.partition("  # The package's own locks; ringside init removes this entry.\n")

        assert found
        assert [update["directory"] for update in yaml.safe_load(rest)] == ["/packages/ringside"]

    def test_groups_what_trains_apart_from_what_does_not(self):
        """The group `model` is what requirements/model.txt locks, so that a linter's update trains nothing."""
        (pip,) = [update for update in self.content["updates"] if update.get("directory") == "/"]
        locked = re.findall(r"^([a-z0-9._-]+)==", (PROJECT / "requirements" / "model.txt").read_text(), re.MULTILINE)

        assert pip["groups"]["model"]["patterns"] == sorted(set(locked))

    def test_finds_the_local_actions(self):
        """Actions that a local action pins are updated, too."""
        (actions,) = [update for update in self.content["updates"] if update["package-ecosystem"] == "github-actions"]
        folders = [f"/{path.parent.relative_to(PROJECT).as_posix()}" for path in ACTIONS]

        assert [
            one for one in folders if not any(fnmatchcase(one, pattern) for pattern in actions["directories"])
        ] == []


class TestOwners:
    """.github/CODEOWNERS."""

    def test_own_what_judges_and_what_runs_with_rights(self):
        """Each path is here, or in a copy; the policy, the workflows, the machinery and the locks are among them."""
        lines = [line.split()[0] for line in (GITHUB / "CODEOWNERS").read_text().splitlines() if line.startswith("/")]

        assert [path for path in lines if not (PROJECT / path.strip("/")).exists()] in ([], [f"/{RECORD}"])
        assert {"/params.yaml", "/.github/", "/packages/ringside/", "/requirements/"} <= set(lines)
