"""Open the data files of Chromium's block-file cache, which lie beside the index, on demand.

References:
    net/disk_cache/blockfile/disk_format_base.h of Chromium; checked against what Chromium 156 wrote.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from parsers.formats.chromium_cache.block_address import BLOCKS_AT, ENTRIES, SIZES, Address
from parsers.parser import Source

#: How a block file begins.
MAGIC = struct.pack("<I", 0xC104CAC3)
#: Maximum number of blocks in a file: its map has one bit for each.
MAX_BLOCKS = (BLOCKS_AT - 80) * 8
#: Maximum number of blocks read at once when a file is scanned.
_STEP = 1024


class BlockError(ValueError):
    """An address that does not lead to the expected data."""


class BlockFile(NamedTuple):
    """An open file.

    Attributes:
        stream: its content.
        size: its length in bytes.
        block_size: size of a block; 0 for a separate file, or if the file is not a block file.
        next_number: number of the file that continues this one when it is full; 0 for none.
        used: one bit per block, set if the block is in use.
    """

    stream: BinaryIO
    size: int
    block_size: int = 0
    next_number: int = 0
    used: bytes = b""

    def is_used(self, block: int) -> bool:
        """Whether the file's map marks a block as used."""
        return block // 8 < len(self.used) and bool(self.used[block // 8] >> block % 8 & 1)

    @property
    def blocks(self) -> int:
        """The number of blocks that fit into the file."""
        return min(MAX_BLOCKS, max(0, self.size - BLOCKS_AT) // self.block_size) if self.block_size else 0


class BlockFiles:
    """The files beside an index. A context manager that closes them on exit."""

    def __init__(self, source: Source) -> None:
        """Initialise with the index, or any other file in the same folder."""
        self._source = source
        self._stack = ExitStack()
        self._files: dict[str, BlockFile | None] = {}
        self._given: set[tuple[str, int]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def file(self, name: str) -> BlockFile | None:
        """A file by its name; None if it is missing. Block files stay open.

        Raises:
            OSError: the evidence cannot be read.
        """
        if name not in self._files:
            found = self._source.beside(name)
            if found is None:
                self._files[name] = None
            elif name.startswith("data_"):
                self._files[name] = _opened(self._stack.enter_context(found.open()), found)
            else:
                return BlockFile(found.open(), found.size)
        return self._files[name]

    def read(self, address: Address, length: int) -> bytes:
        """Read the bytes at an address; fewer if the file ends.

        Raises:
            BlockError: the address is invalid, or holds fewer bytes.
            OSError: the evidence cannot be read.
        """
        if not address:
            raise BlockError(f"{address.value:#010x} is not an address")
        found = self.file(address.file)
        if found is None:
            raise BlockError(f"the file {address.file} is not beside the index")
        if not address.kind:
            with found.stream as stream:
                return stream.read(length)
        if found.block_size != SIZES[address.kind]:
            raise BlockError(f"the file {address.file} holds no blocks of {SIZES[address.kind]} bytes")
        if length > address.room:
            raise BlockError(f"{length} bytes were expected where {address.room} have room")
        found.stream.seek(address.offset)
        return found.stream.read(length)

    def content(self, address: Address, size: int, most: int) -> bytes:
        """Read an entry's content at an address. Each address is accepted once, as entries never share one.

        Args:
            address: the address.
            size: length in bytes, according to the entry.
            most: maximum length accepted, in bytes.

        Raises:
            BlockError: the address is invalid, holds too little, or was read before.
            OSError: the evidence cannot be read.
        """
        if not 0 < size <= most:
            raise BlockError(f"it says it is {size} bytes long")
        place = (address.file, address.block)
        if place in self._given:
            raise BlockError(f"another entry has its content at {address.value:#010x} too")
        found = self.read(address, size)
        self._given.add(place)
        return found

    def is_whole(self, address: Address, length: int) -> bool:
        """Whether a number of bytes is the whole of a separate file."""
        found = self._source.beside(address.file) if not address.kind else None
        return found is not None and found.size == length

    def state(self, address: Address) -> str:
        """Whether the blocks at an address are in use: ``used``, ``free``, ``in part`` or ``unknown``."""
        found = self.file(address.file) if address.kind else None
        if found is None:
            return "unknown"
        states = {found.is_used(address.block + more) for more in range(address.blocks)}
        return "in part" if len(states) > 1 else "used" if True in states else "free"

    def entry_files(self) -> Iterator[tuple[int, BlockFile]]:
        """The files that hold entries: the first one and its continuations."""
        number, seen = 1, set[int]()
        while number not in seen and 0 < number < 256:
            seen.add(number)
            found = self.file(f"data_{number}")
            if found is None or found.block_size != SIZES[ENTRIES]:
                return
            yield number, found
            number = found.next_number

    @staticmethod
    def steps(found: BlockFile) -> Iterator[tuple[int, bytes]]:
        """Read the blocks of a file in batches, each with the number of its first block."""
        for first in range(0, found.blocks, _STEP):
            found.stream.seek(BLOCKS_AT + first * found.block_size)
            yield first, found.stream.read(_STEP * found.block_size)


def _opened(stream: BinaryIO, source: Source) -> BlockFile:
    head = stream.read(BLOCKS_AT)
    if not head.startswith(MAGIC) or len(head) < BLOCKS_AT:
        return BlockFile(stream, source.size)
    following, size = struct.unpack_from("<hi", head, 10)
    if size not in SIZES.values():
        return BlockFile(stream, source.size)
    return BlockFile(stream, source.size, size, following, head[80:])
