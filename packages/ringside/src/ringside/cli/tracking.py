"""Tells MLflow, where `MLFLOW_TRACKING_URI` is set; the verb `track`."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.terminal import say, seconds
from ringside.errors import RingsideError
from ringside.github.api import lend_token
from ringside.github.releases import open_registry
from ringside.params import read_params
from ringside.registry.models import ReleaseMetadata
from ringside.registry.registry import Registry
from ringside.report.model import Report
from ringside.store.workspace import Workspace
from ringside.tracking.registered_models import bring, is_known, question, registered_name, registration, wanted
from ringside.tracking.runs import evaluation
from ringside.tracking.sending import send, shown

ADDRESS = "MLFLOW_TRACKING_URI"
EXPERIMENT = "MLFLOW_EXPERIMENT_NAME"
_HOW = {"it is not installed": "`make setup-mlflow` installs its client"}


def track(
    remote: Annotated[str, typer.Option(help="The Git remote that is the registry.", metavar="NAME")] = "origin",
) -> None:
    """Bring MLflow's model registry up to date: the newest versions, and the one in production.

    Does nothing where MLFLOW_TRACKING_URI is not set, and ends with 0 where MLflow fails.
    """
    if not os.environ.get(ADDRESS):
        say(f"track: {ADDRESS} is not set, so nothing is told to MLflow")
        return
    lend_token()
    track_versions(open_registry(Workspace.find(Path.cwd()).root, remote))


def track_evaluation(workspace: Workspace, report: Report, environ: Mapping[str, str] | None = None) -> None:
    """Log an evaluation as a run, once; whatever goes wrong is one line that says what was not logged.

    Args:
        workspace: the checkout, with the files of the report.
        report: the verdict.
        environ: the variables; those of this process where None.
    """
    given = os.environ if environ is None else environ
    if not given.get(ADDRESS):
        return

    where = shown(given[ADDRESS])
    try:
        order = _evaluation(workspace, report, given)
    except Exception as error:  # noqa: BLE001  # tracking never fails a training
        _warn(f"this evaluation is not logged in {where}: {type(error).__name__}")
        return
    sent = send(order, given)
    if sent.failed is not None:
        _warn(f"this evaluation is not logged in {where}: {_why(sent.failed)}")
    else:
        state = "logged in" if sent.answer["new"] else "was logged before in"
        say(f"track: this evaluation {state} {where}, run {sent.answer['run']}, {seconds()}")


def track_versions(registry: Registry, environ: Mapping[str, str] | None = None) -> None:
    """Register the newest versions and move the alias; whatever goes wrong is one line that says what was not done."""
    given = os.environ if environ is None else environ
    if not given.get(ADDRESS):
        return

    where = shown(given[ADDRESS])
    try:
        failed = _registered(registry, given, where)
    except RingsideError as error:
        failed = f"{error.where}: {error.found}"
    except Exception as error:  # noqa: BLE001  # tracking never fails what was published
        failed = type(error).__name__
    if failed is not None:
        _warn(f"the versions are not up to date in {where}: {_why(failed)}; `ringside track` does it later")


def _evaluation(workspace: Workspace, report: Report, environ: Mapping[str, str]) -> dict[str, object]:
    from ringside.evaluation.dvc_lock import flat

    values = read_params(workspace.params).model_dump(
        mode="json", by_alias=True, exclude={"live", "retrain", "publish"}
    )
    here = workspace
    files = (here.model, here.metrics, here.report, here.report_text, here.report_page)
    parts = (environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"))
    server, repository, run = parts
    link = f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""
    experiment = environ.get(EXPERIMENT, "")
    return evaluation(report, flat(values), files, experiment=experiment, link=link).order()


def _registered(registry: Registry, environ: Mapping[str, str], where: str) -> str | None:
    """Why the versions are not all registered; None where they are."""
    versions, production = wanted(registry)
    if not versions:
        return None
    name = registered_name(versions[-1].task, environ.get("RINGSIDE_MLFLOW_MODEL", ""))
    known = send(question(name), environ)
    if known.failed is not None:
        return known.failed
    missing = [facts for facts in versions if not is_known(facts, known.answer["versions"])]
    in_place = next((facts for facts in versions if facts.version == production), None)
    return _sent(registry, environ, (name, missing, in_place), where)


def _sent(
    registry: Registry,
    environ: Mapping[str, str],
    what: tuple[str, list[ReleaseMetadata], ReleaseMetadata | None],
    where: str,
) -> str | None:

    name, missing, production = what
    with tempfile.TemporaryDirectory(prefix="ringside-track-") as folder:
        brought = [(facts, Path(folder) / facts.version) for facts in missing]
        for facts, place in brought:
            bring(registry, facts, place)
        order = registration(name, brought, production, experiment=environ.get(EXPERIMENT, ""))
        sent = send(order, environ)
    if sent.failed is not None:
        return sent.failed
    new = f"{', '.join(facts.version for facts in missing)} registered" if missing else "no new version"
    stands = f", {production.version} is in production" if production else ""
    say(f"track: {new} as {name} in {where}{stands}, {seconds()}")
    return None


def _why(failed: str) -> str:
    return f"{failed} ({_HOW[failed]})" if failed in _HOW else failed


def _warn(text: str) -> None:
    """One line; in a workflow an annotation of its page. Not on stdout, which has the answer of the verb."""
    line = " ".join(text.split())
    escaped = line.replace("%", "%25")
    say(f"::warning title=MLflow::{escaped}" if os.environ.get("GITHUB_ACTIONS") == "true" else f"warning: {line}")
