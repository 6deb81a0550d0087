"""History of production and the promotion freeze, on a Git ref that `git clone` does not fetch.

`refs/ringside/production` is a commit outside of the code's history. Its tree has `production.json` (the changes of
production) and `hold.json` (the promotion freeze); its parent is the previous state. Git refuses a push that would
lose another writer's commit, so two writers never overwrite each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ringside.errors import RegistryError
from ringside.git import Repository
from ringside.registry.models import Move, PromotionFreeze

REF = "refs/ringside/production"
_MOVES_FILE, _FREEZE_FILE = "production.json", "hold.json"
_MOVES = TypeAdapter(list[Move])
_TRIES = 5
"""Maximum tries after another writer's push; each takes seconds."""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Record:
    """The content of the ref."""

    where: str
    commit: str | None = None
    """Commit of the ref; None if it does not exist."""
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def moves(self) -> list[Move]:
        """Changes of production, the oldest first.

        Raises:
            RegistryError: the file is invalid; state `files_damaged`.
        """
        return self._parsed(_MOVES_FILE, _MOVES.validate_json) or []

    @property
    def freeze(self) -> PromotionFreeze | None:
        """Promotion freeze in effect; None if there is none.

        Raises:
            RegistryError: the file is invalid; state `files_damaged`.
        """
        return self._parsed(_FREEZE_FILE, PromotionFreeze.model_validate_json)

    def with_moves(self, moves: list[Move]) -> "Record":
        """Return this record with other changes of production."""
        return self._with(_MOVES_FILE, _MOVES.dump_json(moves, indent=2) + b"\n")

    def with_freeze(self, freeze: PromotionFreeze | None) -> "Record":
        """Return this record with another promotion freeze, or without one."""
        return self._with(_FREEZE_FILE, None if freeze is None else freeze.model_dump_json(indent=2).encode() + b"\n")

    def _with(self, name: str, content: bytes | None) -> "Record":
        kept = {key: value for key, value in self.files.items() if key != name}
        return Record(self.where, self.commit, kept if content is None else kept | {name: content})

    def _parsed(self, name: str, parse: Callable[[bytes], _T]) -> _T | None:
        if name not in self.files:
            return None
        try:
            return parse(self.files[name])
        except ValidationError as error:
            detail = error.errors(include_input=False)[0]
            message = f"it is not a valid record ({'.'.join(map(str, detail['loc']))}: {detail['msg']})"
            place = f"{self.where}, {REF}:{name}"
            raise RegistryError(message, where=place, remedy=_REMEDIES[name], state="files_damaged") from None


@dataclass(frozen=True)
class ProductionRef:
    """The ref in a remote, read and written through a checkout, which may be shallow."""

    repository: Repository
    remote: str
    where: str
    """Name of the place in messages."""

    def read(self) -> Record:
        """Read the current record.

        Raises:
            RegistryError: the remote does not respond (state `unreachable`).
        """
        commit = self._at_remote()
        if commit is None:
            return Record(self.where)
        if not self.repository.has_commit(commit):
            # No `--depth`, because it would make a full clone shallow; this history has only a few kilobytes.
            told = self.repository.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", self.remote, REF)
            if told.code != 0 or not self.repository.has_commit(commit):
                raise self._unreachable(told.message or f"{commit} did not come")
        listed = self.repository.ok("ls-tree", "--name-only", commit, remedy=_AGAIN).split()
        files = {name: self._content(f"{commit}:{name}") for name in listed if name in _REMEDIES}
        return Record(self.where, commit, files)

    def write(self, change: Callable[[Record], Record], message: str) -> Record:
        """Change the current record and push it; return the new record.

        Args:
            change: function from the current record to the new one; called again if another writer was faster.
            message: the reason, one line.

        Raises:
            RegistryError: the remote does not respond (state `unreachable`), or refuses.
        """
        for _ in range(_TRIES):
            before = self.read()
            after = change(before)
            if after.files == before.files:
                return before
            commit = self._commit(after, message)
            answer = self.repository.run("push", "--quiet", "--no-verify", "--", self.remote, f"{commit}:{REF}")
            if answer.code == 0 or (now := self._at_remote()) == commit:
                # The response to a push can be lost; the state of the ref counts.
                return Record(self.where, commit, after.files)
            if now == before.commit:
                remedy = (
                    f"give the token the right to write contents, or see which rule of the repository covers {REF}."
                )
                raise RegistryError(f"{REF} cannot be pushed ({answer.message})", where=self.where, remedy=remedy)
        raise RegistryError(f"{REF} is changed by other writers all the time", where=self.where, remedy="run again.")

    def _at_remote(self) -> str | None:
        answer = self.repository.run("ls-remote", "--", self.remote, REF)
        if answer.code != 0:
            raise self._unreachable(answer.message)
        return answer.out.split("\t")[0] or None

    def _content(self, name: str) -> bytes:
        return self.repository.ok("cat-file", "blob", name, remedy=_AGAIN).encode()

    def _commit(self, record: Record, message: str) -> str:
        lines = ""
        for name, content in sorted(record.files.items()):
            blob = self.repository.ok("hash-object", "-w", "--stdin", stdin=content.decode(), remedy=_AGAIN)
            lines += f"100644 blob {blob}\t{name}\n"
        tree = self.repository.ok("mktree", stdin=lines, remedy=_AGAIN)
        who = self.repository.who()
        parent = f"parent {record.commit}\n" if record.commit else ""
        text = f"tree {tree}\n{parent}author {who}\ncommitter {who}\n\n{message}\n"
        # No `git commit-tree`, because it needs a user.name, which a build machine may lack.
        return self.repository.ok("hash-object", "-t", "commit", "-w", "--stdin", stdin=text, remedy=_AGAIN)

    def _unreachable(self, said: str) -> RegistryError:
        return RegistryError(said or "no answer", where=self.where, remedy=_ASK, state="unreachable")


_AGAIN = "free disk space and run again."
_ASK = "check that the remote can be reached and that you may read it, then run again."
_REMEDIES = {
    _MOVES_FILE: f"fix the file and push it to {REF}; `git log` of that ref has its earlier states.",
    _FREEZE_FILE: "lift it with `ringside rollback --lift-freeze`, or roll back once more.",
}
"""Remedy for each file if it is damaged."""
