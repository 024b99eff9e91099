"""A JSON file, read and decoded as far as it can be, with what is wrong with it: one text, or several."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from parsers.alexa_api.items.body import JsonPlaces, Places, Tokens
from parsers.alexa_api.items.text_values import TextValue, values_in_pieces, values_of
from parsers.coding import CodingError, decode
from parsers.encoding import wide_encoding
from parsers.formats.json.recovery import recover
from parsers.formats.json.text import MAX_BYTES, MAX_VALUES, JsonError, decode_at, skip
from parsers.locator import at_bytes, at_coding, join
from parsers.parser import Source
from parsers.record import Issue

#: What is before the JSON and is no guard is passed over up to this length.
MAX_BEFORE = 16
_BOM = b"\xef\xbb\xbf"
#: A text value that holds JSON.
_TEXT = re.compile(rb'"\s{0,40}[{\[]\s{0,40}(?:\\[nrt"]|[{\[\]}])')
_START = re.compile(rb"[{\[]")
_START_OF_TEXT = re.compile(r"[{\[]")
#: What services put before JSON so that no other page can include it, and what makes JSON a script or a message.
_GUARD = re.compile(
    rb"\s{0,64}(?:\x1e|\)\]\}'?,?|while\s?\((?:1|true)\)\s?;?|for\s?\(;;\)\s?;?|throw 1;|&&&START&&&|\{\}\s?&&"
    rb"|/\*-secure-|(?:/\*\*/)?(?!\d)[\w$.]{1,80}\(|data:)\s{0,64}(?=[\[{])"
)
#: What may stand between texts, and behind the last.
_BETWEEN = re.compile(
    r"(?:[\s,;\x00\x1e\ufeff]|\)\]\}'?,?|while\s?\((?:1|true)\)|for\s?\(;;\)|&&&START&&&|(?:event|id|retry):[^\n]{0,200}"
    r"|data:(?:\s?\[DONE\])?|null\b|\*/|\)|[\w$.]{1,80}\($)*"
)
_EXCERPT = 64


@dataclass(frozen=True, slots=True)
class LoadedText:
    """One text of a file.

    Attributes:
        value: the decoded value; None if nothing could be read.
        places: where its values are.
        sha1: SHA-1 of the file, in hexadecimal; empty where it was read in pieces.
        issues: what is wrong with it, or with the file.
    """

    value: object
    places: Places
    sha1: str
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class LoadedJson(LoadedText):
    """One text that is JSON."""

    places: JsonPlaces


def start_of(head: bytes) -> int | None:
    """Where the JSON of a file begins: a guard against inclusion, or a few other bytes, may be before it.

    Args:
        head: the first bytes, in UTF-8 (see :func:`parsers.encoding.as_utf8`).

    Returns:
        Its byte offset, or None where the file does not begin as JSON.
    """
    blank = len(_BOM) if head.startswith(_BOM) else 0
    if guard := _GUARD.match(head, blank):
        return guard.end()
    blank += len(head[blank:]) - len(head[blank:].lstrip(b" \t\r\n"))
    if _TEXT.match(head, blank):
        return blank
    found = _START.search(head, blank, blank + MAX_BEFORE + 1)
    return found.start() if found else None


def is_guarded(head: bytes) -> bool:
    """Whether what stands before the JSON is a guard against inclusion, or makes it a script or a message."""
    return _GUARD.match(head.removeprefix(_BOM)) is not None


def load(source: Source) -> LoadedJson:
    """Read a file of one JSON text. Where it breaks off, what is complete before the break is given.

    Raises:
        OSError: the evidence cannot be read.
    """
    file = _file(source)
    return file if isinstance(file, LoadedJson) else file.first()


def load_all(source: Source, marks: re.Pattern[str]) -> Iterator[LoadedText]:
    """Read a file of JSON texts one after another, such as JSON Lines; at least one is given.

    A file that is longer than :data:`~parsers.formats.json.text.MAX_BYTES`, or holds more values than
    :data:`~parsers.formats.json.text.MAX_VALUES`, is read in pieces.

    Args:
        source: the file.
        marks: in a file that is read in pieces, a value without one of these is passed over.

    Raises:
        OSError: the evidence cannot be read.
    """
    file = None if source.size > MAX_BYTES else _file(source)
    if isinstance(file, LoadedJson):
        yield file
    elif file is not None and file.is_readable:
        yield from file.all()
    elif file is not None and file.prefix:
        yield file.first()
    else:
        yield from (_given(value, "") for value in values_in_pieces(source, marks))


@dataclass(frozen=True, slots=True)
class _File:
    """A file's content.

    Attributes:
        text: its text.
        at: the character at which the JSON begins.
        prefix: the locator of the text, empty where it is the file.
        sha1: of the file.
        issues: what is wrong with what was read so far.
    """

    text: str
    at: int
    prefix: str
    sha1: str
    issues: tuple[Issue, ...]

    @property
    def is_readable(self) -> bool:
        """Whether it holds no more values than can be decoded."""
        return self.text.count(",") + self.text.count("[") + self.text.count("{") <= MAX_VALUES

    def first(self) -> LoadedJson:
        """The first text; an issue where more follows."""
        if not self.is_readable:
            issue = Issue(f"The JSON holds more than {MAX_VALUES} values: it was not read.")
            return self._loaded(None, issue)
        try:
            value, end = decode_at(self.text, self.at)
        except JsonError as error:
            return self._recovered(error)
        if rest := _rest(self.text[end:]):
            offset = len(_bytes(self.text[:end]))
            return self._loaded(value, _more(rest, at_bytes(offset, len(_bytes(self.text[end:])))))
        return self._loaded(value)

    def all(self) -> Iterator[LoadedText]:
        """Every text."""
        content = _bytes(self.text)
        issues, end, whole, broken = self.issues, 0, 0, -1
        gaps: list[tuple[int, int]] = []
        values = values_of(content, prefix=self.prefix) if self._goes_on() else iter(())
        for value in values:
            if isinstance(value, TextValue):
                whole += 1
                if _rest(content[end : value.start].decode("utf-8", "replace")):
                    gaps.append((end, value.start - end))
                end = value.end
            loaded = _given(value, self.sha1)
            if isinstance(value, TextValue) and value.found.error:
                # What stands in a value that breaks off breaks off with it.
                if value.end == broken and not loaded.value:
                    continue
                loaded = replace(loaded, issues=()) if value.end == broken else loaded
                broken = value.end
            yield replace(loaded, issues=(*issues, *loaded.issues))
            issues = ()
        if not whole:
            yield self.first()
            return
        if rest := _rest(content[end:].decode("utf-8", "surrogateescape")):
            yield self._loaded(None, _more(rest, at_bytes(end, len(content) - end)))
        if gaps:
            yield self._loaded(None, _between(gaps, content))

    def _goes_on(self) -> bool:
        """Whether there may be more than one text, or what is left of one."""
        try:
            _, end = decode_at(self.text, self.at)
        except JsonError:
            return True
        return bool(_rest(self.text[end:])) and _START_OF_TEXT.search(self.text, end) is not None

    def _loaded(self, value: object, *issues: Issue) -> LoadedJson:
        placed = (replace(issue, locator=join(self.prefix, issue.locator)) for issue in issues)
        return LoadedJson(value, JsonPlaces(self.prefix), self.sha1, (*self.issues, *placed))

    def _recovered(self, error: JsonError) -> LoadedJson:
        broken = error.at if error.at is not None else self.at
        offset = len(_bytes(self.text[:broken]))
        found = recover(self.text, self.at, broken)
        issue = _broken(offset, str(error), _bytes(self.text[broken : broken + _EXCERPT]))
        places = JsonPlaces(self.prefix, ranges=_ranges(self.text, found.spans))
        return replace(self._loaded(found.value, issue), places=places)


def _file(source: Source) -> _File | LoadedJson:
    """The content of a file; what is wrong with it where it cannot be JSON."""
    if source.size > MAX_BYTES:
        what = f"The file is longer than {MAX_BYTES} bytes ({source.size}): it was not read as JSON."
        return LoadedJson(None, JsonPlaces(), "", (Issue(what),))
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
    start = start_of(content[: MAX_BEFORE + 256])
    if start is None:
        return LoadedJson(None, JsonPlaces(), sha1, (Issue("JSON was expected.", excerpt=content[:_EXCERPT]),))
    if before := content[:start].removeprefix(_BOM).strip():
        if not is_guarded(content[: start + 1]):
            issues.append(_passed_over(before, start, prefix))
        prefix = join(prefix, at_bytes(start, len(content) - start))
        content = content[start:]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        text = content.decode("utf-8", "surrogateescape")
        place = join(prefix, at_bytes(error.start, error.end - error.start))
        issues.append(Issue("The text is not UTF-8 throughout.", place, content[error.start : error.start + _EXCERPT]))
    at = skip(text, 1 if text.startswith("\ufeff") else 0)
    return _File(text, at, prefix, sha1, tuple(issues))


def _given(value: TextValue | Issue, sha1: str) -> LoadedText:
    """One text as it was found, or an issue by itself."""
    if isinstance(value, Issue):
        return LoadedText(None, JsonPlaces(), sha1, (value,))
    issues = (_broken(value.end, value.found.error, b"", value.places.record(())),) if value.found.error else ()
    return LoadedText(value.found.value, value.places, sha1, issues)


def _rest(text: str) -> str:
    """What of a text between JSON is more than signs that may stand there."""
    between = _BETWEEN.match(text)
    return text[between.end() if between else 0 :].strip()


def _passed_over(before: bytes, start: int, prefix: str) -> Issue:
    what = f"{len(before)} byte{'s stand' if len(before) > 1 else ' stands'} before the JSON; passed over."
    return Issue(what, join(prefix, at_bytes(0, start)), before)


def _more(rest: str, locator: str) -> Issue:
    return Issue("More follows the end of the JSON; it was not read.", locator, _bytes(rest[:_EXCERPT])[:_EXCERPT])


def _between(gaps: list[tuple[int, int]], content: bytes) -> Issue:
    offset, length = gaps[0]
    count = f"{len(gaps)} pieces of text that are" if len(gaps) > 1 else "A piece of text that is"
    what = f"{count} no JSON stand{'' if len(gaps) > 1 else 's'} between the JSON texts; passed over."
    return Issue(what, at_bytes(offset, length), content[offset : offset + min(length, _EXCERPT)])


def _broken(offset: int, error: str, rest: bytes, locator: str = "") -> Issue:
    what = f"The JSON is damaged or breaks off at byte {offset} ({error}). What is complete before it was read."
    return Issue(what, locator or at_bytes(offset, len(rest[:_EXCERPT])), rest[:_EXCERPT])


def _ranges(text: str, spans: Mapping[Tokens, tuple[int, int]]) -> dict[Tokens, str]:
    """Byte ranges of character spans, in one pass."""
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
