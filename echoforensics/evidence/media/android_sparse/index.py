"""Where an Android sparse image keeps what: its header and its chunks."""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from echoforensics.evidence.media.file_bytes import MAX_MEDIA_SIZE

if TYPE_CHECKING:
    from echoforensics.evidence.media.file_bytes import RandomBytes

MAGIC = b"\x3a\xff\x26\xed"
_HEADER = struct.Struct("<IHHHHIIII")
_CHUNK = struct.Struct("<HHII")
RAW, FILL, NOTHING, CHECKSUM = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
#: Chunks of one image; real ones have some thousands. Of each about 20 bytes are held in memory.
MAX_CHUNKS = 2_000_000
_MAX_BLOCK = 1 << 24
_MAX_HEADER = 4096
#: Stated checksums that are compared.
_MAX_SUMS = 10_000


class SparseError(Exception):
    """It cannot be read at all. The text is the rest of a sentence about the image."""


@dataclass(slots=True)
class SparseIndex:
    """Chunks that hold something, in order; what lies between them is left open by the image.

    Attributes:
        block_size: bytes.
        blocks: how many the image says it has.
        covered: how many its chunks stand for.
        checksum: CRC-32 of the media by the header; 0 if it states none.
        starts: first block of each chunk.
        counts: blocks of each.
        values: of each, the byte offset of its content in the file, or the four bytes it is filled with.
        fills: of each, 1 where it is filled.
        sums: (blocks before it, CRC-32 of them as stated) of each chunk that only states it.
        issues: what is damaged, a sentence each.
    """

    block_size: int
    blocks: int
    covered: int = 0
    checksum: int = 0
    starts: array[int] = field(default_factory=lambda: array("Q"))
    counts: array[int] = field(default_factory=lambda: array("Q"))
    values: array[int] = field(default_factory=lambda: array("Q"))
    fills: bytearray = field(default_factory=bytearray)
    sums: list[tuple[int, int]] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)

    def add(self, count: int, value: int, fill: int) -> None:
        """Take in a chunk that holds something, behind those before."""
        if not count:
            return
        self.starts.append(self.covered)
        self.counts.append(count)
        self.values.append(value)
        self.fills.append(fill)


def read_index(data: RandomBytes) -> SparseIndex:
    """Read an image's header and walk its chunks.

    Raises:
        SparseError: the header is damaged, or there are more chunks than MAX_CHUNKS.
        OSError: it cannot be read.

    References:
        AOSP, system/core/libsparse/sparse_format.h.
    """
    raw = data.read(0, _HEADER.size)
    if len(raw) < _HEADER.size:
        raise SparseError("is cut off in its header")
    _, major, _, header, chunk_header, block_size, blocks, chunks, checksum = _HEADER.unpack(raw)
    if major != 1:
        raise SparseError(f"is of version {major}, which is not known")
    if not _HEADER.size <= header <= _MAX_HEADER or not _CHUNK.size <= chunk_header <= _MAX_HEADER:
        raise SparseError("states headers of impossible length")
    if not 4 <= block_size <= _MAX_BLOCK or block_size % 4:
        raise SparseError(f"says that its blocks have {block_size} bytes")
    if chunks > MAX_CHUNKS:
        raise SparseError(f"says that it has {chunks} chunks; {MAX_CHUNKS} at most are read")
    index = SparseIndex(block_size, blocks, checksum=checksum)
    at = header
    for number in range(chunks):
        following = _chunk(data, index, number, at, chunk_header)
        if following is None:
            break
        at = following
    _totals(data, index, at)
    return index


def _chunk(data: RandomBytes, index: SparseIndex, number: int, at: int, header: int) -> int | None:
    """Take in the chunk at a byte offset; gives the offset behind it, or None if nothing more can be followed."""
    raw = data.read(at, _CHUNK.size)
    if len(raw) < _CHUNK.size:
        index.issues.append(f"the image ends at byte {data.size}, before chunk {number}")
        return None
    kind, _, count, total = _CHUNK.unpack(raw)
    content = at + header
    held: int | None = {RAW: count * index.block_size, FILL: 4, NOTHING: 0, CHECKSUM: 4}.get(kind)
    if held is None or total != header + held:
        index.issues.append(f"chunk {number} at byte {at} is damaged; what comes after it was not read")
        return None
    if (index.covered + count) * index.block_size > MAX_MEDIA_SIZE:
        raise SparseError(f"has chunks that stand for more than {MAX_MEDIA_SIZE} bytes")
    if kind == CHECKSUM:
        _stated_sum(data, index, content)
        return content + held
    if kind == RAW:
        index.add(count, content, 0)
    elif kind == FILL:
        value = data.read(content, 4)
        if len(value) < 4:
            index.issues.append(f"the image ends at byte {data.size}, within chunk {number}")
            return None
        index.add(count, int.from_bytes(value, "little"), 1)
    index.covered += count
    if count and content + held > data.size:
        index.issues.append(f"the image ends at byte {data.size}, within chunk {number}")
        # What is there of the chunk is kept.
        left = max(0, data.size - content) // index.block_size
        index.covered -= count - left
        index.counts[-1] = left
        return None
    return content + held


def _stated_sum(data: RandomBytes, index: SparseIndex, at: int) -> None:
    raw = data.read(at, 4)
    if len(raw) == 4 and len(index.sums) < _MAX_SUMS:
        index.sums.append((index.covered, int.from_bytes(raw, "little")))


def _totals(data: RandomBytes, index: SparseIndex, end: int) -> None:
    if not index.issues and end < data.size:
        index.issues.append(f"{data.size - end} bytes lie behind the last chunk and were not read")
    if index.covered != index.blocks:
        index.issues.append(
            f"the image says that it stands for {index.blocks} blocks of {index.block_size} bytes; its chunks stand for"
            f" {index.covered}"
        )
