"""Typed netstrings, the format of mitmproxy's flow files.

References:
    https://tnetstrings.info (length, colon, payload, type character); mitmproxy/io/tnetstring.py for ``;``, text.
"""

from __future__ import annotations

#: A value: plain values, lists, and objects with text or bytes as keys.
Value = bytes | str | int | float | bool | None | list["Value"] | dict[str, "Value"]

MAX_DEPTH = 40
MAX_VALUES = 500_000
_MAX_DIGITS = 12


class TnetstringError(ValueError):
    """Bytes that are not a typed netstring."""


class TnetstringReader:
    """Reads values from bytes and remembers the position of each payload."""

    def __init__(self, content: bytes, offset: int = 0) -> None:
        """Create a reader of some bytes; the second argument is added to all offsets."""
        self._content = content
        self._offset = offset
        self._values = 0
        #: The position of each payload as (offset, length), by its path of keys and indexes.
        self.places: dict[tuple[str | int, ...], tuple[int, int]] = {}

    def read(self, at: int = 0) -> tuple[Value, int]:
        """The value at an offset, and the offset after it.

        Raises:
            TnetstringError: there is no value.
        """
        return self._read(at, len(self._content), ())

    def _read(self, at: int, end: int, path: tuple[str | int, ...]) -> tuple[Value, int]:
        self._values += 1
        if len(path) > MAX_DEPTH or self._values > MAX_VALUES:
            raise TnetstringError("it is nested too deeply, or holds too many values")
        begin, size = header(self._content, at, end)
        kind = self._content[begin + size : begin + size + 1]
        payload = self._content[begin : begin + size]
        self.places[path] = (self._offset + begin, size)
        if kind == b"}":
            return self._object(begin, begin + size, path), begin + size + 1
        if kind == b"]":
            return self._list(begin, begin + size, path), begin + size + 1
        return _plain(kind, payload), begin + size + 1

    def _object(self, at: int, end: int, path: tuple[str | int, ...]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while at < end:
            key, at = self._read(at, end, (*path, "?"))
            name = key.decode("utf-8", "backslashreplace") if isinstance(key, bytes) else str(key)
            found[name], at = self._read(at, end, (*path, name))
        return found

    def _list(self, at: int, end: int, path: tuple[str | int, ...]) -> list[Value]:
        found: list[Value] = []
        while at < end:
            value, at = self._read(at, end, (*path, len(found)))
            found.append(value)
        return found


def header(content: bytes, at: int, end: int) -> tuple[int, int]:
    """Offset and length of the payload at an offset. Raises TnetstringError."""
    colon = content.find(b":", at, at + _MAX_DIGITS + 1)
    digits = content[at:colon] if colon > at else b""
    if not digits.isdigit():
        raise TnetstringError("a length was expected")
    size = int(digits)
    if colon + 1 + size + 1 > end:
        raise TnetstringError("it is cut off")
    return colon + 1, size


def _plain(kind: bytes, payload: bytes) -> Value:
    try:
        match kind:
            case b",":
                return payload
            case b";":
                return payload.decode("utf-8", "backslashreplace")
            case b"#":
                return int(payload[:30])
            case b"^":
                return float(payload[:60])
            case b"!":
                return payload == b"true"
            case b"~":
                return None
    except ValueError as error:
        raise TnetstringError("a number was expected") from error
    raise TnetstringError("a kind of value that does not exist")
