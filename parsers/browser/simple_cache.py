"""Answers of the Alexa service in entries of Chromium's simple cache."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.browser import cache_times
from parsers.browser.alexa_key import AlexaKey, alexa_key
from parsers.browser.simple_index import INDEX, last_used
from parsers.browser.sparse_body import Chunk, assembled
from parsers.exchanges.cached_answer import DATA_TYPES, Cached, CachedBody, records
from parsers.formats.chromium_cache.http_info import HttpInfo, HttpInfoError
from parsers.formats.chromium_cache.simple_file import (
    HEADER_MAGIC,
    MAX_FILE,
    PART_MAGIC,
    SimpleFileError,
    SimpleHeader,
    SimplePart,
    SimpleSpan,
    header,
    parts,
    streams,
)
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register

_NAME = re.compile(r"(?P<doomed>todelete_)?(?P<hash>[0-9a-f]{16})_(?P<part>[01s])(?P<rest>_\d{1,20})?", re.ASCII)
_KIND = "Chromium simple cache"
_DOOMED = "The browser had marked the entry for deletion."


@register
class SimpleCache(Parser):
    """Reads the files of one entry."""

    name: ClassVar[str] = "chromium_simple_cache"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (HEADER_MAGIC,)
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Answers of the Alexa service in Chromium's simple cache (Android web views, desktop browsers)",
        data_types=DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            "30 5c 72 a7 1b 6d fb fc at the start, and a key with an address of the Alexa service",
            "usual names: {16 hexadecimal digits}_0, _1 and _s, and todelete_ before them",
        ),
        shows=(
            "That a web view or browser asked for this address, when by its own clock, and what it was answered; what"
            " was asked with an account's cookies was asked with that account's rights."
        ),
        does_not_show=(
            "Who used the machine, or that anything was shown: pages ask by themselves. That the answers were the only"
            " ones: a cache drops entries when it is full and keeps none that the server forbids it to keep."
        ),
        validated_on=("Chromium 156 on Linux, against a server made for the test",),
        limits=(
            f"A file longer than {MAX_FILE} bytes is not read.",
            "Entries of other addresses are not claimed; the cache's index tells how many entries there are.",
            "A body that came in parts is put together up to the first gap, and then not read as JSON.",
            "The cache in SQLite databases (sqldb0, ...) that newer Chromium can be made to use is not read.",
            "Versions before 5 (2013) are read as if they were version 5, and an issue says so.",
        ),
        references=(
            "https://www.chromium.org/developers/design-documents/network-stack/disk-cache/very-simple-backend/",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file has this form and its key contains an address of the service."""
        if not source.head.startswith(HEADER_MAGIC):
            return False
        try:
            return alexa_key(header(source.head).key) is not None
        except SimpleFileError:
            return False

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the entry's records. Secondary files yield nothing if the main file is present."""
        try:
            form = header(source.head)
        except SimpleFileError as error:
            yield Issue(f"The file cannot be read: {error}.", "", source.head[:64])
            return
        key = alexa_key(form.key)
        if key is None:
            yield Issue("The key holds no address of the Alexa service; not read.", "", source.head[:64])
            return
        if source.size > MAX_FILE:
            yield Issue(f"The file is longer than {MAX_FILE} bytes ({source.size}): it was not read.")
            return
        kind = _part_of(source, form)
        if kind == "0":
            yield from _main(source, form, key)
        elif (main := _sibling(source, "0")) is None or source.beside(main) is None:
            yield from _alone(source, form, key, kind)


def _part_of(source: Source, form: SimpleHeader) -> str:
    """Which file of the entry this is, by its name or else its content."""
    named = _NAME.fullmatch(source.name)
    if named:
        return named["part"]
    return "s" if source.head[form.end : form.end + 8] == PART_MAGIC else "0"


def _sibling(source: Source, part: str) -> str | None:
    named = _NAME.fullmatch(source.name)
    return f"{named['doomed'] or ''}{named['hash']}_{part}{named['rest'] or ''}" if named else None


