"""The media of an Android sparse image, or of several that are put together."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

from parsers.formats import deflate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from echoforensics.evidence.media.android_sparse.index import SparseIndex
    from echoforensics.evidence.media.file_bytes import RandomBytes

_PIECE = 1 << 20


class OverlapError(Exception):
    """Two images hold something for the same blocks, so that they are not parts of one."""


class SparseImage:
    """Reads blocks by the chunks of one image or more. What none of them holds is zeros.

    Attributes:
        size: bytes of the media.
    """

    def __init__(self, parts: Sequence[tuple[RandomBytes, SparseIndex]]) -> None:
        """Put images together. Raises OverlapError where they cannot be."""
        self._parts = [data for data, _ in parts]
        self._block = parts[0][1].block_size
        self.size = max(index.covered for _, index in parts) * self._block
        if len(parts) == 1:
            self._take_over(parts[0][1])
        else:
            self._join([index for _, index in parts])

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes of the media: fewer at its end. Raises OSError."""
        end = min(offset + size, self.size)
        if offset < 0:
            return b""
        pieces: list[bytes] = []
        at = offset
        while at < end:
            piece = self._piece(at, end)
            pieces.append(piece)
            at += len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        """Close the images."""
        for data in self._parts:
            data.close()

    def _piece(self, at: int, end: int) -> bytes:
        """Bytes from one chunk, or from between two."""
        block = at // self._block
        index = bisect_right(self._starts, block) - 1
        if index < 0 or block >= self._starts[index] + self._counts[index]:
            following = self._starts[index + 1] * self._block if index + 1 < len(self._starts) else end
            return bytes(min(end, following) - at)
        within = at - self._starts[index] * self._block
        length = min(end - at, self._counts[index] * self._block - within)
        value = self._values[index]
        if self._fills[index]:
            turn = within % 4
            return (value.to_bytes(4, "little") * (length // 4 + 2))[turn : turn + length]
        piece = self._parts[self._files[index] if self._files else 0].read(value + within, length)
        if len(piece) != length:
            raise OSError("the sparse image ends within a chunk")
        return piece

    def _take_over(self, index: SparseIndex) -> None:
        self._starts, self._counts = index.starts, index.counts
        self._values, self._fills = index.values, index.fills
        self._files: array[int] = array("H")

    def _join(self, indexes: Sequence[SparseIndex]) -> None:
        order = sorted(
            (start, file, number) for file, index in enumerate(indexes) for number, start in enumerate(index.starts)
        )
        self._starts, self._counts, self._values = array("Q"), array("Q"), array("Q")
        self._fills, self._files = bytearray(), array("H")
        before = 0
        for start, file, number in order:
            index = indexes[file]
            if start < before:
                raise OverlapError
            before = start + index.counts[number]
            self._starts.append(start)
            self._counts.append(index.counts[number])
            self._values.append(index.values[number])
            self._fills.append(index.fills[number])
            self._files.append(file)


def wrong_sums(data: RandomBytes, index: SparseIndex, limit: int) -> tuple[list[str], list[str]]:
    """Compare the checksums that an image states with its bytes.

    libsparse counts blocks that hold nothing when it reads, and not when it writes, where it counts of a filled chunk
    one block; either way is taken for right.

    Args:
        data: the image.
        index: of it.
        limit: bytes of media that are read for it at most.

    Returns:
        Faults and notes, a sentence each.

    Raises:
        OSError: it cannot be read.

    References:
        AOSP, system/core/libsparse: output_file.cpp (writing), sparse_read.cpp (reading).
    """
    stated = [*index.sums, *([(index.covered, index.checksum)] if index.checksum else [])]
    if not stated:
        return [], []
    if index.covered * index.block_size > limit:
        return [], ["the checksums that the sparse image states were not compared: its media is too large for its file"]
    issues: list[str] = []
    sums = _Sums(data, index)
    for blocks, value in stated:
        sums.go_on(blocks)
        if value not in (sums.read, sums.written):
            issues.append(
                f"the sparse image says that the CRC-32 of its first {blocks * index.block_size} bytes is {value:08x},"
                f" but it is {sums.read:08x}"
            )
    return issues, []


class _Sums:
    """Running checksums, as libsparse counts when it reads and when it writes."""

    def __init__(self, data: RandomBytes, index: SparseIndex) -> None:
        self._image = SparseImage([(data, index)])
        self._index = index
        self._block = 0
        self.read = self.written = 0

    def go_on(self, block: int) -> None:
        """Count up to a block."""
        size = self._index.block_size
        for first, last, kind in self._spans(block):
            counted = {"raw": last, "fill": first + 1, "nothing": first}[kind]
            at = first * size
            while at < last * size:
                piece = self._image.read(at, min(_PIECE, last * size - at))
                self.read = deflate.crc32(piece, self.read)
                if at < counted * size:
                    self.written = deflate.crc32(piece[: counted * size - at], self.written)
                at += len(piece)
        self._block = max(self._block, block)

    def _spans(self, end: int) -> Iterator[tuple[int, int, str]]:
        """(first block, block behind the last, kind) from its position up to a block."""
        index, at = self._index, self._block
        number = max(0, bisect_right(index.starts, at) - 1)
        while at < end:
            while number < len(index.starts) and index.starts[number] + index.counts[number] <= at:
                number += 1
            start = index.starts[number] if number < len(index.starts) else end
            if at < start:
                yield at, min(start, end), "nothing"
                at = min(start, end)
                continue
            last = min(start + index.counts[number], end)
            yield at, last, "fill" if index.fills[number] else "raw"
            at = last
