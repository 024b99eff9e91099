"""Addresses in Chromium's block-file cache: a file, and a place in it.

Bit 31 marks a valid address; bits 28 to 30 are the kind of file. For a separate file (kind 0) the rest is its
number, ``f_`` and six hexadecimal digits. For blocks, bits 24 and 25 are their count less one, bits 16 to 23 the
number of the file, ``data_`` and digits, and the rest the first block. Blocks begin 8192 bytes into a file.

References:
    net/disk_cache/blockfile/addr.h and disk_format_base.h of Chromium; plaso's parser ``chrome_cache``.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Offset of the first block in a file.
BLOCKS_AT = 8192
#: Block size by kind of file: kind 1 holds the nodes with usage times, kind 2 the entries.
SIZES = {1: 36, 2: 256, 3: 1024, 4: 4096}
NODES = 1
ENTRIES = 2


@dataclass(frozen=True, slots=True)
class Address:
    """A cache address.

    Attributes:
        value: as recorded.
    """

    value: int

    def __bool__(self) -> bool:
        """Whether it is a valid address of a known kind."""
        return bool(self.value & 0x80000000) and (self.kind == 0 or self.kind in SIZES)

    @property
    def kind(self) -> int:
        """The kind of file; 0 for a separate file."""
        return self.value >> 28 & 7

    @property
    def number(self) -> int:
        """The number of the file."""
        return self.value >> 16 & 0xFF if self.kind else self.value & 0x0FFFFFFF

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"data_{self.number}" if self.kind else f"f_{self.number:06x}"

    @property
    def block(self) -> int:
        """The first block; 0 for a separate file."""
        return self.value & 0xFFFF if self.kind else 0

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return (self.value >> 24 & 3) + 1 if self.kind else 0

    @property
    def offset(self) -> int:
        """The byte offset in the file."""
        return BLOCKS_AT + self.block * SIZES[self.kind] if self.kind else 0

    @property
    def room(self) -> int:
        """The capacity of the blocks in bytes; 0 for a separate file."""
        return self.blocks * SIZES[self.kind] if self.kind else 0


def entry_address(number: int, block: int) -> Address:
    """The address of one block in a file of entries."""
    return Address(0x80000000 | ENTRIES << 28 | (number & 0xFF) << 16 | (block & 0xFFFF))
