"""Which of many JSON keys of the account's records are worth taking the text around them apart.

What encloses a key lies between two bytes that no JSON holds, and between two values that follow each other without a
comma. If no words that together tell of the service stand there, or no bracket closes, nothing is carved around it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from parsers.formats.json.brackets import MAX_AFTER, MAX_BEFORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.carving.account_json.json_words import JsonWords
    from echoforensics.carving.carved import Reached, View

#: Bytes that no JSON holds, neither within texts nor outside, as 0; all others as 1.
_SEPARATED = bytes(0 if byte < 0x20 and byte not in b"\t\n\r" else 1 for byte in range(256))
_END = b"\0"
#: An object behind another without a comma: no JSON goes on over that, whether it is taken for text or not, where what
#: follows is the beginning of a name.
_LINE_ENDS = (b'}\n{"', b'}\r\n{"')
_LINE_END = re.compile(rb'\}\r?\n\{"[A-Za-z0-9_]')
_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
#: Bytes within which such an end is looked for.
_LINE = 16 * 1024
#: Keys in a block from which on it is asked of all at once whether a bracket closes behind them.
_MANY = 64
#: Texts with keys in a block from which on they are judged together.
_MANY_TEXTS = 256
#: No word is longer than this.
_LONGEST = 64
#: Bytes of the media beyond the block that are looked at together, and how many such pieces are remembered.
_PIECE, _MOST_PIECES = 1024 * 1024, 32


class _MediaPiece(NamedTuple):
    """A piece of the media.

    Attributes:
        first: words before the first byte that no JSON holds; of the whole where there is none.
        last: words behind the last such byte; of the whole where there is none.
        is_open: whether there is none.
    """

    first: int
    last: int
    is_open: bool


class _TextSpan(NamedTuple):
    """Some bytes of a block.

    Attributes:
        start, end: the first byte, and the one behind the last.
        tells: whether they may hold what is carved.
        signs: those of :data:`_LINE_ENDS` that are among them.
    """

    start: int
    end: int
    tells: bool
    signs: tuple[bytes, ...] = ()


class JsonKeySift:
    """Chooses among the keys of one media."""

    def __init__(self) -> None:
        self._pieces: dict[int, _MediaPiece] = {}

    def worth(self, view: View, block: bytes, base: int, places: list[int], reached: Reached) -> Iterator[int]:
        """Those keys around which something may be carved (see :class:`~echoforensics.carving.carved.Sift`)."""
        marked = block.translate(_SEPARATED)
        if len(places) >= _MANY:
            places = _in_closed_texts(block, marked, places)
        index, text, line = 0, _TextSpan(0, 0, tells=False), _TextSpan(0, 0, tells=False)
        while index < len(places):
            at = places[index]
            index += 1
            if base + at < reached.end:
                index = bisect_left(places, reached.end - base, index)
                continue
            if at >= text.end:
                text, line = self._text(view, block, base, marked, at), _TextSpan(0, 0, tells=False)
                if text.tells and text.signs:
                    places = _in_telling_lines(block, text, places, index - 1)
                    index -= 1
                    continue
            if not text.tells:
                index = bisect_left(places, text.end, index)
                continue
            if at >= line.end:
                line = _line(block, text, at)
            if not line.tells:
                index = bisect_left(places, line.end, index)
            elif line.end == len(block) or _closes(block, at, line.end):
                yield at

    def _text(self, view: View, block: bytes, base: int, marked: bytes, at: int) -> _TextSpan:
        """The bytes of a block around a byte that may belong to one text of JSON."""
        start, end = marked.rfind(_END, 0, at) + 1, marked.find(_END, at)
        is_open, end = end < 0, end if end >= 0 else len(block)
        words, content = _words(), block[start:end]
        found = words.telling(content)
        if start == 0 and not words.tell(found):
            found |= self._before(view, base)
        if is_open and not words.tell(found):
            found |= self._behind(view, base + len(block))
        signs = tuple(sign for sign in _LINE_ENDS if sign in content) if b"\n" in content else ()
        return _TextSpan(start, end, words.tell(found), signs)

    def _before(self, view: View, at: int) -> int:
        """Words of the text that goes on before a byte offset of the media."""
        number = at // _PIECE
        piece = _piece(view.read(number * _PIECE, at - number * _PIECE), _PIECE)
        found, until = piece.last, number - MAX_BEFORE // _PIECE - 1
        while piece.is_open and number > max(0, until) and not _words().tell(found):
            number -= 1
            piece = self._held(view, number)
            found |= piece.last
        return found

    def _behind(self, view: View, at: int) -> int:
        """Words of the text that goes on from a byte offset of the media on."""
        number = at // _PIECE + 1
        piece = _piece(view.read(at, number * _PIECE - at + _LONGEST), number * _PIECE - at)
        found, until = piece.first, number + MAX_AFTER // _PIECE + 1
        while piece.is_open and number < until and number * _PIECE < view.size and not _words().tell(found):
            piece = self._held(view, number)
            found |= piece.first
            number += 1
        return found

    def _held(self, view: View, number: int) -> _MediaPiece:
        if number not in self._pieces:
            if len(self._pieces) >= _MOST_PIECES:
                self._pieces.clear()
            # A word over the border belongs to the piece before.
            self._pieces[number] = _piece(view.read(number * _PIECE, _PIECE + _LONGEST), _PIECE)
        return self._pieces[number]


def _piece(content: bytes, size: int) -> _MediaPiece:
    """A piece of so many bytes, with some of the next behind it."""
    marked, words = content[:size].translate(_SEPARATED), _words()
    first = marked.find(_END)
    if first < 0:
        every = words.within(content)
        return _MediaPiece(every, every, is_open=True)
    return _MediaPiece(words.within(content[:first]), words.within(content[marked.rfind(_END) :]), is_open=False)


def _line(block: bytes, text: _TextSpan, at: int) -> _TextSpan:
    """The part of a text around a key that ends where one object follows another without a comma."""
    start, end = text.start, text.end
    for sign in text.signs:
        before = block.rfind(sign, max(start, at - _LINE), at)
        if before >= 0 and _is_name(block, before + len(sign)):
            start = before + 1
        behind = block.find(sign, at, min(end, at + _LINE))
        if behind >= 0 and _is_name(block, behind + len(sign)):
            end = behind + 1
    if (start, end) == text[:2]:
        return text
    # What goes on beyond the block may hold more.
    is_beyond, words = start == 0 or end == len(block), _words()
    return _TextSpan(start, end, is_beyond or words.tell(words.telling(block[start:end])))


def _words() -> JsonWords:
    # Every parser is imported for this: not before the first place is noticed, as nothing may be.
    from echoforensics.carving.account_json.json_words import json_words  # noqa: PLC0415

    return json_words()


def _is_name(block: bytes, at: int) -> bool:
    return block[at : at + 1] in _NAME and at < len(block)


def _in_telling_lines(block: bytes, text: _TextSpan, places: list[int], first: int) -> list[int]:
    """The keys of a block without those of a text, from a first on, whose lines hold nothing that tells."""
    behind = bisect_left(places, text.end, first)
    if behind - first < _MANY:
        return places
    ends = [found.start() + 1 for found in _LINE_END.finditer(block, text.start, text.end)]
    parts = np.array([*ends, text.end]) - text.start
    tells = _words().telling_parts(block[text.start : text.end], parts)
    # What goes on beyond the block may hold more.
    tells[0] |= text.start == 0
    tells[-1] |= text.end == len(block)
    looked = np.array(places[first:behind])
    # A line's end is of the line, and no key begins with it.
    kept: list[int] = looked[tells[np.searchsorted(parts, looked - text.start, side="right")]].tolist()
    return places[:first] + kept + places[behind:]


def _in_closed_texts(block: bytes, marked: bytes, places: list[int]) -> list[int]:
    """Those of many keys behind which a bracket closes before the text ends, in texts that tell of the service."""
    of_block, at = np.frombuffer(block, dtype=np.uint8), np.array(places)
    # What lies behind the block may close what begins within it.
    closing = np.append(np.flatnonzero((of_block == ord("}")) | (of_block == ord("]"))), len(block))
    ends = np.append(np.flatnonzero(np.frombuffer(marked, dtype=np.uint8) == 0), len(block))
    last = ends[np.searchsorted(ends, at)]
    good = (closing[np.searchsorted(closing, at)] < last) | (last == len(block))
    at, last = at[good], last[good]
    parts = np.unique(last)
    if len(parts) >= _MANY_TEXTS:
        # A part begins behind the text before: that is more than its own text, never less.
        tells = _words().telling_parts(block[: int(parts[-1])], parts)
        # What goes on beyond the block may hold more.
        tells[0] = True
        tells[-1] |= bool(parts[-1] == len(block))
        at = at[tells[np.searchsorted(parts, last)]]
    found: list[int] = at.tolist()
    return found


def _closes(block: bytes, at: int, end: int) -> bool:
    return block.find(b"}", at, end) >= 0 or block.find(b"]", at, end) >= 0
