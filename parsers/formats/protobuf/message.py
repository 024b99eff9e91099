"""The wire format of protocol buffers, read without a schema.

References:
    https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

#: Limit on the fields of one message.
MAX_FIELDS = 100_000
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


class ProtobufError(ValueError):
    """Bytes that are not a message; ``at`` is the offset at which reading stopped."""

    def __init__(self, what: str, at: int) -> None:
        super().__init__(what)
        self.at = at


class Field(NamedTuple):
    """One field.

    Attributes:
        number: the field's number.
        value: an integer, or bytes (text, an inner message, or a four- or eight-byte number).
        at, size: offset and length of the field, tag included, in bytes.
        inside: offset of the value's bytes.
    """

    number: int
    value: int | bytes
    at: int
    size: int
    inside: int


def fields(content: bytes, offset: int = 0) -> Iterator[Field]:
    """Yield the fields of a message.

    Args:
        content: the message.
        offset: added to all offsets, for a message inside another.

    Raises:
        ProtobufError: the bytes are not a message, or not a complete one.
    """
    at, count = 0, 0
    while at < len(content):
        start = at
        tag, at = _varint(content, at)
        number, wire = tag >> 3, tag & 7
        if not 0 < number < 1 << 29:
            raise ProtobufError("a field has no number", offset + start)
        value: int | bytes
        inside = at
        if wire == _VARINT:
            value, at = _varint(content, at)
        elif wire in (_BYTES, _EIGHT, _FOUR):
            size = {_EIGHT: 8, _FOUR: 4}.get(wire, 0)
            if wire == _BYTES:
                size, at = _varint(content, at)
                inside = at
            at += size
            if at > len(content):
                raise ProtobufError("a field is cut off", offset + start)
            value = content[inside:at]
        else:
            raise ProtobufError(f"a field of the kind {wire}, which does not exist", offset + start)
        count += 1
        if count > MAX_FIELDS:
            raise ProtobufError(f"more than {MAX_FIELDS} fields", offset + start)
        yield Field(number, value, offset + start, at - start, offset + inside)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(at, at + 10):
        if place >= len(content):
            raise ProtobufError("a number is cut off", at)
        byte = content[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place + 1
        shift += 7
    raise ProtobufError("a number of more than ten bytes", at)
