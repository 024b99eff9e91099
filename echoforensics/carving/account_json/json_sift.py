"""Selects the JSON keys of account records whose surrounding text is worth parsing.

The JSON around a key lies between two bytes that no JSON contains, and between two values that follow each other
without a comma. If that text lacks the words that identify the service, or no bracket closes in it, nothing is carved
around the key.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from parsers.formats.json.brackets import MAX_AFTER, MAX_BEFORE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from echoforensics.carving.account_json.json_words import JsonWords
    from echoforensics.carving.carved import BlockPlaces, Reached, View

#: The mark for a byte that no JSON contains (see :func:`marked_bytes`).
_END = b"\0"
#: One object after another without a comma. JSON never continues across that, in a string or outside one, if what
#: follows is the beginning of a name.
_LINE_ENDS = (b'}\n{"', b'}\r\n{"')
_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_NAMES = np.isin(np.arange(256), np.frombuffer(_NAME, dtype=np.uint8))
#: Control characters are looked at one by one if they are less than one byte in this many.
_FEW = 16
#: The mark of each byte (see :func:`marked_bytes`). So few bytes are marked by this table; numpy is faster for more.
_MARKS = bytes(byte >= ord(" ") or byte in b"\n\r\t" for byte in range(256))
_SHORT = 4 * 1024
#: How many bytes to search for such an end.
_LINE = 16 * 1024
#: After this many texts in a block yield nothing, the rest are judged together.
_PATIENCE = 8
#: Texts of at least this many bytes have their lines judged together.
_LONG = 32 * 1024
#: An offset past the end of every block.
_NOWHERE = 1 << 62
#: No word is longer than this many bytes.
_LONGEST = 64
#: How many bytes of the media beyond the block to examine at once, and how many such pieces to remember.
_PIECE, _MOST_PIECES = 1024 * 1024, 32


class _MediaPiece(NamedTuple):
    """A piece of the media.

    Attributes:
        first: the words before the first byte that no JSON contains; all words if there is none.
        last: the words after the last such byte; all words if there is none.
        is_open: whether there is no such byte.
    """

    first: int
    last: int
    is_open: bool


class _TextSpan(NamedTuple):
    """A range of bytes in a block.

    Attributes:
        start, end: the first byte, and the byte after the last.
        tells: whether the range may hold something to carve.
        signs: the characters of :data:`_LINE_ENDS` that occur in it.
    """

    start: int
    end: int
    tells: bool
    signs: tuple[bytes, ...] = ()


class JsonKeySift:
    """Selects among the keys of one media."""

    def __init__(self) -> None:
        self._pieces: dict[int, _MediaPiece] = {}

    def worth(self, view: View, block: bytes, base: int, places: BlockPlaces, reached: Reached) -> Iterator[int]:
        """Yield the keys around which something may be carved (see :class:`~echoforensics.carving.carved.Sift`)."""
        marked = marked_bytes(block)
        spans, passed_over = _outer_spans(block, marked), 0
        at = 0
        while (key := places.following(at)) is not None:
            if (at := max(spans.reaching(key), reached.end - base)) > key:
                continue
            text, before = self._text(view, block, base, marked, key), reached.end
            if text.tells:
                yield from _within(text, block, base, places, key, reached)
            passed_over += reached.end == before
            if passed_over == _PATIENCE:
                # After this many that yield nothing, all that follow are judged together.
                spans, passed_over = _telling_spans(block, marked, text.end), _PATIENCE + 1
            at = text.end

    def _text(self, view: View, block: bytes, base: int, marked: bytes, at: int) -> _TextSpan:
        """Return the bytes of a block around an offset that may belong to one JSON text."""
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
        """Return the words in the text that leads up to an offset on the media."""
        number = at // _PIECE
        piece = _piece(view.read(number * _PIECE, at - number * _PIECE), _PIECE)
        found, until = piece.last, number - MAX_BEFORE // _PIECE - 1
        while piece.is_open and number > max(0, until) and not _words().tell(found):
            number -= 1
            piece = self._held(view, number)
            found |= piece.last
        return found

    def _behind(self, view: View, at: int) -> int:
        """Return the words in the text that continues from an offset on the media."""
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
            # A word across the border belongs to the previous piece.
            self._pieces[number] = _piece(view.read(number * _PIECE, _PIECE + _LONGEST), _PIECE)
        return self._pieces[number]


def _piece(content: bytes, size: int) -> _MediaPiece:
    """Return a piece of ``size`` bytes, with some bytes of the next one after it."""
    marked, words = marked_bytes(content[:size]), _words()
    first = marked.find(_END)
    if first < 0:
        every = words.within(content)
        return _MediaPiece(every, every, is_open=True)
    return _MediaPiece(words.within(content[:first]), words.within(content[marked.rfind(_END) :]), is_open=False)


def _line(block: bytes, text: _TextSpan, at: int) -> _TextSpan:
    """Return the part of a text around a key, up to where one object follows another without a comma."""
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
    # The text may continue beyond the block and hold more.
    is_beyond, words = start == 0 or end == len(block), _words()
    return _TextSpan(start, end, is_beyond or words.tell(words.telling(block[start:end])))


def marked_bytes(text: bytes) -> bytes:
    """Mark each byte with 0 if no JSON contains it, in a string or outside one; otherwise with 1."""
    if len(text) <= _SHORT:
        return text.translate(_MARKS)
    values = np.frombuffer(text, dtype=np.uint8)
    held = values >= ord(" ")
    low = np.flatnonzero(~held)
    if len(low) < len(values) // _FEW:
        controls = values[low]
        held[low] = (controls == ord("\n")) | (controls == ord("\r")) | (controls == ord("\t"))
    else:
        held |= (values == ord("\n")) | (values == ord("\r")) | (values == ord("\t"))
    found: bytes = held.tobytes()
    return found


def _words() -> JsonWords:
    # This imports every parser, so it waits until the first place was noticed.
    from echoforensics.carving.account_json.json_words import json_words  # noqa: PLC0415

    return json_words()


def _is_name(block: bytes, at: int) -> bool:
    return block[at : at + 1] in _NAME and at < len(block)


def _within(text: _TextSpan, block: bytes, base: int, places: BlockPlaces, at: int, reached: Reached) -> Iterator[int]:
    """Yield the keys of a promising text, from an offset in the block on, around which something may be carved."""
    spans = _telling_lines(block, text) if text.signs and text.end - text.start >= _LONG else None
    line = text if not text.signs else _TextSpan(0, 0, tells=False)
    while at < text.end and (key := places.following(at)) is not None and key < text.end:
        if (at := max(spans.reaching(key) if spans else 0, reached.end - base)) > key:
            continue
        if key >= line.end:
            line = _line(block, text, key)
        if not line.tells:
            at = line.end
            continue
        if line.end == len(block) or _closes(block, key, line.end):
            yield key
        at = max(key + 1, reached.end - base)


class _Spans:
    """Sorted ranges of a block that do not overlap."""

    def __init__(self, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> None:
        self._starts: list[int] = starts.tolist()
        self._ends: list[int] = ends.tolist()

    def reaching(self, at: int) -> int:
        """Return the first byte at or after an offset that lies in a range; past every block if there is none."""
        index = bisect_right(self._ends, at)
        return max(at, self._starts[index]) if index < len(self._starts) else _NOWHERE


def _outer_spans(block: bytes, marked: bytes) -> _Spans:
    """Return the ranges of a block that may hold something to carve, as far as a single pass can tell."""
    first, last = marked.find(_END), marked.rfind(_END)
    words = _words()
    if first < 0 or words.tell(words.telling(block)):
        return _Spans(np.array([0]), np.array([len(block)]))
    # Nothing in the block is decisive. The text may continue beyond it and hold more.
    return _Spans(np.array([0, last + 1]), np.array([first, len(block)]))


def _telling_spans(block: bytes, marked: bytes, begin: int) -> _Spans:
    """Return the promising texts of a block, from the one at ``begin`` on, in which a bracket closes."""
    of_block = np.frombuffer(block, dtype=np.uint8)
    if not any(block.find(sign, begin) >= 0 for sign in (b"}", b"]")):
        last = marked.rfind(_END) + 1
        return _Spans(np.array([max(begin, last)]), np.array([len(block)]))
    ends = np.append(np.flatnonzero(np.frombuffer(marked, dtype=np.uint8)[begin:] == 0) + begin, len(block))
    starts = np.append(begin, ends[:-1] + 1)
    closing = np.flatnonzero((of_block == ord("}")) | (of_block == ord("]")))
    # Bytes after the block may close what begins in it.
    good = (np.searchsorted(closing, starts) < np.searchsorted(closing, ends)) | (ends == len(block))
    starts, ends = starts[good], ends[good]
    if len(ends) >= _PATIENCE:
        # A part begins after the previous text: that is more than its own text, never less.
        tells = _words().telling_parts(block[: int(ends[-1])], ends)
        # The text may continue beyond the block and hold more.
        tells |= (starts == 0) | (ends == len(block))
        starts, ends = starts[tells], ends[tells]
    return _Spans(starts, ends)


def _telling_lines(block: bytes, text: _TextSpan) -> _Spans:
    """Return the promising lines of a long text, each up to where one object follows another without a comma."""
    values = np.frombuffer(block, dtype=np.uint8)[text.start : text.end]
    breaks = np.flatnonzero(values == ord("\n"))
    breaks = breaks[(breaks >= 1) & (breaks + 3 < len(values))]
    before = values[breaks - 1]
    returned = (before == ord("\r")) & (breaks >= 2)
    before = np.where(returned, values[breaks - 2], before)
    behind = (values[breaks + 1] == ord("{")) & (values[breaks + 2] == ord('"')) & _NAMES[values[breaks + 3]]
    good = (before == ord("}")) & behind
    # A line end belongs to its line.
    parts = np.append((breaks - returned)[good], len(values))
    tells = _words().telling_parts(block[text.start : text.end], parts)
    # The text may continue beyond the block and hold more.
    tells[0] |= text.start == 0
    tells[-1] |= text.end == len(block)
    starts = np.append(0, parts[:-1])
    return _Spans(starts[tells] + text.start, parts[tells] + text.start)


def _closes(block: bytes, at: int, end: int) -> bool:
    return block.find(b"}", at, end) >= 0 or block.find(b"]", at, end) >= 0
