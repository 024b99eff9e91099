"""SQLite's variable-length integers and the values of a row."""

from __future__ import annotations

import struct

#: A value as SQLite stores it.
SqlValue = int | float | str | bytes | None

#: By text encoding of a database, the codec.
CODECS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
DOUBLE = struct.Struct(">d")
#: Lengths in bytes for serial types 0 to 9.
_FIXED = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
#: Rows with more columns than SQLite allows by default are treated as damaged.
MAX_COLUMNS = 2000


class RowError(ValueError):
    """Bytes that are not a row."""


def varint(content: bytes, at: int) -> tuple[int, int]:
    """Decode the integer at an offset; returns it and the offset after it.

    Args:
        content: bytes.
        at: offset in bytes.

    Raises:
        RowError: the bytes end within it.
    """
    # Nearly all are of one, two or three bytes.
    if at + 2 < len(content):
        if (first := content[at]) < 0x80:
            return first, at + 1
        if (second := content[at + 1]) < 0x80:
            return (first & 0x7F) << 7 | second, at + 2
        if (third := content[at + 2]) < 0x80:
            return (first & 0x7F) << 14 | (second & 0x7F) << 7 | third, at + 3
    value = 0
    for count in range(8):
        if at >= len(content):
            raise RowError("an integer is cut off")
        byte = content[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
        if count == 7:
            break
    if at >= len(content):
        raise RowError("an integer is cut off")
    value = value << 8 | content[at]
    return (value - (1 << 64) if value >= 1 << 63 else value), at + 1


def serial_types(payload: bytes, at: int = 0) -> tuple[list[int], int, int]:
    """The serial types in a row's header, the header's length in bytes, and the offset of the values.

    Raises:
        RowError: the header is invalid.
    """
    length, place = varint(payload, at)
    end = at + length
    if not place - at < length + 1 or end > len(payload) or length < 1:
        raise RowError("the header of a row is longer than the row")
    types: list[int] = []
    if (header := payload[place:end]).isascii():
        # Each type is one byte, as in most rows.
        if len(header) > MAX_COLUMNS or 10 in header or 11 in header:
            raise RowError("the header of a row names a type that does not exist")
        return list(header), length, end
    while place < end:
        kind, place = varint(payload, place)
        if kind < 0 or kind in (10, 11) or len(types) >= MAX_COLUMNS:
            raise RowError("the header of a row names a type that does not exist")
        types.append(kind)
    if place != end:
        raise RowError("the header of a row ends within a number")
    return types, length, end


def size_of(kind: int) -> int:
    """The length in bytes of a value of a serial type."""
    return _FIXED[kind] if kind < 10 else (kind - 12) // 2


def values(payload: bytes, encoding: int, at: int = 0) -> list[SqlValue]:
    """Decode the values of a row.

    Args:
        payload: the row's header and values.
        encoding: the database's text encoding: 1 UTF-8, 2 UTF-16LE, 3 UTF-16BE.
        at: offset of the header.

    Raises:
        RowError: the bytes are not a row.
    """
    types, _, place = serial_types(payload, at)
    return values_of(payload, types, place, encoding)


def values_of(payload: bytes, types: list[int], at: int, encoding: int) -> list[SqlValue]:
    """The values of known serial types at an offset. Raises RowError if the bytes end too early."""
    found: list[SqlValue] = []
    codec, size, from_bytes = CODECS.get(encoding, "utf-8"), len(payload), int.from_bytes
    for kind in types:
        end = at + (_FIXED[kind] if kind < 10 else (kind - 12) >> 1)
        if end > size:
            raise RowError("a value is cut off")
        if kind > 11:
            value = payload[at:end]
            found.append(value.decode(codec, "backslashreplace") if kind & 1 else value)
        elif kind == 0:
            found.append(None)
        elif kind < 7:
            found.append(from_bytes(payload[at:end], "big", signed=True))
        elif kind == 7:
            found.append(DOUBLE.unpack_from(payload, at)[0])
        else:
            found.append(kind - 8)
        at = end
    return found
