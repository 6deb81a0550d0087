"""The text of your repository's README.md: the prediction, the next steps, and the file to edit for each change."""

from ringside.init.infer.draft import TaskDraft

TEMPLATE = "# Ringside\n"
"""First line of the template's README; a README with another first line is yours and is kept."""

_KINDS = {"binary": "yes or no", "multiclass": "one of several classes", "regression": "a number"}
_STORES = {
    "git": "in Git: `data/source` and `data/store`. Every reader of this repository sees them",
    "remote": "in the DVC remote of `.dvc/config`; Git contains only hashes",
    "source": "in the source only; Git contains hashes, and rows that are read again are compared with them",
}


_LOOK = """`make run` trains the first model and shows its metrics. Then read the four short files of
   `src/{name}` (task, source, schema, model) and correct wrong guesses."""
_LOCK = """`make requirements` adds the packages that query your database to the locks. Set `DATABASE_URL` in the
   environment that runs `ringside ingest` (on GitHub: a secret of the repository). Then `make run` trains the first
   model; read the four short files of `src/{name}` and correct wrong guesses."""
_PUSH = """`git add -A && git commit -m "My own task" && git push`. From then on each pull request trains a
   challenger and shows whether it is really better."""
_PUBLISH = """`make run && ringside publish` judges your commit and makes its model the first champion (on GitHub,
   Actions does it). `ringside doctor` lists what is on, what is off, and what each switch adds."""


def steps(draft: TaskDraft) -> list[str]:
    """Return the next three steps, one text each."""
    first = _LOCK if draft.seen.source == "database" else _LOOK
    return [first.format(name=draft.name), _PUSH, _PUBLISH]


def readme_file(draft: TaskDraft, *, store: str, where: str) -> str:
    """Return the text of the file.

    Args:
        draft: the draft of the task.
        store: where the rows are stored.
        where: a sentence about what `ringside ingest` reads.
    """
    title = draft.name.replace("_", " ").capitalize()
    numbered = "\n".join(f"{place}. {text}" for place, text in enumerate(steps(draft), start=1))
    return _TEXT.format(
        title=title, name=draft.name, kind=_KINDS[draft.kind], steps=numbered, where=where, store=_STORES[store]
    )


_TEXT = """# {title}

A model that predicts {kind}: the task `src/{name}`. Every change of it trains a **challenger**.
[Ringside](docs/verdict.md) compares it with the **champion**, the model in production, on the same rows. The verdict is
*pass*, *fail* or *inconclusive*.

## Your next three steps

{steps}

## Commands

You need Linux, macOS or WSL with Python 3.11 or newer, git and make.

| command | what it does |
|---|---|
| `make run` | sets up `.venv`, ingests the data, runs the pipeline, shows the verdict |
| `make test` | runs the tests in `tests` |
| `make lint` | checks style and types of your code |
| `make requirements` | writes the locks again after a change of `pyproject.toml` |
| `make update` | replaces Ringside by its newest version |

## Folders

| folder | what it contains |
|---|---|
| `src/{name}` | the task: its fields, source, schema, model |
| `tests` | tests of the task |
| `data`, `models`, `reports` | the rows, the model and its metrics, written by the pipeline |
| `docs` | the documentation: [index](docs/README.md) |
| `examples` | a service and a nightly job that use a released model |
| `requirements` | the locked versions of all dependencies |
| `.github` | the workflows |
| `packages/ringside` | Ringside itself: do not change it, `make update` replaces it |

## The data

{where}
The rows are stored {store}.

`ringside ingest` reads new rows and records them in `data/manifest.json`. If the source returns other rows for a
partition than before, it stops and names the partition ([data](docs/data.md)).

## To change X, edit Y

| to change | edit |
|---|---|
| the source, the columns to read, their types | `src/{name}/source.py` |
| the rules for a valid row | `src/{name}/schema.py` |
| the target; the columns that identify, date and group rows | `src/{name}/__init__.py` |
| the features, the model | `src/{name}/model.py` ([how](docs/task.md)) |
| a model parameter, the split, the share of bad rows | `params.yaml` ([every key](docs/params.md)) |
| the rules of the verdict | `policy:` in `params.yaml` ([how](docs/policy.md)); their limits: `ringside plan` |
| whether merges publish and the schedule retrains | `live:` in `params.yaml` |
| when a model is retrained | `retrain:` in `params.yaml` |
| a dependency | `pyproject.toml`, then `make requirements` |
| the reviewers of the policy and the workflows | `.github/CODEOWNERS`, then `make rulesets` |

If something goes wrong: [Rollback](docs/registry.md#rollback), or [Troubleshooting](docs/troubleshooting.md).
"""
