"""A file on a disk that fails: what cannot be read is zeros, and is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.media.file_bytes import FileBytes
from echoforensics.evidence.media.holes import HoleReader, Holes
from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes that fail together: those of a page, in which systems read files.
_UNIT = 4096


class CarefulFile:
    """A file, read through damage.

    Attributes:
        size: bytes.
        holes: what could not be read so far.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError."""
        self._data = FileBytes(path)
        self._reader = HoleReader(self._data.read, _UNIT, self._data.size)
        self._at = 0
        self.size = self._data.size
        self.holes: Holes = self._reader.holes

    def read_at(self, offset: int, size: int) -> bytes:
        """Bytes at a byte offset: fewer at the end."""
        return self._reader.read(offset, max(0, min(size, self.size - offset)))

    def read(self, size: int) -> bytes:
        """The next bytes, at most so many."""
        piece = self.read_at(self._at, size)
        self._at += len(piece)
        return piece

    def fileno(self) -> int:
        """The descriptor of the open file."""
        return self._data.fileno()

    def close(self) -> None:
        """Close the file."""
        self._data.close()


class _CarefulStream(RandomAccessStream):
    """A careful file that can be sought in; it is closed with this."""

    def __init__(self, file: CarefulFile) -> None:
        super().__init__(file.size, file.read_at)
        self._file = file

    def fileno(self) -> int:
        """The descriptor of the open file."""
        return self._file.fileno()

    def close(self) -> None:
        """Close the file too."""
        if not self.closed:
            self._file.close()
        super().close()


def open_careful(path: Path) -> BinaryIO:
    """Open a file for reading; what cannot be read of it is given as zeros. Raises OSError where it is not opened."""
    return buffered(_CarefulStream(CarefulFile(path)))
