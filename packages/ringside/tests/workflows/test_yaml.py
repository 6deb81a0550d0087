"""The YAML of .github: what holds for each workflow, action and form, beyond what the linters say."""

import json
import re
import subprocess
from fnmatch import fnmatchcase
from typing import Any

import pytest
import typer
import yaml

from acting import tool
from harness import PACKAGE, PROJECT
from ringside.cli.main import app
from ringside.scaffold.machinery import RECORD
from workflow_files import WorkflowFile, uses

GITHUB = PROJECT / ".github"
FILES = [WorkflowFile(f".github/workflows/{path.name}", path.read_text()) for path in GITHUB.glob("workflows/*")]
FILES.sort(key=lambda file: file.path)
JOBS = [(file, job) for file in FILES for job in file.jobs]
ACTIONS = sorted(GITHUB.glob("actions/*/action.yaml"))
STEPS = [(file.path, step) for file in FILES for _, step in file.steps]
STEPS += [(path.name, step) for path in ACTIONS for step in yaml.safe_load(path.read_text())["runs"]["steps"]]
RUNS = [(where, step) for where, step in STEPS if "run" in step]
YAML = [*(GITHUB / "workflows").iterdir(), *ACTIONS]
RULESETS = {path.stem: json.loads(path.read_text()) for path in (GITHUB / "rulesets").iterdir()}

MAKEFILES = (PROJECT / "Makefile", PACKAGE / "development.mk")

# What a person may type besides: its own tests cover each.
OTHER = ("make ", "dvc gc --workspace --force", "python3 -m ringside.github.changes", "python3 -m ringside.github.gate")
PINNED = re.compile(r"^\s*(?:- )?uses: (?P<name>[\w./-]+)@(?P<sha>[0-9a-f]{40}) # v\d+\.\d+\.\d+$")
# Where anybody's text could come in: a title, a branch's name, a commit's message, an input of a dispatch.
UNTRUSTED = re.compile(
    r"github\.event\.(?!pull_request\.(number|head\.repo\.id)|repository\.(visibility|id|is_template)|workflow_run\.(head_sha|event))"
    r"|head_ref"
)
# What runs code of a pull request, or only reads: no right to write but to prove its identity.
READERS = ("checks.yaml", "train.yaml", "doctor.yaml")


def of(name: str) -> WorkflowFile:
    """The workflow in a file of this name."""
    return next(file for file in FILES if file.path.endswith(f"/{name}"))


def each(items: list[Any]) -> Any:
    """One test for each workflow, or for each job."""
    names = [item.path if isinstance(item, WorkflowFile) else f"{item[0].path}:{item[1]}" for item in items]
    return pytest.mark.parametrize("item", items, ids=[name.removeprefix(".github/workflows/") for name in names])


