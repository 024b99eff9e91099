"""Answers of the Alexa service in the cache of OkHttp, the HTTP library of Android apps.

``{32 hexadecimal digits}.0`` holds lines of text: the address; the method; how many request headers the answer
depends on, and those headers; the answer's first line; the number of its headers, and these, including two that OkHttp
adds: the times at which the request was sent and the answer received (epoch milliseconds); and TLS details. ``.1``
holds the body as received. A file ``journal`` in the same folder lists the entries.

References:
    okhttp3/Cache.kt of OkHttp 4 (Cache.Entry); docs/caching.md of OkHttp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from parsers.alexa_api.items.address import ApiUrl
from parsers.browser.cache_times import clock_of
from parsers.browser.sparse_body import MAX_BODY
from parsers.exchanges.cached_answer import DATA_TYPES, Cached, CachedBody, records
from parsers.locator import at_bytes, at_line
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import register
from parsers.times import from_milliseconds

_KIND = "OkHttp cache"
_BODY = re.compile(r"[0-9a-f]{32}\.1(?:\.tmp)?", re.ASCII)
_AMAZON = re.compile(r"(?:^|/)com\.amazon\.", re.IGNORECASE)
_START = re.compile(rb"https?://[^\r\n]{1,16384}\n[A-Z]{1,16}\n\d{1,4}\n")
#: Longer answer descriptions, in bytes, are not read.
MAX_NOTE = 1024 * 1024
_MAX_HEADERS = 1000
_SENT, _RECEIVED = "OkHttp-Sent-Millis", "OkHttp-Received-Millis"
_OLD_SENT, _OLD_RECEIVED = "X-Android-Sent-Millis", "X-Android-Received-Millis"
_SENT_NOTE = "When the request was sent. Epoch milliseconds, by the clock of the machine that held the cache."
_RECEIVED_NOTE = (
    "When the answer's headers came. Epoch milliseconds, by the clock of the machine that held the cache. What the"
    " answer shows may be older."
)


@dataclass(frozen=True, slots=True)
class OkHttpNote:
    """The content of a ``.0`` file.

    Attributes:
        url: the address.
        method: such as ``GET``.
        status_line: the answer's first line.
        headers: the answer's headers, including OkHttp's own.
        lines: for each header, the number of its line in the file.
        whole: whether all announced headers are present.
    """

    url: ApiUrl
    method: str
    status_line: str
    headers: tuple[tuple[str, str], ...]
    lines: tuple[int, ...]
    whole: bool

    @classmethod
    def parse(cls, content: bytes) -> OkHttpNote | None:
        """Parse the text; None if it does not have this form or is not from the Alexa service."""
        found = _START.match(content)
        lines = content.decode("utf-8", "replace").split("\n")
        url = ApiUrl.parse(lines[0]) if found else None
        if url is None:
            return None
        vary = int(lines[2])
        status_at = 3 + vary
        count_at = status_at + 1
        if vary > _MAX_HEADERS or len(lines) <= count_at or not re.fullmatch(r"\d{1,4}", lines[count_at], re.ASCII):
            return cls(url, lines[1], "", (), (), whole=False)
        count = int(lines[count_at])
        headers: list[tuple[str, str]] = []
        numbers: list[int] = []
        for number, line in enumerate(lines[count_at + 1 : count_at + 1 + min(count, _MAX_HEADERS)], count_at + 2):
            name, colon, value = line.partition(":")
            if colon:
                headers.append((name.strip(), value.strip()))
                numbers.append(number)
        return cls(url, lines[1], lines[status_at], tuple(headers), tuple(numbers), whole=len(headers) == count)

    def times(self, clock: Clock) -> Iterator[Timestamp]:
        """The times that OkHttp added."""
        words = (
            ((_SENT.lower(), _OLD_SENT.lower()), "Sent Time", _SENT_NOTE),
            ((_RECEIVED.lower(), _OLD_RECEIVED.lower()), "Recorded Time", _RECEIVED_NOTE),
        )
        for names, description, note in words:
            for (name, value), line in zip(self.headers, self.lines, strict=True):
                if name.lower() in names and (timestamp := from_milliseconds(value)) is not None:
                    yield Timestamp(description, value, clock, timestamp, f"{note} Line {line} of the .0 file.")
                    break


@register
class OkHttpCache(Parser):
    """Reads one entry from the file that describes the answer."""

    name: ClassVar[str] = "okhttp_cache"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (b"http://", b"https://")
    needs_path: ClassVar[tuple[str, ...]] = (".1",)
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Answers of the Alexa service in the cache of OkHttp (Android apps)",
        data_types=DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            "lines of text: an address of the Alexa service, a method, a number",
            "for bodies: a name of 32 hexadecimal digits and .1, below a folder of a package com.amazon",
        ),
        shows="That an app asked for this address, when by the phone's clock, and what it was answered.",
        does_not_show="Who used the phone, or that the answer was shown. That these were the only answers.",
        validated_on=("made files only",),
        limits=(
            "A body beside which there is no description of an answer is not read.",
            f"A body longer than {MAX_BODY} bytes is read up to there.",
        ),
        references=("https://square.github.io/okhttp/features/caching/",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first lines match or, for a body, the name in an Amazon app's folder."""
        if _is_body(source):
            return _AMAZON.search(source.path) is not None
        return _START.match(source.head) is not None and OkHttpNote.parse(source.head) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the answer's records. A body yields nothing: it is read with its description."""
        if _is_body(source):
            return
        if source.size > MAX_NOTE:
            yield Issue(f"The description of the answer is longer than {MAX_NOTE} bytes; read up to there.")
        with source.open() as stream:
            note = OkHttpNote.parse(stream.read(MAX_NOTE))
        if note is None:
            yield Issue("A cached answer of the Alexa service was expected.", "", source.head[:64])
            return
        issues: list[str] = []
        if not note.whole:
            issues.append("The description of the answer breaks off, or is not as it should be.")
        body = _body(source, issues)
        for issue in issues:
            yield Issue(issue)
        clock = clock_of(source.path)
        own = {_SENT.lower(), _RECEIVED.lower(), _OLD_SENT.lower(), _OLD_RECEIVED.lower()}
        cached = Cached(
            note.url,
            source.path,
            clock,
            _KIND,
            note.status_line,
            tuple(header for header in note.headers if header[0].lower() not in own),
            body,
            tuple(note.times(clock)),
            fields={"http_method": note.method, "cache_entry": source.name.partition(".")[0], "provenance": "live"},
            issues=tuple(issues),
        )
        yield from records(cached)


def _is_body(source: Source) -> bool:
    return _BODY.fullmatch(source.name) is not None


def _body(source: Source, issues: list[str]) -> CachedBody:
    name = re.sub(r"\.0(?=$|\.)", ".1", source.name)
    beside = source.beside(name) if name != source.name else None
    if beside is None:
        issues.append("The file with the answer's body (.1) is not beside this one.")
        return CachedBody(b"", at_line(1))
    if beside.size > MAX_BODY:
        issues.append(f"The body is longer than {MAX_BODY} bytes; the rest was not read.")
    with beside.open() as stream:
        content = stream.read(MAX_BODY)
    if not content:
        return CachedBody(b"", at_line(1))
    return CachedBody(content, at_bytes(0, len(content)), name, whole_file=len(content) == beside.size)
