"""JSON that stands by itself: the contents of a file, a line of a log. It is decoded whole, at the decoder's own speed.

Where what encloses a key is such JSON, nothing need be followed bracket by bracket from the key outwards. It is left to
that wherever the two could differ: where the JSON is nested deeply, or holds numbers that only a decoder takes.
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

#: Bytes around a key in which the ends of the text are looked for, the smaller first.
_STEPS = (4 * 1024, 64 * 1024, 1024 * 1024)
#: Signs of a number at most by which the brackets around it are found.
_LONGEST_NUMBER = 40
_WHITE = b" \t\r\n"
#: Quotes as 0, brackets that open as 1 and that close as -1; all other bytes are left out.
_LEVELS = bytes.maketrans(b'"[{]}', b"\x00\x01\x01\xff\xff")
_OTHERS = bytes(byte for byte in range(256) if byte not in b'"[{]}')
_CONTAINERS = frozenset((dict, list))
#: Documents of one media that are remembered.
_MOST_HELD = 64


class _OtherNumberError(ValueError):
    """A number that decoders take, and that no brackets are found by."""


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


#: As :mod:`parsers.formats.json.text` decodes, but for such numbers.
_decoder = JSONDecoder(parse_int=_whole, parse_float=_real, parse_constant=_no_number, strict=False)


class Standing(Enum):
    """What is known of a document."""

    #: It is what is carved around each of its keys.
    CARVED = "carved"
    #: Nothing is carved around any of its keys.
    NOTHING = "nothing"
    #: It is to be taken apart bracket by bracket.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """JSON that stands by itself.

    Attributes:
        bracket: its outermost one.
        content: its bytes.
        value: what it holds.
    """

    bracket: Bracket
    content: bytes
    value: object


@dataclass(slots=True)
class Documents:
    """The documents of one media that were met, and what was decided of each.

    Attributes:
        standing: by the first byte of one: (the byte behind it, what is known of it, its outermost bracket).
        refused: bytes of the media at which none begins.
    """

    standing: dict[int, tuple[int, Standing, Bracket]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    last: int = -1

    def around(self, at: int) -> tuple[Standing, Bracket] | None:
        """What was decided of the document around a byte of the media; None if none is known."""
        known = self.standing.get(self.last)
        return known[1:] if known and self.last < at < known[0] else None

    def add(self, document: JsonDocument, standing: Standing) -> None:
        """Remember what was decided of a document."""
        if len(self.standing) >= _MOST_HELD:
            self.standing.clear()
        self.last = document.bracket.start
        self.standing[self.last] = (document.bracket.end, standing, document.bracket)

    def find(self, view: View, at: int) -> JsonDocument | None:
        """The document that encloses a key whose opening quote is at a byte of the media; None if none does."""
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
    """Where in the text before a key a document may begin: its line, the first bracket of that, the text as a whole."""
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
    """The document that begins at a byte of the media and encloses another."""
    for size in _STEPS[1:]:
        text = view.read(start, at - start + size)
        end = marked_bytes(text).find(b"\0")
        try:
            decoded = text[: end if end >= 0 else len(text)].decode("utf-8", "surrogateescape")
            value, length = _decoder.raw_decode(decoded)
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
    """A document if the brackets around a key would come to the same; None if that is not sure."""
    if start + len(content) <= at or at - start > MAX_BEFORE or len(content) > MAX_AFTER:
        return None
    values = np.frombuffer(content, dtype=np.uint8)
    opening = _count(values, b"[") + _count(values, b"{")
    if _count(values, b",") + opening > MAX_VALUES or not (opening <= MAX_OPEN or _is_flat(content, value)):
        return None
    opened, within = before(view, start)
    if opened:
        return None
    bracket = Bracket(start, content[:1], None, start + len(content), within=within)
    return JsonDocument(bracket, content, value)


def _count(values: NDArray[np.uint8], sign: bytes) -> int:
    return int(np.count_nonzero(values == sign[0]))


def _is_flat(content: bytes, value: object) -> bool:
    """Whether a value, given also as it is written, is nested no more deeply than brackets are followed."""
    if b"\\" not in content:
        # Quotes begin and end texts in turn: between texts, brackets are counted.
        signs = np.frombuffer(content.translate(_LEVELS, _OTHERS), dtype=np.int8)
        outside = np.cumsum(signs == 0, dtype=np.uint8) & 1 == 0
        return int(np.cumsum(signs * outside, dtype=np.int32).max()) <= MAX_OPEN
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_OPEN):
        held = list(chain.from_iterable(each.values() if type(each) is dict else each for each in level))
        level = list(compress(held, map(_CONTAINERS.__contains__, map(type, held))))
        if not level:
            return True
    return False
