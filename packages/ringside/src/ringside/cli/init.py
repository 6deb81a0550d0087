"""The verb `init`: a task out of somebody's own data, in place of the sample."""

import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ringside.cli.ingest import bring, send, tell
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
    str, typer.Argument(metavar="NAME", help="What the task is called: the package under src/, as `churn`.")
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
Query = Annotated[str | None, typer.Option(metavar="SQL", help="Of a database: the SELECT whose rows are learnt from.")]
Kind = Annotated[str | None, typer.Option(metavar="KIND", help="The kind: binary, multiclass or regression.")]
Positive = Annotated[
    str | None, typer.Option(metavar="VALUE", help="Binary: the value of the target that counts as yes.")
]
Time = Annotated[str | None, typer.Option(metavar="COLUMN", help="When the rest of a row was known; none for no time.")]
PartitionBy = Annotated[
    str | None, typer.Option(metavar="month|week|day|COLUMN", help="In what units rows arrive; none for all in one.")
]
Group = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="Rows of one of its values belong together; day: rows of one day; none: each by itself."
    ),
]
Identity = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="The columns that together name one row; row: its number in the source."),
]
LabelDelay = Annotated[str | None, typer.Option(metavar="60d", help="How long after its time a row's label is known.")]
Slices = Annotated[
    list[str] | None,
    typer.Option(
        "--slice", metavar="COLUMN", help="Show the metrics by its values too; may be repeated; none for none."
    ),
]
LeaveOut = Annotated[
    list[str] | None, typer.Option(metavar="COLUMN", help="A column that the model must not see; may be repeated.")
]
Store = Annotated[
    str | None,
    typer.Option(
        metavar="git|remote|source",
        help="Where the rows are kept: in Git (private and below 50 MB), in a DVC remote, or nowhere (read again).",
    ),
]
Public = Annotated[bool, typer.Option("--public", help="The data may be seen by whoever sees this repository.")]
Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing: take what the data say, and the stated defaults.")]


@dataclass
class _Asking:
    """Asks on a terminal; elsewhere it takes the default and says so."""

    there: bool

    def __call__(self, question: Question) -> str:

        shown = f" ({', '.join(question.choices)})" if question.choices else ""
        if not self.there:
            say(f"init: {question.option} {question.default} (not asked: {question.text})")
            return question.default
        while True:
            text = plain(f"{question.text}{shown} [{question.default}]")
            answer = str(typer.prompt(text, default=question.default, show_default=False, err=True)).strip()
            if question.choices and answer not in question.choices:
                say(f"One of {', '.join(question.choices)}, please.")
                continue
            try:
                question.check(answer)
            except UsageError as error:
                say(f"That cannot be: {error.found}. {error.remedy[0].upper()}{error.remedy[1:]}")
                continue
            return answer

    def must(self, given: str | None, option: str, text: str, known: Collection[str] = ()) -> str:
        """An answer for which there is no default; one of `known`, where there are any."""
        if given:
            return given

        shown = f" ({', '.join(known)})" if known else ""
        while self.there:
            answer = str(typer.prompt(plain(f"{text}{shown}"), err=True)).strip()
            if not known or answer in known:
                return answer
            say(f"There is no {answer!r}.")
        raise UsageError(f"{option} is missing", where="ringside init", remedy=f"say it: {text}{shown}.")


