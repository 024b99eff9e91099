"""Streams over evidence that count what they return, and streams over parts of other streams."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.evidence.limits import Budget

#: How many bytes of evidence to read at once.
BLOCK = 1024 * 1024
_LEAST = 4096
#: Content of up to this many bytes is read at once and held in memory.
_SMALL = 64 * 1024


class BudgetedStream(io.RawIOBase):
    """Reads another stream and counts its bytes against a budget. Raises ExpansionLimitError when it is spent."""

    def __init__(self, inner: BinaryIO, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer from the inner stream."""
        # A single read of the underlying stream, so that bytes before a break are not lost.
        read = getattr(self._inner, "read1", self._inner.read)
        piece = read(len(buffer))
        self._budget.spend(len(piece))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the inner stream too."""
        if not self.closed:
            self._inner.close()
        super().close()


class RandomAccessStream(io.RawIOBase):
    """A seekable stream over a function that reads ``size`` bytes at ``offset``."""

    def __init__(self, size: int, read_at: Callable[[int, int], bytes]) -> None:
        self._size = size
        self._read_at = read_at
        self._position = 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be sought in."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset from the start, from here or from the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """The offset from the start."""
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer from the present offset."""
        wanted = min(len(buffer), self._size - self._position)
        if wanted <= 0:
            return 0
        piece = self._read_at(self._position, wanted)
        if not piece:
            raise OSError(f"nothing could be read at byte {self._position} of {self._size}")
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


class HeldBytes(io.BytesIO):
    """Content held in memory that behaves like the streams above: read-only, with nothing before its start."""

    def writable(self) -> bool:
        """It cannot be written to."""
        return False

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset from the start, from here or from the end."""
        return super().seek(max(0, offset) if whence == io.SEEK_SET else offset, whence)


def open_random_access(size: int, read_at: Callable[[int, int], bytes]) -> BinaryIO:
    """Open a stream over a function that reads ``size`` bytes at ``offset``. Small content is read at once.

    If small content cannot be read completely, reading the stream raises OSError after the bytes before it.
    """
    if 0 <= size <= _SMALL:
        # Most files in a file system are small: a buffered stream costs more to create and read than they do.
        with suppress(OSError):
            content = read_at(0, size) if size else b""
            if len(content) == size:
                return HeldBytes(content)
    return buffered(RandomAccessStream(size, read_at), size)


def buffered(raw: io.RawIOBase, size: int | None = None) -> BinaryIO:
    """A buffered binary stream over a raw one; of a known size in bytes, no more is held than it needs."""
    # A large buffer takes longer to create than a small file takes to read.
    return io.BufferedReader(raw, BLOCK if size is None else min(BLOCK, max(size, _LEAST)))
