"""Read and decode a JSON file as far as possible: one text, or several, with issues."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from parsers.alexa_api.items import long_json
from parsers.alexa_api.items.body import JsonPlaces, Tokens
from parsers.alexa_api.items.json_text import (
    EXCERPT,
    MAX_BEFORE,
    START_OF_TEXT,
    LoadedJson,
    LoadedText,
    breaks_off,
    bytes_before,
    is_guarded,
    more_follows,
    rest_of,
    start_of,
)
from parsers.alexa_api.items.text_series import TextSeries
from parsers.alexa_api.items.text_values import values_of
from parsers.code_page import code_page, read_as
from parsers.coding import CodingError, decode
from parsers.encoding import wide_encoding
from parsers.formats.json.large_value import BOM
from parsers.formats.json.recovery import recover
from parsers.formats.json.text import MAX_BYTES, MAX_VALUES, JsonError, decode_at, skip
from parsers.locator import at_bytes, at_coding, join
from parsers.parser import Source
from parsers.record import Issue

#: Lists of longer files are not loaded into memory.
WHOLE = 8 * 1024 * 1024


def load(source: Source) -> LoadedJson:
    """Read a file with one JSON text. If it is truncated, return what is complete before the break.

    Raises:
        OSError: the evidence cannot be read.
    """
    if source.size > WHOLE:
        long = long_json.opened(source)
        if isinstance(long, LoadedJson):
            return long
        try:
            return long.first()
        except JsonError as error:
            if source.size > MAX_BYTES:
                return _not_loaded(source, error)
    file = _file(source)
    return file if isinstance(file, LoadedJson) else file.first()


def load_all(source: Source, marks: re.Pattern[str]) -> Iterator[LoadedText]:
    """Read a file with consecutive JSON texts, such as JSON Lines; yields at least one text.

    The lists of a file that is longer than :data:`WHOLE` are not loaded into memory. A file longer than
    :data:`~parsers.formats.json.text.MAX_BYTES`, or with more values than
    :data:`~parsers.formats.json.text.MAX_VALUES`, that is not one complete text, is read in pieces.

    Args:
        source: the file.
        marks: in a file that is read in pieces, values without any of these are skipped.

    Raises:
        OSError: the evidence cannot be read.
    """
    long = long_json.opened(source) if source.size > WHOLE else None
    if isinstance(long, LoadedJson):
        yield long
        return
    if long is not None and source.size <= MAX_BYTES:
        try:
            first = long.whole()
        except JsonError:
            first = None
        if first:
            yield first
            return
    file = None if source.size > MAX_BYTES else _file(source)
    if isinstance(file, LoadedJson):
        yield file
    elif file is not None and file.is_readable:
        yield from file.all()
    else:
        long = long or long_json.opened(source)
        yield from (long,) if isinstance(long, LoadedJson) else long.all(marks)


@dataclass(frozen=True, slots=True)
class _File:
    """A file's content.

    Attributes:
        text: its text.
        at: the character offset at which the JSON begins.
        prefix: the locator of the text, empty if it is the whole file.
        sha1: the file's SHA-1.
        issues: the issues found so far.
    """

    text: str
    at: int
    prefix: str
    sha1: str
    issues: tuple[Issue, ...]

    @property
    def is_readable(self) -> bool:
        """Whether its number of values is within the limit for decoding."""
        return self.text.count(",") + self.text.count("[") + self.text.count("{") <= MAX_VALUES

    def first(self) -> LoadedJson:
        """The first text, with an issue if more follows."""
        if not self.is_readable:
            issue = Issue(f"The JSON holds more than {MAX_VALUES} values: it was not read.")
            return self._loaded(None, issue)
        return self._first(self._decoded())

    def all(self) -> Iterator[LoadedText]:
        """Yield every text."""
        found = self._decoded()
        if not self._goes_on(found):
            yield self._first(found)
            return
        del found
        content = _bytes(self.text)
        series = TextSeries(
            self.prefix, self.sha1, self.issues, len(content), lambda at, length: content[at : at + length]
        )
        yield from series.run(values_of(content, prefix=self.prefix))
        if not series.whole:
            yield self.first()

    def _decoded(self) -> tuple[object, int] | JsonError:
        """The first text's value, and its end; the error if it is not whole."""
        try:
            return decode_at(self.text, self.at)
        except JsonError as error:
            return error

    def _first(self, found: tuple[object, int] | JsonError) -> LoadedJson:
        if isinstance(found, JsonError):
            return self._recovered(found)
        value, end = found
        if rest := rest_of(self.text[end:]):
            offset = len(_bytes(self.text[:end]))
            return self._loaded(value, more_follows(rest, at_bytes(offset, len(_bytes(self.text[end:])))))
        return self._loaded(value)

    def _goes_on(self, found: tuple[object, int] | JsonError) -> bool:
        """Whether there may be another text, or the remains of one."""
        if isinstance(found, JsonError):
            return True
        _, end = found
        return bool(rest_of(self.text[end:])) and START_OF_TEXT.search(self.text, end) is not None

    def _loaded(self, value: object, *issues: Issue) -> LoadedJson:
        placed = (replace(issue, locator=join(self.prefix, issue.locator)) for issue in issues)
        return LoadedJson(value, JsonPlaces(self.prefix), self.sha1, (*self.issues, *placed))

    def _recovered(self, error: JsonError) -> LoadedJson:
        broken = error.at if error.at is not None else self.at
        offset = len(_bytes(self.text[:broken]))
        found = recover(self.text, self.at, broken)
        issue = breaks_off(offset, str(error), _bytes(self.text[broken : broken + EXCERPT]))
        places = JsonPlaces(self.prefix, ranges=_ranges(self.text, found.spans))
        return replace(self._loaded(found.value, issue), places=places)


