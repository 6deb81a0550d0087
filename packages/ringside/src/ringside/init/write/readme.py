"""README.md of a copy that is somebody's own: what it predicts, what to do next, where to change what."""

from ringside.init.infer.draft import TaskDraft

TEMPLATE = "# Ringside\n"
"""How the README of the template begins; one that begins otherwise is somebody's and is kept."""

_KINDS = {"binary": "yes or no", "multiclass": "one of several classes", "regression": "a number"}
_STORES = {
    "git": "in Git: `data/source` and `data/store`. Whoever sees this repository sees them",
    "remote": "in the DVC remote of `.dvc/config`; Git has hashes alone",
    "source": "where they come from; Git has hashes alone, and what is read again is compared with them",
}


_LOOK = """`make run` trains the first model and shows its figures. Then read the four short files of
   `src/{name}`, and correct what was guessed: facts, source, schema, model."""
_LOCK = """`make requirements` puts what asks your database into the locks; `DATABASE_URL` belongs into the
   environment of whoever ingests (on GitHub: a secret of the repository). Then `make run` trains the first model;
   read the four short files of `src/{name}`, and correct what was guessed."""
_PUSH = """`git add -A && git commit -m "My own task" && git push`. From then on each pull request trains a
   challenger, and says whether it is really better."""
_PUBLISH = """`make run && ringside publish` judges what you committed and makes it the first champion (on GitHub,
   Actions does). `ringside doctor` says what is on, what is off, and what each switch adds."""


def steps(draft: TaskDraft) -> list[str]:
    """Your next three steps, one text each."""
    first = _LOCK if draft.seen.source == "database" else _LOOK
    return [first.format(name=draft.name), _PUSH, _PUBLISH]


def readme_file(draft: TaskDraft, *, store: str, where: str) -> str:
    """The text of the file.

    Args:
        draft: the task.
        store: where rows are kept.
        where: what `ringside ingest` reads, as a sentence.
    """
    title = draft.name.replace("_", " ").capitalize()
    numbered = "\n".join(f"{place}. {text}" for place, text in enumerate(steps(draft), start=1))
    return _TEXT.format(
        title=title, name=draft.name, kind=_KINDS[draft.kind], steps=numbered, where=where, store=_STORES[store]
    )


_TEXT = """# {title}

A model that predicts {kind}: the task `src/{name}`. Every change of it trains a **challenger**.
[Ringside](docs/verdict.md) compares it with the **champion**, the model in production, on the same rows, and says
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
| `src/{name}` | the task: facts, source, schema, model |
| `tests` | tests of the task |
| `data`, `models`, `reports` | the rows, the model and its figures, which the pipeline writes |
| `docs` | a page for each question: [the index](docs/README.md) |
| `examples` | a service and a nightly job that use a released model |
| `requirements` | the locked versions of all dependencies |
| `.github` | the workflows |
| `packages/ringside` | Ringside itself: do not change it, `make update` replaces it |

## The data

{where}
The rows are kept {store}.

`ringside ingest` reads new rows and records them in `data/manifest.json`. If the source returns other rows for a
partition than before, it stops and names the partition ([data](docs/data.md)).

## To change X, edit Y

| to change | edit |
|---|---|
| which columns are read, in which types, from where | `src/{name}/source.py` |
| what a row must look like | `src/{name}/schema.py` |
| what is predicted; what names, dates and groups rows | `src/{name}/__init__.py` |
| the features, the model | `src/{name}/model.py` ([how](docs/task.md)) |
| a model parameter, the split, the share of bad rows | `params.yaml` ([every key](docs/params.md)) |
| what a challenger must show | `policy:` in `params.yaml` ([how](docs/policy.md)); what can be shown: `ringside plan` |
| whether merges publish and the schedule retrains | `live:` in `params.yaml` |
| when a model is retrained | `retrain:` in `params.yaml` |
| a dependency | `pyproject.toml`, then `make requirements` |
| who must review the policy and the workflows | `.github/CODEOWNERS`, then `make rulesets` |

If something goes wrong: [Rollback](docs/registry.md#rollback), or [Troubleshooting](docs/troubleshooting.md).
"""
