"""Read text in wide characters as UTF-8 from any position, in constant memory."""

from __future__ import annotations

import io
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO

from parsers.coding import WIDE

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Amount of text converted to UTF-8 at once.
PIECE = 256 * 1024
#: The upper byte of the first half of a surrogate pair.
_SURROGATES = range(0xD8, 0xDC)


class WideText:
    """A file of wide characters, with an index of its pieces in UTF-8.

    Attributes:
        size: its length in UTF-8.
        cut: number of bytes at its end that form no complete character.
    """

    def __init__(self, opener: Callable[[], AbstractContextManager[BinaryIO]], encoding: str) -> None:
        """Index the file.

        Args:
            opener: opens the file, seekable.
            encoding: one of :data:`parsers.coding.WIDE`.

        Raises:
            OSError: the evidence cannot be read.
        """
        self._opener = opener
        self._encoding = encoding
        self._raw, self._plain = array("Q"), array("Q")
        self.size = self.cut = 0
        with opener() as stream:
            for at, piece in self._pieces(stream):
                self._raw.append(at)
                self._plain.append(self.size)
                self.size += len(self._utf8(piece))
                self.cut = len(piece) % WIDE[encoding]

    def open(self) -> BinaryIO:
        """The text in UTF-8, from its start."""
        return io.BufferedReader(_Utf8Stream(self), PIECE)

    def piece_at(self, at: int) -> tuple[int, bytes]:
        """The piece that holds a byte of the UTF-8, and its start; empty beyond the end.

        Raises:
            OSError: the evidence cannot be read.
        """
        if at >= self.size:
            return self.size, b""
        number = bisect_right(self._plain, at) - 1
        with self._opener() as stream:
            stream.seek(self._raw[number])
            end = self._raw[number + 1] - self._raw[number] if number + 1 < len(self._raw) else -1
            return self._plain[number], self._utf8(stream.read(end))

    def _utf8(self, piece: bytes) -> bytes:
        whole = len(piece) - len(piece) % WIDE[self._encoding]
        return piece[:whole].decode(self._encoding, "replace").encode("utf-8", "replace")

    def _pieces(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
        """The pieces with their positions. None ends within a surrogate pair."""
        at = 0
        while piece := stream.read(PIECE):
            last = piece[-1:] if self._encoding == "utf-16le" else piece[-2:-1]
            if WIDE[self._encoding] == WIDE["utf-16le"] and last and last[0] in _SURROGATES:
                piece += stream.read(WIDE[self._encoding])
            yield at, piece
            at += len(piece)


class _Utf8Stream(io.RawIOBase):
    """A wide text as a UTF-8 stream."""

    def __init__(self, text: WideText) -> None:
        super().__init__()
        self._text = text
        self._at = 0
        self._held = (0, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._text.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        start, held = self._held
        if not start <= self._at < start + len(held):
            start, held = self._held = self._text.piece_at(self._at)
        piece = held[self._at - start : self._at - start + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
