"""Tracking in MLflow, if `MLFLOW_TRACKING_URI` is set; the command `track`."""

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
    """Update the model registry of MLflow: the newest versions, and the one in production.

    Does nothing if MLFLOW_TRACKING_URI is not set, and exits with 0 if MLflow fails.
    """
    if not os.environ.get(ADDRESS):
        say(f"track: {ADDRESS} is not set, so nothing is sent to MLflow")
        return
    lend_token()
    track_versions(open_registry(Workspace.find(Path.cwd()).root, remote))


def track_evaluation(workspace: Workspace, report: Report, environ: Mapping[str, str] | None = None) -> None:
    """Log an evaluation as a run, once; an error becomes a warning.

    Args:
        workspace: the checkout, with the files of the report.
        report: the report of the evaluation.
        environ: the environment variables; None for those of this process.
    """
    given = os.environ if environ is None else environ
    if not given.get(ADDRESS):
        return

    where = shown(given[ADDRESS])
    try:
        order = _evaluation(workspace, report, given)
    except Exception as error:  # noqa: BLE001  # an error of tracking must not stop a training
        _warn(f"this evaluation is not logged in {where}: {type(error).__name__}")
        return
    sent = send(order, given)
    if sent.failed is not None:
        _warn(f"this evaluation is not logged in {where}: {_why(sent.failed)}")
    else:
        state = "logged in" if sent.answer["new"] else "was logged before in"
        say(f"track: this evaluation {state} {where}, run {sent.answer['run']}, {seconds()}")


def track_versions(registry: Registry, environ: Mapping[str, str] | None = None) -> None:
    """Register the newest versions and move the alias; an error becomes a warning."""
    given = os.environ if environ is None else environ
    if not given.get(ADDRESS):
        return

    where = shown(given[ADDRESS])
    try:
        failed = _registered(registry, given, where)
    except RingsideError as error:
        failed = f"{error.where}: {error.found}"
    except Exception as error:  # noqa: BLE001  # an error of tracking must not stop a publication
        failed = type(error).__name__
    if failed is not None:
        _warn(f"the versions in {where} are not up to date: {_why(failed)}; `ringside track` updates them later")


def _evaluation(workspace: Workspace, report: Report, environ: Mapping[str, str]) -> dict[str, object]:
    from ringside.evaluation.dvc_lock import flat

    values = read_params(workspace.params).model_dump(
        mode="json", by_alias=True, exclude={"live", "retrain", "publish"}
    )
    files = (workspace.model, workspace.metrics, workspace.report, workspace.report_text, workspace.report_page)
    parts = (environ.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"))
    server, repository, run = parts
    link = f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""
    experiment = environ.get(EXPERIMENT, "")
    return evaluation(report, flat(values), files, experiment=experiment, link=link).order()


def _registered(registry: Registry, environ: Mapping[str, str], where: str) -> str | None:
    """Register missing versions; return the error, or None."""
    versions, production = wanted(registry)
    if not versions:
        return None
    name = registered_name(versions[-1].task, environ.get("RINGSIDE_MLFLOW_MODEL", ""))
    known = send(question(name), environ)
    if known.failed is not None:
        return known.failed
    missing = [metadata for metadata in versions if not is_known(metadata, known.answer["versions"])]
    promoted = next((metadata for metadata in versions if metadata.version == production), None)
    return _register(registry, environ, (name, missing, promoted), where)


def _register(
    registry: Registry,
    environ: Mapping[str, str],
    models: tuple[str, list[ReleaseMetadata], ReleaseMetadata | None],
    where: str,
) -> str | None:

    name, missing, production = models
    with tempfile.TemporaryDirectory(prefix="ringside-track-") as folder:
        folders = [(metadata, Path(folder) / metadata.version) for metadata in missing]
        for metadata, target in folders:
            bring(registry, metadata, target)
        order = registration(name, folders, production, experiment=environ.get(EXPERIMENT, ""))
        sent = send(order, environ)
    if sent.failed is not None:
        return sent.failed
    new = f"{', '.join(metadata.version for metadata in missing)} registered" if missing else "no new version"
    promoted = f", {production.version} is in production" if production else ""
    say(f"track: {new} as {name} in {where}{promoted}, {seconds()}")
    return None


def _why(failed: str) -> str:
    return f"{failed} ({_HOW[failed]})" if failed in _HOW else failed


def _warn(text: str) -> None:
    """Print a warning in one line to stderr; in a workflow, as an annotation."""
    line = " ".join(text.split())
    escaped = line.replace("%", "%25")
    say(f"::warning title=MLflow::{escaped}" if os.environ.get("GITHUB_ACTIONS") == "true" else f"warning: {line}")
