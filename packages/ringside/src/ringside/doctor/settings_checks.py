"""Check the settings of a repository on GitHub."""

import json
from collections.abc import Mapping
from typing import Any

from ringside.doctor.checks import CheckContext, CheckDefinition, CheckResult
from ringside.errors import GitHubError

REQUIRED = ("Verdict", "Checks")
"""Checks that a merge requires."""
WORKFLOWS = ("checks", "train", "report", "publish", "retrain", "rollback", "doctor")
_MAIN = "main"
_NOBODY = "@example.com"
_UPGRADE = "Upgrade to"
_FORBIDDEN = 403
_ENTERPRISE = "on a private repository this needs GitHub Enterprise"


def proposals(seen: CheckContext) -> CheckResult:
    """Check whether Actions may open pull requests."""
    allowed = seen.asked.get("actions/permissions/workflow")
    if allowed.get("can_approve_pull_request_reviews"):
        return CheckResult("on", "Actions may create pull requests")
    how = (
        f"tick *Allow GitHub Actions to create and approve pull requests* at {seen.page}/settings/actions, or run "
        f"`gh api -X PUT repos/{seen.asked.repository}/actions/permissions/workflow "
        "-F can_approve_pull_request_reviews=true`."
    )
    return CheckResult("off", "Actions may not create pull requests", how)


def reviewers(seen: CheckContext) -> CheckResult:
    """Check whether each release needs an approval."""
    found = seen.asked.find("environments/production")
    rules = [rule.get("type") for rule in (found or {}).get("protection_rules", [])]
    if "required_reviewers" in rules:
        return CheckResult("on", "a reviewer approves each release")
    if not seen.public:
        return CheckResult("off", f"releases need no approval; {_ENTERPRISE}", "review pull requests instead.")
    what = "the environment production has no reviewer" if found else "there is no environment production yet"
    return CheckResult("off", what, f"add *Required reviewers* to `production` at {seen.page}/settings/environments.")


def attestations(seen: CheckContext) -> CheckResult:
    """Check whether releases have signed attestations of their origin."""
    if seen.public:
        return CheckResult("on", "releases are attested")
    return CheckResult(
        "off", f"releases are not attested; {_ENTERPRISE} Cloud", "`ringside verify` still compares hashes."
    )


def rules(seen: CheckContext) -> CheckResult:
    """Check whether the rules of .github/rulesets are installed unchanged."""
    places = sorted((seen.root / ".github" / "rulesets").glob("*.json"))
    if not places:
        return CheckResult("unknown", "there is no .github/rulesets/main.json", "`git checkout .github/rulesets`")
    try:
        listed = {one["name"]: one["id"] for one in seen.asked.pages("rulesets?includes_parents=true")}
    except GitHubError as error:
        if error.status != _FORBIDDEN or _UPGRADE not in error.found:
            raise
        return CheckResult(
            "off", "a private repository of the free plan has no rulesets", "check the results yourself before a merge."
        )
    all_wanted = [json.loads(place.read_text(encoding="utf-8")) for place in places]
    if absent := [wanted["name"] for wanted in all_wanted if wanted["name"] not in listed]:
        return CheckResult("off", f"not installed: {', '.join(absent)}", "run `make rulesets` as an owner.")
    for wanted in all_wanted:
        there = seen.asked.get(f"rulesets/{listed[wanted['name']]}")
        if differs := _differences(wanted, there):
            finding = f"the ruleset {wanted['name']} differs in {', '.join(differs)}"
            return CheckResult("problem", finding, "run `make rulesets`.")
        if wanted["name"] == _MAIN and (missing := set(REQUIRED) - _required(there)):
            how = "add it to .github/rulesets/main.json and run `make rulesets`."
            return CheckResult("problem", f"not required: {', '.join(sorted(missing))}", how)
    return CheckResult("on", "the rulesets equal .github/rulesets")


