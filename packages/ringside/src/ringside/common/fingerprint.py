"""Hashes of values, not of files: equal content has the same hash, independent of the library that wrote it.

The bytes of a Parquet file depend on the version of the library that writes it; a content hash must not. The
definitions below belong to this project and depend on no library's internals: a hash in a manifest or a release may be
compared years later.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

UInt64 = npt.NDArray[np.uint64]

_AS_INTEGER = {32: pa.int32(), 64: pa.int64()}
"""Integer type to read a time with this number of bits as."""


def content_hash(table: pa.Table) -> str:
    """Return the SHA-256 over the names, types and values of a table, as `sha256:<64 hex digits>`.

    The order of rows matters; columns are sorted by name. NaN and null are equal, and so are 0.0 and -0.0, Arrow's two
    widths of text offsets, and the same instants in different units.
    """
    digest = hashlib.sha256()
    for name in sorted(table.column_names):
        column = _plain(table.column(name))
        digest.update(f"{len(name.encode())}:{name}:{column.type}:{len(column)};".encode())
        digest.update(np.packbits(_mask(column)).tobytes())
        for part in _values(column):
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"


def row_hashes(table: pa.Table, columns: Sequence[str], *, seed: int = 0) -> UInt64:
    """Return a 64-bit hash of the values in `columns` for each row, shape `(n_rows,)`.

    The mixing function is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014);
    text is hashed by BLAKE2b once per distinct value. Integers of every width hash alike, and so do times of every unit
    (fractions of a microsecond are ignored).
    """
    state = np.full(table.num_rows, seed, dtype=np.uint64)
    for name in columns:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        state = _mix(state ^ _column_hashes(_plain(column)))
    return state


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """Return the column as one array without dictionary, with one offset width, NaN as null and no negative zero."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if pa.types.is_timestamp(column.type):
        column = _instants(column)
    if pa.types.is_float16(column.type):
        # Arrow has no compute functions for these types.
        column = column.cast(pa.float32())
    array = column.combine_chunks()
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_floating(array.type):
        array = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
        array = pc.add(array, pa.scalar(0.0, array.type))
    return array


def _instants(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return times in microseconds if no precision is lost: the unit depends on the library, not on the data."""
    try:
        return column.cast(pa.timestamp("us", column.type.tz))
    except pa.ArrowInvalid:
        return column


def _mask(array: pa.Array) -> npt.NDArray[np.bool_]:
    """Return whether each row has a value, shape `(n_rows,)`."""
    return np.asarray(pc.is_valid(array), dtype=bool)


def _values(array: pa.Array) -> list[bytes | memoryview]:
    """Return the values as bytes, with a constant in place of each null."""
    if pa.types.is_null(array.type):
        return []
    if pa.types.is_string(array.type) or pa.types.is_binary(array.type):
        lengths = pc.fill_null(pc.binary_length(array), 0).to_numpy(zero_copy_only=False).astype("<i8")
        filled = pc.fill_null(array, "" if pa.types.is_string(array.type) else b"")
        offsets = np.frombuffer(filled.buffers()[1], dtype="<i4")[filled.offset : filled.offset + len(filled) + 1]
        data = filled.buffers()[2] if len(filled) else None
        return [lengths.tobytes(), memoryview(data)[offsets[0] : offsets[-1]] if data is not None else b""]
    if (numbers := _numbers(array)) is not None:
        return [numbers.tobytes()]
    # Decimals, nested types and others that are rare in a table: their text, one value per line.
    return ["\n".join(map(repr, array.to_pylist())).encode()]


def _numbers(array: pa.Array) -> npt.NDArray[np.generic] | None:
    """Return fixed-width values as little-endian numbers with zero for null, or None for other types."""
    kind = array.type
    if pa.types.is_boolean(kind):
        array = array.cast(pa.uint8())
    elif pa.types.is_temporal(kind) and kind.bit_width in _AS_INTEGER:
        array = array.view(_AS_INTEGER[kind.bit_width])
    if pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        zero = pa.scalar(0, array.type)
        numbers = np.asarray(pc.fill_null(array, zero))
        return numbers.astype(numbers.dtype.newbyteorder("<"))
    return None


def _column_hashes(array: pa.Array) -> UInt64:
    numbers = _numbers(array)
    if numbers is None:
        encoded = array.dictionary_encode()
        texts = [str(value).encode() for value in encoded.dictionary.to_pylist()]
        of_text = [int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") for text in texts]
        indices = pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False)
        hashes = np.array(of_text or [0], dtype=np.uint64)[indices]
    elif numbers.dtype.kind == "f":
        hashes = _mix(numbers.astype("<f8").view(np.uint64))
    else:
        hashes = _mix(numbers.astype("<i8", casting="unsafe").view(np.uint64))
    return np.where(_mask(array), hashes, np.uint64(0x9E3779B97F4A7C15))


def _mix(value: UInt64) -> UInt64:
    """Compute SplitMix64's step and finaliser."""
    with np.errstate(over="ignore"):
        value = value + np.uint64(0x9E3779B97F4A7C15)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
