"""Check this checkout and the repository's variables: data and their readers, runner, cache, tools, template."""

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
"""Time limit to reach the template, in seconds."""
_HASH = 10
"""Characters of a commit's hash that are shown."""
_MEGA = 1_000_000
_SHOWN = 3
"""Maximum files that a result names."""
_OFF = "off"
_IDENTITY = {"s3": "RINGSIDE_AWS_ROLE", "gs": "RINGSIDE_GCP_PROVIDER", "azure": "RINGSIDE_AZURE_CLIENT"}
"""Variable with the identity that a workflow uses at each cloud."""
_PLACES = {
    "source": "the source",
    "git": "Git (data/store)",
    "remote": "the remote of .dvc/config, where it needs no identity",
}
"""Origin of the rows by `data.store`, if no variable names a remote."""
_ALWAYS = "the manifest (partitions, counts, hashes), metrics by slice, the profile, the model, ranges and categories"
_ROWS = ("data/source", "data/store")
_BESIDE = (".dvc", "/.gitignore")
"""Endings of tracked files there that contain no rows."""


def live(seen: CheckContext) -> CheckResult:
    """Check whether a merge publishes and the schedule retrains."""
    params = yaml.safe_load(read_bytes(seen.root / "params.yaml", remedy="`git checkout params.yaml`"))
    if isinstance(params, dict) and params.get("live") is True:
        return CheckResult("on", "a merge publishes, and the schedule retrains")
    how = "set `live: true` in params.yaml and merge; by hand, run publish.yaml and retrain.yaml from the Actions tab."
    return CheckResult("off", "nothing is published or retrained unless you start it", how)


def remote(seen: CheckContext) -> CheckResult:
    """Check whether data and outputs are in a DVC remote."""
    environ = {name: seen.variable(name) for name in ("RINGSIDE_REMOTE", "RINGSIDE_AZURE_ACCOUNT")}
    found = remotes.named(environ)
    if found is None:
        how = "set the variable RINGSIDE_REMOTE (docs/remotes.md says what else a cloud needs)."
        place = _PLACES.get(str(_data_section(seen).get("store")), _PLACES["source"])
        return CheckResult("off", f"data come from {place}, and outputs from the cache of Actions", how)
    needed = _IDENTITY.get(found.kind)
    if needed and not seen.variable(needed):
        return CheckResult("problem", f"{found.url} is configured without an identity to read it", f"set {needed}.")
    answer = remotes.probe(found)
    if answer is None:
        return CheckResult("on", f"{found.url}; a run of Train shows whether it responds", "")
    if answer.ok:
        return CheckResult("on", f"{found.url} responds here")
    return CheckResult(
        "unknown", f"{found.url} does not respond here: {answer.said}", "start Train by hand and read its log."
    )


def machine(seen: CheckContext) -> CheckResult:
    """Check which runner trains, and its price."""
    label, stated = seen.variable("RINGSIDE_RUNNER"), seen.variable("RINGSIDE_RUNNER_PRICE")
    if not label:
        how = "set the variable RINGSIDE_RUNNER to a label (docs/workflows.md#runners)."
        return CheckResult("off", f"{DEFAULT}, one of GitHub's standard runners, trains", how)
    online = _self_hosted(seen, label)
    if online is not None:
        return online
    found = runner(label, stated=stated, public=seen.public)
    if found.usd_per_minute is None:
        how = "set RINGSIDE_RUNNER_PRICE to US dollars per minute; 0 for your own machine."
        return CheckResult("off", f"{label} trains; its price is unknown", how)
    return CheckResult("on", f"{label} trains, at ${found.usd_per_minute:g} a minute")


def _self_hosted(seen: CheckContext, label: str) -> CheckResult | None:
    """Return the result for a self-hosted runner; None if it is not one, or this token may not see it."""
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
    return CheckResult("on", f"{label}: {len(awake)} of your own online, {busy} busy")


def cache(seen: CheckContext) -> CheckResult:
    """Check whether pull requests use the outputs of main's runs."""
    if seen.variable("RINGSIDE_REMOTE"):
        return CheckResult("off", "the DVC remote replaces it")
    if seen.variable("RINGSIDE_CACHE") == _OFF:
        how = "remove the variable RINGSIDE_CACHE; keep it if data are private and the repository is public."
        return CheckResult("off", "the variable RINGSIDE_CACHE is off", how)
    size = seen.asked.find("actions/cache/usage")
    tracked = f", {size['active_caches_size_in_bytes'] / _MEGA:,.0f} MB in use" if size else ""
    public = "; anyone who opens a pull request can read it" if seen.public else ""
    return CheckResult("on", f"main fills it, pull requests read it{tracked}{public}")