def init(  # noqa: PLR0913, PLR0917  # the options of the command
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
    """Make the repository your own: write a task for your data, remove the sample, bring the rows."""
    workspace = Workspace.find(Path.cwd())
    check_name(workspace, name)
    ask = _Asking(sys.stdin.isatty() and not yes)
    place = _place(workspace, name, store, url, ask)
    origin = ask.must(source, "--from", "which file, folder or database are the data in")
    with place.as_before():
        seen, arguments = _look(place, origin, query, ask)
        target = ask.must(target, "--target", "which column is to be predicted", seen.columns)
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
        copy, arguments = _prepare(place, decide(seen, wishes, ask), arguments, public=public)
    _make(copy, arguments)
    _end(copy, origin, arguments)


def _place(workspace: Workspace, name: str, store: str | None, url: str | None, ask: _Asking) -> Place:
    """Where the rows are to be kept."""
    if (here := read_params(workspace.params)).task == name:
        if store not in (None, here.data.store):
            there = f"params.yaml says `store: {here.data.store}` already"
            say(f"init: look: {there}; write `store: {store}` there if it is meant")
        store = here.data.store
    if store is None:
        text = "where are the rows kept: in Git (private, small), in a DVC remote, or only where they come from?"
        store = "remote" if url else ask(Question(option="--store", text=text, default="source", choices=STORES))
    if store not in STORES:
        raise UsageError(f"it is {store!r}", where="--store", remedy=f"choose one of {', '.join(STORES)}.")
    place = Place(workspace, name, store)
    if store == "remote" and (url or not place.has_remote):
        url = ask.must(url, "--store remote URL", "the DVC remote's URL, as s3://bucket/path")
        return Place(workspace, name, store, url)
    return place


def _look(place: Place, origin: str, query: str | None, ask: _Asking) -> tuple[SourceSummary, dict[str, object]]:
    """The data, and what source.py has to be told to find them."""
    if is_database(origin):
        query = ask.must(query, "--query", "the SELECT whose rows are learnt from").strip().rstrip(";")
        with working("init: asking the database"):
            return look_at_rows(look(query, _database(origin)), "the answer of --query"), {"query": query}
    if query:
        raise UsageError("--query is for a database", where="ringside init", remedy="leave it out.")
    if is_far(origin):
        # A server that accepts and never answers is given up by DVC after five minutes.
        with working("init: DVC brings the file"):
            path = place.bring_far(origin)
    else:
        path = Path(origin).expanduser()
    if not path.exists():
        remedy = "name a file, a folder, or an address with ://."
        raise UsageError("there is no such file or folder", where=f"--from {origin}", remedy=remedy)
    with working(f"init: reading {path.name}"):
        seen = look_at_folder(path) if path.is_dir() else look_at_file(path)
    return seen, {"path": path}


def _database(origin: str) -> str:
    """The URL with the password, which is in the environment from now on, and in no file."""
    given = os.environ.get("DATABASE_URL")
    for where, url in (("--from", origin), ("DATABASE_URL", given)):
        if url:
            parsed(where, url)
    if given and not same_database(given, origin):
        remedy = "let both name one database; the password belongs into DATABASE_URL alone."
        raise UsageError("DATABASE_URL names another database", where="--from", remedy=remedy)
    if has_password(origin):
        say("init: look: the password in --from stands in your shell's history; DATABASE_URL alone is its place")
    os.environ["DATABASE_URL"] = given or absolute(origin)
    return os.environ["DATABASE_URL"]


def _tell(draft: TaskDraft) -> None:
    """What was found out, and what a person has to look at."""
    frame = draft.seen.frame
    say(f"init: {len(frame):,} rows, {len(draft.seen.columns)} columns; {draft.target!r} is {draft.kind}")
    facts = {
        "identity": ", ".join(map(repr, draft.identity)) + (" (made: its number)" if draft.row_id else ""),
        "time": repr(draft.time) if draft.time else "none",
        "partitions": f"{draft.partition.nunique():,}" if draft.partition is not None else "one",
        "group": repr(draft.group) if draft.group else "each row by itself",
        "features": f"{len(draft.numbers)} numbers, {len(draft.categories)} categories, {len(draft.texts)} texts",
        "slices": ", ".join(map(repr, draft.slices)) or "none",
        "test": f"{draft.strategy}, {draft.test}" + (f", after a gap of {draft.gap}" if draft.gap else ""),
    }
    options = draft.seen.options
    if "decimal" in options or "thousands" in options:
        facts["numbers"] = f"read as 1{options.get('thousands', '')}234{options.get('decimal', '.')}56"
    if signs := options.get("signs"):
        facts["signs"] = ", ".join(f"{sign} left away in {name!r}" for name, sign in signs.items())
    for key, value in facts.items():
        say(f"init:   {key:<11} {value}")
    for doubt in doubts(draft):
        say(f"init: look: {doubt}")


def _prepare(
    place: Place, draft: TaskDraft, arguments: dict[str, object], *, public: bool
) -> tuple[Copy, dict[str, object]]:
    """See that nothing of somebody's would be lost, and put the rows where source.py will find them."""
    _tell(draft)
    copy = Copy(place, draft, public=public, packages=_packages(draft))
    copy.refuse_lost_work()
    place.check_room(draft.seen.frame)
    if place.remote:
        place.set_remote(place.remote)
    path = arguments.get("path")
    return copy, {"path": place.keep(path)} if isinstance(path, Path) else arguments


def _make(copy: Copy, arguments: dict[str, object]) -> None:
    """Write everything, bring the rows, and fit the tolerance to them."""
    workspace = copy.place.workspace
    for line in copy.write(arguments):
        say(f"init: {line}")
    if not copy.has_rows:
        with terse(), dvc.PendingAdd(workspace, workspace.raw) as add:
            done = bring(workspace, add, until=copy.last_partition)
        tell(workspace, done)
        try:
            send(workspace)
            copy.place.send()
        except RingsideError as error:
            remedy = "mend the remote (docs/remotes.md), then type this `ringside init` again: it ends what it began."
            raise type(error)(error.found, where=error.where, remedy=remedy) from error
    if copy.params_are_untouched:
        _fit(copy)
    for line in copy.finish():
        say(f"init: {line}")


def _end(copy: Copy, origin: str, arguments: dict[str, object]) -> None:
    """Say what to look at, and what comes next."""
    for stray in strays(copy.place.workspace.root, origin, kept=arguments.get("path")):
        say(f"init: look: {stray}")
    say(f"init: done, {seconds()}\n")
    result("Your next three steps:")
    for number, text in enumerate(steps(copy.draft), start=1):
        result(f"{number}. {text}")


def _packages(draft: TaskDraft) -> list[str]:
    """What the source needs beside what is installed with the tools."""
    return packages(os.environ["DATABASE_URL"]) if draft.seen.source == "database" else []


def _fit(copy: Copy) -> None:
    """Choose the tolerance by what the test window can show."""
    from ringside.cli.init_limits import limits

    with terse():
        validate()
        split()
    try:
        found = limits(copy.draft)
    except RingsideError as error:
        say(f"init: look: the tolerance could not be fitted to the data: {error}")
        return
    copy.write_params(found)
