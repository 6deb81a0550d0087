"""What the doctor finds in a repository, asked through the real gh and the real git."""

import json
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import PROJECT
from hub import Hub
from ringside.doctor.checks import Check, CheckContext
from ringside.doctor.run_checks import QUESTIONS, in_order, is_broken, look, markdown, sight
from ringside.github.api import GitHub
from ringside.github.draft_release import MARKER
from ringside.github.production import REF
from ringside.github.run import Run

pytestmark = pytest.mark.slow

JOB = {"contents": "read", "actions": "read"}
"""What the job of doctor.yaml may."""
REVIEWED = {"protection_rules": [{"id": 1, "type": "required_reviewers", "reviewers": []}]}


class Copy:
    """A copy of the template on GitHub, and a checkout of it."""

    def __init__(self, hub: Hub, root: Path, **metadata: object) -> None:
        self.hub, self.root = hub, root
        for name in ("params.yaml", "dvc.yaml", ".github/CODEOWNERS", ".github/rulesets", ".github/workflows"):
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (PROJECT / name).is_dir() else shutil.copyfile)(PROJECT / name, target)
        (root / ".dvc").mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", "--all")
        self.git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--message", "copy")
        self.git("remote", "add", "origin", "https://github.com/acme/demo")
        self.there = hub.repository("acme/demo", source=root, **metadata)
        self.variables: dict[str, str] | None = None

    def git(self, *command: str) -> str:
        """Type a command of Git's."""
        return subprocess.run(["git", *command], cwd=self.root, check=True, capture_output=True, text=True).stdout

    def seen(self) -> CheckContext:
        """What the doctor looks at."""
        given = {} if self.variables is None else {"RINGSIDE_VARIABLES": json.dumps(self.variables)}
        return sight(Run.here(given), self.root, "origin")

    def checks(self) -> dict[str, Check]:
        """All that the doctor says, by name."""
        return {check.name: check for check in look(self.seen())}

    def check(self, name: str) -> Check:
        """What the doctor says of one thing."""
        return next(question for question in QUESTIONS if question.name == name).answer(self.seen())

    def state(self, name: str) -> str:
        """The state of one thing."""
        return self.check(name).state

    def release(self, version: str, **metadata: object) -> None:
        """Publish a version, tag and all, and mark it latest."""
        tag = f"model@{version}"
        self.git("-c", "user.name=t", "-c", "user.email=t@example.org", "tag", "-a", tag, "-m", tag)
        self.git("push", "--quiet", "origin", tag)
        GitHub("acme/demo").post("releases", {"tag_name": tag, "name": tag, **metadata})

    def record(self, file: str, content: object) -> None:
        """Let the record of production have a file, and no other."""
        blob = self._made("hash-object", "-w", "--stdin", text=json.dumps(content))
        tree = self._made("mktree", text=f"100644 blob {blob}\t{file}\n")
        commit = self.git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit-tree", tree, "-m", "r").strip()
        self.git("push", "--quiet", "--force", "origin", f"{commit}:{REF}")

    def _made(self, *command: str, text: str) -> str:
        done = subprocess.run(["git", *command], cwd=self.root, input=text, check=True, capture_output=True, text=True)
        return done.stdout.strip()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A GitHub of one's own."""
    with Hub(tmp_path) as hub:
        yield hub


