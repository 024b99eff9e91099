"""Checks content while it is read. All readable content is returned first; errors are raised at its end."""

from __future__ import annotations

import io
import lzma
import zlib
from abc import abstractmethod
from typing import TYPE_CHECKING

import zstandard

from echoforensics.evidence.entry import ContentError
from parsers.formats import deflate

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

CHECKSUM_FAILS = "its checksum does not match what was read of it"
BROKEN = "its compressed data is damaged"
CUT_OFF = "the compressed data is cut off before its end"

#: Exceptions that libraries raise for damaged compressed data; lz4 raises RuntimeError.
DAMAGED = (OSError, ValueError, RuntimeError, lzma.LZMAError, zlib.error, zstandard.ZstdError)
#: What zstd says of content that needs the dictionary it was compressed with.
_DICTIONARY = "Dictionary mismatch"
_NO_DICTIONARY = (
    "it is compressed with a dictionary, which is not in it; decompress a copy with it (zstd -d -D DICTIONARY), and"
    " give that"
)
#: How many bytes of content to request at once, so that no more is lost where the library stops.
PIECE = 8 * 1024


def zstd_frames(stream: BinaryIO) -> BinaryIO:
    """Return the content of consecutive zstd frames."""
    return zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)


class CheckedStream(io.RawIOBase):
    """Returns content in pieces. At its end, every further read raises the error that was found."""

    def __init__(self, packed: Callable[[int], bytes]) -> None:
        """Take a function that returns up to the given number of bytes from which the content is built."""
        self._packed = packed
        self._ready = b""
        self._issue: Exception | None = None

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer. Raises EOFError where the compressed data is cut off, ContentError where it is damaged."""
        if not self._ready:
            self._ready = self._next(len(buffer))
            if not self._ready and self._issue is not None:
                raise self._issue
        piece, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    @abstractmethod
    def _next(self, size: int) -> bytes:
        """Return about ``size`` bytes of content. Empty at the end, with any error in ``_issue``."""


class DecodedStream(CheckedStream):
    """Content that a library decompresses. Unifies the library's errors, and compares a checksum stored elsewhere."""

    def __init__(self, content: BinaryIO, crc: int | None = None) -> None:
        """Take the library's stream, and the CRC-32 of the whole content; None if the library checks its own."""
        super().__init__(getattr(content, "read1", content.read))
        self._content = content
        self._crc = crc
        self._found = 0

    def _next(self, size: int) -> bytes:
        if self._issue is not None:
            return b""
        try:
            piece = self._packed(min(size, PIECE))
        except EOFError:
            self._issue = EOFError(CUT_OFF)
            return b""
        except DAMAGED as error:
            lacks_dictionary = _DICTIONARY in str(error)
            what = _NO_DICTIONARY if lacks_dictionary else f"{BROKEN} ({error})"
            self._issue = ContentError(what, damaged=not lacks_dictionary)
            return b""
        if self._crc is not None:
            self._found = deflate.crc32(piece, self._found)
            if not piece and self._found != self._crc:
                self._issue = ContentError(CHECKSUM_FAILS, damaged=True)
        return piece

    def close(self) -> None:
        """Close the library's stream too."""
        if not self.closed:
            self._content.close()
        super().close()
