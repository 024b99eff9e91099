"""Read preferences stored by Jetpack DataStore as a protocol buffer (``NAME.preferences_pb``).

The message repeats field 1: a name (field 1) and a value (field 2), which is one of boolean (1), float (2),
integer (3), long (4), string (5), set of strings (6: field 1 repeated), double (7) and bytes (8).

References:
    androidx datastore/datastore-preferences-proto/src/main/proto/preferences.proto
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator
from itertools import islice

from parsers.formats.android.preferences import Preference
from parsers.formats.protobuf.message import Field, ProtobufError, fields
from parsers.locator import at_bytes
from parsers.record import Issue

#: Limit on the strings read from a set.
MAX_STRINGS = 10_000
_BOOLEAN, _FLOAT, _INTEGER, _LONG, _STRING, _SET, _DOUBLE, _BYTES = range(1, 9)
_KINDS = {
    _BOOLEAN: "boolean", _FLOAT: "float", _INTEGER: "int", _LONG: "long", _STRING: "string", _SET: "set",
    _DOUBLE: "double", _BYTES: "byte-array",
}  # fmt: skip
_NUMBERS = (_BOOLEAN, _INTEGER, _LONG)


def begins_datastore(head: bytes) -> bool:
    """Whether a file begins with the name and value of a preference.

    Args:
        head: the file's first bytes, which may end within the first value.
    """
    try:
        first = next(fields(head), None)
    except ProtobufError:
        return False
    return first is not None and isinstance(_entry(first), Preference)


def datastore_preferences(content: bytes) -> Iterator[Preference | Issue]:
    """Yield the values of a file, and an issue for each part that is not a value."""
    try:
        for found in fields(content):
            yield _entry(found)
    except ProtobufError as error:
        what = f"The file is not to its end a protocol buffer of preferences: {error}."
        yield Issue(what, at_bytes(error.at, max(0, len(content) - error.at)), content[error.at : error.at + 64])


def _entry(found: Field) -> Preference | Issue:
    where = at_bytes(found.at, found.size)
    if found.number != 1 or not isinstance(found.value, bytes):
        return Issue(f"The file has a field {found.number}, which preferences do not have.", where)
    name, value = None, None
    try:
        for member in fields(found.value, found.inside):
            if member.number == 1 and isinstance(member.value, bytes):
                name = member.value.decode("utf-8", "backslashreplace")
            elif member.number == 2 and isinstance(member.value, bytes):
                value = _value(member)
    except ProtobufError as error:
        return Issue(f"A value of the preferences cannot be read: {error}.", where, found.value[:64])
    if name is None or value is None:
        return Issue("A value of the preferences has no name, or is of an unknown kind.", where)
    kind, read = value
    return Preference(name, kind, read, found.at, found.at + found.size)


def _value(member: Field) -> tuple[str, object] | None:
    """The kind and value in a message with one field; None for any other."""
    content = member.value
    inner = next(fields(content, member.inside), None) if isinstance(content, bytes) else None
    if inner is None or inner.number not in _KINDS:
        return None
    kind = _KINDS[inner.number]
    if isinstance(inner.value, int):
        return (kind, _number(inner.number, inner.value)) if inner.number in _NUMBERS else None
    return None if inner.number in _NUMBERS else (kind, _of_bytes(inner, inner.value))


def _of_bytes(inner: Field, content: bytes) -> object:
    if inner.number in (_FLOAT, _DOUBLE):
        return _real(content)
    if inner.number == _SET:
        strings = (one.value for one in fields(content, inner.inside) if isinstance(one.value, bytes))
        return [text.decode("utf-8", "backslashreplace") for text in islice(strings, MAX_STRINGS)]
    if inner.number == _BYTES:
        return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"
    return content.decode("utf-8", "backslashreplace")


def _number(number: int, value: int) -> object:
    if number == _BOOLEAN:
        return bool(value)
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def _real(content: bytes) -> object:
    if len(content) not in (4, 8):
        return f"{len(content)} bytes"
    value: float = struct.unpack("<f" if len(content) == 4 else "<d", content)[0]
    return value if math.isfinite(value) else str(value)
