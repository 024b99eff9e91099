"""Locates the chunks of an EWF image in their segments, and reads and checks them."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING

from parsers.formats import deflate

if TYPE_CHECKING:
    from echoforensics.evidence.media.ewf.sections import ChunkTable, LooseChunks
    from echoforensics.evidence.media.file_bytes import RandomBytes

_COMPRESSED = 1 << 31
_CHECKSUM = 4
#: The most chunks to search for without a table.
_MAX_FOUND = 1 << 24


def places_of(data: RandomBytes, table: ChunkTable) -> array[int]:
    """Return the chunk positions in a table, ``(byte offset << 1) | compressed`` each, and one more for the end.

    Raises OSError if the table is damaged.

    References:
        libyal/libewf, documentation, "Table section": an entry's top bit marks compressed chunks. Beyond 2 GiB of a
        table's chunks EnCase 6.7 goes on with 32 bits, and marks none.
    """
    raw = data.read(table.entries, 4 * table.count)
    if len(raw) != 4 * table.count:
        raise OSError("the image ends before a table of chunks")
    entries = array("I", raw)
    if sys.byteorder == "big":
        entries.byteswap()
    places = array("Q")
    wide, before = False, -1
    for number, entry in enumerate(entries):
        at, compressed = entry & ~_COMPRESSED, entry >= _COMPRESSED
        if not wide and at < before:
            raise OSError("a table of chunks is damaged: its entries do not rise")
        if wide:
            at, compressed = entry, False
        following = entries[number + 1] & ~_COMPRESSED if number + 1 < len(entries) else at
        if not wide and following < at < entries[min(number + 1, len(entries) - 1)]:
            wide = True
        before = at
        places.append((table.base + at) << 1 | compressed)
    places.append(table.end << 1)
    return places


def find_chunks(data: RandomBytes, loose: LooseChunks, chunk_size: int) -> array[int]:
    """Find consecutive chunks without a table, in the form of :func:`places_of`.

    Stops at the first incomplete chunk. Raises OSError for read errors.
    """
    places = array("Q")
    at = loose.start
    while at < loose.end and len(places) < _MAX_FOUND:
        raw = data.read(at, min(2 * chunk_size + 1024, loose.end - at))
        length = _compressed_length(raw, chunk_size)
        if length:
            places.append(at << 1 | 1)
        elif chunk_size + _CHECKSUM <= len(raw) and _is_intact(raw[: chunk_size + _CHECKSUM]):
            length = chunk_size + _CHECKSUM
            places.append(at << 1)
        else:
            break
        at += length
    places.append(at << 1)
    return places


def read_chunk(data: RandomBytes, places: array[int], number: int, wanted: int, chunk_size: int) -> bytes:
    """Read one chunk, verified by its checksum.

    Args:
        data: the segment.
        places: see :func:`places_of`.
        number: the number of the chunk among them.
        wanted: how many of its bytes belong to the media.
        chunk_size: the size of a full chunk in bytes; the last one may be padded to it.

    Raises:
        OSError: it is damaged or missing.
    """
    start, compressed = places[number] >> 1, places[number] & 1
    stored = (places[number + 1] >> 1) - start
    if not 0 < stored <= 2 * wanted + (1 << 16):
        raise OSError("the image says that a chunk has an impossible length")
    raw = data.read(start, stored)
    if len(raw) != stored:
        raise OSError("the segment ends before them")
    if compressed:
        content = _inflated(raw, chunk_size)
    else:
        # Bytes between a segment's last chunk and its table do not belong to the chunk.
        raw = raw if _is_intact(raw) else raw[: wanted + _CHECKSUM]
        if not _is_intact(raw):
            raise OSError("the checksum of the image's chunk that holds them does not match")
        content = raw[:-_CHECKSUM]
    if len(content) < wanted:
        raise OSError("the chunk of the image that holds them is too short")
    return content[:wanted]


def _inflated(raw: bytes, most: int) -> bytes:
    """Inflate a chunk. Only a stream that ends within ``most`` bytes has been fully verified."""
    engine = deflate.decompressobj()
    try:
        content = engine.decompress(raw, most + 1)
    except deflate.error as error:
        raise OSError("the chunk of the image that holds them is damaged") from error
    if len(content) > most or not engine.eof:
        raise OSError("the chunk of the image that holds them is damaged: its stream does not end where it should")
    return content


def _is_intact(raw: bytes) -> bool:
    return len(raw) > _CHECKSUM and deflate.adler32(raw[:-_CHECKSUM]) == int.from_bytes(raw[-_CHECKSUM:], "little")


def _compressed_length(raw: bytes, chunk_size: int) -> int:
    """Return the length of the zlib stream at the start of some bytes if it holds a whole chunk; otherwise 0."""
    stream = deflate.decompressobj()
    try:
        content = stream.decompress(raw, chunk_size + 1)
    except deflate.error:
        return 0
    return len(raw) - len(stream.unused_data) if stream.eof and len(content) == chunk_size else 0
