"""The command `init`: writes a task for your data, in place of the sample task."""

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ingest import print_summary, push, read_source
from ringside.cli.stages import split, validate
from ringside.cli.terminal import plain, result, say, seconds, terse, working
from ringside.errors import RingsideError, UsageError
from ringside.init.addresses import absolute, has_password, is_database, is_far, packages, same_database
from ringside.init.copy import Copy
from ringside.init.infer.doubts import doubts
from ringside.init.infer.draft import Question, TaskDraft, Wishes
from ringside.init.infer.facts import decide
from ringside.init.infer.look import SourceSummary, look_at_file, look_at_folder, look_at_rows
from ringside.init.infer.time import delay
from ringside.init.name import check_name
from ringside.init.place import STORES, Place, strays
from ringside.init.write.readme import steps
from ringside.params import read_params
from ringside.sources.connection import parsed
from ringside.sources.database import look
from ringside.store import dvc
from ringside.store.workspace import Workspace

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="The name of the task and of its package under src/, as `churn`.")
]
Url = Annotated[
    str | None,
    typer.Argument(metavar="URL", help="With --store remote: the DVC remote, as s3://bucket/path.", show_default=False),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="SOURCE",
        help="A CSV, TSV, Parquet or JSON lines file (also .gz), a folder of them, an s3:// or https:// address of "
        "one, or a database's URL (its password is taken from DATABASE_URL).",
    ),
]
Target = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column to predict.")]
Query = Annotated[str | None, typer.Option(metavar="SQL", help="For a database: the SELECT that returns the rows.")]
Kind = Annotated[str | None, typer.Option(metavar="KIND", help="The kind: binary, multiclass or regression.")]
Positive = Annotated[
    str | None, typer.Option(metavar="VALUE", help="Binary: the value of the target that counts as yes.")
]
Time = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="The time at which the features of a row were known; none for no time."),
]
PartitionBy = Annotated[
    str | None,
    typer.Option(metavar="month|week|day|COLUMN", help="The unit in which rows arrive; none for a single partition."),
]
Group = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="The column of correlated rows; day: rows of one day; none: rows are independent."
    ),
]
Identity = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="The columns that identify a row; row: its number in the source."),
]
LabelDelay = Annotated[
    str | None, typer.Option(metavar="60d", help="The delay between the time of a row and its label.")
]
Slices = Annotated[
    list[str] | None,
    typer.Option(
        "--slice",
        metavar="COLUMN",
        help="Also show the metrics by value of this column; may be repeated; none for none.",
    ),
]
LeaveOut = Annotated[
    list[str] | None, typer.Option(metavar="COLUMN", help="A column that is no feature; may be repeated.")
]
Store = Annotated[
    str | None,
    typer.Option(
        metavar="git|remote|source",
        help="The place of the rows: Git (private and below 50 MB), a DVC remote, or only the source (read again).",
    ),
]
Public = Annotated[bool, typer.Option("--public", help="Everybody who can read the repository may see the data.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing, and use the defaults.")]


@dataclass
class _Asking:
    """Questions and answers on a terminal; elsewhere, the defaults, which are printed."""

    interactive: bool

    def __call__(self, question: Question) -> str:

        shown = f" ({', '.join(question.choices)})" if question.choices else ""
        if not self.interactive:
            say(f"init: {question.option} {question.default} (default for: {question.text})")
            return question.default
        while True:
            text = plain(f"{question.text}{shown} [{question.default}]")
            answer = str(typer.prompt(text, default=question.default, show_default=False, err=True)).strip()
            if question.choices and answer not in question.choices:
                say(f"Choose one of {', '.join(question.choices)}.")
                continue
            try:
                question.check(answer)
            except UsageError as error:
                say(f"Invalid answer: {error.found}. {error.remedy[0].upper()}{error.remedy[1:]}")
                continue
            return answer

    def require(self, given: str | None, option: str, text: str, known: Collection[str] = ()) -> str:
        """Return an answer that has no default; one of `known`, if there are any."""
        if given:
            return given

        shown = f" ({', '.join(known)})" if known else ""
        while self.interactive:
            answer = str(typer.prompt(plain(f"{text}{shown}"), err=True)).strip()
            if not known or answer in known:
                return answer
            say(f"{answer!r} does not exist.")
        raise UsageError(
            f"{option} is missing", where="ringside init", remedy=f"answer it with this option: {text}{shown}."
        )


