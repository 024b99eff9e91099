"""Reading numbers of a few bits from the start of some bytes on, the highest bit first."""

from __future__ import annotations


class Bits:
    """Bits that are taken one number after the other; bits that are missing count as zeros.

    Args:
        raw: the bytes.
    """

    def __init__(self, raw: bytes) -> None:
        self._number = int.from_bytes(raw, "big")
        self._left = len(raw) * 8

    @property
    def left(self) -> int:
        """How many bits have not been taken; below 0 if more were taken than there are."""
        return self._left

    def take(self, width: int) -> int:
        """The next number of ``width`` bits."""
        self._left -= width
        if self._left < 0:
            return 0
        return self._number >> self._left & (1 << width) - 1
