"""Reads the content of an ext inode where the inode places it, and counts the blocks that other files now use."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from echoforensics.evidence.file_systems.ext.inode import ExtInode, MappingError, Run, runs_of
from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.ext.layout import ExtLayout

#: Linux reads missing inline content within the first memory page, of this many bytes, as zeros.
_LARGEST_PAGE = 65536
#: The most map blocks to read in one pass over a file system, besides those The Sleuth Kit reads itself.
MAX_MAP_BLOCKS = 200_000


class MapBudget:
    """Limits how many map blocks may still be read. Many inodes may refer to the same blocks."""

    def __init__(self, blocks: int = MAX_MAP_BLOCKS) -> None:
        self._total = self._left = blocks

    def counted(self, versions: Callable[[int], Iterator[bytes]]) -> Callable[[int], Iterator[bytes]]:
        """Wrap a block reader so that its blocks are counted. Raises MappingError when the limit is reached."""

        def read(number: int) -> Iterator[bytes]:
            self._left -= 1
            if self._left < 0:
                raise MappingError(f"more than {self._total} blocks that say where content lies were read already")
            return versions(number)

        return read


class ExtContent(NamedTuple):
    """Where a file's content lies.

    Attributes:
        runs: its written blocks.
        size: the bytes that are returned.
        stated: the size in the inode; larger than ``size`` if the volume cannot hold that much.
        inline: the content, if the inode itself holds it; otherwise None.
        zeros: how many bytes at the end of inline content are missing from the inode and returned as zeros.
    """

    runs: tuple[Run, ...]
    size: int
    stated: int
    inline: bytes | None = None
    zeros: int = 0

    @property
    def is_as_stated(self) -> bool:
        """Whether there is as much content as the inode states."""
        return self.size == self.stated and not self.zeros

    @property
    def blocks(self) -> int:
        """The number of blocks that were written."""
        return sum(length for _, _, length in self.runs)

    @property
    def is_anywhere(self) -> bool:
        """Whether there is any content."""
        return bool(self.runs or self.inline)

    def blocks_in_use(self, layout: ExtLayout) -> int:
        """Count its blocks that the bitmaps mark as used. Raises OSError."""
        return sum(layout.allocated_blocks(block, length) for _, block, length in self.runs)

    def extents(self, block_size: int) -> list[tuple[int, int]]:
        """Return (byte offset in the volume, length in bytes) in order."""
        return [(block * block_size, length * block_size) for _, block, length in self.runs]

    def open(self, block_size: int, read: Callable[[int, int], bytes]) -> BinaryIO:
        """Open a stream over the content; blocks that were never written read as zeros."""
        return buffered(RandomAccessStream(self.size, self._piece_reader(block_size, read)))

    def reader(self, block_size: int, read: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
        """Return a function that reads (byte offset in the content, size in bytes); fewer bytes only at its end."""
        piece_at = self._piece_reader(block_size, read)

        def read_at(at: int, size: int) -> bytes:
            pieces: list[bytes] = []
            end = min(at + size, self.size)
            while at < end and (piece := piece_at(at, end - at)):
                pieces.append(piece)
                at += len(piece)
            return b"".join(pieces)

        return read_at

    def _piece_reader(self, block_size: int, read: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
        starts = [logical * block_size for logical, _, _ in self.runs]

        def piece_at(at: int, size: int) -> bytes:
            if self.inline is not None:
                return self.inline[at : at + size]
            place = bisect_right(starts, at) - 1
            if place >= 0:
                logical, block, length = self.runs[place]
                inside = at - logical * block_size
                if inside < length * block_size:
                    return read(block * block_size + inside, min(size, length * block_size - inside))
            until = starts[place + 1] if place + 1 < len(starts) else self.size
            return bytes(min(size, until - at))

        return piece_at


def content_of(
    inode: ExtInode, layout: ExtLayout, volume_length: int, versions: Callable[[int], Iterator[bytes]]
) -> ExtContent:
    """Return where an inode places its content.

    A size beyond the volume's length is not trusted; content then ends with the last block that was written.

    Args:
        inode: the inode of a regular file.
        layout: the layout of the file system.
        volume_length: the size of the volume in bytes.
        versions: yields the available versions of a block, the most credible first.

    Raises:
        MappingError: the content cannot lie where the inode places it.
    """
    if inode.is_inline:
        held = (inode.map + inode.beyond_map)[: inode.size]
        zeros = inode.size - len(held) if inode.size <= _LARGEST_PAGE else 0
        return ExtContent((), len(held) + zeros, inode.size, held + bytes(zeros), zeros)
    runs = runs_of(inode, layout.block_size, layout.blocks, versions)
    size = inode.size
    if size > volume_length:
        size = max(((logical + length) * layout.block_size for logical, _, length in runs), default=0)
        size = min(size, inode.size)
    return ExtContent(tuple(runs), size, inode.size)


def live_versions(layout: ExtLayout) -> Callable[[int], Iterator[bytes]]:
    """Return a function that reads blocks in their current state."""

    def versions(number: int) -> Iterator[bytes]:
        try:
            yield layout.block(number)
        except OSError:
            return

    return versions
