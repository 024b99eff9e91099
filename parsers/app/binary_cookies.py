"""Cookies on Apple's systems: ``Cookies.binarycookies``, in the Alexa app's ``Library/Cookies`` and elsewhere.

The file: ``cook``, the number of pages and their sizes (big endian), the pages. A page: four bytes, the number of
cookies and their offsets (little endian). A cookie: 56 bytes of lengths, offsets, flags and two times, then texts,
each ended by a zero byte. Times are seconds since 2001-01-01 UTC, as floating-point numbers.

References:
    https://github.com/libyal/dtformats (Safari Cookies); plaso, plaso/parsers/safari_cookies.py.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from parsers.app.cookie_hosts import COOKIE_FILE_TYPE, COOKIE_TYPE, is_listed, other_cookies
from parsers.bounded_issues import bounded
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import register
from parsers.secret import hidden
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN
from parsers.values import shown

MAGIC = b"cook"
#: Files with more pages, and longer pages, are not read.
MAX_PAGES = 4096
MAX_PAGE = 4 * 1024 * 1024
_COOKIE = struct.Struct("<4I4I8xdd")
_MAC_EPOCH = 978_307_200_000_000
_SECURE, _HTTP_ONLY = 1, 4


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie.

    Attributes:
        offset, length: its place in the file.
        host, name, path, value: its text values.
        flags: 1 is "secure", 4 is "HTTP only".
        expires, created: seconds since 2001 UTC.
    """

    offset: int
    length: int
    host: str
    name: str
    path: str
    value: str
    flags: int
    expires: float
    created: float


@register
class BinaryCookies(Parser):
    """Reads cookies of Amazon and Alexa hosts; the others are counted."""

    name: ClassVar[str] = "binary_cookies"
    version: ClassVar[str] = "1"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (MAGIC,)
    about: ClassVar[About] = About(
        title="Cookies of apps and of Safari on Apple's systems (Cookies.binarycookies)",
        data_types=(COOKIE_TYPE, COOKIE_FILE_TYPE),
        known_by=("the first bytes cook, and a number of pages that the file can hold",),
        shows="That the app or browser held a cookie of this address, set at about this time.",
        does_not_show="Which person used it, or that a page was shown: apps fetch pages by themselves.",
        validated_on=("Made files only.",),
        limits=(
            "Cookies of other hosts are counted, not listed.",
            "Values are never kept: their length is, and a SHA-256 if they are long.",
            f"Pages longer than {MAX_PAGE} bytes are not read.",
        ),
        references=("https://github.com/libyal/dtformats",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file has the header of a cookie file."""
        count = int.from_bytes(source.head[4:8], "big")
        return source.head.startswith(MAGIC) and len(source.head) >= 8 and 8 + 4 * count <= source.size

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each cookie of an Amazon or Alexa host, and one that counts the others."""
        yield from bounded(_records(source))


def _records(source: Source) -> Iterator[Record | Issue]:
    others = 0
    with source.open() as stream:
        for found in _read(stream, source.size):
            if isinstance(found, Issue):
                yield found
            elif is_listed(found.host):
                yield _record(found)
            else:
                others += 1
    if others:
        yield other_cookies(others)


def _read(stream: BinaryIO, size: int) -> Iterator[Cookie | Issue]:
    header = stream.read(8)
    count = int.from_bytes(header[4:8], "big")
    if not header.startswith(MAGIC) or len(header) < 8:
        yield Issue("The file does not begin as a file of cookies does.", "", header)
        return
    if count > MAX_PAGES:
        yield Issue(f"The file says that it has {count} pages; more than {MAX_PAGES} are not read.", at_bytes(4, 4))
        return
    sizes = stream.read(4 * count)
    if len(sizes) < 4 * count:
        yield Issue(f"The file breaks off within the sizes of its {count} pages.", at_bytes(8, len(sizes)))
        return
    offset = 8 + 4 * count
    for length in struct.unpack(f">{count}I", sizes):
        if offset + length > size:
            yield Issue(f"A page of {length} bytes at byte {offset} reaches beyond the end of the file.")
            return
        if length > MAX_PAGE:
            yield Issue(f"A page of {length} bytes at byte {offset} is longer than {MAX_PAGE} bytes; not read.")
        else:
            stream.seek(offset)
            yield from _page(stream.read(length), offset)
        offset += length


def _page(page: bytes, base: int) -> Iterator[Cookie | Issue]:
    count = int.from_bytes(page[4:8], "little")
    if page[:4] != b"\x00\x00\x01\x00" or 8 + 4 * count > len(page):
        yield Issue("A page does not begin as a page of cookies does.", at_bytes(base, min(64, len(page))), page[:64])
        return
    left = len(page)
    for at in struct.unpack_from(f"<{count}I", page, 8):
        cookie = _cookie(page, at, base)
        left -= cookie.length if cookie else 0
        if left < 0:
            yield Issue("The cookies of a page overlap; the others of the page were not read.", at_bytes(base, 8))
            return
        yield cookie or Issue("A cookie is damaged.", at_bytes(base + at, 0) if at < len(page) else at_bytes(base, 8))


def _cookie(page: bytes, at: int, base: int) -> Cookie | None:
    if at + _COOKIE.size > len(page):
        return None
    size, _version, flags, _port, *offsets, expires, created = _COOKIE.unpack_from(page, at)
    if size < _COOKIE.size or at + size > len(page):
        return None
    texts: list[str] = []
    for offset in offsets:
        end = page.find(b"\0", at + offset, at + size)
        if offset < _COOKIE.size or end < 0:
            return None
        texts.append(page[at + offset : end].decode("utf-8", "backslashreplace"))
    host, name, path, value = texts
    return Cookie(base + at, size, host, name, path, value, flags, expires, created)


def _record(cookie: Cookie) -> Record:
    timestamps = (
        _timestamp(
            "Creation Time", cookie.created, Clock.UNKNOWN, "When the app or browser stored the cookie, in UTC."
        ),
        _timestamp("Expiration Time", cookie.expires, Clock.CLOUD, "Until when the server wanted it kept."),
    )
    return Record(
        COOKIE_TYPE,
        f"The app or browser keeps the cookie {shown(cookie.name, 120) or 'without a name'} of"
        f" {shown(cookie.host, 200)}.",
        at_bytes(cookie.offset, cookie.length),
        tuple(timestamp for timestamp in timestamps if timestamp),
        fields={
            "host": cookie.host[:400],
            "name": cookie.name[:400],
            "path": cookie.path[:400],
            "value": hidden(cookie.value) if cookie.value else "empty",
            "secure": bool(cookie.flags & _SECURE),
            "http_only": bool(cookie.flags & _HTTP_ONLY),
        },
    )


def _timestamp(description: str, seconds: float, clock: Clock, note: str) -> Timestamp | None:
    """A timestamp; None if the number is not a time, or is outside 2010..2100."""
    # The comparison is false for NaN.
    if not 0 < seconds < 4e9:
        return None
    timestamp = round(seconds * 1_000_000) + _MAC_EPOCH
    if not MILLISECONDS_MIN * 1000 <= timestamp <= MILLISECONDS_MAX * 1000:
        return None
    return Timestamp(description, repr(seconds), clock, timestamp, f"{note} Recorded as seconds since 2001.")
