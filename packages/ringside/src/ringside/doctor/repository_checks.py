"""What this checkout and the repository's variables say: data and who reads them, runner, cache, tools, template."""

import importlib.metadata
import json
import platform
import subprocess
from typing import Any

import yaml

from ringside.common.files import read_bytes
from ringside.doctor.checks import CheckContext, CheckDefinition, CheckResult
from ringside.errors import DataError
from ringside.github import dvc_remote as remotes
from ringside.github.releases import parent_of
from ringside.init.record import address_on_record
from ringside.report.prices import DEFAULT, runner
from ringside.store.workspace import Workspace
from ringside.update.base import FETCHED, standing
from ringside.update.trees import PREFIX, Git

_SECONDS = 20
_TEMPLATE_SECONDS = 30
"""After which the template counts as out of reach."""
_HASH = 10
"""Characters of a commit's hash that are shown."""
_MEGA = 1_000_000
_OFF = "off"
_IDENTITY = {"s3": "RINGSIDE_AWS_ROLE", "gs": "RINGSIDE_GCP_PROVIDER", "azure": "RINGSIDE_AZURE_CLIENT"}
"""By which variable a workflow becomes somebody at a cloud."""
_PLACES = {
    "source": "the source",
    "git": "Git (data/store)",
    "remote": "the remote of .dvc/config, where it needs no identity",
}
"""Where a job finds the rows, by `data.store`, while no variable names a remote."""
_ALWAYS = "the manifest (partitions, counts, hashes), metrics by slice, the profile, the model, ranges and categories"
_ROWS = ("data/source", "data/store")
_BESIDE = (".dvc", "/.gitignore")
"""Of what Git tracks there, these are no rows."""


def live(seen: CheckContext) -> CheckResult:
    """Whether a merge publishes and the schedule retrains."""
    params = yaml.safe_load(read_bytes(seen.root / "params.yaml", remedy="`git checkout params.yaml`"))
    if isinstance(params, dict) and params.get("live") is True:
        return CheckResult("on", "a merge publishes, and the schedule retrains")
    how = "set `live: true` in params.yaml and merge; by hand, run publish.yaml and retrain.yaml from the Actions tab."
    return CheckResult("off", "nothing is published or retrained unless somebody starts it", how)


def remote(seen: CheckContext) -> CheckResult:
    """Whether data and outputs live in a DVC remote."""
    environ = {name: seen.variable(name) for name in ("RINGSIDE_REMOTE", "RINGSIDE_AZURE_ACCOUNT")}
    found = remotes.named(environ)
    if found is None:
        how = "set the variable RINGSIDE_REMOTE (docs/remotes.md says what else a cloud needs)."
        place = _PLACES.get(str(_data_section(seen).get("store")), _PLACES["source"])
        return CheckResult("off", f"data come from {place}, and outputs from the cache of Actions", how)
    needed = _IDENTITY.get(found.kind)
    if needed and not seen.variable(needed):
        return CheckResult("problem", f"{found.url} is named, and no identity to read it with", f"set {needed}.")
    answer = remotes.probe(found)
    if answer is None:
        return CheckResult("on", f"{found.url}; whether it answers, a run of Train says", "")
    if answer.ok:
        return CheckResult("on", f"{found.url} answers here")
    return CheckResult(
        "unknown", f"{found.url} gives no answer here: {answer.said}", "start Train by hand and read its log."
    )


def machine(seen: CheckContext) -> CheckResult:
    """Which runner trains, and what it costs."""
    label, stated = seen.variable("RINGSIDE_RUNNER"), seen.variable("RINGSIDE_RUNNER_PRICE")
    if not label:
        how = "set the variable RINGSIDE_RUNNER to a label (docs/workflows.md#runners)."
        return CheckResult("off", f"{DEFAULT}, one of GitHub's standard runners, trains", how)
    online = _self_hosted(seen, label)
    if online is not None:
        return online
    found = runner(label, stated=stated, public=seen.public)
    if found.usd_per_minute is None:
        how = "set RINGSIDE_RUNNER_PRICE to the dollars of a minute; 0 for a machine of your own."
        return CheckResult("off", f"{label} trains, at a price that nobody stated", how)
    return CheckResult("on", f"{label} trains, at ${found.usd_per_minute:g} a minute")


def _self_hosted(seen: CheckContext, label: str) -> CheckResult | None:
    """What is to say of a runner of one's own; None where it is none, or this token may not see."""
    from ringside.errors import GitHubError

    try:
        listed = seen.asked.pages("actions/runners", "runners")
    except GitHubError:
        return None
    ours = [one for one in listed if label in {tag["name"] for tag in one.get("labels", [])}]
    if not ours:
        return None
    awake = [one for one in ours if one.get("status") == "online"]
    if not awake:
        return CheckResult(
            "problem", f"no runner with the label {label} is online", "start one (docs/workflows.md#runners)."
        )
    busy = sum(bool(one.get("busy")) for one in awake)
    return CheckResult("on", f"{label}: {len(awake)} of your own online, {busy} at work")


def cache(seen: CheckContext) -> CheckResult:
    """Whether outputs of main's runs serve pull requests."""
    if seen.variable("RINGSIDE_REMOTE"):
        return CheckResult("off", "the DVC remote takes its place")
    if seen.variable("RINGSIDE_CACHE") == _OFF:
        how = "remove the variable RINGSIDE_CACHE; leave it where data are private and the repository is public."
        return CheckResult("off", "the variable RINGSIDE_CACHE says so", how)
    size = seen.asked.find("actions/cache/usage")
    held = f", {size['active_caches_size_in_bytes'] / _MEGA:,.0f} MB in use" if size else ""
    public = "; whoever opens a pull request can read it" if seen.public else ""
    return CheckResult("on", f"main fills it, pull requests read it{held}{public}")


