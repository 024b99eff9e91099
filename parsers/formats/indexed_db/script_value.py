"""Decode values stored by scripts: V8's serialised format, wrapped by Blink.

``FF``, Blink's version, from version 21 on the offset of a trailer (``FE`` and 12 bytes), then ``FF``, V8's version
and the value: a tag for each value and its data. A long value is compressed (``FF 11 02``, then Snappy) or stored in
a separate blob (``FF 11 01``).

References:
    v8/src/objects/value-serializer.cc; third_party/blink/renderer/bindings/core/v8/serialization and
    third_party/blink/renderer/modules/indexeddb/idb_value_wrapping.cc of Chromium
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from parsers.formats.leveldb.varint import LevelDbError, read_varint
from parsers.formats.snappy import SnappyError, decompress

#: Limit on the expanded length of a value.
MAX_VALUE = 64 * 1024 * 1024
_MAX_DEPTH = 100
_VERSION, _TRAILER = 0xFF, 0xFE
_WRAPPED, _IN_BLOB, _COMPRESSED = 0x11, 1, 2
_FIRST_BLINK = 16
_TRAILER_SIZE = 13
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN: dict[int, object] = {
    ord("_"): None, ord("0"): None, ord("-"): None, ord("T"): True, ord("F"): False, ord("y"): True, ord("x"): False,
}  # fmt: skip
_ERROR_PARTS = {ord("m"): "message", ord("s"): "stack", ord("c"): "cause"}
_LATIN, _WIDE = re.compile(rb"[\t\n\r\x20-\x7e\xa0-\xff]{4,}"), re.compile(rb"(?:[\t\n\r\x20-\x7e]\0){4,}")
#: Minimum length of text extracted from an undecodable value, and maximum number of such texts.
_SHORTEST, MAX_TEXTS = 4, 1000


class ScriptValueError(ValueError):
    """Bytes that are not a serialised value, or hold something unsupported."""


def is_in_blob(content: bytes) -> bool:
    """Whether a value is stored in a separate blob and only referenced here."""
    return content[:3] == bytes((_VERSION, _WRAPPED, _IN_BLOB))


def script_value(content: bytes) -> object:
    """Decode a value: objects as dict; lists, maps and sets as list; times as ISO 8601; bytes as their number.

    Raises:
        ScriptValueError: the value cannot be decoded completely.
    """
    content = unwrapped(content)
    at = 0
    try:
        while at < len(content) and content[at] == _VERSION:
            version, at = read_varint(content, at + 1)
            if version > _FIRST_BLINK and content[at : at + 1] == bytes((_TRAILER,)):
                at += _TRAILER_SIZE
        if at == 0:
            raise ScriptValueError("it does not begin as such a value")
        return _ValueReading(content, version).value(at, 0)[0]
    except (LevelDbError, struct.error, OverflowError) as error:
        raise ScriptValueError(str(error)) from error


def unwrapped(content: bytes) -> bytes:
    """The value before its compression.

    Raises:
        ScriptValueError: it cannot be decompressed.
    """
    if content[:3] != bytes((_VERSION, _WRAPPED, _COMPRESSED)):
        return content
    try:
        return decompress(content[3:], MAX_VALUE)
    except SnappyError as error:
        raise ScriptValueError(f"it cannot be decompressed: {error}") from error


def texts_in(content: bytes) -> list[str]:
    """Texts in an undecodable value: those that follow a string tag and have the length it states."""
    found: list[str] = []
    latin, wide = _runs(_LATIN, content), _runs(_WIDE, content)
    done = 0
    for tag in re.finditer(rb'["cS]', content):
        if tag.start() < done or len(found) >= MAX_TEXTS:
            continue
        try:
            length, at = read_varint(content, tag.end())
        except LevelDbError:
            continue
        starts, ends = wide if tag[0] == b"c" else latin
        run = bisect_right(starts, at) - 1
        if length < _SHORTEST or run < 0 or at + length > ends[run]:
            continue
        encoding = {b'"': "latin-1", b"c": "utf-16-le", b"S": "utf-8"}[tag[0]]
        found.append(content[at : at + length].decode(encoding, "replace"))
        done = at + length
    return found


def _runs(pattern: re.Pattern[bytes], content: bytes) -> tuple[list[int], list[int]]:
    spans = [match.span() for match in pattern.finditer(content)]
    return [start for start, _ in spans], [end for _, end in spans]


@dataclass(slots=True)
class _ValueReading:
    """The state of decoding one value."""

    content: bytes
    version: int

    def value(self, at: int, depth: int) -> tuple[object, int]:
        """The value at an offset, and its end."""
        if depth > _MAX_DEPTH:
            raise ScriptValueError(f"it is nested deeper than {_MAX_DEPTH} levels")
        tag, at = self._tag(at)
        if tag in _PLAIN:
            return _PLAIN[tag], at
        sign = chr(tag)
        if sign in '"cS':
            return self._text(sign, at)
        if sign in "oaA;'":
            return self._collection(sign, at, depth)
        if sign in "IUNDnZz^":
            return self._number(sign, at)
        return self._other(sign, at, depth)

    def _tag(self, at: int) -> tuple[int, int]:
        while at < len(self.content):
            tag = self.content[at]
            at += 1
            if tag == ord("?"):
                _, at = read_varint(self.content, at)
            elif tag:
                return tag, at
        raise ScriptValueError("it breaks off")

    def _bytes(self, at: int) -> tuple[bytes, int]:
        length, at = read_varint(self.content, at)
        if at + length > len(self.content):
            raise ScriptValueError("it breaks off")
        return self.content[at : at + length], at + length

    def _text(self, sign: str, at: int) -> tuple[str, int]:
        found, at = self._bytes(at)
        encoding = {'"': "latin-1", "c": "utf-16-le", "S": "utf-8"}[sign]
        return found.decode(encoding, "replace"), at

    def _number(self, sign: str, at: int) -> tuple[object, int]:
        if sign in "NDn":
            number = struct.unpack_from("<d", self.content, at)[0]
            if sign == "D":
                return _time(number), at + 8
            return int(number) if number.is_integer() and abs(number) < 1 << 53 else _finite(number), at + 8
        number, at = read_varint(self.content, at)
        if sign == "I":
            return number >> 1 ^ -(number & 1), at
        if sign in "Zz":
            size = number >> 1
            if at + size > len(self.content) or size > 4096:
                raise ScriptValueError("a whole number in it is cut off or too long")
            whole = int.from_bytes(self.content[at : at + size], "little")
            return hex(-whole if number & 1 else whole), at + size
        # A repeated object is not expanded: it could be infinite.
        return (f"the value number {number} again" if sign == "^" else number), at

    def _collection(self, sign: str, at: int, depth: int) -> tuple[object, int]:
        if sign in ";'":
            members, at = self._until(":" if sign == ";" else ",", at, depth)
            _, at = read_varint(self.content, at)
            pairs = [list(pair) for pair in zip(members[::2], members[1::2], strict=False)]
            return (pairs if sign == ";" else members), at
        items: list[object] = []
        if sign != "o":
            length, at = read_varint(self.content, at)
            if sign == "A":
                if length > len(self.content) - at:
                    raise ScriptValueError("a list in it is longer than the value")
                for _ in range(length):
                    item, at = self.value(at, depth + 1)
                    items.append(item)
        flat, at = self._until({"o": "{", "a": "@", "A": "$"}[sign], at, depth)
        _, at = read_varint(self.content, at)
        if sign != "o":
            _, at = read_varint(self.content, at)
        named = {str(key): value for key, value in zip(flat[::2], flat[1::2], strict=False)}
        if sign == "a":
            return list(named.values()) if all(key.isdigit() for key in named) else named, at
        return (named if sign == "o" else items), at

    def _until(self, end: str, at: int, depth: int) -> tuple[list[object], int]:
        found: list[object] = []
        while True:
            tag, after = self._tag(at)
            if tag == ord(end):
                return found, after
            value, at = self.value(at, depth + 1)
            found.append(value)

    def _other(self, sign: str, at: int, depth: int) -> tuple[object, int]:
        """Decode a value that is neither plain nor a collection."""
        if sign == "s":
            return self.value(at, depth + 1)
        if sign == "r":
            return self._error(at, depth)
        if sign == "R":
            pattern, at = self.value(at, depth + 1)
            return f"/{pattern}/", read_varint(self.content, at)[1]
        if sign in "B~":
            length, at = read_varint(self.content, at)
            if sign == "~":
                _, at = read_varint(self.content, at)
            if at + length > len(self.content):
                raise ScriptValueError("it breaks off")
            return f"{length} bytes", self._view(at + length)
        if sign == "\\" and self.content[at : at + 1] in (b"i", b"e"):
            number, at = read_varint(self.content, at + 1)
            return f"the blob number {number} of this value", at
        raise ScriptValueError(f"it holds a value of the kind {sign!r}, which is not read")

    def _error(self, at: int, depth: int) -> tuple[object, int]:
        """Decode a script error: its message and its stack."""
        found: dict[str, object] = {}
        while True:
            tag, at = self._tag(at)
            if tag == ord("."):
                return found, at
            if name := _ERROR_PARTS.get(tag):
                found[name], at = self.value(at, depth + 1)
            elif chr(tag) not in "ERFSTU":
                raise ScriptValueError(f"it holds an error with a part {chr(tag)!r}, which is not read")

    def _view(self, at: int) -> int:
        """Skip the view that may follow a byte buffer."""
        if self.content[at : at + 1] != b"V":
            return at
        _, at = read_varint(self.content, at + 2)
        _, at = read_varint(self.content, at)
        return read_varint(self.content, at)[1] if self.version >= 14 else at


def _finite(number: float) -> object:
    return number if number - number == 0 else str(number)


def _time(milliseconds: float) -> object:
    """A time in ISO 8601; plain text if it is out of range."""
    try:
        when = _EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return str(milliseconds)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
