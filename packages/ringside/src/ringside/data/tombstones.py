"""`data/erased.json`: the list of erased rows, so that they are never ingested again.

It contains salted hashes of identities, no identities. With the file, one can check whether a guessed identity was
erased; an identity that cannot be guessed stays unknown.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringside.common.files import read_json, write_json
from ringside.errors import DataError

_VERSION, _WITH_GROUPS = 1, 2
_REMEDY = "restore it with `git checkout data/erased.json`; it is written by `ringside forget` only."
_BYTES = 16


@dataclass(frozen=True)
class Erased:
    """The list of erased rows."""

    salt: str
    """32 random bytes as hex digits, unique to this repository."""
    rows: frozenset[str] = frozenset()
    """`hashes` of the identities of erased rows."""
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By column name: `hashes` of values whose rows are all erased, including rows that arrive later."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the list at `path`; return an empty one with a new salt if there is no file.

        Raises:
            DataError: the file is no list of erased rows.
        """
        if not path.exists():
            return cls(secrets.token_hex(32))
        content = read_json(path, remedy=_REMEDY)
        content = content if isinstance(content, dict) else {}
        rows, groups = content.get("rows"), content.get("groups", {})
        fine = _are_hashes(rows) and isinstance(groups, dict) and all(map(_are_hashes, groups.values()))
        known = content.get("version") == (_WITH_GROUPS if groups else _VERSION)
        if not fine or not known or not re.fullmatch("[0-9a-f]{64}", str(content.get("salt"))):
            raise DataError("the file is no list of erased rows", where=str(path), remedy=_REMEDY)
        return cls(content["salt"], frozenset(rows or ()), {name: frozenset(of) for name, of in groups.items()})

    def write(self, path: Path) -> None:
        """Write the list to a file.

        Raises:
            StoreError: the disk is full or the folder is not writable.
        """
        content: dict[str, object] = {"version": _VERSION, "salt": self.salt, "rows": sorted(self.rows)}
        if self.groups:
            groups = {name: sorted(values) for name, values in sorted(self.groups.items())}
            content |= {"version": _WITH_GROUPS, "groups": groups}
        write_json(path, content)

    def plus(self, hashes: Iterable[str]) -> Self:
        """Return a list with more rows."""
        return type(self)(self.salt, self.rows | frozenset(hashes), self.groups)

    def plus_groups(self, column: str, hashes: Iterable[str]) -> Self:
        """Return a list with more values of a column whose rows are all erased."""
        values = self.groups.get(column, frozenset()) | frozenset(hashes)
        return type(self)(self.salt, self.rows, {**self.groups, column: values})

    def hashes(self, table: pa.Table, identity: Iterable[str]) -> list[str]:
        """Return a hash of each row's identity, keyed by the salt."""
        texts = [_texts(table.column(name)) for name in identity]
        key = bytes.fromhex(self.salt)
        return [
            hashlib.blake2b(json.dumps(values, ensure_ascii=False).encode(), key=key, digest_size=_BYTES).hexdigest()
            for values in zip(*texts, strict=True)
        ]

    def left(self, table: pa.Table, identity: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Return whether each row is kept because it was not erased, shape `(n_rows,)`."""
        stays = np.ones(table.num_rows, dtype=bool)
        if self.rows:
            stays &= np.array([row not in self.rows for row in self.hashes(table, identity)], dtype=bool)
        for column, values in self.groups.items():
            if column in table.column_names:
                stays &= np.array([value not in values for value in self.hashes(table, [column])], dtype=bool)
        return stays


def _are_hashes(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(h, str) and re.fullmatch(r"[0-9a-f]{32}", h) for h in values)


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    """Return values as texts that do not depend on the width of a number type or the unit of a time type."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        column = column.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False).cast(pa.int64())
    return [None if value is None else str(value) for value in column.to_pylist()]
