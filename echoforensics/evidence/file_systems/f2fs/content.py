"""Content of an F2FS inode: where it lies, and what reads it.

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
#: Blocks of a folder that cannot be found, before the rest is given up: those that two nodes map.
_WRONG_BLOCKS = 2048


class F2fsSpan(NamedTuple):
    """Blocks of a file that follow each other: their first block, or NULL_ADDR for a hole; how many."""

    block: int
    length: int


class BlockMap:
    """Which block holds which part of a file."""

    def __init__(self, nodes: Nodes, inode: F2fsInode) -> None:
        self._nodes = nodes
        self._inode = inode
        per_node = nodes.layout.numbers_per_node
        direct = per_node - (per_node % inode.cluster if inode.cluster else 0)
        self._fan = per_node
        self._direct = direct
        #: What the five nodes that an inode names map: two direct, two indirect, one double indirect.
        self._sizes = (direct, direct, direct * per_node, direct * per_node, direct * per_node**2)
        self.blocks = len(inode.map) + sum(self._sizes)

    def span(self, index: int) -> F2fsSpan:
        """What is at a block of the file, and how many more follow it at once. Raises OSError."""
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
        """What is in the first blocks of the file, hole or not: (block of the file, span). Raises OSError."""
        index, blocks = 0, min(blocks, self.blocks)
        while index < blocks:
            span = self.span(index)
            yield index, span
            index += span.length

    def written(self) -> int:
        """How many blocks there are up to the last that was written. Raises OSError."""
        empty: set[int] = set()
        starts = [len(self._inode.map) + sum(self._sizes[:slot]) for slot in range(len(self._sizes))]
        for slot in reversed(range(len(self._sizes))):
            if last := self._last(self._inode.nodes[slot], self._sizes[slot], empty):
                return starts[slot] + last
        return self._last_in(self._inode.map)

    def _leaf(self, index: int) -> tuple[tuple[int, ...], int, int]:
        """The addresses that a block's own is among, and its place there; or the length of a hole."""
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
        """How many addresses there are up to the last that can be one."""
        for at in reversed(range(len(numbers))):
            if numbers[at] == COMPRESS_ADDR or self._nodes.in_main_area(numbers[at]):
                return at + 1
        return 0


class Content:
    """A file's content.

    Attributes:
        size: bytes that are given.
        stated: bytes that the inode states.
    """

    def __init__(self, nodes: Nodes, inode: F2fsInode, read: Read) -> None:
        """Take an inode of a file or link.

        A size beyond the volume's is not believed: content is then given up to the last block that was written.

        Args:
            nodes: of the file system.
            inode: whose content it is.
            read: reads (byte offset in the volume, size in bytes).

        Raises:
            OSError: the map of a file of impossible size cannot be read.
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
        """A stream over it; what was never written reads as zeros."""
        return buffered(RandomAccessStream(self.size, self.read_at))

    def read_at(self, at: int, size: int) -> bytes:
        """Read from a byte offset on; fewer bytes than asked for where its place changes. Raises OSError."""
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
        """Where content lies as it is: (byte offset in the volume, length in bytes) in order. Raises OSError."""
        return self._in_bytes(packed=False)

    def packed_extents(self) -> list[tuple[int, int]]:
        """Where compressed clusters lie, in the form of :meth:`extents`. Raises OSError."""
        return self._in_bytes(packed=True)

    def is_placed(self) -> bool:
        """Whether there is any content: in the inode, or in a block. Raises OSError."""
        return self._inode.inline is not None or any(True for _ in self._placed())

    def unread_compression(self) -> bool:
        """Whether some of it is compressed in a way that is not read. Raises OSError."""
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
        """The blocks of compressed clusters, or the others."""
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
    """The blocks that hold a folder's names, in order; an error for each part of its map that cannot be read."""
    layout, blocks = nodes.layout, BlockMap(nodes, inode)
    stated = min(-(-inode.size // layout.block_size), layout.volume_blocks, blocks.blocks)
    index, wrong, before = 0, 0, ""
    while index < stated:
        try:
            span = blocks.span(index)
        except OSError as error:
            # The next block may be in the same node, which is reported once.
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
