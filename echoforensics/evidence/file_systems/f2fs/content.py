"""Locates and reads the content of an F2FS inode.

References:
    Linux, Documentation/filesystems/f2fs.rst ("Index Structure", "Compression implementation").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from echoforensics.evidence.file_systems.f2fs.compression import expand, is_read
from echoforensics.evidence.file_systems.f2fs.layout import COMPRESS_ADDR, NEW_ADDR, NULL_ADDR, F2fsError
from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.f2fs.inode import F2fsInode
    from echoforensics.evidence.file_systems.f2fs.layout import Read
    from echoforensics.evidence.file_systems.f2fs.nodes import Nodes

_HOLES = (NULL_ADDR, NEW_ADDR)
#: How many unreadable blocks of a folder's map to accept before giving up: as many as two nodes map.
_WRONG_BLOCKS = 2048


class F2fsSpan(NamedTuple):
    """Consecutive blocks of a file: the first block, or NULL_ADDR for a hole, and the count."""

    block: int
    length: int


class BlockMap:
    """Maps the parts of a file to blocks."""

    def __init__(self, nodes: Nodes, inode: F2fsInode) -> None:
        self._nodes = nodes
        self._inode = inode
        per_node = nodes.layout.numbers_per_node
        direct = per_node - (per_node % inode.cluster if inode.cluster else 0)
        self._fan = per_node
        self._direct = direct
        #: How many blocks each of an inode's five nodes maps: two direct, two indirect, one double indirect.
        self._sizes = (direct, direct, direct * per_node, direct * per_node, direct * per_node**2)
        self.blocks = len(inode.map) + sum(self._sizes)

    def span(self, index: int) -> F2fsSpan:
        """Return the span at a block of the file, with the blocks directly after it. Raises OSError."""
        numbers, at, hole = self._leaf(index)
        if hole:
            return F2fsSpan(NULL_ADDR, hole)
        first, end, known = numbers[at], at + 1, len(numbers)
        if first in _HOLES:
            while end < known and numbers[end] in _HOLES:
                end += 1
            return F2fsSpan(NULL_ADDR, end - at)
        if first == COMPRESS_ADDR:
            return F2fsSpan(COMPRESS_ADDR, 1)
        while end < known and numbers[end] == first + end - at:
            end += 1
        layout = self._nodes.layout
        if not (layout.main <= first and first + end - at <= layout.main_end):
            raise F2fsError(f"its map leads to block {first}, outside the main area")
        return F2fsSpan(first, end - at)

    def spans(self, blocks: int) -> Iterator[tuple[int, F2fsSpan]]:
        """Yield (block of the file, span) for its first blocks, including holes. Raises OSError."""
        index, blocks = 0, min(blocks, self.blocks)
        while index < blocks:
            span = self.span(index)
            yield index, span
            index += span.length

    def written(self) -> int:
        """Return the number of blocks up to the last one written. Raises OSError."""
        empty: set[int] = set()
        starts = [len(self._inode.map) + sum(self._sizes[:slot]) for slot in range(len(self._sizes))]
        for slot in reversed(range(len(self._sizes))):
            if last := self._last(self._inode.nodes[slot], self._sizes[slot], empty):
                return starts[slot] + last
        return self._last_in(self._inode.map)

    def _leaf(self, index: int) -> tuple[tuple[int, ...], int, int]:
        """Return the addresses that include a block's own, and its index among them; or the length of a hole."""
        if index < len(self._inode.map):
            return self._inode.map, index, 0
        index -= len(self._inode.map)
        for node, size in zip(self._inode.nodes, self._sizes, strict=True):
            if index < size:
                return self._descend(node, size, index)
            index -= size
        raise F2fsError("it states more blocks than an inode can map")

    def _descend(self, node: int, size: int, index: int) -> tuple[tuple[int, ...], int, int]:
        while node:
            numbers = self._nodes.map(node, self._inode.number).numbers
            if size == self._direct:
                return numbers[: self._direct], index, 0
            size //= self._fan
            slot, index = divmod(index, size)
            node = numbers[slot]
        return (), 0, size - index

    def _last(self, node: int, size: int, empty: set[int]) -> int:
        if not node or node in empty:
            return 0
        numbers = self._nodes.map(node, self._inode.number).numbers
        if size == self._direct:
            if last := self._last_in(numbers[: self._direct]):
                return last
        else:
            below = size // self._fan
            for slot in reversed(range(self._fan)):
                if last := self._last(numbers[slot], below, empty):
                    return slot * below + last
        empty.add(node)
        return 0

    def _last_in(self, numbers: tuple[int, ...]) -> int:
        """Return the number of addresses up to the last one that is valid."""
        for at in reversed(range(len(numbers))):
            if numbers[at] == COMPRESS_ADDR or self._nodes.in_main_area(numbers[at]):
                return at + 1
        return 0


