"""Deflated content, checked. All that can be inflated is given; what is wrong with it is said at its end.

Python's own readers drop what they inflated last when a checksum fails, and the whole piece in which the data breaks.

References:
    RFC 1951 (deflate); RFC 1952, section 2.2 (members that follow one another, and their trailers).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from echoforensics.evidence.archives.checked_stream import BROKEN, CHECKSUM_FAILS, CheckedStream
from echoforensics.evidence.entry import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

#: Bytes of compressed data taken at once. A piece in which the data breaks is inflated again, byte by byte.
_PIECE = 16 * 1024
_RAW, _GZIP = -zlib.MAX_WBITS, 16 + zlib.MAX_WBITS
#: zlib's words where the checksum or the length of a gzip member fails, and the bytes of its trailer left then.
_TRAILER_ERRORS = {"incorrect data check": 4, "incorrect length check": 0}


class _Engine:
    """Inflates one deflate stream. Where it breaks, what can still be inflated before that place is given first.

    Attributes:
        rest: what was fed and is not used up.
        error: what zlib says of the break; empty if there was none.
    """

    def __init__(self, form: int) -> None:
        self._engine = zlib.decompressobj(form)
        self.rest = b""
        self.error = ""

    @property
    def ended(self) -> bool:
        """Whether the stream came to its end or broke."""
        return self._engine.eof or bool(self.error)

    def inflate(self, size: int) -> bytes:
        """Some content: about as many bytes as asked for."""
        before = self._engine.copy()
        try:
            content = self._engine.decompress(self.rest, size)
        except zlib.error as error:
            self.error = str(error).rsplit(": ", 1)[-1]
            return self._salvage(before)
        self.rest = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        return content

    def _salvage(self, engine: zlib._Decompress) -> bytes:
        pieces = []
        for at in range(len(self.rest)):
            try:
                pieces.append(engine.decompress(self.rest[at : at + 1]))
            except zlib.error:
                self.rest = self.rest[at + 1 :]
                break
        return b"".join(pieces)


class DeflatedMember(CheckedStream):
    """Deflated content, such as of a member of a zip, with the checksum that is stated of it elsewhere."""

    def __init__(
        self,
        packed: Callable[[int], bytes],
        crc: int | None,
        form: int = _RAW,
        below: BinaryIO | None = None,
        *,
        cut: bool = False,
    ) -> None:
        """Take what gives the next compressed bytes, and their checksum.

        Args:
            packed: given a number of bytes, gives at most so many.
            crc: CRC-32 of the content; None if none is stated.
            form: zlib's ``wbits``; default: deflate without a header.
            below: closed with this.
            cut: whether what holds the compressed data is known to end before it does.
        """
        super().__init__(packed)
        self._cut = cut
        self._engine = _Engine(form)
        self._crc = crc
        self._found = 0
        self._below = below

    def close(self) -> None:
        """Close what is below too."""
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
            self._found = zlib.crc32(content, self._found)
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
    """The content of gzip members that follow one another."""

    def __init__(self, below: BinaryIO, padded: Callable[[], None] = lambda: None) -> None:
        """Take the compressed bytes, and what is called where anything but a member follows a member."""
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
                self._issue = EOFError("the compressed data is cut off before its end")
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
        """Begin the next member. False: there is none, only zeros or something else."""
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
            self._issue = ContentError("bytes that are not compressed follow its compressed data", damaged=False)
        return False

    def _end(self, engine: _Engine) -> None:
        """A member came to its end, or broke there. Behind a checksum that fails, the next one is read."""
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
