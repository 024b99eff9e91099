"""Inflates deflated content and checks it. All readable content is returned first; errors are raised at its end.

Python's own readers lose the last content before a failed checksum, and the whole block with the damage.

References:
    RFC 1951 (deflate); RFC 1952, section 2.2 (consecutive members and their trailers).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from echoforensics.evidence.archives.checked_stream import BROKEN, CHECKSUM_FAILS, CUT_OFF, CheckedStream
from echoforensics.evidence.archives.joined_streams import BYTES_BEHIND
from echoforensics.evidence.entry import ContentError
from parsers.formats import deflate

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

#: How many compressed bytes to take at once. A piece with damage in it is inflated again, byte by byte.
_PIECE = 16 * 1024
_RAW, _GZIP = -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
#: zlib's messages for a gzip member's wrong checksum or length, and the trailer bytes left in each case.
_TRAILER_ERRORS = {"incorrect data check": 4, "incorrect length check": 0}


class _Engine:
    """Inflates one deflate stream. If it breaks, everything before the break is returned first.

    Attributes:
        rest: the input bytes not consumed.
        error: zlib's message about the break; empty if there was none.
    """

    def __init__(self, form: int) -> None:
        self._engine = deflate.decompressobj(form)
        self.rest = b""
        self.error = ""

    @property
    def ended(self) -> bool:
        """Whether the stream has ended or broken."""
        return self._engine.eof or bool(self.error)

    def inflate(self, size: int) -> bytes:
        """Return about ``size`` bytes of content."""
        before = self._engine.copy()
        try:
            content = self._engine.decompress(self.rest, size)
        except deflate.error as error:
            self.error = str(error).rsplit(": ", 1)[-1]
            return self._salvage(before)
        self.rest = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        return content

    def _salvage(self, engine: zlib._Decompress) -> bytes:
        pieces = []
        for at in range(len(self.rest)):
            try:
                pieces.append(engine.decompress(self.rest[at : at + 1]))
            except deflate.error:
                self.rest = self.rest[at + 1 :]
                break
        return b"".join(pieces)


class DeflatedMember(CheckedStream):
    """Deflated content, such as a zip member, with a checksum stated elsewhere."""

    def __init__(
        self,
        packed: Callable[[int], bytes],
        crc: int | None,
        form: int = _RAW,
        below: BinaryIO | None = None,
        *,
        cut: bool = False,
    ) -> None:
        """Take a function that returns compressed bytes, and the content's checksum.

        Args:
            packed: returns up to the given number of bytes.
            crc: CRC-32 of the content; None if none is stated.
            form: zlib's ``wbits``; default: deflate without a header.
            below: a stream to close together with this one.
            cut: whether the file is known to end inside the compressed data.
        """
        super().__init__(packed)
        self._cut = cut
        self._engine = _Engine(form)
        self._crc = crc
        self._found = 0
        self._below = below

    def close(self) -> None:
        """Close the underlying stream too."""
        if self._below is not None and not self.closed:
            self._below.close()
        super().close()

    def _next(self, size: int) -> bytes:
        while not self._engine.ended and self._issue is None:
            self._engine.rest = self._engine.rest or self._packed(_PIECE)
            if not self._engine.rest:
                ends = "its compressed data is cut off" if self._cut else f"{BROKEN} (it does not end where it should)"
                self._issue = EOFError(ends) if self._cut else ContentError(ends, damaged=True)
                break
            content = self._engine.inflate(size)
            self._found = deflate.crc32(content, self._found)
            if content:
                return content
        if self._issue is None:
            self._issue = self._wrong()
        return b""

    def _wrong(self) -> ContentError | None:
        if self._engine.error:
            return ContentError(f"{BROKEN} ({self._engine.error})", damaged=True)
        if self._crc is not None and self._found != self._crc:
            return ContentError(CHECKSUM_FAILS, damaged=True)
        return None


class GzipStream(CheckedStream):
    """The content of consecutive gzip members."""

    def __init__(self, below: BinaryIO, padded: Callable[[], None] = lambda: None) -> None:
        """Take the compressed bytes, and a function to call if anything but a member follows a member."""
        super().__init__(below.read)
        self._padded = padded
        self._engine: _Engine | None = None
        self._rest = b""
        self._damage = ""

    def _next(self, size: int) -> bytes:
        while self._issue is None:
            if self._engine is None and not self._begin():
                break
            if (engine := self._engine) is None:
                continue
            engine.rest = engine.rest or self._packed(_PIECE)
            if not engine.rest:
                self._issue = EOFError(CUT_OFF)
                break
            content = engine.inflate(size)
            if engine.ended:
                self._end(engine)
            if content:
                return content
        if self._damage:
            self._issue = ContentError(self._damage, damaged=True)
        return b""

    def _begin(self) -> bool:
        """Begin the next member. Returns False if there is none, only zeros or other bytes."""
        zeros = self._rest.startswith(b"\0")
        while not (rest := self._rest.lstrip(b"\0")) and (rest := self._packed(_PIECE)):
            self._rest = rest
            zeros = zeros or rest.startswith(b"\0")
        while 0 < len(rest) < 2 and (more := self._packed(_PIECE)):
            rest += more
        if zeros or (rest and not rest.startswith(b"\x1f\x8b")):
            self._padded()
        if rest.startswith(b"\x1f\x8b"):
            self._engine = _Engine(_GZIP)
            self._engine.rest, self._rest = rest, b""
            return True
        if rest:
            self._issue = ContentError(BYTES_BEHIND, damaged=False)
        return False

    def _end(self, engine: _Engine) -> None:
        """Handle the end of a member, or a break. After a failed checksum, the next member is still read."""
        self._rest, self._engine = engine.rest, None
        if not engine.error:
            return
        left = _TRAILER_ERRORS.get(engine.error)
        self._damage = CHECKSUM_FAILS if left is not None else f"{BROKEN} ({engine.error})"
        if left is None:
            self._issue = ContentError(self._damage, damaged=True)
            return
        while len(self._rest) < left and (more := self._packed(_PIECE)):
            self._rest += more
        self._rest = self._rest[left:]
