"""Commands of the documents that no session types, each with the reason. A page that lost one fails a test."""

_NAMED = "a sentence names it; it is no command to type"
_INSTALLS = "it installs from the package index, which the set-up of `make` does in Checks"
_SERVED = "packages/ringside/tests/examples types it in an environment of its own"
_SHALLOW = "it needs a shallow clone, as packages/ringside/tests/registry/test_registry.py makes one"
_TAGGED = "packages/ringside/tests/test_development.py types it"
_BUILT = "packages/ringside/tests/test_distribution.py types it for the wheel that it builds"
_SUMS = "packages/ringside/tests/registry/test_build.py types it in the folder of a release"
_CONTAINER = "there is no Docker here; packages/ringside/tests/examples does what the Dockerfile says"
_CLOUD = "it needs an account at a cloud"
_KEPT = "the double of GitHub keeps no secrets; the verb is compared with gh's own help"
_OLD_FORK = "it needs a fork of a version before 0.1.0"
_CONFLICT = "it needs a conflict, which packages/ringside/tests/scaffold/update/test_update_apply.py makes"
_BUCKET = "packages/ringside/tests/sources/test_sources_s3.py types it beside a server of S3"
_WORKFLOW = "a job of a workflow types it; packages/ringside/tests/workflows plays them"
_TRACKED = "packages/ringside/tests/tracking types it beside a real server of MLflow"

UNPLAYED = {
    "uv pip install -r requirements/model.txt -r requirements/tools.txt && "
    "uv pip install --no-deps -e packages/ringside": _INSTALLS,
    "python3 -m venv .venv && . .venv/bin/activate && pip install uv": _INSTALLS,
    'uv pip install "ringside_ml-0.1.0-py3-none-any.whl[compare]"': _BUILT,
    "make check-tag TAG=package-v0.1.0": _TAGGED,
    "pytest tests/verdict": _NAMED,
    "pip install pymysql": _INSTALLS,
    "pip install --require-hashes -r model.txt": _SERVED,
    "pip install --require-hashes -r release/model.txt": _SERVED,
    "pip install --no-deps release/*.whl": _SERVED,
    "pip install --no-deps --require-hashes -r requirements.txt": _SERVED,
    "uvicorn app:app": _SERVED,
    "uv pip install --no-deps --require-hashes -r examples/batch/requirements.txt": _SERVED,
    "python examples/batch/score.py --rows new_rows --key id --scores scores": _SERVED,
    "sha256sum --check": _SUMS,
    "sha256sum --check SHA256SUMS": _SUMS,
    "docker build --tag model examples/service": _CONTAINER,
    "docker run --rm --publish 8000:8000 model": _CONTAINER,
    "docker build --build-arg PYTHON=3.12-slim-bookworm": _CONTAINER,
    "cml runner launch": _NAMED,
    "ringside rollback": _NAMED,
    "ringside adopt": _NAMED,
    "DATABASE_URL=postgresql://reader:PASSWORD@db.example.com/shop ringside init churn "
    '--from postgresql://reader@db.example.com/shop --query "select * from customers" --target churned '
    "--time signup --store git": "packages/ringside/tests/cli/test_init.py types it for SQLite, and "
    "packages/ringside/tests/sources/test_sources_database.py asks PostgreSQL",
    "dvc exp": _NAMED,
    "dvc import-url": _NAMED,
    "dvc update": _NAMED,
    "git checkout": _NAMED,
    "git push": "the branch of the pages follows none; the stories of workflows push",
    "git remote add origin URL": "the repository of the pages has its remote",
    "git merge-tree": _NAMED,
    "git merge --allow-unrelated-histories": "the page says why not to type it",
    "gh variable set NAME": _NAMED,
    "gh secret set DATABASE_URL": _KEPT,
    "gh secret set MLFLOW_TRACKING_TOKEN": _KEPT,
    "gh workflow enable retrain.yaml": "the double stops no schedule; the verb is compared with gh's own help",
    "gh auth login": "it opens a browser",
    "gh auth refresh -s workflow": "it opens a browser",
    "gh attestation verify examples/service/release/SHA256SUMS --repo OWNER/NAME": "it asks Sigstore's log",
    "git checkout --theirs pyproject.toml": _OLD_FORK,
    "git add pyproject.toml": _OLD_FORK,
    "git rm -r --force --ignore-unmatch .github/workflows/package.yaml packages/ringside/CONTRIBUTING.md "
    "packages/ringside/bench": _OLD_FORK,
    "git rm -r --force packages/ringside/docs packages/ringside/requirements packages/ringside/tests "
    "packages/ringside/development.mk": _OLD_FORK,
    "git checkout --ours FILE": _CONFLICT,
    "git checkout --theirs FILE": _CONFLICT,
    "git mergetool": _CONFLICT,
    "git fetch --unshallow --tags": _SHALLOW,
    "dvc import-url s3://BUCKET/churn.csv data/source/churn.csv": _BUCKET,
    "dvc update data/source/churn.csv.dvc": _BUCKET,
    "mlflow artifacts download --run-id RUN --artifact-path release --dst-path .": _TRACKED,
    "ringside track": _TRACKED,
    "ringside ci news": _WORKFLOW,
    "ringside ci rebuild": _WORKFLOW,
    "ringside ci publish": _WORKFLOW,
    "ringside ci report": _WORKFLOW,
    "ringside ci watch": _WORKFLOW,
    "ringside ci propose": _WORKFLOW,
    "ringside ci train": _WORKFLOW,
    "ringside update": "packages/ringside/tests/scaffold/update/test_update_verb.py types it beside a template",
    "ringside update --check": "packages/ringside/tests/scaffold/update/test_update_verb.py types it beside a template",
    "ringside update --overwrite": "packages/ringside/tests/scaffold/update/test_update_verb.py types it, too",
    "ringside update --base 0.1.0": "packages/ringside/tests/scaffold/update/test_update_base.py does it",
    "RINGSIDE_FUZZ=200000 pytest -n 0 packages/ringside/tests/report/test_report_fuzz.py "
    "packages/ringside/tests/github/test_artifact.py": "it takes hours; the same tests run with fewer cases",
}
"""Each command and why nothing types it. A verb of `ringside` without what it asks for is a name by itself."""

CLOUDS = {"gcloud ": _CLOUD, "cml runner launch --repo=": _CLOUD}
"""Beginnings of commands, and why nothing types these."""
