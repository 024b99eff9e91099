"""Decompresses the consecutive streams of a bzip2 or xz file, with the zeros that may lie between and behind them.

Python's own readers take zeros behind the first stream of xz for a stream that is cut off, and pass over what follows
them and over any other bytes behind a stream.

References:
    The .xz File Format 1.2.1, sections 2 and 2.2 (streams and stream padding); bzip2(1) on concatenated files.
"""

from __future__ import annotations

import bz2
import lzma
from typing import TYPE_CHECKING

from echoforensics.evidence.archives.checked_stream import BROKEN, CUT_OFF, DAMAGED, PIECE, CheckedStream
from echoforensics.evidence.entry import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    _Engine = bz2.BZ2Decompressor | lzma.LZMADecompressor

#: How a stream begins.
BZIP2, XZ = b"BZh", b"\xfd7zXZ\x00"
BYTES_BEHIND = "bytes that are not compressed follow its compressed data"


class JoinedStreams(CheckedStream):
    """The content of consecutive streams of one form."""

    def __init__(self, below: BinaryIO, magic: bytes) -> None:
        """Take the compressed bytes, and how each stream begins: BZIP2 or XZ."""
        super().__init__(below.read)
        self._below = below
        self._magic = magic
        self._new: Callable[[], _Engine] = bz2.BZ2Decompressor if magic == BZIP2 else lzma.LZMADecompressor
        self._engine: _Engine | None = None
        self._rest = b""

    def close(self) -> None:
        """Close the compressed bytes too."""
        if not self.closed:
            self._below.close()
        super().close()

    def _next(self, size: int) -> bytes:
        content = b""
        while self._issue is None and not content:
            if self._engine is None and not self._begin():
                break
            if (engine := self._engine) is not None:
                content = self._decompressed(engine, min(size, PIECE))
        return content

    def _decompressed(self, engine: _Engine, size: int) -> bytes:
        packed = b""
        if engine.needs_input:
            packed, self._rest = self._rest or self._packed(PIECE), b""
            if not packed:
                self._issue = EOFError(CUT_OFF)
                return b""
        try:
            content = engine.decompress(packed, size)
        except DAMAGED as error:
            self._issue = ContentError(f"{BROKEN} ({error})", damaged=True)
            return b""
        if engine.eof:
            self._rest, self._engine = engine.unused_data, None
        return content

    def _begin(self) -> bool:
        """Begin the next stream. Returns False if there is none, only zeros or other bytes."""
        rest = self._rest.lstrip(b"\0")
        while len(rest) < len(self._magic) and (more := self._packed(PIECE)):
            rest = (rest + more).lstrip(b"\0")
        self._rest = rest
        if rest.startswith(self._magic):
            self._engine = self._new()
        elif rest:
            self._issue = ContentError(BYTES_BEHIND, damaged=False)
        return self._engine is not None
