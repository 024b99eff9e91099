"""Many files read side by side, of which few are open at once."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from echoforensics.errors import SourceError
from echoforensics.evidence.media.file_bytes import FileBytes

if TYPE_CHECKING:
    from pathlib import Path

#: Files that are open at once. Systems allow a process some hundreds.
MAX_OPEN = 64


class FilePool:
    """Opens files when they are read, and closes the one that was not read for longest."""

    def __init__(self) -> None:
        self._opened: OrderedDict[Path, FileBytes] = OrderedDict()

    def file(self, path: Path) -> PooledFile:
        """A file of the pool. Raises SourceError where it cannot be read."""
        try:
            return PooledFile(self, path, self.opened(path).size)
        except OSError as error:
            raise SourceError(f"{path}: cannot be opened: {error.strerror}") from error

    def opened(self, path: Path) -> FileBytes:
        """The file, open. Raises OSError."""
        if path not in self._opened:
            self._opened[path] = FileBytes(path)
            if len(self._opened) > MAX_OPEN:
                self._opened.popitem(last=False)[1].close()
        self._opened.move_to_end(path)
        return self._opened[path]

    def close(self, path: Path) -> None:
        """Close a file, if it is open."""
        if file := self._opened.pop(path, None):
            file.close()


class PooledFile:
    """A file of a pool.

    Attributes:
        size: bytes, when it was first opened.
    """

    def __init__(self, pool: FilePool, path: Path, size: int) -> None:
        self._pool = pool
        self._path = path
        self.size = size

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at a byte offset: fewer at the end. Raises OSError."""
        return self._pool.opened(self._path).read(offset, size)

    def close(self) -> None:
        """Close the file."""
        self._pool.close(self._path)
