"""What the readers of formats read from: bytes of a known size, at any place."""

from __future__ import annotations

from typing import Protocol


class SizedBytes(Protocol):
    """Bytes that can be read at any place: a file, or a piece of media.

    Attributes:
        size: how many there are.
    """

    size: int

    def read(self, offset: int, size: int, /) -> bytes:
        """Up to ``size`` bytes from a byte offset: fewer where the bytes end, none beyond. May raise OSError."""
