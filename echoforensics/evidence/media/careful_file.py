"""Reads a file on a failing disk: unreadable parts become zeros and are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.media.file_bytes import FileBytes
from echoforensics.evidence.media.holes import HoleReader, Holes
from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from pathlib import Path

#: How many bytes fail together: a page, the unit in which systems read files.
_UNIT = 4096


class CarefulFile:
    """A file that is read despite damage.

    Attributes:
        size: bytes.
        holes: the parts found unreadable so far.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError."""
        self._data = FileBytes(path)
        self._reader = HoleReader(self._data.read, _UNIT, self._data.size)
        self._at = 0
        self.size = self._data.size
        self.holes: Holes = self._reader.holes

    def read_at(self, offset: int, size: int) -> bytes:
        """Read bytes at an offset; fewer at the end."""
        return self._reader.read(offset, max(0, min(size, self.size - offset)))

    def read(self, size: int) -> bytes:
        """Read up to ``size`` further bytes."""
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
    """A seekable stream over a careful file, which it closes."""

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
    """Open a file for reading; unreadable parts are returned as zeros. Raises OSError if it cannot be opened."""
    return buffered(_CarefulStream(CarefulFile(path)))
