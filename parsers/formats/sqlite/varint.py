"""SQLite's variable-length integers and the values of a row."""

from __future__ import annotations

import struct

#: A value as SQLite stores it.
SqlValue = int | float | str | bytes | None

_ENCODINGS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_DOUBLE = struct.Struct(">d")
#: Lengths in bytes of the serial types 0 to 9.
_FIXED = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
#: More columns than SQLite allows by default are taken for damage.
MAX_COLUMNS = 2000


class RowError(ValueError):
    """Bytes that are not a row."""


def varint(content: bytes, at: int) -> tuple[int, int]:
    """The integer at a place and the place after it.

    Args:
        content: bytes.
        at: offset in bytes.

    Raises:
        RowError: the bytes end within it.
    """
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
    """The serial types in a row's header, the length of the header in bytes, and the place where the values begin.

    Raises:
        RowError: it is no such header.
    """
    length, place = varint(payload, at)
    end = at + length
    if not place - at < length + 1 or end > len(payload) or length < 1:
        raise RowError("the header of a row is longer than the row")
    types: list[int] = []
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
    """The values of a row.

    Args:
        payload: the row's header and values.
        encoding: the database's text encoding: 1 UTF-8, 2 UTF-16LE, 3 UTF-16BE.
        at: where the header begins.

    Raises:
        RowError: it is no row.
    """
    types, _, place = serial_types(payload, at)
    return values_of(payload, types, place, encoding)


def values_of(payload: bytes, types: list[int], at: int, encoding: int) -> list[SqlValue]:
    """The values whose serial types are known and that begin at a place. Raises RowError if the bytes end before."""
    found: list[SqlValue] = []
    for kind in types:
        end = at + size_of(kind)
        if end > len(payload):
            raise RowError("a value is cut off")
        found.append(_value(payload[at:end], kind, encoding))
        at = end
    return found


def _value(content: bytes, kind: int, encoding: int) -> SqlValue:
    if kind == 0:
        return None
    if kind < 7:
        return int.from_bytes(content, "big", signed=True)
    if kind == 7:
        number: float = _DOUBLE.unpack(content)[0]
        return number
    if kind < 10:
        return kind - 8
    if kind % 2 == 0:
        return content
    return content.decode(_ENCODINGS.get(encoding, "utf-8"), "backslashreplace")