class Content:
    """A file's content.

    Attributes:
        size: the bytes that are returned.
        stated: the size in the inode in bytes.
    """

    def __init__(self, nodes: Nodes, inode: F2fsInode, read: Read) -> None:
        """Take the inode of a file or link.

        A size beyond the volume's length is not trusted; content then ends with the last block that was written.

        Args:
            nodes: the nodes of the file system.
            inode: the inode of the content.
            read: reads (byte offset in the volume, size in bytes).

        Raises:
            OSError: the map of a file with an impossible size cannot be read.
        """
        self._read, self._inode, self._layout = read, inode, nodes.layout
        self._map = BlockMap(nodes, inode)
        self.size = self.stated = inode.size
        if inode.inline is not None:
            self.size = min(inode.size, len(inode.inline))
        elif inode.size > self._layout.volume_blocks * self._layout.block_size:
            self.size = min(inode.size, self._map.written() * self._layout.block_size)
        self._cluster: tuple[int, bytes] = (-1, b"")

    def open(self) -> BinaryIO:
        """Open a stream over it; parts never written read as zeros."""
        return buffered(RandomAccessStream(self.size, self.read_at))

    def read_at(self, at: int, size: int) -> bytes:
        """Read from a byte offset on; fewer bytes than requested where a new span begins. Raises OSError."""
        size = min(size, self.size - at)
        if self._inode.inline is not None:
            return self._inode.inline[at : at + size]
        index, inside = divmod(at, self._layout.block_size)
        if cluster := self._inode.cluster:
            first = index - index % cluster
            if self._map.span(first).block == COMPRESS_ADDR:
                data = self._expanded(first)
                inside = at - first * self._layout.block_size
                return data[inside : inside + size]
        span = self._map.span(index)
        size = min(size, span.length * self._layout.block_size - inside)
        if span.block == NULL_ADDR:
            return bytes(size)
        if span.block == COMPRESS_ADDR:
            raise F2fsError("its map has a compressed cluster where there can be none")
        return self._read(span.block * self._layout.block_size + inside, size)

    def extents(self) -> list[tuple[int, int]]:
        """Return where uncompressed content lies: (byte offset in the volume, length in bytes). Raises OSError."""
        return self._in_bytes(packed=False)

    def packed_extents(self) -> list[tuple[int, int]]:
        """Return where compressed clusters lie, as :meth:`extents` does. Raises OSError."""
        return self._in_bytes(packed=True)

    def is_placed(self) -> bool:
        """Whether there is any content, in the inode or in a block. Raises OSError."""
        return self._inode.inline is not None or any(True for _ in self._placed())

    def unread_compression(self) -> bool:
        """Whether a part of it has an unsupported compression. Raises OSError."""
        if not self._inode.cluster or is_read(self._inode.algorithm):
            return False
        return any(span.block == COMPRESS_ADDR for span in self._placed())

    def _placed(self) -> Iterator[F2fsSpan]:
        if self._inode.inline is not None:
            return
        for _, span in self._map.spans(-(-self.size // self._layout.block_size)):
            if span.block != NULL_ADDR:
                yield span

    def _in_bytes(self, *, packed: bool) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for block, blocks in self._blocks(packed=packed):
            place, length = block * self._layout.block_size, blocks * self._layout.block_size
            if found and sum(found[-1]) == place:
                place, length = found[-1][0], found.pop()[1] + length
            found.append((place, length))
        return found

    def _blocks(self, *, packed: bool) -> Iterator[F2fsSpan]:
        """Yield the blocks of compressed clusters, or the others."""
        if self._inode.inline is not None:
            return
        cluster, packed_until = self._inode.cluster or 1, 0
        for index, (block, length) in self._map.spans(-(-self.size // self._layout.block_size)):
            if block == COMPRESS_ADDR:
                packed_until = index - index % cluster + cluster
            elif block != NULL_ADDR:
                inside = max(0, min(length, packed_until - index))
                first, count = (block, inside) if packed else (block + inside, length - inside)
                if count:
                    yield F2fsSpan(first, count)

    def _expanded(self, first: int) -> bytes:
        if self._cluster[0] != first:
            pieces: list[bytes] = []
            for index in range(first + 1, first + self._inode.cluster):
                span = self._map.span(index)
                if span.block in (NULL_ADDR, COMPRESS_ADDR):
                    break
                pieces.append(self._read(span.block * self._layout.block_size, self._layout.block_size))
            wanted = self._inode.cluster * self._layout.block_size
            self._cluster = (first, expand(self._inode.algorithm, b"".join(pieces), wanted))
        return self._cluster[1]


def blocks_of_folder(nodes: Nodes, inode: F2fsInode) -> Iterator[int | OSError]:
    """Yield the blocks with a folder's names in order; an error for each unreadable part of its map."""
    layout, blocks = nodes.layout, BlockMap(nodes, inode)
    stated = min(-(-inode.size // layout.block_size), layout.volume_blocks, blocks.blocks)
    index, wrong, before = 0, 0, ""
    while index < stated:
        try:
            span = blocks.span(index)
        except OSError as error:
            # The next block may be in the same node, whose error is reported once.
            if str(error) != before:
                yield error
            before = str(error)
            wrong, index = wrong + 1, index + 1
            if wrong > _WRONG_BLOCKS:
                yield F2fsError(f"more than {_WRONG_BLOCKS} blocks of its map are wrong; the rest was not read")
                return
            continue
        if span.block not in (NULL_ADDR, COMPRESS_ADDR):
            yield from range(span.block, span.block + span.length)
        index += span.length
