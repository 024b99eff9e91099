"""Read a stream by offset, a block at a time, so that frames can be followed without loading the file."""

from __future__ import annotations

from typing import BinaryIO

#: Bytes read at once.
BLOCK = 256 * 1024


class Window:
    """A seekable stream with one block cached.

    Args:
        stream: the content; its offset 0 is the recording's first byte.
        size: its length in bytes; nothing beyond it is read.
    """

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.size = size
        self._stream = stream
        self._start = 0
        self._block = b""

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at an offset; fewer if the data ends. Raises OSError from the stream."""
        within = offset - self._start
        if within >= 0 and within + size <= len(self._block):
            return self._block[within : within + size]
        size = min(size, self.size - offset)
        if offset < 0 or size <= 0:
            return b""
        self._start, self._block = offset, self._fill(offset, max(size, min(BLOCK, self.size - offset)))
        return self._block[:size]

    def _fill(self, offset: int, size: int) -> bytes:
        self._stream.seek(offset)
        pieces, left = [], size
        while left and (piece := self._stream.read(left)):
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)
