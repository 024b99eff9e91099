"""Content of an ext inode, read by where the inode says it lies; and how much of that belongs to others now."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.file_systems.ext.inode import ExtInode, MappingError, Run, runs_of
from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.ext.layout import ExtLayout

#: Linux reads as zeros what content of an inode itself lacks in its first page of memory, whose size in bytes this is.
_LARGEST_PAGE = 65536
#: Blocks of maps that are read in one pass over a file system, beside those that The Sleuth Kit reads itself.
MAX_MAP_BLOCKS = 200_000


class MapBudget:
    """How many blocks of maps may still be read. Inodes without number may lead to the same ones."""

    def __init__(self, blocks: int = MAX_MAP_BLOCKS) -> None:
        self._total = self._left = blocks

    def counted(self, versions: Callable[[int], Iterator[bytes]]) -> Callable[[int], Iterator[bytes]]:
        """What reads blocks, counted. Raises MappingError when there are no more to be read."""

        def read(number: int) -> Iterator[bytes]:
            self._left -= 1
            if self._left < 0:
                raise MappingError(f"more than {self._total} blocks that say where content lies were read already")
            return versions(number)

        return read


@dataclass(frozen=True, slots=True)
class ExtContent:
    """Where a file's content lies.

    Attributes:
        runs: its written blocks.
        size: bytes that are given.
        stated: bytes that the inode states; more than ``size`` where it states more than the volume holds.
        inline: the content, where the inode itself holds it; None if it does not.
        zeros: how many bytes at the end of such content the inode does not hold, and which are given as zeros.
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
        """How many blocks were written."""
        return sum(length for _, _, length in self.runs)

    @property
    def is_anywhere(self) -> bool:
        """Whether there is any content."""
        return bool(self.runs or self.inline)

    def blocks_in_use(self, layout: ExtLayout) -> int:
        """How many of its blocks the bitmaps count as in use. Raises OSError."""
        return sum(layout.allocated_blocks(block, length) for _, block, length in self.runs)

    def extents(self, block_size: int) -> list[tuple[int, int]]:
        """(byte offset in the volume, length in bytes), in order."""
        return [(block * block_size, length * block_size) for _, block, length in self.runs]

    def open(self, block_size: int, read: Callable[[int, int], bytes]) -> BinaryIO:
        """A stream over the content; blocks that were never written read as zeros."""
        return buffered(RandomAccessStream(self.size, self._piece_reader(block_size, read)))

    def reader(self, block_size: int, read: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
        """What reads (byte offset in the content, size in bytes), giving fewer only at its end."""
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
    """Where an inode says its content lies.

    A size beyond the volume's length is not believed: content is then given up to the last block that was written.

    Args:
        inode: of a regular file.
        layout: of the file system.
        volume_length: bytes.
        versions: gives the versions of a block that are at hand, the one to be believed first.

    Raises:
        MappingError: it cannot lie where the inode says.
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
    """Blocks as they are now."""

    def versions(number: int) -> Iterator[bytes]:
        try:
            yield layout.block(number)
        except OSError:
            return

    return versions