def data(seen: CheckContext) -> CheckResult:
    """Check whether this checkout has the partitions of the manifest."""
    workspace = Workspace(seen.root)
    try:
        manifest: Any = json.loads(read_bytes(workspace.manifest, remedy="run `ringside ingest`."))
        names = [entry["partition"] for entry in manifest["partitions"]]
    except DataError as error:
        return CheckResult("off", "no data were ever ingested", error.remedy)
    missing = [name for name in names if not workspace.partition(workspace.raw, name).exists()]
    if not missing:
        return CheckResult("on", f"this checkout has all {len(names)} partitions")
    return CheckResult(
        "off", f"this checkout lacks {len(missing)} of {len(names)} partitions", "run `ringside ingest --frozen`."
    )


def tools(_: CheckContext) -> CheckResult:
    """Check for the required programs."""
    found = {"Python": platform.python_version(), "git": _version("git"), "gh": _version("gh"), "DVC": _package("dvc")}
    text = ", ".join(f"{name} {version or 'is not installed'}" for name, version in found.items())
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
    """Check which data are readable by anyone who can see the repository."""
    section, rows = _data_section(seen), _tracked(seen)
    store = section.get("store", "source")
    public = "data.public is true" if section.get("public") else "data.public is false"
    settings = f"{public}, data.store is {store}"
    more = " and more" if len(rows) > _SHOWN else ""
    tracked = f"Git has rows ({', '.join(rows[:_SHOWN])}{more})" if rows else "Git has no row"
    if section.get("public") is True:
        return CheckResult(
            "on",
            f"anyone may read the data: {settings}; {tracked}; releases and the cache of Actions may have some",
        )
    if seen.github is None:
        return CheckResult("on", f"{settings}; {tracked}. Were the repository public, anyone would read {_seen(rows)}")
    if not seen.public:
        return CheckResult(
            "on", f"the repository is private; {settings}; {tracked}. Were it public, anyone would read {_seen(rows)}"
        )
    if rows or store == "git":
        how = (
            "make the repository private, or set `data.public: true` if the rows may be seen; else set `data.store: "
            "remote`, and remove the rows from Git's history."
        )
        return CheckResult(
            "problem", f"the repository is public; {settings}; {tracked}: anyone reads {_seen(rows)}", how
        )
    quiet = "releases have no reference rows and the cache of Actions no data"
    return CheckResult("on", f"the repository is public; {settings}; {tracked}, {quiet}. Anyone reads {_ALWAYS}")


def _data_section(seen: CheckContext) -> dict[str, Any]:
    """Return the section `data` of params.yaml."""
    params = yaml.safe_load(read_bytes(seen.root / "params.yaml", remedy="`git checkout params.yaml`"))
    found = params.get("data") if isinstance(params, dict) else None
    return found if isinstance(found, dict) else {}


def _seen(rows: list[str]) -> str:
    return f"every row that Git has, {_ALWAYS}" if rows else _ALWAYS


def _tracked(seen: CheckContext) -> list[str]:
    """Return the files with rows that Git tracks."""
    listed = seen.git.run("ls-files", "-z", "--", *_ROWS).out
    return [name for name in listed.split("\0") if name and not name.endswith(_BESIDE)]


def package(seen: CheckContext) -> CheckResult:
    """Check whether `make update` has updates; a public template is read without a secret."""
    address = address_on_record(seen.root)
    if address is None and seen.github is not None:
        address = parent_of(seen.facts)
        if address is None and seen.facts.get("is_template"):
            return CheckResult("on", "this is the template")
    if address is None:
        how = "give it once: `make update FROM=https://github.com/OWNER/ringside`; .ringside.json stores the address."
        return CheckResult("off", "the template's address is unknown", how)
    git = Git(seen.root, _TEMPLATE_SECONDS)
    try:
        here, newest = standing(git, address)
    finally:
        git.forget(FETCHED.removeprefix(PREFIX))
    if here.commit == newest.commit:
        return CheckResult("on", f"the template has nothing newer ({newest.name})")
    return CheckResult("off", f"{newest.name} is newer than yours ({here.commit[:_HASH]})", "run `make update`.")


_VARIABLES = "see {page}/settings/variables/actions, or run `gh variable list`."
QUESTIONS = (
    CheckDefinition("live", "merge, release, watch and retrain run automatically", live, ""),
    CheckDefinition("DVC remote", "all runs share data and outputs", remote, _VARIABLES),
    CheckDefinition("runner", "training on a larger machine, a GPU or your own machine", machine, _VARIABLES),
    CheckDefinition("cache", "pull requests run only the stages that they change", cache, _VARIABLES),
    CheckDefinition("data", "`make run` works here without the source", data, ""),
    CheckDefinition("tools", "all commands work here, including those that need GitHub", tools, ""),
    CheckDefinition("privacy", "private rows stay private", readable, "see `data:` in params.yaml."),
    CheckDefinition(
        "package",
        "fixes and new functions of the template for your repository; your files stay",
        package,
        "run `ringside update --check`.",
    ),
)
