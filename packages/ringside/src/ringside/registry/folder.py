"""Releases in a folder: the counterpart of GitHub Releases for a Git repository on disk.

model@v1.0.0/      one release with all its files, including `release.json` and `SHA256SUMS`; never changed again,
except that rows may be erased on request
production.json    the versions that were put in production, in order
hold.json          the promotion freeze, if there is one
notes/             the release notes, one file per release
.drafts/           releases that are not complete yet
.lock              lock file of the process that publishes
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from ringside.common.files import remove, write_bytes
from ringside.errors import RegistryError, ReleaseExistsError
from ringside.registry.checksums import ERASABLE, check_folder
from ringside.registry.models import Move, PromotionFreeze, ReleaseMetadata
from ringside.registry.version_numbers import tag_of, version_of
from ringside.store.folders import copy_file, give_name, locked, make_folder

PATIENCE = 120.0
"""Seconds to wait for another publisher, who builds a wheel and copies files."""
_MOVES = TypeAdapter(list[Move])
_T = TypeVar("_T")


class FolderReleases:
    """Releases in the folder `path`, which is created with the first release."""

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.where = str(path)
        self._path = path
        self._patience = patience
        self._locked = False

    def tags(self) -> list[str]:
        """Return the tags of all releases, unordered."""
        if not self._path.exists():
            return []
        with _readable(self._path):
            return [entry.name for entry in self._path.iterdir() if version_of(entry.name) and entry.is_dir()]

    def metadata(self, tag: str) -> ReleaseMetadata:
        """Read the `release.json` of a release.

        Raises:
            RegistryError: there is no such release or file (state `files_missing`), or the file is invalid or
                describes another version (state `files_damaged`).
        """
        path = self._release(tag) / "release.json"
        remedy = "restore it from a backup, or remove the whole release and publish again."
        metadata = _record(path, ReleaseMetadata.model_validate_json, remedy)
        if metadata is None:
            raise RegistryError("it is missing", where=str(path), remedy=remedy, state="files_missing")
        if metadata.version != version_of(tag):
            message = f"it describes {metadata.version}, not {version_of(tag)}"
            raise RegistryError(message, where=str(path), remedy=remedy, state="files_damaged")
        return metadata

    def files(self, tag: str) -> dict[str, int]:
        """Return the files of a release and their sizes in bytes.

        Raises:
            RegistryError: there is no such release; state `files_missing`.
        """
        release = self._release(tag)
        with _readable(release):
            return {path.name: path.stat().st_size for path in sorted(release.iterdir()) if path.is_file()}

    def fetch(self, tag: str, names: Sequence[str], folder: Path) -> None:
        """Copy files of a release into the existing folder `folder`.

        Raises:
            RegistryError: the release or a file is missing; state `files_missing`.
            StoreError: `folder` cannot be written to.
        """
        release, existing = self._release(tag), self.files(tag)
        if missing := [name for name in names if name not in existing]:
            remedy = "restore it from a backup, or use another version (`ringside versions` lists them)."
            message = f"{', '.join(missing)} missing"
            raise RegistryError(message, where=str(release), remedy=remedy, state="files_missing")
        for name in names:
            copy_file(release / name, folder / name)

    def publish(self, tag: str, commit: str, folder: Path, notes: str) -> None:  # noqa: ARG002  # Git has the commit
        """Publish all files in `folder` as one release, or nothing.

        Raises:
            ReleaseExistsError: there is a release with this tag.
            RegistryError: `tag` is not the tag of a version, or the files do not match SHA256SUMS.
            StoreError: the disk is full, or the folder cannot be written to.
        """
        final = self._path / self._checked(tag)
        draft = self._path / ".drafts" / uuid4().hex
        with self.lock():
            make_folder(draft)
            for path in sorted(folder.iterdir()):
                copy_file(path, draft / path.name)
            # The copy is checked instead of the original, because the copy is what users get.
            check_folder(draft, where=str(folder), new=True)
            write_bytes(self._path / "notes" / f"{tag}.md", notes.encode())
            if not give_name(draft, final):
                remove(draft)
                remedy = "run again: it uses the next free version."
                raise ReleaseExistsError(
                    "another process published it in the meantime", where=str(final), remedy=remedy
                )

    def erase(self, tag: str, name: str) -> None:
        """Remove a file of rows on request, the one kind of file that a complete release can lack.

        Raises:
            RegistryError: there is no such release, or the file is of another kind.
            StoreError: the folder cannot be written to.
        """
        if name not in ERASABLE:
            remedy = "roll back to another version, or remove the release as a whole."
            raise RegistryError(f"{name} cannot be removed from a release", where=self.where, remedy=remedy)
        with self.lock():
            remove(self._release(tag) / name)

    def moves(self) -> list[Move]:
        """Return the changes of production, the oldest first.

        Raises:
            RegistryError: `production.json` is invalid; state `files_damaged`.
        """
        remedy = "restore it from a backup; `ringside versions` lists the versions."
        return _record(self._path / "production.json", _MOVES.validate_json, remedy) or []

    def mark_latest(self, move: Move) -> None:
        """Put a version in production.

        Raises:
            RegistryError: there is no release of it.
            StoreError: the folder cannot be written to.
        """
        self._release(tag_of(move.version))
        with self.lock():
            write_bytes(self._path / "production.json", _MOVES.dump_json([*self.moves(), move], indent=2) + b"\n")

    def promotion_freeze(self) -> PromotionFreeze | None:
        """Return the promotion freeze in effect; None if there is none.

        Raises:
            RegistryError: `hold.json` is not a valid record; state `files_damaged`.
        """
        remedy = "lift it with `ringside rollback --lift-freeze`, or roll back once more."
        return _record(self._path / "hold.json", PromotionFreeze.model_validate_json, remedy)

    def set_freeze(self, freeze: PromotionFreeze | None) -> None:
        """Set the promotion freeze, or lift it if `freeze` is None.

        Raises:
            StoreError: the folder cannot be written to.
        """
        with self.lock():
            if freeze is None:
                remove(self._path / "hold.json")
            else:
                write_bytes(self._path / "hold.json", freeze.model_dump_json(indent=2).encode() + b"\n")

    def clean(self) -> list[str]:
        """Remove the drafts of killed publishers; return the removed paths. The lock excludes running publishers."""
        with self.lock():
            drafts = self._path / ".drafts"
            left = sorted(path.name for path in drafts.iterdir()) if drafts.is_dir() else []
            for name in left:
                remove(drafts / name)
        return [f".drafts/{name}" for name in left]

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock out other publishers; reentrant within the block.

        Raises:
            StoreError: another publisher has the lock for longer than `patience`.
        """
        if self._locked:
            yield
            return
        with locked(self._path / ".lock", patience=self._patience):
            self._locked = True
            try:
                yield
            finally:
                self._locked = False

    def _checked(self, tag: str) -> str:
        if version_of(tag) is None:
            raise RegistryError(
                f"{tag!r} is not the tag of a version", where=self.where, remedy="use a tag such as model@v1.2.0."
            )
        return tag

    def _release(self, tag: str) -> Path:
        """Return the folder of an existing release."""
        path = self._path / self._checked(tag)
        if not path.is_dir():
            remedy = "restore the folder from a backup, or use another version (`ringside versions` lists them)."
            raise RegistryError("there is no such release", where=str(path), remedy=remedy, state="files_missing")
        return path


def _record(path: Path, parse: Callable[[bytes], _T], remedy: str) -> _T | None:
    """Parse a small JSON file; None if it does not exist.

    Raises:
        RegistryError: it cannot be read, or is invalid; state `files_damaged`.
    """
    if not path.exists():
        return None
    with _readable(path):
        content = path.read_bytes()
    try:
        return parse(content)
    except ValidationError as error:
        detail = error.errors(include_input=False)[0]
        message = f"it is not a valid record ({'.'.join(map(str, detail['loc']))}: {detail['msg']})"
        raise RegistryError(message, where=str(path), remedy=remedy, state="files_damaged") from None


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message, remedy = f"it cannot be read ({error.strerror})", "check that you may read it and run again."
        raise RegistryError(message, where=str(path), remedy=remedy, state="unreachable") from error
