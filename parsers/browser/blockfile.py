"""Answers of the Alexa service in Chromium's block-file cache, which is recognised by its index.

References:
    net/disk_cache/blockfile/disk_format.h of Chromium; plaso's parser ``chrome_cache``; checked against what Chromium
    156 wrote.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import ClassVar

from parsers.browser import cache_times
from parsers.browser.block_answers import Sorted, read
from parsers.browser.simple_index import DATA_TYPE
from parsers.exchanges.cached_answer import DATA_TYPES
from parsers.formats.chromium_cache.block_files import BlockFiles
from parsers.formats.chromium_cache.block_walk import MAX_ENTRIES, Walker
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: How an index begins.
MAGIC = struct.pack("<I", 0xC103CAC3)
#: The most bytes read of an index.
MAX_TABLE = 16 * 1024 * 1024
_TABLE_AT = 368
_TABLE_ENTRIES = 65536
_VERSIONS = (0x20000, 0x20001, 0x30000)
_STEP = 65536
_CREATED = "When the cache was made, as its index says."


@register
class BlockFileCache(Parser):
    """Reads a cache by its index, with the files beside it."""

    name: ClassVar[str] = "chromium_blockfile_cache"
    version: ClassVar[str] = "2"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (MAGIC,)
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Answers of the Alexa service in Chromium's block-file cache (desktop browsers, Electron)",
        data_types=(*DATA_TYPES, DATA_TYPE),
        hands_on=(ANSWERS,),
        known_by=("c3 ca 03 c1 at the start of the index; beside it data_0, data_1, ... and f_ with 6 digits",),
        shows=(
            "That a browser asked for this address, when by its own clock, and what it was answered; or, where the row"
            " says that the entry was recovered, that bytes in the shape of such an entry were left in the cache."
        ),
        does_not_show=(
            "Who used the machine, or that anything was shown: pages ask by themselves. When a recovered entry was"
            " deleted, or by whom: caches drop entries by themselves."
        ),
        validated_on=("Chromium 156 on Linux, made to use this cache, against a server made for the test",),
        limits=(
            f"At most {MAX_ENTRIES} entries of one cache are read.",
            "Of entries of other addresses there is only the number.",
            "Chromium overwrites most entries that it deletes with zeros; these are not recovered.",
            "Entries of an application cache have numbers for keys; they are counted and not read.",
        ),
        references=(
            "https://www.chromium.org/developers/design-documents/network-stack/disk-cache/",
            "https://github.com/libyal/dtformats/blob/main/documentation/Chrome%20Cache%20file%20format.asciidoc",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file begins with the magic number."""
        return source.head.startswith(MAGIC)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of the service's entries, and one record about the cache."""
        if len(source.head) < _TABLE_AT:
            yield Issue("The index of the cache breaks off in its header.", "", source.head[:64])
            return
        version, _, _, _, _, _, length, _, _, created = struct.unpack_from("<IiIiiIiiiq", source.head, 4)
        if version not in _VERSIONS:
            yield Issue(f"The version of the cache's index, {version:#x}, is not known.", at_bytes(4, 4))
        size = 4 * (length if length > 0 else _TABLE_ENTRIES)
        if size > source.size - _TABLE_AT:
            what = f"The index says that its table has {size} bytes; {source.size - _TABLE_AT} are there."
            yield Issue(what, at_bytes(28, 4))
        if size > MAX_TABLE:
            yield Issue(f"The index's table is longer than {MAX_TABLE} bytes; the rest of it was not read.")
        with BlockFiles(source) as files:
            yield from _cache(source, files, min(size, MAX_TABLE), created)


def _cache(source: Source, files: BlockFiles, size: int, created: int) -> Iterator[Record | Issue]:
    entries = Sorted()
    walker = Walker(files)
    if files.file("data_1") is None:
        yield Issue("The file data_1, which holds the cache's entries, is not beside the index.")
    yield from entries.take(walker.live(_table(source, size)))
    yield from entries.take(walker.leftover())
    ours = len(entries.answers) + sum(len(parts) for parts in entries.parts.values()) + entries.left_out
    yield from read(source, files, entries)
    if not ours + entries.others:
        return
    made = cache_times.to_timestamp(
        "Creation Time", created, cache_times.clock_of(source.path), f"{_CREATED} {cache_times.UNIT}", at_bytes(40, 8)
    )
    total = ours + entries.others
    yield Record(
        data_type=DATA_TYPE,
        message=(
            f"A browser's cache holds {total} {'entry' if total == 1 else 'entries'},"
            f" {ours} of them of the Alexa service. {entries.others} others were not read."
        ),
        locator=at_bytes(0, _TABLE_AT),
        timestamps=(made,) if made else (),
        fields={"entries": total, "entries_of_the_service": ours},
    )


def _table(source: Source, size: int) -> Iterator[tuple[int, int]]:
    """The non-empty slots of the table: their offsets in the index, and the addresses in them."""
    with source.open() as stream:
        stream.seek(_TABLE_AT)
        for start in range(0, size, _STEP):
            lot = stream.read(min(_STEP, size - start))
            if not lot.strip(b"\0"):
                if not lot:
                    return
                continue
            whole = len(lot) // 4 * 4
            for at, (value,) in zip(range(0, whole, 4), struct.iter_unpack("<I", lot[:whole]), strict=True):
                if value:
                    yield _TABLE_AT + start + at, value
