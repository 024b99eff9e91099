"""The values in a file's text, each with its places in the file: JSON, or what programs print for people.

Files of up to :data:`WHOLE` bytes are read at once, longer ones in pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from parsers.alexa_api.items.body import JsonPlaces, Places, TextPlaces, Tokens
from parsers.code_page import code_page
from parsers.coding import CodingError, decode
from parsers.encoding import wide_encoding
from parsers.formats.json.text import MAX_BYTES, MAX_VALUES
from parsers.formats.json.texts import Found, TextSearch
from parsers.formats.wide_text import WideText
from parsers.locator import at_bytes, at_coding, inside, join
from parsers.parser import Source
from parsers.record import Issue

#: Longer files are read in pieces of :data:`PIECE` bytes.
WHOLE = MAX_BYTES
PIECE = 16 * 1024 * 1024
#: From longer values, the inner objects are yielded one by one.
MAX_VALUE = 8 * 1024 * 1024
#: How many characters before a value on its line are kept.
_BEFORE = 400


class TextValue(NamedTuple):
    """One value.

    Attributes:
        found: the value as found, with character offsets in its piece.
        places: the locators of the value and its members.
        start, end: its byte range in the file's text.
        before: the text before it on its line.
    """

    found: Found
    places: Places
    start: int
    end: int
    before: str


@dataclass(frozen=True, slots=True)
class _PrintedPlaces(Places):
    """Places in a program's printed output: byte ranges of objects, lists, and texts that hold unescaped JSON.

    Attributes:
        ranges: the byte range of each.
        prefix: the locator of the text that the ranges refer to.
        root: the path from the whole value to this one.
    """

    ranges: Mapping[Tokens, str]
    prefix: str = ""
    root: Tokens = ()

    def record(self, tokens: Tokens) -> str:
        """The range of the value, or of the nearest enclosing value."""
        whole = (*self.root, *tokens)
        for length in range(len(whole), -1, -1):
            if found := self.ranges.get(whole[:length]):
                return inside(self.prefix, found)
        return self.prefix

    def value(self, tokens: Tokens) -> str:  # noqa: ARG002  (values stand within their record)
        """Empty: a value is within its record."""
        return ""

    def under(self, tokens: Tokens) -> Places:
        """The places within a value."""
        return replace(self, root=(*self.root, *tokens))

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON in a text; the text itself if it was printed with backslashes."""
        if (*self.root, *tokens) in self.ranges:
            return JsonPlaces(self.record(tokens))
        return TextPlaces(self.record(tokens))


class _Bytes:
    """Converts character offsets of a text to byte offsets."""

    def __init__(self, text: str, base: int) -> None:
        self._text = text
        self._plain = text.isascii()
        self._base = base
        self._at = self._offset = 0

    def of(self, at: int) -> int:
        """The byte offset of one character; fast for increasing offsets."""
        if self._plain:
            return self._base + at
        if at < self._at:
            self._at = self._offset = 0
        self._offset += len(self._text[self._at : at].encode("utf-8", "surrogateescape"))
        self._at = at
        return self._base + self._offset

    def ranges(self, spans: Mapping[Tokens, tuple[int, int]]) -> dict[Tokens, str]:
        """The byte ranges of character spans."""
        edges = {edge: self.of(edge) for edge in sorted({edge for span in spans.values() for edge in span})}
        return {tokens: at_bytes(edges[first], edges[last] - edges[first]) for tokens, (first, last) in spans.items()}


def values_in(source: Source, marks: re.Pattern[str] | None = None) -> Iterator[TextValue | Issue]:
    """Yield the values of a file's text, in order, and issues for parts that could not be searched.

    Args:
        source: the file.
        marks: values without any of these are skipped; None yields every value.

    Raises:
        OSError: the evidence cannot be read.
    """
    name = wide_encoding(source.head)
    if name and source.size > WHOLE:
        wide = WideText(source.opener, name)
        if wide.cut:
            yield Issue(f"The text is not {name.upper()} throughout: its last character is cut off.", at_coding(name))
        yield from values_in_pieces(Source(source.path, wide.size, b"", wide.open), marks, at_coding(name))
    elif source.size <= WHOLE:
        with source.open() as stream:
            yield from values_of(stream.read(WHOLE + 1), marks)
    else:
        yield from values_in_pieces(source, marks)


def values_of(content: bytes, marks: re.Pattern[str] | None = None, prefix: str = "") -> Iterator[TextValue | Issue]:
    """Yield the values of a text in memory, as :func:`values_in` does.

    Args:
        content: the text, in UTF-8, in an encoding of wider characters, or in a code page.
        marks: as for :func:`values_in`.
        prefix: the text's locator; empty for a whole file.
    """
    if name := wide_encoding(content[:4096]):
        prefix = join(prefix, at_coding(name))
        try:
            content = decode(content, name, 2 * WHOLE)
        except CodingError as error:
            yield Issue(f"The text is not {name.upper()} throughout: {error}.", prefix)
            content = error.partial
    elif page := code_page(content):
        prefix = join(prefix, at_coding(page))
        content = decode(content, page, 4 * WHOLE)
    yield from _Piece(content, 0, last=True, prefix=prefix).values(marks)


