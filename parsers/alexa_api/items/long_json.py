"""A long JSON file: its long lists are not loaded, or its texts are read one at a time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.alexa_api.items.body import JsonPlaces, Tokens
from parsers.alexa_api.items.json_text import (
    EXCERPT,
    MAX_BEFORE,
    START_OF_TEXT,
    LoadedJson,
    LoadedText,
    bytes_before,
    is_guarded,
    more_follows,
    rest_of,
    start_of,
)
from parsers.alexa_api.items.text_series import TextSeries, given
from parsers.alexa_api.items.text_values import MAX_VALUE, TextValue, values_in_pieces
from parsers.encoding import wide_encoding
from parsers.formats.json import large_value
from parsers.formats.json.large_list import StoredText
from parsers.formats.json.large_value import BOM, LargeValue, large_value_at
from parsers.formats.json.text import MAX_BYTES, JsonError
from parsers.formats.wide_text import WideText
from parsers.locator import at_bytes, at_coding, at_json, join
from parsers.parser import HEAD_SIZE, Source
from parsers.record import Issue

#: The size of the pieces in which a file is read, in bytes.
PIECE = 1024 * 1024
_BLANK = re.compile(rb"[ \t\r\n]*+")


@dataclass(frozen=True, slots=True)
class LongJson:
    """A long file of JSON.

    Attributes:
        source: the file, in UTF-8.
        text: its text from the start of the JSON; from the start of the file if only whitespace precedes the JSON.
        prefix: the locator of the text, empty if it is the whole file.
        sha1: the file's SHA-1.
        issues: the issues found so far.
    """

    source: Source
    text: StoredText
    prefix: str
    sha1: str
    issues: tuple[Issue, ...]

    def first(self) -> LoadedJson:
        """The first text, with an issue if more follows.

        Raises:
            JsonError: it is incomplete, or cannot be read without loading its long lists.
            OSError: the evidence cannot be read.
        """
        found = large_value_at(self.text, self._begin())
        if rest := self._rest(found):
            return self._loaded(found, more_follows(rest, at_bytes(found.end, self.text.size - found.end)))
        return self._loaded(found)

    def whole(self) -> LoadedJson | None:
        """The file's only text; None if more follows.

        Raises:
            JsonError: as :meth:`first`.
            OSError: the evidence cannot be read.
        """
        found = large_value_at(self.text, self._begin())
        return None if self._rest(found) else self._loaded(found)

    def all(self, marks: re.Pattern[str]) -> Iterator[LoadedText]:
        """Yield every text. In an incomplete text, values without any of the marks are skipped.

        Raises:
            OSError: the evidence cannot be read.
        """
        try:
            found = large_value_at(self.text, self._begin())
        except JsonError as error:
            if (error.at or 0) < MAX_VALUE:
                yield from self._several()
            else:
                yield from (given(value, self.sha1) for value in self._values(marks))
            return
        rest = self._rest(found)
        if rest and START_OF_TEXT.search(rest):
            yield from self._several()
        elif rest:
            yield self._loaded(found, more_follows(rest, at_bytes(found.end, self.text.size - found.end)))
        else:
            yield self._loaded(found)

    def _several(self) -> Iterator[LoadedText]:
        series = TextSeries(self.prefix, self.sha1, self.issues, self.text.size, self.text.read)
        yield from series.run(self._values(None))
        if not series.whole:
            what = "No JSON in the file is whole: nothing of it was read."
            yield LoadedText(None, JsonPlaces(self.prefix), self.sha1, (*self.issues, Issue(what, self.prefix)))

    def _values(self, marks: re.Pattern[str] | None) -> Iterator[TextValue | Issue]:
        return values_in_pieces(self.source, marks, self.prefix, self.text.start)

    def _begin(self) -> int:
        """The offset of the first value in the text."""
        head = self.text.read(0, HEAD_SIZE)
        blank = _BLANK.match(head, len(BOM) if head.startswith(BOM) else 0)
        return blank.end() if blank else 0

    def _rest(self, found: LargeValue) -> str:
        """Unexpected text after a value; only its beginning if it is long."""
        return rest_of(self.text.read(found.end, MAX_BYTES).decode("utf-8", "surrogateescape"))

    def _loaded(self, found: LargeValue, *issues: Issue) -> LoadedJson:
        issues = (*issues, *(_too_long(*text) for text in found.passed_over))
        placed = (replace(issue, locator=join(self.prefix, issue.locator)) for issue in issues)
        return LoadedJson(found.value, JsonPlaces(self.prefix), self.sha1, (*self.issues, *placed))


def opened(source: Source) -> LongJson | LoadedJson:
    """Scan a long file once; returns a result with an issue if it cannot be JSON.

    Raises:
        OSError: the evidence cannot be read.
    """
    issues: list[Issue] = []
    prefix = ""
    if name := wide_encoding(source.head[:4096]):
        prefix = at_coding(name)
        wide = WideText(source.opener, name)
        if wide.cut:
            issues.append(Issue(f"The text is not {name.upper()} throughout: its last character is cut off.", prefix))
        plain = Source(source.path, wide.size, b"", wide.open)
    else:
        plain = source
    with plain.open() as stream:
        head = stream.read(MAX_BEFORE + 256)
    start = start_of(head)
    if start is None:
        return LoadedJson(None, JsonPlaces(), _sha1(source), (Issue("JSON was expected.", excerpt=head[:EXCERPT]),))
    text = StoredText(plain.opener, 0, plain.size)
    if before := head[:start].removeprefix(BOM).strip():
        if not is_guarded(head[: start + 1]):
            issues.append(bytes_before(before, start, prefix))
        prefix = join(prefix, at_bytes(start, plain.size - start))
        text = StoredText(plain.opener, start, plain.size - start)
    if damage := _not_utf8(text):
        begin, end = damage
        place = join(prefix, at_bytes(begin, end - begin))
        issues.append(Issue("The text is not UTF-8 throughout.", place, text.read(begin, EXCERPT)))
    return LongJson(plain, text, prefix, _sha1(source), tuple(issues))


def _sha1(source: Source) -> str:
    digest = hashlib.sha1(usedforsecurity=False)
    with source.open() as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _not_utf8(text: StoredText) -> tuple[int, int] | None:
    """The range of the first bytes that are not UTF-8."""
    at, held = 0, b""
    with text.opener() as stream:
        stream.seek(text.start)
        while True:
            piece = stream.read(PIECE)
            held += piece
            try:
                held.decode()
            except UnicodeDecodeError as error:
                if not piece or error.end < len(held) or error.reason != "unexpected end of data":
                    return at + error.start, at + error.end
                at, held = at + error.start, held[error.start :]
            else:
                at, held = at + len(held), b""
            if not piece:
                return None


def _too_long(tokens: Tokens, start: int, length: int) -> Issue:
    what = f"A text of {length} bytes is longer than {large_value.MAX_TEXT} bytes; it was not read."
    return Issue(what, at_json(*tokens) if tokens else at_bytes(start, length))