def init(  # noqa: PLR0913, PLR0917  # one argument per option
    name: Name,
    url: Url = None,
    source: From = None,
    target: Target = None,
    query: Query = None,
    kind: Kind = None,
    positive: Positive = None,
    time: Time = None,
    partition_by: PartitionBy = None,
    group: Group = None,
    identity: Identity = None,
    label_delay: LabelDelay = None,
    slices: Slices = None,
    leave_out: LeaveOut = None,
    store: Store = None,
    public: Public = False,
    yes: Yes = False,
) -> None:
    """Make the repository your own: write a task for your data, remove the sample, ingest the rows."""
    workspace = Workspace.find(Path.cwd())
    check_name(workspace, name)
    ask = _Asking(sys.stdin.isatty() and not yes)
    place = _place(workspace, name, store, url, ask)
    origin = ask.require(source, "--from", "which file, folder or database has the data")
    with place.as_before():
        summary, arguments = _look(place, origin, query, ask)
        target = ask.require(target, "--target", "which column is to be predicted", summary.columns)
        wishes = Wishes(
            name=name,
            target=target,
            kind=kind,
            positive=positive,
            time=time,
            partition_by=partition_by,
            group=group,
            identity=[part.strip() for part in identity.split(",")] if identity else [],
            label_delay=delay(label_delay) if label_delay else None,
            slices=slices,
            leave_out=leave_out or [],
        )
        copy, arguments = _prepare(place, decide(summary, wishes, ask), arguments, public=public)
    _write(copy, arguments)
    _finish(copy, origin, arguments)


def _place(workspace: Workspace, name: str, store: str | None, url: str | None, ask: _Asking) -> Place:
    """Return the storage place of the rows."""
    if (params := read_params(workspace.params)).task == name:
        if store not in (None, params.data.store):
            current = f"params.yaml has `store: {params.data.store}`"
            say(f"init: look: {current}; to change it, write `store: {store}` there")
        store = params.data.store
    if store is None:
        text = "where are the rows kept: in Git (private, small), in a DVC remote, or only in the source?"
        store = "remote" if url else ask(Question(option="--store", text=text, default="source", choices=STORES))
    if store not in STORES:
        raise UsageError(f"it is {store!r}", where="--store", remedy=f"choose one of {', '.join(STORES)}.")
    place = Place(workspace, name, store)
    if store == "remote" and (url or not place.has_remote):
        url = ask.require(url, "--store remote URL", "the DVC remote's URL, as s3://bucket/path")
        return Place(workspace, name, store, url)
    return place


def _look(place: Place, origin: str, query: str | None, ask: _Asking) -> tuple[SourceSummary, dict[str, object]]:
    """Return a summary of the data, and the arguments of the source in source.py."""
    if is_database(origin):
        query = ask.require(query, "--query", "the SELECT that returns the rows").strip().rstrip(";")
        with working("init: querying the database"):
            return look_at_rows(look(query, _database(origin)), "the result of --query"), {"query": query}
    if query:
        raise UsageError("--query is for a database", where="ringside init", remedy="leave it out.")
    if is_far(origin):
        # DVC gives up a silent server after five minutes.
        with working("init: DVC imports the file"):
            path = place.bring_far(origin)
    else:
        path = Path(origin).expanduser()
    if not path.exists():
        remedy = "name a file, a folder, or an address with ://."
        raise UsageError("there is no such file or folder", where=f"--from {origin}", remedy=remedy)
    with working(f"init: reading {path.name}"):
        summary = look_at_folder(path) if path.is_dir() else look_at_file(path)
    return summary, {"path": path}


def _database(origin: str) -> str:
    """Return the URL with the password, and set DATABASE_URL; the password is written to no file."""
    given = os.environ.get("DATABASE_URL")
    for where, url in (("--from", origin), ("DATABASE_URL", given)):
        if url:
            parsed(where, url)
    if given and not same_database(given, origin):
        remedy = "name the same database in both; only DATABASE_URL needs the password."
        raise UsageError("DATABASE_URL names another database", where="--from", remedy=remedy)
    if has_password(origin):
        say("init: look: the password in --from is in the history of your shell; set it in DATABASE_URL instead")
    os.environ["DATABASE_URL"] = given or absolute(origin)
    return os.environ["DATABASE_URL"]


