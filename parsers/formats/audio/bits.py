"""Read numbers of a few bits from bytes, most significant bit first."""

from __future__ import annotations


class Bits:
    """A bit reader; missing bits count as zeros.

    Args:
        raw: the bytes.
    """

    def __init__(self, raw: bytes) -> None:
        self._number = int.from_bytes(raw, "big")
        self._left = len(raw) * 8

    @property
    def left(self) -> int:
        """Number of bits left; negative if more were taken than there are."""
        return self._left

    def take(self, width: int) -> int:
        """Take the next ``width`` bits as a number."""
        self._left -= width
        if self._left < 0:
            return 0
        return self._number >> self._left & (1 << width) - 1
