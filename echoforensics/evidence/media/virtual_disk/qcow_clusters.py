"""QCOW2 images with compressed clusters or extended L2 entries, read cluster by cluster."""

from __future__ import annotations

import struct
from collections import OrderedDict
from typing import TYPE_CHECKING

import zstandard

from echoforensics.evidence.media.compressed_image.zstd_bytes import MAX_WINDOW
from echoforensics.evidence.media.virtual_disk.qcow_check import COMPRESSED, OFFSET
from parsers.formats import deflate

if TYPE_CHECKING:
    from echoforensics.evidence.media.file_bytes import RandomBytes
    from echoforensics.evidence.media.virtual_disk.qcow_check import QcowTables

#: Bytes of tables, and of decompressed clusters, that are kept. At least one of each is.
_KEPT_BYTES = 8 << 20
#: The window of the Deflate streams.
_WINDOW = -15
_SUBCLUSTERS = 32
_ZERO = 1
_LENGTH_UNIT = 512


class _RecentPieces:
    """The pieces read last, up to a number of bytes."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[int, bytes] = OrderedDict()
        self._size = 0

    def get(self, key: int) -> bytes | None:
        """A piece that is kept; None if it is not."""
        if key in self._pieces:
            self._pieces.move_to_end(key)
        return self._pieces.get(key)

    def put(self, key: int, piece: bytes) -> bytes:
        """Keep a piece, and let go of those used longest ago. Returns the piece."""
        self._pieces[key] = piece
        self._size += len(piece)
        while self._size > _KEPT_BYTES and len(self._pieces) > 1:
            self._size -= len(self._pieces.popitem(last=False)[1])
        return piece


class QcowClusters:
    """The media of a QCOW2 image.

    References:
        QEMU, docs/interop/qcow2.txt: "Cluster mapping", "Extended L2 Entries".
    """

    def __init__(self, data: RandomBytes, tables: QcowTables) -> None:
        """Take the image's bytes, and what was found in its header and tables."""
        self._data = data
        self._layout = tables
        self._cluster = 1 << tables.cluster_bits
        self._entry = struct.Struct(">QQ" if tables.extended else ">Q")
        self._second, self._contents = _RecentPieces(), _RecentPieces()

    def close(self) -> None:
        """Close the image."""
        self._data.close()

    def read(self, offset: int, size: int) -> bytes:
        """Read ``size`` bytes of the media at a byte offset. Raises OSError for what is damaged or missing."""
        unit = self._cluster // _SUBCLUSTERS if self._layout.extended else self._cluster
        pieces: list[bytes] = []
        at, end = offset, min(offset + size, self._layout.size)
        while at < end:
            length = min(end, at - at % unit + unit) - at
            pieces.append(self._within(at, length))
            at += length
        return b"".join(pieces)

    def _within(self, at: int, length: int) -> bytes:
        """Bytes of one cluster, or of one subcluster."""
        number, inside = divmod(at, self._cluster)
        entry, *states = self._entry_of(number)
        if entry & COMPRESSED:
            return self._decompressed(entry)[inside : inside + length]
        host = entry & OFFSET
        if self._layout.extended:
            place = inside * _SUBCLUSTERS // self._cluster
            is_zero = not states[0] >> place & 1
        else:
            is_zero = self._layout.version > 2 and bool(entry & _ZERO)
        if is_zero or not host:
            return bytes(length)
        piece = self._data.read(host + inside, length)
        if len(piece) != length:
            raise OSError("the image ends before this cluster")
        return piece

    def _entry_of(self, number: int) -> tuple[int, ...]:
        """The second table's entry for a cluster; zeros if there is no such table."""
        each = self._cluster // self._entry.size
        table, place = divmod(number, each)
        at = self._layout.first[table] & OFFSET
        if not at:
            return (0,) * (self._entry.size // 8)
        content = self._second.get(at)
        if content is None:
            content = self._second.put(at, self._data.read(at, self._cluster))
        if len(content) < (place + 1) * self._entry.size:
            raise OSError("the image ends before a table of clusters")
        return self._entry.unpack_from(content, place * self._entry.size)

    def _decompressed(self, entry: int) -> bytes:
        kept = self._contents.get(entry)
        if kept is not None:
            return kept
        shift = 62 - (self._layout.cluster_bits - 8)
        at = entry & ((1 << shift) - 1)
        units = (entry & (COMPRESSED - 1)) >> shift
        stored = self._data.read(at, (units + 1) * _LENGTH_UNIT - at % _LENGTH_UNIT)
        content = self._inflate(stored)
        if len(content) != self._cluster:
            raise OSError("a compressed cluster is damaged")
        return self._contents.put(entry, content)

    def _inflate(self, stored: bytes) -> bytes:
        try:
            if self._layout.zstd:
                with zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).stream_reader(stored) as content:
                    return content.read(self._cluster)
            return deflate.decompressobj(_WINDOW).decompress(stored, self._cluster)
        except (deflate.error, zstandard.ZstdError) as error:
            raise OSError(f"a compressed cluster is damaged: {error}") from error
