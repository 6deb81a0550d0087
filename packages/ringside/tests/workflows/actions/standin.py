"""What stands in for a marketplace action while `act` plays a workflow: its inputs, outputs and failures, in folders.

Each action.yaml beside this file calls it by name, with its inputs as variables. Standard library only, without `site`:
it starts in about 20 ms. ARENA is the folder of one `Arena`:

    runs/<run>/artifacts/<name>/   what actions/upload-artifact keeps
    cache/<ref>/<key>/             what actions/cache keeps, by the ref whose run saved it
    venv/                          what setup-uv makes: links to the tests' own environment, and a `uv` that only notes
    notes.jsonl                    what happened, one line for each call
"""

import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ARENA = Path(os.environ["ARENA"])
RUN = ARENA / "runs" / os.environ["GITHUB_RUN_ID"]
WORKSPACE = Path(os.environ["GITHUB_WORKSPACE"])
DEFAULT = "refs/heads/main"


def given(name: str, default: str = "") -> str:
    """An input, as act and GitHub name them."""
    return os.environ.get("IN_" + name.upper().replace("-", "_"), "") or default


def tell(variable: str, text: str) -> None:
    """Add a line to one of the step's files."""
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def note(**facts: object) -> None:
    """Write down what happened."""
    line = {"run": os.environ["GITHUB_RUN_ID"], "job": os.environ["GITHUB_JOB"], "action": sys.argv[1]} | facts
    with (ARENA / "notes.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def fail(text: str) -> None:
    """End the step as failed."""
    print(f"::error::{text}")
    sys.exit(1)


def git(*command: str) -> None:
    """Run Git in the workspace."""
    subprocess.run(["git", *command], cwd=WORKSPACE, check=True)


def checkout() -> None:
    """The commit of the event, at its branch or as a pull request's merge; the whole history where depth is 0."""
    repository, sha = os.environ["GITHUB_REPOSITORY"], os.environ["GITHUB_SHA"]
    ref = given("ref") or os.environ["GITHUB_REF"]
    if given("ref"):
        sha = given("ref")
    kind, _, name = ref.removeprefix("refs/").partition("/")
    place = {"heads": f"refs/remotes/origin/{name}", "pull": f"refs/remotes/pull/{name}"}.get(
        kind, "refs/remotes/origin/it"
    )
    git("init", "--quiet", "--initial-branch=main", ".")
    git("config", "gc.auto", "0")
    git("remote", "add", "origin", f"https://github.com/{repository}")
    depth = os.environ.get("ARENA_DEPTH") or given("fetch-depth", "1")
    if depth == "0":
        git(
            "fetch", "--quiet", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"
        )
        git("fetch", "--quiet", "--no-tags", "origin", f"+{sha}:{place}")
    else:
        git("fetch", "--quiet", "--no-tags", f"--depth={depth}", "origin", f"+{sha}:{place}")
    git("checkout", "--quiet", "--force", *(["-B", name, place] if kind == "heads" else ["--detach", place]))
    note(sha=sha, ref=ref, depth=depth)


def setup_python() -> None:
    """The Python that runs the tests is the one that setup_uv links; nothing to do."""
    note(version=given("python-version"))


def setup_uv() -> None:
    """An active .venv that holds what the tests' environment holds, with the code of the checkout in front."""
    venv = WORKSPACE / ".venv"
    shutil.copytree(ARENA / "venv", venv, symlinks=True)
    tell("GITHUB_PATH", str(venv / "bin"))
    tell("GITHUB_ENV", f"VIRTUAL_ENV={venv}")
    tell("GITHUB_ENV", f"PYTHONPATH={WORKSPACE / 'packages/ringside/src'}")
    note(version=given("version"), cache=given("enable-cache"))


def _found(paths: list[str]) -> tuple[Path, list[Path]]:
    """The files that an upload takes, and the folder that they are named from, as upload-artifact decides it."""
    files: list[Path] = []
    for path in paths:
        for hit in sorted(WORKSPACE.glob(path.rstrip("/"))):
            files += [hit] if hit.is_file() else [each for each in sorted(hit.rglob("*")) if each.is_file()]
    roots = [WORKSPACE / path.rstrip("/") for path in paths]
    roots = [root if root.is_dir() else root.parent for root in roots]
    base = Path(os.path.commonpath(roots))
    return base, [file for file in files if not any(part.startswith(".") for part in file.relative_to(base).parts)]


def upload() -> None:
    """Keep files under a name, once in a run."""
    name = given("name", "artifact")
    base, files = _found([line.strip() for line in given("path").splitlines() if line.strip()])
    place = RUN / "artifacts" / name
    if not files:
        if given("if-no-files-found", "warn") == "error":
            fail(f"No files were found with the provided path: {given('path')}")
        note(name=name, files=[])
        return
    if place.exists():
        fail(f"an artifact with this name already exists on the workflow run: {name}")
    for file in files:
        target = place / file.relative_to(base)
        target.parent.mkdir(parents=True, exist_ok=True)
        # Rights are lost on the way, as in a zip of GitHub's.
        shutil.copyfile(file, target)
    note(name=name, files=[str(file.relative_to(base)) for file in files], days=given("retention-days"))


def download() -> None:
    """Bring what another job of this run kept."""
    name, target = given("name"), WORKSPACE / given("path", ".")
    place = RUN / "artifacts" / name
    if not place.is_dir():
        fail(f"Unable to download artifact(s): Artifact not found for name: {name}")
    shutil.copytree(place, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
    note(name=name)


def _shelf(ref: str) -> Path:
    return ARENA / "cache" / ref.replace("/", "%")


def _kept(key: str, prefixes: list[str]) -> Path | None:
    base = os.environ.get("GITHUB_BASE_REF")
    scopes = [os.environ["GITHUB_REF"], *([f"refs/heads/{base}"] if base else []), DEFAULT]
    for scope in dict.fromkeys(scopes):
        if (place := _shelf(scope) / key).is_dir():
            return place
    for prefix in prefixes:
        for scope in dict.fromkeys(scopes):
            found = sorted(_shelf(scope).glob(f"{glob.escape(prefix)}*"), key=lambda one: one.stat().st_mtime)
            if found:
                return found[-1]
    return None


def cache_restore() -> None:
    """Bring what this ref, the base or the default branch kept under the key, else the newest whose key begins so."""
    key = given("key")
    place = _kept(key, [line.strip() for line in given("restore-keys").splitlines() if line.strip()])
    if place:
        shutil.copytree(place, WORKSPACE / given("path"), symlinks=True, dirs_exist_ok=True)
    tell("GITHUB_OUTPUT", f"cache-hit={'true' if place and place.name == key else 'false'}")
    tell("GITHUB_OUTPUT", f"cache-matched-key={place.name if place else ''}")
    note(key=key, found=place.name if place else None)


def cache_save() -> None:
    """Keep a folder under a key, once; a run whose trigger nobody trusts keeps nothing."""
    key, source = given("key"), WORKSPACE / given("path")
    place = _shelf(os.environ["GITHUB_REF"]) / key
    untrusted = os.environ["GITHUB_EVENT_NAME"] in {"workflow_run", "pull_request_target", "issue_comment"}
    saved = source.is_dir() and not place.exists() and not untrusted
    if saved:
        shutil.copytree(source, place, symlinks=True)
    note(key=key, saved=saved)


def setup_cml() -> None:
    """CML where the machine has it; else what happens when GitHub's release cannot be downloaded."""
    cml = os.environ.get("ARENA_CML")
    note(version=given("version"), vega=given("vega"), found=bool(cml))
    if not cml:
        fail("Unable to download cml")
    tell("GITHUB_PATH", str(Path(cml).parent))


def attest() -> None:
    """Write down what would be attested."""
    _, files = _found([line.strip() for line in given("subject-path").splitlines()])
    subjects = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    if not subjects:
        fail("Could not find subject at path " + given("subject-path"))
    note(subjects=subjects)


def login() -> None:
    """A cloud's login: it fails where the job gets no identity."""
    note(**{name: given(name) for name in ("role-to-assume", "workload_identity_provider", "client-id") if given(name)})
    if os.environ.get("ARENA_IDENTITY") != "yes":
        fail("Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable")


if __name__ == "__main__":
    {
        each.__name__: each
        for each in (
            checkout,
            setup_python,
            setup_uv,
            upload,
            download,
            cache_restore,
            cache_save,
            setup_cml,
            attest,
            login,
        )
    }[sys.argv[1]]()