def _file(source: Source) -> _File | LoadedJson:
    """Read a file's content; a result with an issue if it cannot be JSON."""
    with source.open() as stream:
        content = stream.read(MAX_BYTES + 1)
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    issues: list[Issue] = []
    prefix = ""
    if name := wide_encoding(content[:4096]):
        prefix = at_coding(name)
        try:
            content = decode(content, name, 2 * MAX_BYTES)
        except CodingError as error:
            issues.append(Issue(f"The text is not {name.upper()} throughout: {error}.", prefix))
            content = error.partial
    elif page := code_page(content):
        prefix = at_coding(page)
        issues.append(Issue(read_as(page), prefix))
        content = decode(content, page, 4 * MAX_BYTES)
    start = start_of(content[: MAX_BEFORE + 256])
    if start is None:
        return LoadedJson(None, JsonPlaces(), sha1, (Issue("JSON was expected.", excerpt=content[:EXCERPT]),))
    if before := content[:start].removeprefix(BOM).strip():
        if not is_guarded(content[: start + 1]):
            issues.append(bytes_before(before, start, prefix))
        prefix = join(prefix, at_bytes(start, len(content) - start))
        content = content[start:]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        text = content.decode("utf-8", "surrogateescape")
        place = join(prefix, at_bytes(error.start, error.end - error.start))
        issues.append(Issue("The text is not UTF-8 throughout.", place, content[error.start : error.start + EXCERPT]))
    at = skip(text, 1 if text.startswith("\ufeff") else 0)
    return _File(text, at, prefix, sha1, tuple(issues))


def _not_loaded(source: Source, error: JsonError) -> LoadedJson:
    what = f"The file is longer than {MAX_BYTES} bytes ({source.size}), and is not one whole text of JSON ({error})."
    return LoadedJson(None, JsonPlaces(), "", (Issue(what),))


def _ranges(text: str, spans: Mapping[Tokens, tuple[int, int]]) -> dict[Tokens, str]:
    """Convert character spans to byte ranges, in one pass."""
    if text.isascii():
        return {tokens: at_bytes(start, end - start) for tokens, (start, end) in spans.items()}
    offsets: dict[int, int] = {}
    at = offset = 0
    for edge in sorted({edge for span in spans.values() for edge in span}):
        offset += len(_bytes(text[at:edge]))
        at = edge
        offsets[edge] = offset
    return {tokens: at_bytes(offsets[start], offsets[end] - offsets[start]) for tokens, (start, end) in spans.items()}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
