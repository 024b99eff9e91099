"""Finds complete JSON documents (a whole file, a line of a log) and decodes each in one go, at the decoder's speed.

Inside such a document, carving need not follow brackets outwards from each key. It still does so where the two methods
could differ: where the JSON is deeply nested, or holds numbers that only a decoder accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain, compress
from json import JSONDecoder
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from echoforensics.carving.account_json.json_sift import marked_bytes
from parsers.formats.json.brackets import MAX_AFTER, MAX_BEFORE, MAX_OPEN, Bracket, before
from parsers.formats.json.text import MAX_DIGITS, MAX_VALUES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from echoforensics.carving.carved import View

#: How many bytes around a key to search for the ends of the text. The smaller value is tried first.
_STEPS = (4 * 1024, 64 * 1024, 1024 * 1024)
#: The longest number, in characters, that the bracket search accepts.
_LONGEST_NUMBER = 40
_WHITE = b" \t\r\n"
#: Maps quotes to 0, opening brackets to 1 and closing brackets to -1; all other bytes are dropped.
_LEVELS = bytes.maketrans(b'"[{]}', b"\x00\x01\x01\xff\xff")
_OTHERS = bytes(byte for byte in range(256) if byte not in b'"[{]}')
_CONTAINERS = frozenset((dict, list))
#: How many documents to remember per media.
_MOST_HELD = 64


class _OtherNumberError(ValueError):
    """A number that decoders accept but the bracket search does not."""


def _short(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        raise _OtherNumberError
    return text


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= MAX_DIGITS else _short(text)


def _real(text: str) -> float | str:
    value = float(_short(text))
    return value if isfinite(value) else text


def _no_number(_: str) -> object:
    raise _OtherNumberError


#: Decodes as :mod:`parsers.formats.json.text` does, except for such numbers.
_decoder = JSONDecoder(parse_int=_whole, parse_float=_real, parse_constant=_no_number, strict=False)
#: Decodes text without long runs of digits in the same way: no call for each number, which takes a fifth of the time.
_short_decoder = JSONDecoder(parse_float=_real, parse_constant=_no_number, strict=False)


class Standing(Enum):
    """What is known about a document."""

    #: The document is what is carved around each of its keys.
    CARVED = "carved"
    #: Nothing is carved around any of its keys.
    NOTHING = "nothing"
    #: The document has to be followed bracket by bracket.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A complete JSON document.

    Attributes:
        bracket: its outermost bracket.
        content: its bytes.
        value: its decoded value.
    """

    bracket: Bracket
    content: bytes
    value: object


@dataclass(slots=True)
class Documents:
    """Remembers the documents met on one media, and the decision about each.

    Attributes:
        standing: maps a document's first byte to (the byte after it, what is known about it, its outermost bracket).
        refused: offsets on the media at which no document begins.
    """

    standing: dict[int, tuple[int, Standing, Bracket]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    last: int = -1

    def around(self, at: int) -> tuple[Standing, Bracket] | None:
        """Return the decision about the document around an offset on the media. None if no document is known there."""
        known = self.standing.get(self.last)
        return known[1:] if known and self.last < at < known[0] else None

    def add(self, document: JsonDocument, standing: Standing) -> None:
        """Remember the decision about a document."""
        if len(self.standing) >= _MOST_HELD:
            self.standing.clear()
        self.last = document.bracket.start
        self.standing[self.last] = (document.bracket.end, standing, document.bracket)

    def find(self, view: View, at: int) -> JsonDocument | None:
        """Find the document around the key whose opening quote is at an offset on the media. None if there is none."""
        for size in _STEPS:
            begin = max(0, at - size)
            text = view.read(begin, at - begin)
            edge = marked_bytes(text).rfind(b"\0") + 1
            line = text.rfind(b"\n") + 1
            for place in _starts(text, edge, line):
                if begin + place in self.refused:
                    continue
                if document := _document(view, begin + place, at):
                    return document
                if len(self.refused) >= _MOST_HELD:
                    self.refused.clear()
                self.refused.add(begin + place)
            if edge or not begin:
                break
        return None


def _starts(text: bytes, edge: int, line: int) -> Iterator[int]:
    """Yield where a document may begin before a key: its line, the line's first bracket, the start of the text."""
    tried = set()
    for begin in (max(line, edge), _first_bracket(text, max(line, edge)), edge):
        place = begin
        while place < len(text) and text[place] in _WHITE:
            place += 1
        if text[place : place + 1] in (b"{", b"[") and place not in tried:
            tried.add(place)
            yield place


def _first_bracket(text: bytes, at: int) -> int:
    found = [place for sign in (b"{", b"[") if (place := text.find(sign, at)) >= 0]
    return min(found, default=len(text))


def _document(view: View, start: int, at: int) -> JsonDocument | None:
    """The document that begins at one offset on the media and encloses another offset."""
    # This imports every parser, so it waits until the first place was noticed.
    from echoforensics.carving.account_json.json_words import json_words  # noqa: PLC0415

    words = json_words()
    for size in _STEPS[1:]:
        text = view.read(start, at - start + size)
        end, has_long_number = words.extent(text)
        try:
            decoder = _decoder if has_long_number else _short_decoder
            decoded = (text[:end] if end >= 0 else text).decode("utf-8", "surrogateescape")
            value, length = decoder.raw_decode(decoded)
        except _OtherNumberError:
            return None
        except (ValueError, RecursionError):
            if end >= 0 or start + len(text) >= view.size:
                return None
            continue
        if not decoded.isascii():
            length = len(decoded[:length].encode("utf-8", "surrogateescape"))
        return _checked(view, start, at, text[:length], value)
    return None


def _checked(view: View, start: int, at: int, content: bytes, value: object) -> JsonDocument | None:
    """Return the document if the bracket search would give the same result. None if that is uncertain."""
    if start + len(content) <= at or at - start > MAX_BEFORE or len(content) > MAX_AFTER:
        return None
    values = np.frombuffer(content, dtype=np.uint8)
    opening = _count(values, b"[") + _count(values, b"{")
    # Each value but one follows a comma or an opening bracket, so a short document cannot have too many.
    if len(content) > MAX_VALUES and _count(values, b",") + opening > MAX_VALUES:
        return None
    if opening > MAX_OPEN and not _is_flat(content, value):
        return None
    opened, within = before(view, start)
    if opened:
        return None
    bracket = Bracket(start, content[:1], None, start + len(content), within=within)
    return JsonDocument(bracket, content, value)


def _count(values: NDArray[np.uint8], sign: bytes) -> int:
    return int(np.count_nonzero(values == sign[0]))


def _is_flat(content: bytes, value: object) -> bool:
    """Whether a value, also given as its bytes, is nested no deeper than the bracket search follows."""
    if b"\\" not in content:
        # Quotes alternately open and close strings; brackets are counted only between strings.
        signs = np.frombuffer(content.translate(_LEVELS, _OTHERS), dtype=np.int8)
        brackets = np.flatnonzero(signs)
        # As many quotes precede a bracket as signs that are no brackets.
        outside = (brackets - np.arange(len(brackets))) & 1 == 0
        return int(np.cumsum(signs[brackets[outside]], dtype=np.int32).max()) <= MAX_OPEN
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_OPEN):
        held = list(chain.from_iterable(each.values() if type(each) is dict else each for each in level))
        level = list(compress(held, map(_CONTAINERS.__contains__, map(type, held))))
        if not level:
            return True
    return False
