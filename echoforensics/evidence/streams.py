"""Streams over evidence that count what they give, and streams over parts of other streams."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.evidence.limits import Budget

#: How much is read from evidence at once, in bytes.
BLOCK = 1024 * 1024
_LEAST = 4096
#: Content of up to so many bytes is read at once and held.
_SMALL = 64 * 1024


class BudgetedStream(io.RawIOBase):
    """Reads another stream and takes what it gives off a budget. Raises ExpansionLimitError when it is spent."""

    def __init__(self, inner: BinaryIO, budget: Budget) -> None:
        self._inner = inner
        self._budget = budget

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer from the inner stream."""
        # One read of what is below: where it breaks off, what came before is not lost.
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
    """Content that is held whole, and behaves as the streams above do: it is read only, and has nothing before it."""

    def writable(self) -> bool:
        """It cannot be written to."""
        return False

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to an offset from the start, from here or from the end."""
        return super().seek(max(0, offset) if whence == io.SEEK_SET else offset, whence)


def open_random_access(size: int, read_at: Callable[[int, int], bytes]) -> BinaryIO:
    """A stream over a function that reads ``size`` bytes at ``offset``. What is small is read here, at once.

    What cannot be read whole at once raises OSError when the stream is read, after what comes before it.
    """
    if 0 <= size <= _SMALL:
        # A file system has mostly small files: a buffered stream takes longer to make and to read than they do.
        with suppress(OSError):
            content = read_at(0, size) if size else b""
            if len(content) == size:
                return HeldBytes(content)
    return buffered(RandomAccessStream(size, read_at), size)


def buffered(raw: io.RawIOBase, size: int | None = None) -> BinaryIO:
    """A buffered binary stream over a raw one; of a known size in bytes, no more is held than it needs."""
    # A large buffer takes longer to make than a small file takes to read.
    return io.BufferedReader(raw, BLOCK if size is None else min(BLOCK, max(size, _LEAST)))
