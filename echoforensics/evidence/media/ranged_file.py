"""Files whose bytes lie elsewhere, such as in an object store, and are read in ranges through a bounded cache.

What is read in order, as for a hash, is fetched in growing pieces. What is read here and there, as by a file system,
is fetched in blocks. Blocks are kept; the first to be forgotten are those that were read in order. A reader that reads
everything in order, as for a hash, is never given what was kept: it is to see what is there now.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from echoforensics.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Bytes of a block, how many blocks are kept, and how many are fetched at once in order.
BLOCK, KEPT, MOST_AT_ONCE = 256 * 1024, 256, 32

_files: dict[Path, RangedFile] = {}


class RangedFile:
    """A file that is read in ranges.

    Attributes:
        size: bytes.
        requests: how often a range was fetched.
        fetched: the bytes of these ranges.
        failure: why a range could not be fetched; empty if all could.
    """

    def __init__(self, name: str, size: int, fetch: Callable[[int, int], bytes]) -> None:
        """Describe a file.

        Args:
            name: its address, for errors.
            size: bytes.
            fetch: returns bytes by offset and length; raises OSError or ValueError. Several threads may call it.
        """
        self.size = size
        self.requests = self.fetched = 0
        self.failure = ""
        self._name, self._fetch = name, fetch
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._lock = Lock()

    def block(self, start: int) -> bytes | None:
        """Return a block that is kept, by its offset."""
        with self._lock:
            if start in self._blocks:
                self._blocks.move_to_end(start)
            return self._blocks.get(start)

    def keep(self, start: int, data: bytes, *, in_order: bool = False) -> None:
        """Keep the blocks of a range.

        Args:
            start: its offset.
            data: its bytes.
            in_order: whether they were read in order, so that others are more likely to be used again.
        """
        with self._lock:
            for at in range(0, len(data), BLOCK):
                if start + at not in self._blocks and len(self._blocks) >= KEPT:
                    self._blocks.popitem(last=False)
                self._blocks[start + at] = data[at : at + BLOCK]
                if in_order:
                    self._blocks.move_to_end(start + at, last=False)

    def fetch(self, start: int, length: int) -> bytes:
        """Fetch a range. Raises SourceError: a range that does not arrive is no damage of the evidence."""
        try:
            data = self._fetch(start, length)
        except (OSError, ValueError) as error:
            self.failure = f"{self._name}: bytes {start} to {start + length} cannot be fetched: {error}"
            raise SourceError(self.failure) from error
        if len(data) != length:
            self.failure = f"{self._name}: {len(data)} bytes arrived from byte {start} on, and {length} were asked for"
            raise SourceError(self.failure)
        with self._lock:
            self.requests += 1
            self.fetched += length
        return data


class RangedBytes:
    """A ranged file as one reader reads it.

    Attributes:
        size: bytes.
    """

    def __init__(self, file: RangedFile) -> None:
        """Begin to read."""
        self.size = file.size
        self._file = file
        self._next, self._at_once = 0, 1
        self._is_scan = True
        self._begin, self._ahead = 0, b""

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at a byte offset: fewer at the end. Raises SourceError if they cannot be fetched."""
        end = min(offset + size, self.size)
        pieces: list[bytes] = []
        while offset < end:
            begin, data = self._holding(offset, end)
            piece = data[offset - begin : end - begin]
            pieces.append(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _holding(self, offset: int, end: int) -> tuple[int, bytes]:
        """Return bytes that hold an offset, and where they begin."""
        if self._begin <= offset < self._begin + len(self._ahead):
            return self._begin, self._ahead
        start = offset - offset % BLOCK
        in_order = start == self._next
        self._is_scan &= in_order
        if not self._is_scan and (block := self._file.block(start)):
            return start, block
        wanted = -(-(end - start) // BLOCK)
        self._at_once = min(max(2 * self._at_once if self._is_scan else 1, wanted), MOST_AT_ONCE)
        data = self._file.fetch(start, min(self._at_once * BLOCK, self.size - start))
        self._next = start + len(data)
        if self._is_scan:
            self._begin, self._ahead = start, data
        self._file.keep(start, data, in_order=self._is_scan)
        return start, data


@contextmanager
def read_in_ranges(path: Path, file: RangedFile) -> Iterator[None]:
    """Have a file read instead of the one at a path, in this whole process.

    Args:
        path: the path, by which the file is opened.
        file: the file.

    Raises:
        SourceError: at the end, if a range could not be fetched meanwhile.
    """
    _files[path.resolve()] = file
    try:
        yield
    finally:
        del _files[path.resolve()]
    if file.failure:
        raise SourceError(file.failure)


def ranged_bytes(path: Path) -> RangedBytes | None:
    """Return what is read in place of a path; None for the file there."""
    file = _files.get(path.resolve()) if _files else None
    return RangedBytes(file) if file else None
