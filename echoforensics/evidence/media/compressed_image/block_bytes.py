"""Reads content that is decompressed in blocks, and caches a few."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: The most bytes of content in a block, and in the cached blocks.
MAX_BLOCK = 64 << 20
KEPT = 128 << 20


class NoBlocksError(Exception):
    """Compressed data has no separately compressed blocks, or their index is damaged."""


class BlockBytes:
    """Reads blocks and parts of them.

    Attributes:
        size: bytes.
        issues: what is damaged, a sentence each: none, as damage is found where it is read.
    """

    issues: tuple[str, ...] = ()

    def __init__(self, sizes: Iterable[int], decompress: Callable[[int], bytes], close: Callable[[], None]) -> None:
        """Take each block's content size, a function that decompresses a block by number, and a close function.

        Raises:
            NoBlocksError: there are fewer than two blocks, or one is too large.
        """
        sizes = list(sizes)
        if len(sizes) < 2 or max(sizes) > MAX_BLOCK or min(sizes) <= 0:
            raise NoBlocksError
        self._starts = [0, *accumulate(sizes)]
        self.size = self._starts[-1]
        self._decompress = decompress
        self._close = close
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._damaged: dict[int, str] = {}

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at a byte offset: fewer at the end. Raises OSError."""
        end = min(offset + size, self.size)
        pieces: list[bytes] = []
        while 0 <= offset < end:
            number = bisect_right(self._starts, offset) - 1
            start = self._starts[number]
            pieces.append(self._block(number)[offset - start : end - start])
            offset = self._starts[number + 1]
        return b"".join(pieces)

    def close(self) -> None:
        """Close what is below."""
        self._kept.clear()
        self._close()

    def _block(self, number: int) -> bytes:
        if (kept := self._kept.get(number)) is not None:
            self._kept.move_to_end(number)
            return kept
        if number in self._damaged:
            raise OSError(self._damaged[number])
        wanted = self._starts[number + 1] - self._starts[number]
        try:
            block = self._decompress(number)
        except OSError as error:
            self._damaged[number] = str(error)
            raise
        if len(block) != wanted:
            self._damaged[number] = f"compressed block {number} has another length than is stated"
            raise OSError(self._damaged[number])
        self._kept[number] = block
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > KEPT:
            self._kept.popitem(last=False)
        return block
