"""Answers of the Alexa service in the cache of Firefox (cache2), from version 32 on.

An entry is a file named by 40 hexadecimal digits. The body, as received, comes first. Behind it: a checksum, one of two
bytes for each 256 KiB of the body, a header, the key, and names with values. The last four bytes say where that begins.

References:
    mozilla-central, netwerk/cache2/CacheFileMetadata.h (CacheFileMetadataHeader), CacheFileUtils (AppendTagWithValue).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from parsers.alexa_api.items.address import ApiUrl
from parsers.alexa_api.items.service_names import names_in
from parsers.browser.cache_times import clock_of
from parsers.browser.sparse_body import MAX_BODY
from parsers.exchanges.cached_answer import DATA_TYPES, Cached, CachedBody, records
from parsers.formats.http.capture_forms import is_firefox_entry
from parsers.formats.http.message import HEAD_END, parse
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import register

_CHUNK = 256 * 1024
#: The most bytes of the part behind the body.
MAX_BEHIND = 4 * 1024 * 1024
_HEADER = struct.Struct(">7I")
_FLAGS_SINCE, _VERSIONS = 2, range(1, 10)
_URL = re.compile(r"(?:^|[,:])(https?://.+)\Z", re.DOTALL)
_VISITED = "When the entry was last asked for, in seconds since 1970, by the clock of the machine that held the cache."
_CHANGED = "When the entry was last written, in seconds since 1970, by the clock of the machine that held the cache."


@dataclass(frozen=True, slots=True)
class FirefoxEntry:
    """What is behind the body of an entry.

    Attributes:
        size: the length of the body.
        key: the key, which ends with the address.
        fetched, modified: seconds since 1970.
        elements: names with values.
    """

    size: int
    key: str
    fetched: int
    modified: int
    elements: dict[str, bytes]

    @classmethod
    def parse(cls, behind: bytes, size: int) -> FirefoxEntry | None:
        """Parse the part behind a body; None if it has not this form.

        Args:
            behind: the bytes from the end of the body to the end of the file.
            size: the length of the body.
        """
        at = 4 + 2 * (-(-size // _CHUNK))
        if len(behind) < at + _HEADER.size + 8:
            return None
        version, _, fetched, modified, _, _, key_size = _HEADER.unpack_from(behind, at)
        at += _HEADER.size + (4 if version >= _FLAGS_SINCE else 0)
        if version not in _VERSIONS or behind[at + key_size : at + key_size + 1] != b"\0":
            return None
        key = behind[at : at + key_size].decode("utf-8", "backslashreplace")
        parts = behind[at + key_size + 1 : -4].split(b"\0")
        elements = {name.decode("latin-1"): value for name, value in zip(parts[::2], parts[1::2], strict=False)}
        return cls(size, key, fetched, modified, elements)


@register
class FirefoxCache(Parser):
    """Reads one entry."""

    name: ClassVar[str] = "firefox_cache"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("cache2",)
    about: ClassVar[About] = About(
        title="Answers of the Alexa service in the cache of Firefox (cache2)",
        data_types=DATA_TYPES,
        hands_on=(ANSWERS,),
        known_by=(
            "a name of 40 hexadecimal digits in cache2/entries or cache2/doomed, and a name of the service in it",
        ),
        shows="That a browser asked for this address, and what it was answered.",
        does_not_show="Who used the computer, or that the answer was shown. That these were the only answers.",
        validated_on=("Made files only.",),
        limits=(f"A body longer than {MAX_BODY} bytes is read up to there.",),
        references=("https://searchfox.org/mozilla-central/source/netwerk/cache2",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path is that of an entry, and the file names the service."""
        return is_firefox_entry(source.path) and bool(source.names or names_in(source.head))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the answer's records; nothing of an entry of another service."""
        entry = _entry(source)
        if entry is None:
            yield Issue("The end of the entry, which says what it is, is damaged or missing; it was not read.")
            return
        found = _URL.search(entry.key)
        url = ApiUrl.parse(found[1]) if found else None
        if url is None:
            return
        with source.open() as stream:
            content = stream.read(min(entry.size, MAX_BODY))
        issues = (f"The body is longer than {MAX_BODY} bytes; the rest was not read.",) if entry.size > MAX_BODY else ()
        for issue in issues:
            yield Issue(issue)
        message = parse(HEAD_END.sub(b"", entry.elements.get("response-head", b"").rstrip()) + b"\r\n\r\n")
        clock = clock_of(source.path)
        method = entry.elements.get("request-method", b"")[:20].decode("ascii", "replace")
        yield from records(
            Cached(
                url,
                source.path,
                clock,
                "Firefox cache",
                message.first_line if message else "",
                message.headers if message else (),
                CachedBody(content, at_bytes(0, len(content))),
                kept_times=tuple(_times(entry, clock)),
                fields={"http_method": method, "cache_entry": source.name, "provenance": "live"},
                issues=issues,
            )
        )


def _entry(source: Source) -> FirefoxEntry | None:
    with source.open() as stream:
        stream.seek(max(0, source.size - 4))
        size = int.from_bytes(stream.read(4), "big")
        if size > source.size or source.size - size > MAX_BEHIND:
            return None
        stream.seek(size)
        return FirefoxEntry.parse(stream.read(MAX_BEHIND), size)


def _times(entry: FirefoxEntry, clock: Clock) -> Iterator[Timestamp]:
    for seconds, description, note in (
        (entry.fetched, "Last Visited Time", _VISITED),
        (entry.modified, "Content Modification Time", _CHANGED),
    ):
        if seconds:
            yield Timestamp(description, str(seconds), clock, seconds * 1_000_000, note)