def placed(found: Found, text: str, prefix: str = "") -> TextValue:
    """A value found in a text, with its places.

    Args:
        found: the value.
        text: the whole text.
        prefix: the text's locator; empty for a whole file.
    """
    return _placed(found, text, _Bytes(text, 0), prefix)


def _placed(found: Found, text: str, offsets: _Bytes, prefix: str) -> TextValue:
    start, end = offsets.of(found.start), offsets.of(found.end)
    here = inside(prefix, at_bytes(start, end - start))
    places: Places = JsonPlaces(here)
    if found.coding:
        places = JsonPlaces(join(here, at_coding(found.coding)))
    elif found.literal and not found.error:
        places = _PrintedPlaces(offsets.ranges(found.spans), prefix)
    elif found.error:
        places = JsonPlaces(prefix, ranges=offsets.ranges({(): (found.start, found.end), **found.spans}))
    line = text.rfind("\n", max(0, found.start - _BEFORE), found.start)
    before = text[max(line + 1, found.start - _BEFORE) : found.start]
    return TextValue(found, places, start, end, before)


def values_in_pieces(
    source: Source, marks: re.Pattern[str] | None = None, prefix: str = "", start: int = 0
) -> Iterator[TextValue | Issue]:
    """Yield the values of a UTF-8 file of any length. From a value that is too long, inner values are yielded.

    Args:
        source: the file.
        marks: as for :func:`values_in`.
        prefix: the text's locator; empty for a whole file.
        start: byte offset in the file at which the text begins.

    Raises:
        OSError: the evidence cannot be read.
    """
    entered: list[int] = []
    with source.open() as stream:
        stream.seek(start)
        content, base, begin = b"", 0, 0
        while more := stream.read(PIECE):
            content += more
            piece = _Piece(_whole_characters(content), base, last=False, prefix=prefix, begin=begin)
            yield from piece.values(marks)
            entered += piece.entered
            kept = _kept_from(content, piece.done)
            content, base, begin = content[kept:], base + kept, piece.done - kept
        piece = _Piece(content, base, last=True, prefix=prefix, begin=begin)
        yield from piece.values(marks)
    if entered:
        what = (
            f"{len(entered)} objects or lists are longer than {MAX_VALUE} bytes or hold more than {MAX_VALUES} values;"
            f" the first begins at byte {entered[0]}."
            " What stands in them was read one by one, without what they say of the whole."
        )
        yield Issue(what, inside(prefix, at_bytes(entered[0], 1)))


def _kept_from(content: bytes, done: int) -> int:
    """The offset from which a finished piece is kept: the text before a value is searched again.

    The offset is at a UTF-8 character boundary.
    """
    kept = max(0, done - 4 * _BEFORE)
    while kept < done and content[kept] & 0xC0 == 0x80:
        kept += 1
    return kept


def _whole_characters(content: bytes) -> bytes:
    """Drop a truncated UTF-8 character at the end."""
    for back in range(1, min(4, len(content)) + 1):
        byte = content[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return content[:-back] if needed > back else content
        if byte < 0x80:
            break
    return content


@dataclass(slots=True)
class _Piece:
    """A piece of a file's text.

    Attributes:
        content: its bytes.
        base: their offset in the text.
        last: whether this is the last piece.
        prefix: the locator of the text.
        begin: how many of the bytes were searched with the previous piece.
        done: how many of the bytes need no further search.
        entered: offsets of values of which only inner values are yielded.
    """

    content: bytes
    base: int
    last: bool
    prefix: str = ""
    begin: int = 0
    done: int = 0
    entered: list[int] = field(default_factory=list)

    def values(self, marks: re.Pattern[str] | None) -> Iterator[TextValue | Issue]:
        """Yield the values of the piece."""
        text = self.content.decode("utf-8", "surrogateescape")
        offsets = _Bytes(text, self.base)
        start = len(self.content[: self.begin].decode("utf-8", "surrogateescape"))
        search = TextSearch(text, marks, last=self.last, most=MAX_VALUE, start=start)
        for found in search:
            yield _placed(found, text, offsets, self.prefix)
        if search.ended_at is not None:
            at = offsets.of(search.ended_at)
            what = "The text was not searched further: too much of it looks like the beginning of JSON and is none."
            yield Issue(what, inside(self.prefix, at_bytes(at, self.base + len(self.content) - at)))
        self.entered = [offsets.of(at) for at in search.entered]
        self.done = len(self.content) if search.open_at is None else offsets.of(search.open_at) - self.base
