"""The README.md of the user's own repository: what it predicts, the next steps, and which file to edit."""

from ringside.init.infer.draft import TaskDraft

TEMPLATE = "# Ringside\n"
"""First line of the template's README. `init` keeps a README that starts differently."""

_KINDS = {"binary": "yes or no", "multiclass": "one of several classes", "regression": "a number"}
_STORES = {
    "git": "Git keeps the rows in `data/source` and `data/store`: everyone who can see this repository can see them.",
    "remote": "The DVC remote in `.dvc/config` keeps the rows; Git keeps only their hashes.",
    "source": "Other machines read the rows from the source again and compare them with the hashes in Git.",
}


_LOOK = """`make run` trains the first model and prints its metrics. Then read the four short files in
   `src/{name}` and correct what `init` inferred: facts, source, schema, model."""
_LOCK = """`make requirements` adds the database client to the locks. Set `DATABASE_URL` wherever rows are ingested
   (on GitHub: as a secret of the repository). Then `make run` trains the first model. Read the four short files in
   `src/{name}` and correct what `init` inferred."""
_PUSH = """`git add -A && git commit -m "My own task" && git push` puts your task on GitHub. From then on each pull
   request trains a challenger and reports whether it is better."""
_PUBLISH = """`make run && ringside publish` compares the committed model and publishes it as the first champion (on
   GitHub, Actions does so). `ringside doctor` lists what is on, what is off, and what each switch adds."""


def steps(draft: TaskDraft) -> list[str]:
    """Return the next three steps, one text each."""
    first = _LOCK if draft.seen.source == "database" else _LOOK
    return [first.format(name=draft.name), _PUSH, _PUBLISH]


def readme_file(draft: TaskDraft, *, store: str, where: str) -> str:
    """Return the text of README.md.

    Args:
        draft: the task.
        store: the value of `data.store` in params.yaml.
        where: the origin of the rows, as a sentence.
    """
    title = draft.name.replace("_", " ").capitalize()
    numbered = "\n".join(f"{place}. {text}" for place, text in enumerate(steps(draft), start=1))
    return _TEXT.format(
        title=title, name=draft.name, kind=_KINDS[draft.kind], steps=numbered, where=where, store=_STORES[store]
    )


_TEXT = """# {title}

A model that predicts {kind}; the task is in `src/{name}`. Each pull request that changes the task, the data or the
parameters trains a **challenger**. [Ringside](docs/verdict.md) compares it with the **champion**, the model in
production, on the same rows, and reports *pass*, *fail* or *inconclusive*.

## Your next three steps

{steps}

## Commands

You need Linux, macOS or WSL with Python 3.11 or newer, git and make.

| command | what it does |
|---|---|
| `make run` | sets up `.venv`, ingests the data, runs the pipeline, prints the verdict |
| `make test` | runs the tests in `tests` |
| `make lint` | checks style and types of your code |
| `make requirements` | writes the locks again after a change of `pyproject.toml` |
| `make update` | updates Ringside to its newest version |

## Folders

| folder | contents |
|---|---|
| `src/{name}` | the task: facts, source, schema, model |
| `tests` | tests of the task |
| `data`, `models`, `reports` | rows, model, metrics and reports, which the pipeline writes |
| `docs` | a page for each question; start at the [documentation](docs/README.md) |
| `examples` | a service and a nightly job that use a released model |
| `requirements` | the locked versions of all dependencies |
| `.github` | the workflows |
| `packages/ringside` | Ringside itself: do not change it, `make update` replaces it |

## Data

{where}
{store}

`ringside ingest` reads new rows and records them in `data/manifest.json`. If the source returns other rows for a
partition than before, it stops and names the partition ([Data](docs/data.md)).

## To change X, edit Y

| to change | edit |
|---|---|
| where the rows come from, their columns and types | `src/{name}/source.py` |
| the ranges and categories that a row may have | `src/{name}/schema.py` |
| the target, identity, time and group | `src/{name}/__init__.py` |
| the features, the model | `src/{name}/model.py` ([The task](docs/task.md)) |
| a model parameter, the split, the share of invalid rows allowed | `params.yaml` ([all keys](docs/params.md)) |
| what a challenger must show | `policy:` in `params.yaml` ([Policy](docs/policy.md)) |
| whether merges publish and the schedule retrains | `live:` in `params.yaml` |
| when a model is retrained | `retrain:` in `params.yaml` |
| a dependency | `pyproject.toml`, then `make requirements` |
| who must review the policy and the workflows | `.github/CODEOWNERS`, then `make rulesets` |

If something goes wrong, see [Rollback](docs/registry.md#rollback) or [Troubleshooting](docs/troubleshooting.md).
"""