def data(seen: CheckContext) -> CheckResult:
    """Whether what the manifest names is here."""
    workspace = Workspace(seen.root)
    try:
        manifest: Any = json.loads(read_bytes(workspace.manifest, remedy="run `ringside ingest`."))
        names = [entry["partition"] for entry in manifest["partitions"]]
    except DataError as error:
        return CheckResult("off", "no data were ever ingested", error.remedy)
    missing = [name for name in names if not workspace.partition(workspace.raw, name).exists()]
    if not missing:
        return CheckResult("on", f"all {len(names)} partitions are here")
    return CheckResult(
        "off", f"{len(missing)} of {len(names)} partitions are not here", "run `ringside ingest --frozen`."
    )


def tools(_: CheckContext) -> CheckResult:
    """The programs that everything else needs."""
    found = {"Python": platform.python_version(), "git": _version("git"), "gh": _version("gh"), "DVC": _package("dvc")}
    text = ", ".join(f"{name} {version or 'is not here'}" for name, version in found.items())
    if found["gh"] is None:
        return CheckResult("off", text, "install gh (https://cli.github.com), then run `gh auth login`.")
    return CheckResult("on", text)


def _version(program: str) -> str | None:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    return next((word for word in done.stdout.split() if word[:1].isdigit()), None)


def _package(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def readable(seen: CheckContext) -> CheckResult:
    """What of the data is readable by whoever sees the repository."""
    section, rows = _data_section(seen), _tracked(seen)
    store = section.get("store", "source")
    said = "data.public is true" if section.get("public") else "data.public is false"
    facts = f"{said}, data.store is {store}"
    held = f"Git has rows ({', '.join(rows[:3])}{' and more' if len(rows) > 3 else ''})" if rows else "Git has no row"  # noqa: PLR2004  # that fit
    if section.get("public") is True:
        return CheckResult("on", f"anyone may: {facts}; {held}, and releases and the cache of Actions may carry some")
    if seen.github is None:
        return CheckResult("on", f"{facts}; {held}. Were the repository public, anyone would read {_seen(rows)}")
    if not seen.public:
        return CheckResult(
            "on", f"the repository is private; {facts}; {held}. Were it public, anyone would read {_seen(rows)}"
        )
    if rows or store == "git":
        how = (
            "make the repository private, or set `data.public: true` if the rows may be seen; else set `data.store: "
            "remote`, and take what Git has out of its history."
        )
        return CheckResult("problem", f"the repository is public; {facts}; {held}: anyone reads {_seen(rows)}", how)
    quiet = "releases have no reference rows, the cache of Actions no data"
    return CheckResult("on", f"the repository is public; {facts}; {held}, {quiet}. Anyone reads {_ALWAYS}")


def _data_section(seen: CheckContext) -> dict[str, Any]:
    """The section `data` of params.yaml."""
    params = yaml.safe_load(read_bytes(seen.root / "params.yaml", remedy="`git checkout params.yaml`"))
    found = params.get("data") if isinstance(params, dict) else None
    return found if isinstance(found, dict) else {}


def _seen(rows: list[str]) -> str:
    return f"every row that Git has, {_ALWAYS}" if rows else _ALWAYS


def _tracked(seen: CheckContext) -> list[str]:
    """The files with rows that Git tracks."""
    listed = seen.git.run("ls-files", "-z", "--", *_ROWS).out
    return [name for name in listed.split("\0") if name and not name.endswith(_BESIDE)]


def machinery(seen: CheckContext) -> CheckResult:
    """Return whether `make update` would bring anything; a public template is asked without a secret."""
    address = address_on_record(seen.root)
    if address is None and seen.github is not None:
        address = parent_of(seen.facts)
        if address is None and seen.facts.get("is_template"):
            return CheckResult("on", "this is the template")
    if address is None:
        how = "name it once: `make update FROM=https://github.com/OWNER/ringside`; .ringside.json keeps the address."
        return CheckResult("off", "the template's address is not known", how)
    git = Git(seen.root, _TEMPLATE_SECONDS)
    try:
        here, newest = standing(git, address)
    finally:
        git.forget(FETCHED.removeprefix(PREFIX))
    if here.commit == newest.commit:
        return CheckResult("on", f"the template has nothing newer ({newest.name})")
    return CheckResult(
        "off", f"{newest.name} is newer than {here.commit[:_HASH]}, which you have", "run `make update`."
    )


_VARIABLES = "see {page}/settings/variables/actions, or run `gh variable list`."
QUESTIONS = (
    CheckDefinition("live", "the loop closes: merge, release, watch, retrain", live, ""),
    CheckDefinition("DVC remote", "data and outputs have one place that all runs share", remote, _VARIABLES),
    CheckDefinition("runner", "a larger machine, a GPU or one of your own trains", machine, _VARIABLES),
    CheckDefinition("cache", "a pull request runs only the stages that it changes", cache, _VARIABLES),
    CheckDefinition("data", "`make run` works here without asking the source", data, ""),
    CheckDefinition("tools", "all commands work here, also those that ask GitHub", tools, ""),
    CheckDefinition(
        "privacy", "nobody reads rows that are not meant for everybody", readable, "see `data:` in params.yaml."
    ),
    CheckDefinition(
        "machinery",
        "fixes and new functions of the template come to your repository; what is yours stays",
        machinery,
        "run `ringside update --check`.",
    ),
)