def _differences(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> list[str]:
    """Return the parts of a ruleset that differ from the file; GitHub's additions do not count."""
    parts = [
        key
        for key in ("target", "enforcement", "conditions")
        if key in wanted and not _contains(wanted[key], there.get(key))
    ]
    rules = {rule["type"]: rule for rule in there.get("rules", [])}
    for rule in wanted.get("rules", []):
        found = rules.pop(rule["type"], None)
        if found is None or not _contains(rule, found):
            parts.append(f"rule {rule['type']}")
    return [*parts, *(f"rule {name}" for name in rules)]


def _contains(wanted: Any, there: Any) -> bool:  # noqa: ANN401  # JSON
    """Return whether `there` contains all of `wanted`."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(_contains(value, there.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(there, list) and len(wanted) == len(there)
        return same and all(any(_contains(one, other) for other in there) for one in wanted)
    return bool(wanted == there)


def _required(ruleset: Mapping[str, Any]) -> set[str]:
    checks = (
        rule.get("parameters", {}) for rule in ruleset.get("rules", []) if rule["type"] == "required_status_checks"
    )
    return {check["context"] for parameters in checks for check in parameters.get("required_status_checks", [])}


def owners(seen: CheckContext) -> CheckResult:
    """Check whether changes of the policy and the workflows need an owner's review."""
    how = "write your team's name, such such as @acme/models, into .github/CODEOWNERS."
    place = seen.root / ".github" / "CODEOWNERS"
    if not place.exists() or _NOBODY in place.read_text(encoding="utf-8").partition("\n/")[2]:
        return CheckResult("off", ".github/CODEOWNERS names no owner yet", how)
    errors = seen.asked.get("codeowners/errors").get("errors", [])
    if not errors:
        return CheckResult("on", ".github/CODEOWNERS names owners that exist")
    first = errors[0]
    kind = " ".join(str(first.get("kind", "")).split())[:60]
    others = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return CheckResult("problem", f"line {first.get('line')} of CODEOWNERS: {kind}{others}", how)


def workflows(seen: CheckContext) -> CheckResult:
    """Check whether GitHub runs the workflows."""
    listed = seen.asked.pages("actions/workflows", "workflows")
    states = {str(one["path"]).removeprefix(".github/workflows/"): one["state"] for one in listed}
    missing = [name for name in WORKFLOWS if f"{name}.yaml" not in states]
    if missing:
        named = ", ".join(f"{name}.yaml" for name in missing)
        return CheckResult("problem", f"GitHub has no workflow {named}", "push them to the default branch.")
    inactive = {name: states[f"{name}.yaml"] for name in WORKFLOWS if states[f"{name}.yaml"] != "active"}
    if not inactive:
        return CheckResult("on", "all workflows are active")
    name, state = next(iter(inactive.items()))
    why = _STATES.get(state, state)
    others = f", and {len(inactive) - 1} more" if len(inactive) > 1 else ""
    return CheckResult("problem", f"{name}.yaml is {why}{others}", f"run `gh workflow enable {name}.yaml`.")


_STATES = {
    "disabled_inactivity": "disabled: 60 days without a commit stop schedules",
    "disabled_manually": "disabled by a user",
    "disabled_fork": "disabled, as in each fork",
}


def immutable(seen: CheckContext) -> CheckResult:
    """Check whether the files of a published release can be replaced."""
    found = seen.asked.find("immutable-releases")
    if found is None and not seen.may("admin"):
        return CheckResult("unknown", "this token may not read it", f"see *Releases* at {seen.page}/settings.")
    if found and found.get("enabled"):
        return CheckResult("on", "published releases and their tags cannot be changed")
    return CheckResult(
        "off",
        "anyone with write access can replace a release's files",
        f"tick *Immutable releases* at {seen.page}/settings.",
    )


def reports(seen: CheckContext) -> CheckResult:
    """Check whether vulnerabilities can be reported in private."""
    if not seen.public:
        return CheckResult("off", "only public repositories have it")
    if seen.asked.get("private-vulnerability-reporting").get("enabled"):
        return CheckResult("on", "vulnerabilities can be reported in private")
    how = f"run `gh api -X PUT repos/{seen.asked.repository}/private-vulnerability-reporting`."
    return CheckResult("off", "vulnerabilities cannot be reported in private", how)


QUESTIONS = (
    CheckDefinition(
        "pull requests by Actions",
        "retraining opens its pull request; without it, an issue has a link to open one",
        proposals,
        "see *Workflow permissions* at {page}/settings/actions.",
    ),
    CheckDefinition(
        "review of releases",
        "a reviewer approves each release after the merge",
        reviewers,
        "see {page}/settings/environments.",
    ),
    CheckDefinition(
        "attestations",
        "anyone can check which workflow made a release's files",
        attestations,
        "check whether the repository is public.",
    ),
    CheckDefinition(
        "ruleset",
        "nothing reaches main without the checks Verdict and Checks",
        rules,
        "see {page}/rules.",
    ),
    CheckDefinition(
        "code owners",
        "changes of the policy and the workflows need an owner's review",
        owners,
        "open .github/CODEOWNERS on {page}: GitHub marks errors.",
    ),
    CheckDefinition(
        "workflows", "merge, release, watch and retrain run automatically", workflows, "see {page}/actions."
    ),
    CheckDefinition(
        "immutable releases",
        "published models cannot be replaced",
        immutable,
        "see *Releases* at {page}/settings.",
    ),
    CheckDefinition(
        "private reports",
        "finders of a vulnerability can tell you first",
        reports,
        "see {page}/settings/security_analysis.",
    ),
)
