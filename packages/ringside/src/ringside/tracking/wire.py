"""Talk to MLflow: `python -m ringside.tracking.wire`, one order on stdin as JSON, one response on stdout as JSON.

It is a separate process, so that `ringside.tracking.sending` can end it after its time limit, and so that MLflow's
client is imported only if it is used. The client reads address and credentials from the environment.

A server's message is never repeated, because it may quote the request. Failures are reported by kind only.
"""

import json
import logging
import os
import re
import sys
import time
from typing import Any

_AT_ONCE = 100
"""Maximum parameters and tags per call; MLflow's limit."""


class NoAnswerError(Exception):
    """The server's response is not from MLflow."""


class Wire:
    """MLflow's client, with one method per order."""

    def __init__(self) -> None:
        from mlflow.tracking import MlflowClient

        self.client = MlflowClient()

    def evaluation(self, order: dict[str, Any]) -> dict[str, Any]:
        """Log one evaluation as a run; keep one that was logged before, complete one that was interrupted."""
        experiment = self._experiment(order["experiment"])
        run = self._run_with(experiment, {"ringside.key": order["key"]})
        if run is not None and run.info.status == "FINISHED":
            return {"run": run.info.run_id, "new": False}
        run_id = _given(run.info.run_id) if run is not None else self._started(experiment, order)
        self._filled(run_id, order, "")
        self.client.set_terminated(run_id, "FINISHED")
        return {"run": run_id, "new": True}

    def known(self, order: dict[str, Any]) -> dict[str, Any]:
        """Return the tags of each registered version."""
        return {"versions": [dict(found.tags) for found in self._versions(order["model"])]}

    def register(self, order: dict[str, Any]) -> dict[str, Any]:
        """Register versions with their files, and set the alias to the version in production."""
        name = order["model"]
        if order["versions"]:
            self._make_model(name)
        for version in order["versions"]:
            run_id = self._run_of(version)
            self._filled(run_id, {"files": version["files"]}, "release")
            source = f"{self.client.get_run(run_id).info.artifact_uri}/release"
            tags = {**version["tags"], "ringside.run": run_id}
            made = self.client.create_model_version(name, source, run_id, tags=tags, await_creation_for=0)
            _given(made.version)
        return {"moved": self._aliased(name, order["production"])}

    def _experiment(self, name: str) -> str:
        found = self.client.get_experiment_by_name(name)
        if found is not None:
            return str(_given(found.experiment_id))
        from mlflow.exceptions import MlflowException

        try:
            return str(_given(self.client.create_experiment(name)))
        except MlflowException:
            # Another job may have created it in the meantime.
            found = self.client.get_experiment_by_name(name)
            if found is None:
                raise
            return str(_given(found.experiment_id))

    def _run_with(self, experiment: str, tags: dict[str, str]) -> Any:  # noqa: ANN401  # MLflow's own type
        # The values are hashes and versions, which contain no quotes.
        asked = " and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items())
        found = self.client.search_runs([experiment], asked, max_results=1, order_by=["attributes.start_time DESC"])
        return found[0] if found else None

    def _started(self, experiment: str, order: dict[str, Any]) -> str:
        tags = {"ringside.key": order["key"], **order["tags"]}
        return str(_given(self.client.create_run(experiment, tags=tags, run_name=order["name"]).info.run_id))

    def _filled(self, run_id: str, order: dict[str, Any], folder: str) -> None:
        from mlflow.entities import Metric, Param

        now = int(time.time() * 1000)
        params = [Param(name, value) for name, value in order.get("params", {}).items()]
        metrics = [Metric(name, value, now, 0) for name, value in order.get("metrics", {}).items()]
        for start in range(0, len(params), _AT_ONCE):
            self.client.log_batch(run_id, params=params[start : start + _AT_ONCE])
        if metrics:
            self.client.log_batch(run_id, metrics=metrics)
        for path in order["files"].values():
            self.client.log_artifact(run_id, path, folder or None)

    def _run_of(self, version: dict[str, Any]) -> str:
        """Return the run that evaluated the version; create one if it was not logged."""
        tags = version["tags"]
        experiment = self._experiment(version["experiment"])
        run = self._run_with(experiment, {name: tags[name] for name in ("ringside.model", "ringside.commit")})
        if run is not None:
            self.client.set_tag(run.info.run_id, "ringside.version", tags["ringside.version"])
            return str(_given(run.info.run_id))
        name = f"{tags['ringside.version']} released"
        made = self.client.create_run(experiment, tags=tags, run_name=name)
        run_id = str(_given(made.info.run_id))
        self._filled(run_id, {"files": {}, "metrics": version["metrics"]}, "")
        self.client.set_terminated(run_id, "FINISHED")
        return run_id

    def _make_model(self, name: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.create_registered_model(name)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise

    def _versions(self, name: str) -> list[Any]:
        found, token = [], None
        while True:
            page = self.client.search_model_versions(f"name='{name}'", page_token=token)
            found += list(page)
            if not (token := page.token):
                return found

    def _aliased(self, name: str, production: dict[str, str] | None) -> bool:
        """Return whether the alias was moved to the version in production."""
        if production is None:
            return False
        asked = {key: value for key, value in production.items() if key != "alias"}
        versions = [found for found in self._versions(name) if asked.items() <= found.tags.items()]
        if not versions:
            raise NoAnswerError
        newest = max(versions, key=lambda found: int(found.version))
        if production["alias"] in newest.aliases:
            return False
        self.client.set_registered_model_alias(name, production["alias"], newest.version)
        return True


def _given(value: Any) -> Any:  # noqa: ANN401  # the return types of MLflow's client vary
    """Return a value that a complete response has; raise if it is missing."""
    if not value:
        raise NoAnswerError
    return value


def kind_of(error: BaseException) -> str:
    """Return a failure in a few words, none of which come from the server."""
    if isinstance(error, NoAnswerError):
        return "the response is not from MLflow"
    text, name = str(error), type(error).__name__
    kinds = {
        r"timed? ?out|Timeout": "no response in time",
        r"IncompleteRead|ChunkedEncoding|Connection broken": "the connection broke off",
        r"Connection(Error| refused| aborted)|NewConnection|NameResolution|Max retries": "no connection",
        r"JSON|Expecting value": "the response is not from MLflow",
    }
    found = next((words for pattern, words in kinds.items() if re.search(pattern, f"{name} {text}")), "")
    if found in ("", "no connection"):
        # A request that was refused several times looks like a failed connection.
        found = _status_in(text) or found
    return found or _code(error) or name


def _code(error: BaseException) -> str:
    # The code of other errors comes from the client itself.
    code = str(getattr(error, "error_code", "")) if type(error).__name__ == "RestException" else ""
    return f"it responded with {code}" if re.fullmatch(r"[A-Z_]{3,40}", code) else ""


def _status_in(text: str) -> str:
    found = re.search(r"(?:error code|too many|status code:?|response code:?) ([45][0-9]{2})\b", text)
    return f"it responded with {found[1]}" if found else ""


def main() -> int:
    """Run one order; return exit code 0 if there is a response, whatever it contains."""
    order = json.load(sys.stdin)
    # MLflow's client prints to stdout, too.
    answer, sys.stdout = sys.stdout, sys.stderr
    logging.disable(logging.CRITICAL)
    try:
        wire = Wire()
        found = {"evaluation": wire.evaluation, "known": wire.known, "register": wire.register}[order["do"]](order)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        found = {"failed": "it is not installed" if missing == "mlflow" else f"it lacks the package {missing}"}
    except Exception as error:  # noqa: BLE001  # no failure of a library may stop a training
        found = {"failed": kind_of(error)}
    answer.write(json.dumps(found) + "\n")
    answer.flush()
    # Threads of a waiting client would keep the process alive.
    os._exit(0)


if __name__ == "__main__":
    main()
