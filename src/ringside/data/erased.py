"""`data/erased.json`: which rows were erased for good, so that no source brings them back.

It holds salted hashes of identities, no identity. Whoever has the file and guesses an identity can tell whether it was
erased; an identity that nobody could guess stays unknown.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringside.errors import DataError
from ringside.store.files import read_json, write_json

_VERSION = 1
_REMEDY = "restore it with `git checkout data/erased.json`; it is written by `ringside forget` only."
_BYTES = 16


@dataclass(frozen=True)
class Erased:
    """The rows that were erased."""

    salt: str
    """32 random bytes as hex digits, of this repository alone."""
    rows: frozenset[str] = frozenset()
    """`hashes` of their identities."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """What is listed at `path`; nothing, with a new salt, where there is no file.

        Raises:
            DataError: the file is no such list.
        """
        if not path.exists():
            return cls(secrets.token_hex(32))
        content = read_json(path, remedy=_REMEDY)
        rows = content.get("rows") if isinstance(content, dict) else None
        fine = isinstance(rows, list) and all(isinstance(r, str) and re.fullmatch(r"[0-9a-f]{32}", r) for r in rows)
        if not fine or content.get("version") != _VERSION or not re.fullmatch("[0-9a-f]{64}", str(content.get("salt"))):
            raise DataError("it is no list of erased rows", where=str(path), remedy=_REMEDY)
        return cls(content["salt"], frozenset(rows or ()))

    def write(self, path: Path) -> None:
        """Replace the file.

        Raises:
            StoreError: the disk is full or the place cannot be written to.
        """
        write_json(path, {"version": _VERSION, "salt": self.salt, "rows": sorted(self.rows)})

    def plus(self, hashes: Iterable[str]) -> Self:
        """With more rows."""
        return type(self)(self.salt, self.rows | frozenset(hashes))

    def hashes(self, table: pa.Table, identity: Iterable[str]) -> list[str]:
        """A hash of each row's identity, keyed by the salt."""
        texts = [_texts(table.column(name)) for name in identity]
        key = bytes.fromhex(self.salt)
        return [
            hashlib.blake2b(json.dumps(values, ensure_ascii=False).encode(), key=key, digest_size=_BYTES).hexdigest()
            for values in zip(*texts, strict=True)
        ]

    def left(self, table: pa.Table, identity: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which rows were not erased, shape `(n_rows,)`."""
        if not self.rows:
            return np.ones(table.num_rows, dtype=bool)
        return np.array([row not in self.rows for row in self.hashes(table, identity)], dtype=bool)


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    """Values as texts that do not depend on how wide a number is, or in which unit a time."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        column = column.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False).cast(pa.int64())
    return [None if value is None else str(value) for value in column.to_pylist()]
