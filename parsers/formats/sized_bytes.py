"""The input of format readers: bytes of a known size with random access."""

from __future__ import annotations

from typing import Protocol


class SizedBytes(Protocol):
    """Bytes that can be read at any offset: a file, or a piece of media.

    Attributes:
        size: total number of bytes.
    """

    size: int

    def read(self, offset: int, size: int, /) -> bytes:
        """Read up to ``size`` bytes at an offset, fewer if the bytes end. May raise OSError."""