def _print_draft(draft: TaskDraft) -> None:
    """Print the decisions of the draft, and what you have to check."""
    frame = draft.seen.frame
    say(f"init: {len(frame):,} rows, {len(draft.seen.columns)} columns; {draft.target!r} is {draft.kind}")
    decisions = {
        "identity": ", ".join(map(repr, draft.identity)) + (" (the number of the row)" if draft.row_id else ""),
        "time": repr(draft.time) if draft.time else "none",
        "partitions": f"{draft.partition.nunique():,}" if draft.partition is not None else "one",
        "group": repr(draft.group) if draft.group else "none, rows are independent",
        "features": f"{len(draft.numbers)} numbers, {len(draft.categories)} categories, {len(draft.texts)} texts",
        "slices": ", ".join(map(repr, draft.slices)) or "none",
        "test": f"{draft.strategy}, {draft.test}" + (f", after a gap of {draft.gap}" if draft.gap else ""),
    }
    options = draft.seen.options
    if "decimal" in options or "thousands" in options:
        decisions["numbers"] = f"read as 1{options.get('thousands', '')}234{options.get('decimal', '.')}56"
    if signs := options.get("signs"):
        decisions["signs"] = ", ".join(f"{sign} removed from {name!r}" for name, sign in signs.items())
    for key, value in decisions.items():
        say(f"init:   {key:<11} {value}")
    for doubt in doubts(draft):
        say(f"init: look: {doubt}")


def _prepare(
    place: Place, draft: TaskDraft, arguments: dict[str, object], *, public: bool
) -> tuple[Copy, dict[str, object]]:
    """Check that no work is lost, and put the rows where source.py reads them."""
    _print_draft(draft)
    copy = Copy(place, draft, public=public, packages=_packages(draft))
    copy.refuse_lost_work()
    place.check_room(draft.seen.frame)
    if place.remote:
        place.set_remote(place.remote)
    path = arguments.get("path")
    return copy, {"path": place.keep(path)} if isinstance(path, Path) else arguments


def _write(copy: Copy, arguments: dict[str, object]) -> None:
    """Write all files, ingest the rows, and fit the tolerance to them."""
    workspace = copy.place.workspace
    for line in copy.write(arguments):
        say(f"init: {line}")
    if not copy.has_rows:
        with terse(), dvc.PendingAdd(workspace, workspace.raw) as add:
            done = read_source(workspace, add, until=copy.last_partition)
        print_summary(workspace, done)
        try:
            push(workspace)
            copy.place.send()
        except RingsideError as error:
            remedy = "fix the remote (docs/remotes.md), then run this `ringside init` again; it continues."
            raise type(error)(error.found, where=error.where, remedy=remedy) from error
    if copy.params_are_untouched:
        _fit(copy)
    for line in copy.finish():
        say(f"init: {line}")


def _finish(copy: Copy, origin: str, arguments: dict[str, object]) -> None:
    """Print what to check, and the next steps."""
    for stray in strays(copy.place.workspace.root, origin, kept=arguments.get("path")):
        say(f"init: look: {stray}")
    say(f"init: done, {seconds()}\n")
    result("Your next three steps:")
    for number, text in enumerate(steps(copy.draft), start=1):
        result(f"{number}. {text}")


def _packages(draft: TaskDraft) -> list[str]:
    """Return the packages of the source that the tools do not install."""
    return packages(os.environ["DATABASE_URL"]) if draft.seen.source == "database" else []


def _fit(copy: Copy) -> None:
    """Choose the tolerance by the differences that the test set detects."""
    # It imports scikit-learn, which the questions before do not need.
    from ringside.cli.init_limits import limits

    with terse():
        validate()
        split()
    try:
        fitted = limits(copy.draft)
    except RingsideError as error:
        say(f"init: look: the tolerance was not fitted to the data: {error}")
        return
    copy.write_params(fitted)
