"""Reads and decompresses blocks of a squashfs, and caches a few.

References:
    Linux, Documentation/filesystems/squashfs.rst (metadata blocks, tables).
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.evidence.file_systems.squashfs.codecs import Expand

#: The size of a metadata block in bytes before compression.
METADATA_SIZE = 8192
_METADATA_STORED = 0x8000
_DATA_STORED = 1 << 24
_DATA_SIZE_MASK = _DATA_STORED - 1
#: How many blocks to cache; a data block may have 1 MiB, a metadata block has 8 KiB.
_KEPT_DATA = 8
_KEPT_METADATA = 128

#: A position in a metadata table: (byte offset of the block in the table, byte offset in the expanded block).
Place = tuple[int, int]


def is_stored(word: int) -> bool:
    """Whether the word that describes a data block marks it as uncompressed."""
    return bool(word & _DATA_STORED)


def size_on_volume(word: int) -> int:
    """Return a data block's size on the volume in bytes from the word that describes it; 0 is a hole."""
    return word & _DATA_SIZE_MASK


class _BlockCache:
    """Caches the most recent blocks. Streams may be read in another thread than the folders."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[tuple[int, int], tuple[bytes, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[int, int], make: Callable[[int, int], tuple[bytes, int]]) -> tuple[bytes, int]:
        with self._lock:
            if (found := self._found.get(key)) is not None:
                self._found.move_to_end(key)
                return found
        found = make(*key)
        with self._lock:
            self._found[key] = found
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        return found


class Blocks:
    """The blocks of one file system."""

    def __init__(self, read: Callable[[int, int], bytes], length: int, expand: Expand, block_size: int) -> None:
        """Set up reading of blocks.

        Args:
            read: reads (byte offset, size in bytes) of the volume; may raise OSError.
            length: the size of the volume in bytes.
            expand: decompresses a block.
            block_size: the size of a whole data block in bytes before compression.
        """
        self.length = length
        self._read = read
        self._expand = expand
        self._block_size = block_size
        self._data = _BlockCache(_KEPT_DATA)
        self._metadata = _BlockCache(_KEPT_METADATA)

    def exactly(self, offset: int, size: int) -> bytes:
        """Read exactly ``size`` bytes at a byte offset of the volume. Raises OSError if there are fewer."""
        self.check(offset, size)
        raw = self._read(offset, size)
        if len(raw) != size:
            raise OSError(f"only {len(raw)} of {size} bytes can be read at byte {offset} of the volume")
        return raw

    def check(self, offset: int, size: int) -> None:
        """Raise OSError if a range is not on the volume."""
        if offset + size > self.length:
            raise OSError(f"{size} bytes at byte {offset} lie beyond the volume's {self.length} bytes")

    def data(self, offset: int, word: int) -> bytes:
        """Return a decompressed data or fragment block, checked against the largest block size. Raises OSError."""
        return self._data.get((offset, word), self._read_data)[0]

    def metadata(self, offset: int) -> tuple[bytes, int]:
        """Return the decompressed metadata block at a byte offset, and the offset after it. Raises OSError."""
        return self._metadata.get((offset, 0), self._read_metadata)

    def _read_data(self, offset: int, word: int) -> tuple[bytes, int]:
        size = size_on_volume(word)
        if not 0 < size <= self._block_size:
            raise OSError(f"a block states {size} bytes, but a block has at most {self._block_size}")
        raw = self.exactly(offset, size)
        return (raw if is_stored(word) else self._expand(raw, self._block_size)), offset + size

    def _read_metadata(self, offset: int, _: int) -> tuple[bytes, int]:
        header = int.from_bytes(self.exactly(offset, 2), "little")
        size = header & ~_METADATA_STORED
        if not 0 < size <= METADATA_SIZE:
            raise OSError(
                f"the metadata block at byte {offset} states {size} bytes, but one has at most {METADATA_SIZE}"
            )
        raw = self.exactly(offset + 2, size)
        return (raw if header & _METADATA_STORED else self._expand(raw, METADATA_SIZE)), offset + 2 + size


class MetadataTable:
    """Consecutive metadata blocks: the table of inodes, or that of folders."""

    def __init__(self, blocks: Blocks, start: int, end: int) -> None:
        """Take the byte offsets on the volume at which the table begins and ends."""
        self._blocks = blocks
        self._start = start
        self._end = min(end, blocks.length)

    @property
    def most(self) -> int:
        """An upper limit for its content in bytes: no block takes fewer than three bytes."""
        return (max(0, self._end - self._start) // 3 + 1) * METADATA_SIZE

    def read(self, place: Place, size: int) -> tuple[bytes, Place]:
        """Read up to ``size`` bytes from a position, and return the position after them. Raises OSError."""
        block, offset = place
        data, after = self._block(block)
        if offset + size <= len(data):
            return data[offset : offset + size], (block, offset + size)
        if offset > len(data):
            raise OSError(f"byte {offset} of a metadata block of {len(data)} bytes was asked for")
        found = bytearray(data[offset:])
        while True:
            block = after - self._start
            data, after = self._block(block)
            wanted = size - len(found)
            found += data[:wanted]
            if wanted <= len(data):
                return bytes(found), (block, wanted)

    def _block(self, block: int) -> tuple[bytes, int]:
        position = self._start + block
        if position >= self._end:
            raise OSError(f"byte {position} lies beyond the end of its table, byte {self._end}")
        return self._blocks.metadata(position)


class LookupTable:
    """A table of fixed-size entries in metadata blocks, located by a list of byte offsets."""

    def __init__(self, blocks: Blocks, start: int, count: int, entry_size: int) -> None:
        """Take the table's position and size.

        Args:
            blocks: the blocks of the file system.
            start: the byte offset of the list.
            count: the stated number of entries.
            entry_size: the size of an entry in bytes; divides a metadata block.
        """
        self._blocks = blocks
        self._start = start
        self._count = count
        self._size = entry_size
        self._per_block = METADATA_SIZE // entry_size

    def entry(self, index: int) -> bytes:
        """Return an entry. Raises OSError."""
        if index >= self._count:
            raise OSError(f"entry {index} of a table of {self._count} was asked for")
        block, within = divmod(index, self._per_block)
        data = self._block(block)
        found = data[within * self._size : (within + 1) * self._size]
        if len(found) != self._size:
            raise OSError(f"entry {index} lies beyond its block")
        return found

    def check(self) -> None:
        """Read the table once without keeping it. Raises OSError at the first unreadable block."""
        for first in range(0, self._count, self._per_block):
            self.entry(min(first + self._per_block, self._count) - 1)

    def _block(self, number: int) -> bytes:
        pointer = int.from_bytes(self._blocks.exactly(self._start + number * 8, 8), "little")
        return self._blocks.metadata(pointer)[0]