def act_as(hub: Hub, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Let gh and git of this process be somebody's."""
    for name, value in hub.environment(token).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def copy(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """A fresh public copy, seen by its owner."""
    made = Copy(hub, tmp_path / "copy")
    act_as(hub, monkeypatch, hub.token(user="acme"))
    return made


class TestAFreshCopy:
    """A copy in which nobody switched anything on."""

    def test_has_no_problem(self, copy):
        """Everything that is missing is a choice, with what it adds and one thing to do."""
        checks = copy.checks()

        assert not is_broken(list(checks.values()))
        assert {name for name, check in checks.items() if check.state == "on"} >= {
            "attestations",
            "workflows",
            "promotion freeze",
        }
        off = [check for check in checks.values() if check.state == "off"]
        assert {check.name for check in off} >= {"live", "pull requests by Actions", "ruleset", "code owners", "runner"}
        assert all(check.gain and check.found for check in off)

    def test_is_seen_as_far_as_a_workflows_token_may(self, copy, monkeypatch):
        """What needs an administrator is unknown with the reason and the place to look, and nothing fails."""
        act_as(copy.hub, monkeypatch, copy.hub.token(JOB))
        found = copy.check("pull requests by Actions")

        assert found.state == "unknown"
        assert found.found == "this token may not read it (GitHub responds with 403)"
        assert "https://github.com/acme/demo/settings/actions" in found.remedy

    @pytest.mark.parametrize("fault", [{"status": 500}, {"status": 403}, {"status": 404}, {"cut": True}])
    def test_survives_a_github_that_does_not_answer(self, copy, fault):
        """Each thing that cannot be read is unknown; none of them is an error."""
        copy.variables = {}
        copy.hub.fail("GET", "repos/acme/demo", times=99, **fault)

        assert copy.state("ruleset") == "unknown"
        assert copy.state("tools") == "on"

    def test_without_github_says_so_once(self, copy):
        """A checkout whose remote is a folder is told where the rest is."""
        copy.git("remote", "set-url", "origin", str(copy.there.folder))

        checks = copy.checks()
        assert checks["GitHub"].state == "off"
        assert "ruleset" not in checks


class TestSettings:
    """What an owner switches on."""

    def test_of_pull_requests(self, copy):
        """The command that the doctor names switches it on."""
        command = copy.check("pull requests by Actions").remedy.partition("`gh ")[2].partition("`")[0]
        subprocess.run(["gh", *command.split()], check=True, capture_output=True)

        assert copy.state("pull requests by Actions") == "on"

    def test_of_reviewers(self, copy):
        """An environment without a rule asks nobody; one with reviewers does."""
        copy.there.environments["production"] = {}
        assert "no reviewer" in copy.check("review of releases").found

        copy.there.environments["production"] = REVIEWED
        assert copy.state("review of releases") == "on"

    def test_of_a_private_repository_name_the_plan(self, hub, tmp_path, monkeypatch):
        """Where the plan has no reviewers, attestations or rulesets, that is said, and is no problem."""
        copy = Copy(hub, tmp_path / "copy", visibility="private", rulesets_allowed=False)
        act_as(hub, monkeypatch, hub.token(user="acme"))

        assert [copy.state(name) for name in ("review of releases", "attestations", "ruleset")] == ["off"] * 3
        assert "GitHub Enterprise" in copy.check("attestations").found
        assert "free plan" in copy.check("ruleset").found

    def test_of_rulesets_are_compared(self, copy):
        """Installed as written: on; with a required check less, in words or in effect: a problem."""
        github = GitHub("acme/demo")
        for file in sorted((copy.root / ".github" / "rulesets").glob("*.json")):
            github.post("rulesets", json.loads(file.read_text(encoding="utf-8")))
        assert copy.state("ruleset") == "on"

        main = next(one for one in copy.there.rulesets if one["name"] == "main")
        rule = next(one for one in main["rules"] if one["type"] == "required_status_checks")
        rule["parameters"]["required_status_checks"].pop()
        assert "required_status_checks" in copy.check("ruleset").found
        assert copy.state("ruleset") == "problem"

    @pytest.mark.parametrize("part", ["enforcement", "conditions", "rules"])
    def test_of_rulesets_are_compared_in_each_part(self, copy, part):
        """One that is only evaluated, for other branches, or with a rule less, is not the one that was written."""
        github = GitHub("acme/demo")
        for file in sorted((copy.root / ".github" / "rulesets").glob("*.json")):
            github.post("rulesets", json.loads(file.read_text(encoding="utf-8")))
        main = next(one for one in copy.there.rulesets if one["name"] == "main")
        other = {"enforcement": "evaluate", "conditions": {"ref_name": {"include": [], "exclude": []}}}
        main[part] = other.get(part, main["rules"][:-2])

        assert copy.state("ruleset") == "problem"

    def test_of_code_owners(self, copy):
        """The file of the template names nobody; what GitHub says of another one is shown."""
        assert copy.state("code owners") == "off"

        (copy.root / ".github" / "CODEOWNERS").write_text("/params.yaml @acme\n", encoding="utf-8")
        assert copy.state("code owners") == "on"

        copy.there.owner_errors.append({"line": 1, "kind": "Unknown owner", "path": ".github/CODEOWNERS"})
        found = copy.check("code owners")
        assert (found.state, found.found) == ("problem", "line 1 of CODEOWNERS: Unknown owner")

    def test_of_workflows_that_sleep(self, copy):
        """A schedule that GitHub stopped after 60 days is a problem, with the command that wakes it."""
        copy.there.workflows["retrain.yaml"] = {"state": "disabled_inactivity"}
        found = copy.check("workflows")

        assert found.state == "problem"
        assert "60 days" in found.found
        assert "gh workflow enable retrain.yaml" in found.remedy

    def test_of_immutable_releases(self, copy):
        """An owner sees whether they are on."""
        assert copy.state("immutable releases") == "off"

        copy.there.immutable_releases = True
        assert copy.state("immutable releases") == "on"


class TestVariables:
    """What the repository's variables say."""

    def test_are_asked_by_a_person(self, copy):
        """An owner at a terminal needs no environment."""
        copy.there.variables["RINGSIDE_RUNNER"] = "linux-8-core"

        assert copy.check("runner").found == "linux-8-core trains, at $0.022 a minute"

    def test_of_an_unknown_runner_ask_for_its_price(self, copy):
        """Without a price the report cannot say what a run costs."""
        copy.variables = {"RINGSIDE_RUNNER": "my-gpu-box"}
        assert "RINGSIDE_RUNNER_PRICE" in copy.check("runner").remedy

        copy.variables["RINGSIDE_RUNNER_PRICE"] = "0.5"
        assert copy.state("runner") == "on"

    def test_of_a_runner_of_ones_own_look_whether_it_is_awake(self, copy):
        """A label that only sleeping machines have leaves each job waiting for a day."""
        copy.variables = {"RINGSIDE_RUNNER": "ringside"}
        own = {"id": 1, "name": "box", "status": "offline", "busy": False, "labels": [{"name": "ringside"}]}
        copy.there.runners.append(own)
        assert copy.state("runner") == "problem"

        own["status"] = "online"
        assert copy.check("runner").found == "ringside: 1 of your own online, 0 busy"

    @pytest.mark.parametrize(
        ("url", "needed"),
        [
            ("s3://acme-data", "RINGSIDE_AWS_ROLE"),
            ("gs://acme-data", "RINGSIDE_GCP_PROVIDER"),
            ("azure://acme-data", "RINGSIDE_AZURE_CLIENT"),
        ],
    )
    def test_of_a_remote_without_an_identity_are_a_problem(self, copy, url, needed):
        """An address alone opens nothing."""
        copy.variables = {"RINGSIDE_REMOTE": url, "RINGSIDE_AZURE_ACCOUNT": "acme"}
        found = copy.check("DVC remote")

        assert found.state == "problem"
        assert needed in found.remedy

    @pytest.mark.parametrize(
        ("store", "place"), [("source", "the source"), ("git", "Git"), ("remote", "the remote of .dvc/config")]
    )
    def test_of_no_remote_say_where_jobs_find_the_rows(self, copy, store, place):
        """It is what params.yaml says."""
        copy.variables = {}
        (copy.root / "params.yaml").write_text(f"data: {{store: {store}}}\n", encoding="utf-8")

        assert copy.check("DVC remote").found.startswith(f"data come from {place}")

    def test_of_a_remote_that_answers(self, copy, tmp_path):
        """A folder that is there is on, one that is not is unknown."""
        copy.variables = {"RINGSIDE_REMOTE": str(tmp_path)}
        assert copy.state("DVC remote") == "on"

        copy.variables = {"RINGSIDE_REMOTE": "/nowhere/at/all"}
        assert copy.state("DVC remote") == "unknown"

    def test_of_a_remote_that_is_none(self, copy):
        """A typing error is told, not raised."""
        copy.variables = {"RINGSIDE_REMOTE": "s3:/acme"}

        assert "no address" in copy.check("DVC remote").found

    def test_switch_the_cache_off(self, copy):
        """The cache is on unless the variable says otherwise."""
        copy.variables, copy.there.cache_bytes = {}, 12_000_000
        assert copy.check("cache").found.startswith("main fills it, pull requests read it, 12 MB in use; anyone")

        copy.variables = {"RINGSIDE_CACHE": "off"}
        assert copy.state("cache") == "off"


class TestReleases:
    """Tags, releases and the record of production."""

    def test_agree(self, copy):
        """One version, tagged, latest, recorded: all on but the stage tag, which the named command makes."""
        copy.release("v1.0.0")
        copy.record("production.json", [{"version": "v1.0.0", "at": "2026-11-21T10:00:00Z"}])
        assert [copy.state(name) for name in ("versions", "record", "promotion freeze")] == ["on"] * 3
        found = copy.check("stage tag")
        assert found.state == "problem"

        command = found.remedy.partition("`")[2].partition("`")[0]
        for one in command.split(" && "):
            copy.git(*shlex.split(one)[1:])
        assert copy.state("stage tag") == "on"

    def test_name_a_tag_without_a_release(self, copy):
        """A tag that a killed publisher left is a problem, named with its removal."""
        copy.release("v1.0.0")
        copy.git("push", "--quiet", "origin", "model@v1.0.0^{commit}:refs/tags/model@v1.1.0")
        found = copy.check("versions")

        assert found.state == "problem"
        assert found.found == "v1.1.0 is tagged and not released"
        assert ":refs/tags/model@v1.1.0" in found.remedy

    def test_name_a_release_without_its_tag(self, copy):
        """Without the tag nobody knows the version's commit."""
        copy.release("v1.0.0")
        copy.git("push", "--quiet", "origin", ":refs/tags/model@v1.0.0")

        assert copy.check("versions").found == "v1.0.0 is released and not tagged"

    def test_see_a_click(self, copy):
        """Where somebody marked another release latest, the record says so; and the stage tag is behind."""
        copy.release("v1.0.0")
        copy.record("production.json", [{"version": "v0.9.0", "at": "2026-11-21T10:00:00Z"}])
        found = copy.check("record")

        assert found.state == "problem"
        assert found.found == "it ends with v0.9.0, but v1.0.0 is marked latest on GitHub"

    def test_show_a_promotion_freeze(self, copy):
        """A freeze is no problem and is not forgotten: since when, why, and how it ends."""
        copy.record("hold.json", {"rejected": "v1.1.0", "reason": "worse", "since": "2026-11-21T10:00:00Z"})
        found = copy.check("promotion freeze")

        assert found.state == "off"
        assert found.found == "in effect since 2026-11-21, when v1.1.0 was rolled back"
        assert "lift_freeze=true" in found.remedy

    def test_find_the_draft_of_a_killed_publisher(self, copy):
        """One that is an hour old belongs to nobody; a fresh one is somebody's at work."""
        body = {"tag_name": "model@v1.0.0", "draft": True, "body": f"{MARKER}e30= -->"}
        GitHub("acme/demo").post("releases", body)
        copy.there.releases[0].created = "2026-01-01T00:00:00Z"

        assert copy.state("drafts") == "problem"


class TestTable:
    """The summary of a run."""

    def test_begins_with_what_needs_somebody(self):
        """Problems come first, then choices."""
        checks = [Check(state, state, "f", "g", "r") for state in ("on", "off", "problem", "unknown")]

        assert [check.state for check in in_order(checks)] == ["problem", "off", "unknown", "on"]

    def test_keeps_texts_in_their_cells(self):
        """A tag or a message with a pipe, HTML or a mention changes nothing around it."""
        text = markdown([Check("a|b", "off", "<img src=x>\n\n# @acme", "g", "r")])

        assert "a\\|b" in text
        assert "<img" not in text
        assert "@acme" not in text
        assert text.count("\n") == 7
