"""Workflow files as GitHub reads them: which events start them, with which rights, and which actions they use."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import yaml

FOLDER = ".github/workflows"
_JOB = re.compile(r"^  ([A-Za-z_][A-Za-z0-9_-]*):\s*(?:#.*)?$")
_OWN = "${{ github.token }}"
_ORDINARY = ("opened", "synchronize", "reopened")
"""What a workflow hears of pull requests where it does not say."""


@dataclass(frozen=True)
class WorkflowFile:
    """One file of `.github/workflows`."""

    path: str
    """As `.github/workflows/train.yaml`."""
    text: str

    @cached_property
    def content(self) -> dict[Any, Any]:
        """The YAML."""
        return yaml.safe_load(self.text)

    @property
    def name(self) -> str:
        """The workflow's name."""
        return self.content["name"]

    @property
    def triggers(self) -> dict[str, dict[str, Any]]:
        """What stands under `on`, by event; YAML 1.1 reads that key as true."""
        found = self.content[True]
        if isinstance(found, str):
            found = [found]
        return {name: (found[name] or {}) if isinstance(found, dict) else {} for name in found}

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """The jobs by their ids."""
        return self.content["jobs"]

    @property
    def steps(self) -> list[tuple[str, dict[str, Any]]]:
        """All steps with the id of their job."""
        return [(job, step) for job, body in self.jobs.items() for step in body["steps"]]

    def hears(self, event: dict[str, Any]) -> bool:
        """Whether GitHub starts this workflow for an event of the double."""
        if event["name"] not in self.triggers:
            return False
        return _heard(event, self.triggers[event["name"]], self.path)

    def rights(self, job: str) -> dict[str, str]:
        """The job's own permissions, else the workflow's."""
        body = self.jobs[job]
        return body["permissions"] if "permissions" in body else self.content["permissions"]

    def with_tokens(self, secrets: dict[str, str]) -> str:
        """The text in which each job takes its token from a secret of its own.

        `act` has one token for all jobs of a run; GitHub gives each job one with the rights of its `permissions`.

        Args:
            secrets: the secret's name by the job's id.
        """
        lines, job, inside = [], "", False
        for line in self.text.splitlines():
            inside = inside or line.startswith("jobs:")
            found = _JOB.match(line) if inside else None
            job = found[1] if found else job
            lines.append(line.replace(_OWN, f"${{{{ secrets.{secrets[job]} }}}}") if job else line)
        text = "\n".join([*lines, ""])
        assert "github.token" not in text, f"{self.path} names github.token in a way that cannot be played"
        return text


def uses(content: Any) -> set[str]:
    """All values of `uses` in a workflow or an action, local ones too."""
    if isinstance(content, dict):
        own = {content["uses"]} if isinstance(content.get("uses"), str) else set()
        return own.union(*(uses(value) for value in content.values()))
    return set().union(*(uses(value) for value in content)) if isinstance(content, list) else set()


def _heard(event: dict[str, Any], wanted: Any, path: str) -> bool:
    payload, action = event["payload"], event["action"]
    match event["name"]:
        case "push":
            heard = not payload.get("deleted") and _heard_push(wanted, event["ref"])
        case "pull_request":
            base = payload["pull_request"]["base"]["ref"]
            heard = action in wanted.get("types", _ORDINARY) and _one_of(wanted.get("branches"), base)
        case "workflow_run":
            heard = payload["workflow_run"]["name"] in wanted["workflows"] and action in wanted["types"]
        case "workflow_dispatch":
            heard = PurePosixPath(payload["workflow"]).name == PurePosixPath(path).name
        case "repository_dispatch":
            heard = action in wanted.get("types", [action])
        case "schedule":
            heard = payload["schedule"] in [line["cron"] for line in wanted]
        case _:
            heard = True
    return heard


def _heard_push(wanted: dict[str, Any], ref: str) -> bool:
    kind, _, name = ref.removeprefix("refs/").partition("/")
    asked = "branches" if kind == "heads" else "tags"
    other = "tags" if kind == "heads" else "branches"
    return _one_of(wanted[asked], name) if asked in wanted else other not in wanted


def _one_of(patterns: list[str] | None, name: str) -> bool:
    return patterns is None or any(fnmatchcase(name, pattern) for pattern in patterns)