def _read(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(MAX_FILE)


def _main(source: Source, form: SimpleHeader, key: AlexaKey) -> Iterator[Record | Issue]:
    content = _read(source)
    found = streams(content, form)
    issues = [form.issue, *found.issues, *_named_wrongly(source, form)]
    info: HttpInfo | None = None
    where = ""
    if found.note:
        where = at_bytes(found.note.offset, found.note.length)
        issues.append(found.note.issue)
        try:
            info = HttpInfo.parse(content[found.note.offset : found.note.offset + found.note.length])
        except HttpInfoError as error:
            issues.append(f"The note on the answer, with its times and headers, cannot be read: {error}.")
    body = _whole(content, found.body)
    issues.append(found.body.issue)
    if not body.content:
        in_parts, more = _parts_beside(source, form)
        issues += more
        body = in_parts or body
    if info and info.truncated:
        issues.append("The browser noted that the body broke off.")
    yield from _finished(_entry(source, form, key, info, where), body, tuple(filter(None, issues)))


def _whole(content: bytes, span: SimpleSpan) -> CachedBody:
    return CachedBody(content[span.offset : span.offset + span.length], at_bytes(span.offset, span.length))


def _named_wrongly(source: Source, form: SimpleHeader) -> tuple[str, ...]:
    """Report a name that is not the start of the key's SHA-1: the file or the key was renamed later."""
    named = _NAME.fullmatch(source.name)
    if named is None or named["hash"] == _hash(form.key):
        return ()
    return ("The file's name is not the one that its key makes.",)


def _hash(key: bytes) -> str:
    return hashlib.sha1(key, usedforsecurity=False).digest()[7::-1].hex()


def _parts_beside(source: Source, form: SimpleHeader) -> tuple[CachedBody | None, list[str]]:
    """The body from the file of parts beside the main file, if any."""
    name = _sibling(source, "s")
    beside = source.beside(name) if name else None
    if name is None or beside is None or beside.size > MAX_FILE:
        return None, []
    try:
        other = header(beside.head)
    except SimpleFileError as error:
        return None, [f"The file of the body's parts cannot be read: {error}."]
    if other.key != form.key:
        return None, ["The file of the body's parts has another key; not read."]
    return _put_together(_read(beside), other, name)


def _put_together(content: bytes, form: SimpleHeader, file: str) -> tuple[CachedBody | None, list[str]]:
    issues: list[str] = []
    chunks: list[Chunk] = []
    for part in parts(content, form):
        if isinstance(part, SimplePart):
            span = part.span
            issues.append(span.issue)
            chunks.append(Chunk(part.start, content[span.offset : span.offset + span.length], span.offset, file))
        else:
            issues.append(part)
    body, more = assembled(chunks)
    return (body if body.content else None), [issue for issue in (*issues, *more) if issue]


def _alone(source: Source, form: SimpleHeader, key: AlexaKey, kind: str) -> Iterator[Record | Issue]:
    """Read a file whose main file is missing."""
    yield Issue("The entry's main file (_0), which holds the answer's times and headers, is not beside this file.")
    entry = _entry(source, form, key, None, "")
    if kind == "s":
        body, issues = _put_together(_read(source), form, "")
        if body:
            yield from _finished(entry, body, tuple(issues))
            return
    body = CachedBody(b"", at_bytes(0, form.end))
    yield from _finished(entry, body, ("This file does not hold the body of the answer.",))


def _entry(source: Source, form: SimpleHeader, key: AlexaKey, info: HttpInfo | None, where: str) -> Cached:
    """The entry without its body."""
    clock = cache_times.clock_of(source.path)
    named = _NAME.fullmatch(source.name)
    doomed = bool(named and named["doomed"])
    fields: dict[str, Value] = {
        "cache_key": key.text,
        "cache_entry": _hash(form.key),
        "cache_version": form.version,
        "provenance": "marked for deletion" if doomed else "live",
    }
    if key.sites:
        fields["asked_from_site"] = key.sites[0]
    return Cached(
        key.url,
        source.path,
        clock,
        _KIND,
        info.status_line if info else "",
        info.headers if info else (),
        CachedBody(b"", ""),
        cache_times.asked(info, clock, where) if info else (),
        _used(source, form, clock),
        fields,
        remark=_DOOMED if doomed else "",
    )


def _used(source: Source, form: SimpleHeader, clock: Clock) -> tuple[Timestamp, ...]:
    index = source.beside(INDEX)
    recorded = last_used(index, _hash(form.key)) if index else None
    return cache_times.entry_times(clock, used=recorded, whole_seconds=True) if recorded else ()


def _finished(entry: Cached, body: CachedBody, issues: tuple[str, ...]) -> Iterator[Record | Issue]:
    for issue in issues:
        yield Issue(issue, body.locator if not body.file else "")
    if body.file:
        # The record's locator is in that file, so a time's locator would be read as being there too.
        entry = replace(entry, asked=tuple(replace(timestamp, locator="") for timestamp in entry.asked))
    yield from records(replace(entry, body=body, issues=issues))
