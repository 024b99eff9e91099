"""A JSON file, read and decoded as far as it can be, with what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from parsers.alexa_api.items.body import JsonPlaces, Tokens
from parsers.formats.json.recovery import recover
from parsers.formats.json.text import MAX_BYTES, MAX_VALUES, JsonError, decode_at, skip
from parsers.locator import at_bytes
from parsers.parser import Source
from parsers.record import Issue

#: What is before the JSON, such as a guard against inclusion by other pages, is passed over up to this length.
MAX_BEFORE = 16
_BOM = b"\xef\xbb\xbf"
_START = re.compile(rb"[{\[]")


@dataclass(frozen=True, slots=True)
class LoadedJson:
    """A file's JSON.

    Attributes:
        value: the decoded value; None if nothing could be read.
        places: where its values are.
        sha1: SHA-1 of the file, in hexadecimal.
        issues: what is wrong with the file.
    """

    value: object
    places: JsonPlaces
    sha1: str
    issues: tuple[Issue, ...]


def start_of(head: bytes) -> int | None:
    """Where the JSON of a file begins: at most :data:`MAX_BEFORE` bytes are before it. None where it does not."""
    blank = len(_BOM) if head.startswith(_BOM) else 0
    blank += len(head[blank:]) - len(head[blank:].lstrip(b" \t\r\n"))
    found = _START.search(head, blank, blank + MAX_BEFORE + 1)
    return found.start() if found else None


def load(source: Source) -> LoadedJson:
    """Read a file of JSON. Where it breaks off, what is complete before the break is given.

    Raises:
        OSError: the evidence cannot be read.
    """
    if source.size > MAX_BYTES:
        what = f"The file is longer than {MAX_BYTES} bytes ({source.size}): it was not read as JSON."
        return LoadedJson(None, JsonPlaces(), "", (Issue(what),))
    with source.open() as stream:
        content = stream.read(MAX_BYTES + 1)
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    start = start_of(content)
    if start is None:
        return LoadedJson(None, JsonPlaces(), sha1, (Issue("JSON was expected.", excerpt=content[:64]),))
    return _decoded(content, start, sha1)


def _decoded(content: bytes, start: int, sha1: str) -> LoadedJson:
    issues: list[Issue] = []
    prefix = ""
    if before := content[:start].removeprefix(_BOM).strip():
        issues.append(_passed_over(before, start))
        prefix = at_bytes(start, len(content) - start)
        content = content[start:]
        start = 0
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        text = content.decode("utf-8", "surrogateescape")
        place = at_bytes(error.start, error.end - error.start)
        issues.append(Issue("The text is not UTF-8 throughout.", place, content[error.start : error.start + 64]))
    if text.count(",") + text.count("[") + text.count("{") > MAX_VALUES:
        issues.append(Issue(f"The JSON holds more than {MAX_VALUES} values: it was not read."))
        return LoadedJson(None, JsonPlaces(prefix), sha1, tuple(issues))
    at = skip(text, 1 if text.startswith("\ufeff") else 0)
    try:
        value, end = decode_at(text, at)
    except JsonError as error:
        return _recovered(text, at, error, LoadedJson(None, JsonPlaces(prefix), sha1, tuple(issues)))
    if rest := text[end:].strip(" \t\r\n\0"):
        place = at_bytes(len(_bytes(text[:end])), len(_bytes(text[end:])))
        issues.append(Issue("More follows the end of the JSON; it was not read.", place, _bytes(rest[:64])[:64]))
    return LoadedJson(value, JsonPlaces(prefix), sha1, tuple(issues))


def _passed_over(before: bytes, start: int) -> Issue:
    what = f"{len(before)} byte{'s stand' if len(before) > 1 else ' stands'} before the JSON; passed over."
    return Issue(what, at_bytes(0, start), before)


def _recovered(text: str, at: int, error: JsonError, loaded: LoadedJson) -> LoadedJson:
    broken = error.at if error.at is not None else at
    offset = len(_bytes(text[:broken]))
    rest = _bytes(text[broken : broken + 64])[:64]
    what = f"The JSON is damaged or breaks off at byte {offset} ({error}). What is complete before it was read."
    found = recover(text, at, broken)
    places = JsonPlaces(loaded.places.prefix, ranges=_ranges(text, found.spans))
    issue = Issue(what, at_bytes(offset, len(rest)), rest)
    return LoadedJson(found.value, places, loaded.sha1, (*loaded.issues, issue))


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