@pytest.mark.slow
class TestLinters:
    """What others look for in workflow files."""

    def test_zizmor_finds_nothing_unsafe(self):
        """In its strictest view, but for the ignores that state their reason."""
        done = subprocess.run(
            [tool("zizmor"), "--quiet", "--offline", "--persona", "pedantic", "--no-progress", str(GITHUB)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr

    def test_zizmor_is_able_to_find_something(self, tmp_path):
        """A workflow that trusts a pull request's title is reported."""
        bad = tmp_path / ".github" / "workflows" / "bad.yaml"
        bad.parent.mkdir(parents=True)
        bad.write_text("on: issues\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.event.issue.title }}'}]}}\n")
        done = subprocess.run([tool("zizmor"), "--offline", str(bad)], capture_output=True, check=False)

        assert b"template-injection" in done.stdout

    def test_actionlint_finds_nothing(self):
        """Expressions, events, contexts and the shell lines are in order."""
        done = subprocess.run([tool("actionlint")], cwd=PROJECT, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr

    def test_act_reads_every_file(self):
        """No file has syntax that the tests could not play."""
        options = ["--validate", "--strict", "--workflows", str(GITHUB / "workflows")]
        done = subprocess.run([tool("act"), *options], cwd=PROJECT, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.parametrize(
        ("schema", "pattern"),
        [
            ("dependabot", "dependabot.yaml"),
            ("github-workflows", "workflows/*.yaml"),
            ("github-actions", "actions/*/action.yaml"),
            ("github-issue-forms", "ISSUE_TEMPLATE/*.yaml"),
        ],
    )
    def test_the_official_schema_holds(self, schema, pattern):
        """Each file is what GitHub's schema for it says."""
        files = [str(path) for path in GITHUB.glob(pattern)]
        command = [tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert files
        assert done.returncode == 0, done.stdout

    def test_ignores_state_their_reason(self):
        """A line that switches a finding off has a comment above it or beside it."""
        for path in [*YAML, GITHUB / "zizmor.yaml"]:
            lines = path.read_text().splitlines()
            for number, line in enumerate(lines):
                if "zizmor: ignore" in line or line.strip() == "disable: true":
                    above = lines[number - 2 : number]
                    assert any(one.strip().startswith("#") for one in above), f"{path.name}:{number + 1}"


class TestWorkflows:
    """What holds for each workflow."""

    @each(FILES)
    def test_say_when_and_with_which_rights_they_run(self, item):
        """The head of the file is a comment that names the workflow, its events, its rights and its jobs."""
        head = [line for line in item.text.split("\nname:")[0].splitlines() if line.startswith("#")]

        assert head[0].startswith(f"# {item.name}: ")
        assert any(line.startswith("# When: ") for line in head)
        assert any(line.startswith("# Rights: ") for line in head)
        assert [job for job in item.jobs if not any(line.startswith(f"#   {job} ") for line in head)] == []

    @each(FILES)
    def test_have_no_rights_at_the_top(self, item):
        """A job has the rights that it names and no others."""
        assert item.content["permissions"] == {}

    @each(FILES)
    def test_say_what_happens_to_two_at_once(self, item):
        """Each has a concurrency group, and says whether an older run is cancelled."""
        assert set(item.content["concurrency"]) == {"group", "cancel-in-progress"}

    def test_are_the_known_ones(self):
        """No file comes or goes unseen; a repository made from the template has no Package."""
        assert [file.name for file in FILES] == [
            "Checks", "Doctor", "Package", "Publish", "Report", "Retrain", "Rollback", "Train",
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ["publish.yaml", "retrain.yaml", "rollback.yaml", "report.yaml"])
    def test_that_write_are_never_cancelled(self, name):
        """A half of a release or of a comment is nothing that anybody wants."""
        assert of(name).content["concurrency"]["cancel-in-progress"] is False

    @each(FILES)
    def test_never_run_with_the_rights_of_the_base_for_a_pull_request(self, item):
        """The event pull_request_target is not used."""
        assert "pull_request_target" not in item.triggers

    @each([of("train.yaml"), of("checks.yaml")])
    def test_that_are_required_run_for_every_pull_request_and_in_a_merge_queue(self, item):
        """A filter at the trigger would leave the required check pending for ever."""
        assert item.triggers["pull_request"] == item.triggers["merge_group"] == {}

    @each(FILES)
    def test_avoid_the_full_hour(self, item):
        """GitHub delays or drops schedules at busy times."""
        lines = item.triggers.get("schedule", [])

        assert [line["cron"] for line in lines if line["cron"].split()[0] in {"0", "30", "*"}] == []


class TestJobs:
    """What holds for each job."""

    @each(JOBS)
    def test_have_a_name_and_a_limit(self, item):
        """People read the name; a job that hangs is ended, and never costs more than six hours."""
        file, job = item

        assert file.jobs[job]["name"]
        assert 1 <= file.jobs[job]["timeout-minutes"] <= 360

    @each(JOBS)
    def test_state_each_right_with_a_reason(self, item):
        """Every permission is in the file with a comment beside it."""
        file, job = item
        block = re.search(rf"\n  {job}:\n(?:.*\n)*?    permissions:\n((?:      .*\n)+)", file.text)

        assert block
        assert [line for line in block[1].splitlines() if not re.search(r": (read|write) # .{6,}", line)] == []

    @pytest.mark.parametrize("name", READERS)
    def test_that_run_anybodys_code_write_nothing(self, name):
        """Their only `write` is that of an identity token, which a fork's pull request never gets."""
        rights = [pair for job in of(name).jobs for pair in of(name).rights(job).items()]

        assert {pair for pair in rights if pair[1] == "write"} <= {("id-token", "write")}

    def test_prove_an_identity_only_where_a_cloud_or_an_attestation_needs_it(self):
        """`id-token: write` stands on the jobs that log in somewhere, attest, or publish on PyPI."""
        have = {(file.name, job) for file, job in JOBS if "id-token" in file.rights(job)}
        need = {
            (file.name, job)
            for file in FILES
            for job, step in file.steps
            if step.get("uses", "").startswith(("./.github/actions/remote", "actions/attest@"))
            or step.get("run") == "make upload-package"
        }

        assert have == need

    @each(JOBS)
    def test_run_on_a_pinned_system(self, item):
        """The system's name has a version; what trains may run where a variable says."""
        file, job = item
        where = file.jobs[job]["runs-on"]
        trains = job in {"train", "rebuild", "watch"}

        assert where == ("${{ vars.RINGSIDE_RUNNER || 'ubuntu-24.04' }}" if trains else "ubuntu-24.04")

    @each([(of("train.yaml"), "verdict"), (of("checks.yaml"), "checks")])
    def test_that_sum_up_always_run_and_need_all_others(self, item):
        """A skipped job counts as passed, so that the required one must not be skipped."""
        file, job = item

        assert file.jobs[job]["if"] == "always()"
        assert {*file.jobs[job]["needs"], job} == set(file.jobs)

    def test_that_hold_data_from_another_job_compare_them(self):
        """Where an artifact is downloaded, its sums came as an output of the job that made it."""
        downloads = [
            (file, job) for file in FILES for job, step in file.steps if "download-artifact" in step.get("uses", "")
        ]
        texts = [json.dumps(file.jobs[job]["steps"]) for file, job in downloads]

        assert len(texts) == 4
        assert [text for text in texts if not re.search(r"RINGSIDE_SUMS.*needs\.\w+\.outputs\.sums", text)] == []


class TestSteps:
    """What holds for each step."""

    @pytest.mark.parametrize(("where", "step"), STEPS)
    def test_have_a_name(self, where, step):
        """People read it in the log."""
        assert step.get("name"), f"{where}: {step}"

    @pytest.mark.parametrize(("where", "step"), RUNS)
    def test_run_one_line_that_a_person_can_type(self, where, step):
        """One short line, no logic, and nothing put into it by an expression."""
        line = step["run"]

        assert "\n" not in line, where
        assert len(line) < 60
        assert "${{" not in line
        assert not re.search(r"[;&|<>`]|\$\(", line)

    @pytest.mark.parametrize(("where", "step"), RUNS)
    def test_run_commands_that_exist(self, where, step):
        """A verb of `ringside`, a target of make, or one of few others."""
        words = step["run"].split()
        command = typer.main.get_command(app)
        if words[0] == "ringside":
            for word in words[1:]:
                if word.startswith("--"):
                    assert word in [name for option in command.params for name in option.opts], where
                else:
                    command = command.commands[word]
        elif words[0] == "make":
            kinds = ("model", "report", "test", "package")
            targets = [words[1]] if "$" not in words[1] else [f"setup-{kind}" for kind in kinds]
            makefile = "".join(file.read_text() for file in MAKEFILES)
            assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
        else:
            assert step["run"].startswith(OTHER), where

    @pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
    def test_pin_actions_by_the_hash_of_a_version(self, path):
        """A tag can be moved, a hash cannot; the version beside it is for people and for Dependabot."""
        for line in path.read_text().splitlines():
            if "uses:" in line and not line.strip().startswith("#"):
                assert PINNED.match(line) or "uses: ./.github/actions/" in line, line

    def test_pin_each_action_to_one_version(self):
        """The same action is the same everywhere."""
        named = set().union(*(uses(yaml.safe_load(path.read_text())) for path in YAML))
        pairs = {tuple(name.split("@")) for name in named if "@" in name}

        assert len({name for name, _ in pairs}) == len(pairs)

    def test_check_out_without_leaving_a_token(self):
        """What is checked out cannot push."""
        found = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]

        assert found
        assert [step for step in found if step["with"].get("persist-credentials") is not False] == []

    def test_keep_artifacts_a_week(self):
        """No artifact outlives its use."""
        found = [step for _, step in STEPS if step.get("uses", "").startswith("actions/upload-artifact@")]

        assert {step["with"].get("retention-days") for step in found} == {7}

    @pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
    def test_put_nobodys_text_into_an_expression(self, path):
        """Of an event only numbers, hashes and words of GitHub's own stand in the YAML; verbs read the rest as data."""
        expressions = re.findall(r"\$\{\{(.*?)\}\}", path.read_text())

        assert [text for text in expressions if UNTRUSTED.search(text)] in (
            [],
            [" github.event.pull_request.number || github.sha "],
        )

    def test_read_a_cache_only_where_main_may_have_filled_it(self):
        """A rebuild restores nothing; pull requests save nothing; what writes releases has no cache at all."""
        found = {
            (file.name, job, step["uses"].split("@")[0].removeprefix("actions/cache/"))
            for file in FILES
            for job, step in file.steps
            if step.get("uses", "").startswith("actions/cache")
        }

        assert found == {
            ("Train", "train", "restore"),
            ("Publish", "rebuild", "save"),
            ("Retrain", "watch", "restore"),
            ("Retrain", "watch", "save"),
        }

    def test_take_no_packages_from_a_cache_where_they_write(self):
        """A job that writes to the repository, or rebuilds for it, downloads its packages by their hashes."""
        cached = {
            (file.name, job)
            for file in FILES
            for job, step in file.steps
            if step.get("uses") == "./.github/actions/setup" and step["with"].get("cache") == "true"
        }
        writing = {(file.name, job) for file, job in JOBS if {*file.rights(job).values()} - {"read"}}

        assert cached & writing <= {("Train", "train"), ("Retrain", "watch")}
        assert not any(name == "Publish" for name, _ in cached)

    def test_use_one_key_for_what_was_computed(self):
        """What main saves is what a pull request of the same inputs finds."""
        keys = {step["with"]["key"] for _, step in STEPS if step.get("uses", "").startswith("actions/cache")}

        assert len(keys) == 1

    def test_install_cml_without_what_breaks(self):
        """The pinned CML comes without Vega, with a token for GitHub's limits, and may fail."""
        (step,) = [step for _, step in STEPS if step.get("uses", "").startswith("iterative/setup-cml@")]

        assert step["with"] == {"version": "0.20.6", "vega": False}
        assert step["env"] == {"GITHUB_TOKEN": "${{ github.token }}"}
        assert step["continue-on-error"] is True

    def test_attest_only_in_public(self):
        """By comparing with a word: a payload without the field attests nothing."""
        conditions = [step.get("if") for _, step in STEPS if step.get("uses", "").startswith("actions/attest@")]

        assert set(conditions) == {"github.event.repository.visibility == 'public'"}


class TestTrust:
    """What the workflow that answers pull requests may touch."""

    def test_the_report_checks_out_the_default_branch_alone(self):
        """No ref is named, so that the event's is taken, which is the default branch."""
        steps = of("report.yaml").jobs["comment"]["steps"]

        assert [
            step["with"] for step in steps if step["uses" if "uses" in step else "run"].startswith("actions/checkout")
        ] == [{"persist-credentials": False}]

    def test_the_report_hears_of_train_alone(self):
        """By its name; the verb compares the file's path, which a name can hide."""
        assert of("report.yaml").triggers == {
            "workflow_run": {"workflows": [of("train.yaml").name], "types": ["completed"]}
        }


class TestRulesets:
    """.github/rulesets."""

    def test_require_the_checks_that_workflows_report(self):
        """The names in the rules are names of jobs that always run."""
        rules = {rule["type"]: rule.get("parameters") for rule in RULESETS["main"]["rules"]}
        required = {check["context"] for check in rules["required_status_checks"]["required_status_checks"]}
        always = {body["name"] for file in FILES for body in file.jobs.values() if body.get("if") == "always()"}

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
