"""The index of Chromium's simple cache, ``index-dir/the-real-index``: the number of entries, and when each was
last used.

A "pickle": the length of what follows the first eight bytes (u32), the CRC-32 of that, then a magic number (u64), the
version (u32), how many entries (u64), the cache's size (u64), from version 7 on why it was written (u32); for each
entry the first 8 bytes of its key's SHA-1, when it was last used (microseconds since 1601 UTC, i64) and its size (u64);
and at the end when the cache was last changed (i64).

References:
    net/disk_cache/simple/simple_index_file.cc of Chromium; checked against what Chromium 156 wrote.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from parsers.browser import cache_times
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: The index's path relative to an entry's file.
INDEX = "index-dir/the-real-index"
DATA_TYPE = "alexa:web:cache_index"
MAGIC = struct.pack("<Q", 0x656E74657220796F)
#: Longer indexes, with more than a million entries, are not read.
MAX_INDEX = 32 * 1024 * 1024
_ENTRY = 24


class SimpleIndexError(ValueError):
    """The bytes are not an index."""


@dataclass(frozen=True, slots=True)
class SimpleIndex:
    """An index.

    Attributes:
        version: as recorded.
        count: the number of entries it states.
        entries: the offset of the list.
        end: the offset after the last complete entry.
        changed: when the cache was last changed, in microseconds since 1601 UTC; 0 if missing.
        whole: whether the length and the checksum match.
    """

    version: int
    count: int
    entries: int
    end: int
    changed: int
    whole: bool

    @classmethod
    def parse(cls, content: bytes) -> SimpleIndex:
        """Read an index.

        Raises:
            SimpleIndexError: it is not one.
        """
        if content[8:16] != MAGIC or len(content) < 36:
            raise SimpleIndexError("the index of a simple cache was expected")
        length, crc = struct.unpack_from("<II", content)
        version, count = struct.unpack_from("<IQ", content, 16)
        at = 40 if version >= 7 else 36
        listed = min(count, max(0, len(content) - at) // _ENTRY)
        end = at + listed * _ENTRY
        changed = struct.unpack_from("<q", content, end)[0] if len(content) >= end + 8 and listed == count else 0
        whole = length == len(content) - 8 and zlib.crc32(content[8:]) == crc
        return cls(version, count, at, end, changed, whole)


def _read(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read(MAX_INDEX)


def last_used(source: Source, entry: str) -> int | None:
    """When an entry was last used, in microseconds since 1601 UTC; None if the index does not say.

    Args:
        source: the index.
        entry: the 16 hexadecimal digits of the entry's name.

    Raises:
        OSError: the index cannot be read.
    """
    content = _read(source)
    try:
        index = SimpleIndex.parse(content)
    except SimpleIndexError:
        return None  # reported when the index itself is read
    wanted = bytes.fromhex(entry)[::-1]
    at = content.find(wanted, index.entries, index.end)
    while at >= 0 and (at - index.entries) % _ENTRY:
        at = content.find(wanted, at + 1, index.end)
    return int(struct.unpack_from("<q", content, at + 8)[0]) or None if at >= 0 else None


@register
class SimpleIndexParser(Parser):
    """Reports how many entries a cache has."""

    name: ClassVar[str] = "chromium_simple_index"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (re.escape(MAGIC),)
    about: ClassVar[About] = About(
        title="Index of Chromium's simple cache",
        data_types=(DATA_TYPE,),
        known_by=("6f 79 20 72 65 74 6e 65 at byte 8",),
        shows="How many entries the cache had when the index was last written, and when each was last used.",
        does_not_show="That the entries are still there, or what they are of: the index holds no addresses.",
        validated_on=("Chromium 156 on Linux, against a server made for the test",),
        limits=(
            "Entries of the Alexa service are read from their own files; others are counted only.",
            f"An index longer than {MAX_INDEX} bytes is read up to there.",
        ),
        references=(
            "https://www.chromium.org/developers/design-documents/network-stack/disk-cache/very-simple-backend/",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file has the magic number."""
        return source.head[8:16] == MAGIC

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record, unless the cache is empty."""
        content = _read(source)
        try:
            index = SimpleIndex.parse(content)
        except SimpleIndexError as error:
            yield Issue(f"The index cannot be read: {error}.", "", source.head[:64])
            return
        if not index.whole:
            yield Issue("The index does not match its length and checksum; it was cut off or changed.")
        if not index.count:
            return
        changed = cache_times.to_timestamp(
            "Content Modification Time",
            index.changed,
            cache_times.clock_of(source.path),
            f"When the cache was last changed, as its index says. {cache_times.UNIT}",
            at_bytes(index.end, 8),
        )
        entries = "entry" if index.count == 1 else "entries"
        yield Record(
            data_type=DATA_TYPE,
            message=(
                f"The index of a browser's cache lists {index.count} {entries}. Those of the Alexa service are told"
                " from their own files; the others were not read."
            ),
            locator=at_bytes(0, min(index.entries, len(content))),
            timestamps=(changed,) if changed else (),
            fields={"entries": index.count, "index_version": index.version},
        )
