"""Reads the bytes of a tar forward only, and its members' content."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, BinaryIO, cast

from echoforensics.evidence.streams import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How far back the library may seek: to the byte before a header, to check that it exists.
_KEPT = tarfile.BLOCKSIZE
#: The most bytes that one header with its long names may take. The library reads it whole.
_MAX_HEADER = 16 * 1024 * 1024


class ForwardStream(io.RawIOBase):
    """A stream that can only seek forward, by reading on. Seeking past the end stops there at no extra cost.

    Attributes:
        stray: the offset of the first nonzero byte read at or after the end of the last member; None if there is none.
            If a header follows directly, it is the header's offset.
    """

    def __init__(self, below: BinaryIO) -> None:
        self._below = below
        self._at = 0
        self._behind = b""
        self._back = 0
        self._end_of_member = 0
        self.stray: int | None = None

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true, but only forward."""
        return True

    def tell(self) -> int:
        """Return the offset from the start."""
        return self._at - self._back

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Seek to an offset from the start. Raises tarfile.StreamError if it lies far behind."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("a tar is sought in from its start only")
        if offset <= self._at:
            if self._at - offset > len(self._behind):
                raise tarfile.StreamError("a tar is read forward only")
            self._back = self._at - offset
            return offset
        self._back = 0
        if self._below.seekable():
            end = self._below.seek(0, io.SEEK_END)
            self._at = self._below.seek(max(self._at, min(offset, end)))
            self._behind = b""
        while self._at < offset and self._advance(min(BLOCK, offset - self._at)):
            pass
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """Read bytes; fewer than requested only at the end. Raises tarfile.ReadError for too large a request."""
        if not 0 <= size <= _MAX_HEADER:
            raise tarfile.ReadError(f"a header at byte {self.tell()} says that it takes {size} bytes")
        start, pieces = self.tell(), []
        while size > 0 and (piece := self.read1(size)):
            pieces.append(piece)
            size -= len(piece)
        content = b"".join(pieces)
        if self.stray is None and start >= self._end_of_member and (kept := content.lstrip(b"\0")):
            self.stray = start + len(content) - len(kept)
        return content

    def read1(self, size: int) -> bytes:
        """Read up to ``size`` bytes; empty at the end."""
        if self._back:
            piece = self._behind[len(self._behind) - self._back :][:size]
            self._back -= len(piece)
            return piece
        return self._advance(min(size, BLOCK))

    def pass_member(self, end: int) -> None:
        """Set the end of the current member, in bytes, including its padding."""
        self._end_of_member = end
        self.stray = None

    def close(self) -> None:
        """Close the underlying stream too."""
        if not self.closed:
            self._below.close()
        super().close()

    def drain(self) -> None:
        """Read to the end, so that a checksum stored there is compared."""
        if not self._below.seekable():
            while self._advance(BLOCK):
                pass

    def _advance(self, size: int) -> bytes:
        # A single read of the underlying stream, so that bytes before a break are not lost.
        read = getattr(self._below, "read1", self._below.read)
        piece: bytes = read(size)
        self._at += len(piece)
        self._behind = piece[-_KEPT:] if len(piece) >= _KEPT else (self._behind + piece)[-_KEPT:]
        return piece


class TarMember(io.RawIOBase):
    """A member's content. Reads up to a break, then raises EOFError saying where it is."""

    def __init__(self, stream: ForwardStream, member: tarfile.TarInfo, *, closes: bool) -> None:
        """Take the tar, the member's header, and whether to close the tar with this stream."""
        self._stream = stream
        self._closes = closes
        self._left = member.size
        self._parts = _parts(member)
        self._part = next(self._parts, (0, 0))

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer. Raises EOFError if the archive ends before the member does."""
        at, size = self._part
        while not size and self._left:
            at, size = self._part = next(self._parts, (-1, self._left))
        wanted = min(len(buffer), size)
        if wanted and at >= 0:
            if self._stream.tell() != at:
                self._stream.seek(at)
            piece = self._stream.read1(wanted) if self._stream.tell() == at else b""
            if not piece:
                raise EOFError(f"the archive ends within the member, {self._left} bytes before its end")
            at += len(piece)
        else:
            piece = bytes(wanted)
        buffer[: len(piece)] = piece
        self._part = at, size - len(piece)
        self._left -= len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the tar too if it was opened for this member alone."""
        if self._closes and not self.closed:
            self._stream.close()
        super().close()


def stored_size(member: tarfile.TarInfo) -> int:
    """Return how many bytes a member's content takes in the archive, including padding."""
    size = sum(part for _, part in _map_of(member)) if member.isreg() else 0
    return -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def _map_of(member: tarfile.TarInfo) -> list[tuple[int, int]]:
    """Return the stored ranges of a member's content, (offset, length): the whole content unless it is sparse."""
    return cast("list[tuple[int, int]]", member.sparse) if member.issparse() else [(0, member.size)]


def _parts(member: tarfile.TarInfo) -> Iterator[tuple[int, int]]:
    """Yield the parts of a member's content: the offset in the archive, -1 for a hole, and the size in bytes."""
    at, end = member.offset_data, 0
    for offset, stored in _map_of(member):
        if offset > end:
            yield -1, offset - end
        size = max(0, min(stored, member.size - offset))
        yield at, size
        at, end = at + stored, max(end, offset + size)
    if end < member.size:
        yield -1, member.size - end
