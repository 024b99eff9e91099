"""Bytes that programs write as numbers or in hexadecimal: what may be an answer of the service among them.

References:
    Node.js, ``Buffer.toJSON`` (``{"type": "Buffer", "data": [123, 34]}``), which Newman's reports hold; JSON of a typed
    array (``{"0": 123, "1": 34}``); Wireshark's ``tshark -T json``, ``ek`` and ``pdml`` (``7b:22`` and ``7b22``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers.coding import CodingError, decode
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import at_coding, join

HEX, NUMBERS = "hex", "numbers"
_GZIP = b"\x1f\x8b"
_LEAST = 24
#: How far apart the two values of a field are in PDML.
_BESIDE = 64
#: How JSON, gzip data and an answer of HTTP begin, as numbers and in hexadecimal.
_FIRST = frozenset((123, 91, 31, 72, 239))
_BEGINS = (
    r"7b[: ]?(?:22|0a|0d|20)|5b[: ]?(?:7b|22|0a|0d|20)|1f[: ]?8b[: ]?08|48[: ]?54[: ]?54[: ]?50[: ]?2f"
    r"|ef[: ]?bb[: ]?bf[: ]?[57]b"
)
_HEX_BEGINS = re.compile(_BEGINS, re.IGNORECASE)
_HEX = re.compile(r"\s*(?:[0-9a-f]{2}[:\s]?)+\s*", re.IGNORECASE)
_HEX_RUN = re.compile(
    rb"(?:(?<![0-9A-Za-z])|(?<=0x)|(?<=\\x))(?:"
    + _BEGINS.encode("ascii")
    + rb")(?:[:\s]?[0-9a-f]{2}){16,}+(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_NUMBERS_RUN = re.compile(rb"\[\s{0,80}(?:123|91|31|72|239)(?:\s{0,80},\s{0,80}\d{1,3}){16,}+\s{0,80}\]")


class WrittenBytes(NamedTuple):
    """Bytes that were written as text.

    Attributes:
        content: the bytes, decompressed if they are gzip.
        tokens: the path from the value to the text or the numbers.
        steps: the locator steps from there to the content.
    """

    content: bytes
    tokens: tuple[str, ...]
    steps: str


def bytes_in_numbers(value: object) -> WrittenBytes | None:
    """Read bytes from a list of numbers, a Buffer or a typed array as JSON has them; None if the value is none.

    Args:
        value: a decoded value of JSON. Only what begins like JSON, gzip or HTTP is read.
    """
    tokens: tuple[str, ...] = ()
    if isinstance(value, dict) and value.get("type") == "Buffer" and isinstance(value.get("data"), list):
        value, tokens = value["data"], ("data",)
    elif isinstance(value, dict) and _begins(value.get("0")) and list(value) == list(map(str, range(len(value)))):
        value = list(value.values())
    if not isinstance(value, list) or len(value) < _LEAST or not _begins(value[0]):
        return None
    try:
        content = bytes(value)
    except (TypeError, ValueError):
        return None
    return _unpacked(content, tokens, NUMBERS)


def _begins(number: object) -> bool:
    return isinstance(number, int) and number in _FIRST


def may_be_hex(text: str) -> bool:
    """Whether a text is hexadecimal of JSON, gzip or HTTP, judging by its start."""
    return len(text) >= 2 * _LEAST and _HEX_BEGINS.match(text) is not None


def bytes_in_hex(text: str) -> WrittenBytes | None:
    """Read bytes from hexadecimal text, with or without colons or blanks; None if the text is not of this form."""
    if not may_be_hex(text) or _HEX.fullmatch(text) is None:
        return None
    return _unpacked(decode(text.encode("ascii"), HEX, MAX_BYTES), (), HEX) if len(text) <= 3 * MAX_BYTES else None


def written_runs(content: bytes) -> Iterator[tuple[int, int, WrittenBytes]]:
    """Yield the bytes written in a text, each with its range in the text.

    PDML writes a value twice, to be shown and as it is: the second one is left out.

    Args:
        content: a text in UTF-8.
    """
    for pattern, coding in ((_HEX_RUN, HEX), (_NUMBERS_RUN, NUMBERS)):
        before, end = b"", -_BESIDE
        for found in pattern.finditer(content):
            try:
                plain = decode(found[0], coding, MAX_BYTES)
            except CodingError:
                continue
            repeats = plain == before and found.start() - end < _BESIDE
            before, end = plain, found.end()
            if repeats:
                continue
            yield found.start(), found.end(), _unpacked(plain, (), coding)


def _unpacked(content: bytes, tokens: tuple[str, ...], coding: str) -> WrittenBytes:
    if not content.startswith(_GZIP):
        return WrittenBytes(content, tokens, at_coding(coding))
    try:
        plain = decode(content, "gzip", MAX_BYTES)
    except CodingError as error:
        plain = error.partial
    return WrittenBytes(plain, tokens, join(at_coding(coding), at_coding("gzip")))
