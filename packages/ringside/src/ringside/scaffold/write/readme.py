"""README.md of a copy that is somebody's own: what it predicts, what to do next, where to change what."""

from ringside.scaffold.infer.draft import Draft

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


def steps(draft: Draft) -> list[str]:
    """Your next three steps, one text each."""
    first = _LOCK if draft.seen.source == "database" else _LOOK
    return [first.format(name=draft.name), _PUSH, _PUBLISH]


def readme_file(draft: Draft, *, store: str, where: str) -> str:
    """The text of the file.

    Args:
        draft: the task.
        store: where rows are kept.
        where: what `ringside ingest` reads, as a sentence.
    """
    title = draft.name.replace("_", " ").capitalize()
    numbered = "\n".join(f"{place}. {text}" for place, text in enumerate(steps(draft), start=1))
    return f"""# {title}

A model that predicts {_KINDS[draft.kind]}: the task `src/{draft.name}`. Every change of it trains a **challenger**.
[Ringside](docs/verdict.md) puts it against the **champion**, the model in production, on the same rows, and says
*pass*, *fail* or *inconclusive*.

## Your next three steps

{numbered}

## Run it

You need Linux, macOS or WSL with Python 3.11 or newer, git and make. `make run` sets up `.venv`, brings the data, runs
the pipeline and ends with the verdict; `make test` runs the task's tests, `make lint` checks style and types.

## The data

{where}
The rows are kept {_STORES[store]}.

`ringside ingest` brings what is new and says so in `data/manifest.json`; a source that answers differently than before
is an error that names the partition ([data](docs/data.md)).

## To change X, edit Y

| to change | edit |
|---|---|
| which columns are read, in which types, from where | `src/{draft.name}/source.py` |
| what a row must look like | `src/{draft.name}/schema.py` |
| what is predicted; what names, dates and groups rows | `src/{draft.name}/__init__.py` |
| the features, the model | `src/{draft.name}/model.py` ([how](docs/task.md)) |
| a model parameter, the split, the share of bad rows | `params.yaml` ([every key](docs/params.md)) |
| what a challenger must show | `policy:` in `params.yaml` ([how](docs/policy.md)); what can be shown: `ringside plan` |
| whether merges publish and the schedule retrains | `live:` in `params.yaml` |
| when a model is retrained | `retrain:` in `params.yaml` |
| a dependency | `pyproject.toml`, then `make requirements` |
| who must review the policy and the workflows | `.github/CODEOWNERS`, then `make rulesets` |

`src/ringside` and `.github` are Ringside's: leave them as they are, and `make update` brings newer ones.

[docs](docs/README.md) has a page for each question: [a bad Friday](docs/rollback.md), say, or
[when something says no](docs/troubleshooting.md).
"""
