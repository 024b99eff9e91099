"""Compressed data of one piece, decompressed into a file without a name, in which zeros take no room."""

from __future__ import annotations

import bz2
import lzma
import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import zstandard

from echoforensics.evidence.media.compressed_image.xz_bytes import MEMORY_LIMIT
from echoforensics.evidence.media.compressed_image.zstd_bytes import MAX_WINDOW
from echoforensics.evidence.media.positioned_read import read_at
from echoforensics.own_disk import write_with_holes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.limits import Budget
    from echoforensics.evidence.media.file_bytes import RandomBytes

_FEED = 64 * 1024
#: zstd gives all that it expands from its input at once: four bytes may stand for 128 KiB.
_ZSTD_FEED = 512
#: Bytes of content that are asked for at once.
_PIECE = 1 << 20
_ERRORS = (lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, ValueError)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Zstd:
    """A frame, with what the others have."""

    def __init__(self) -> None:
        self._inner: Any = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW).decompressobj()
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:  # noqa: ARG002 (as the others have it)
        return bytes(self._inner.decompress(data))


MAKERS: dict[bytes, Callable[[], _Decompressor]] = {
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT),
    b"BZh": bz2.BZ2Decompressor,
    b"\x28\xb5\x2f\xfd": _Zstd,
}


def contents(data: RandomBytes, magic: bytes, issues: list[str]) -> Iterator[bytes]:
    """The content of compressed data, from its start, in pieces. What is damaged is added to the issues.

    Args:
        data: the compressed bytes.
        magic: how they begin, one of MAKERS.
        issues: to be added to.
    """
    make = MAKERS[magic]
    stream, at, given = make(), 0, 0
    begun = False
    while True:
        raw = b""
        if stream.needs_input:
            raw = data.read(at, _ZSTD_FEED if isinstance(stream, _Zstd) else _FEED)
            if not raw:
                if begun:
                    issues.append(
                        f"the compressed data breaks off at byte {data.size}; {given} bytes of content were read"
                    )
                return
            if not begun and at and not raw.startswith(_starts(magic)):
                if raw.strip(b"\0"):
                    issues.append(f"{data.size - at} bytes lie behind the compressed data and were not read")
                return
        at += len(raw)
        begun = True
        try:
            piece = stream.decompress(raw, _PIECE)
        except _ERRORS as error:
            issues.append(
                f"the compressed data is damaged near byte {at} ({error}); {given} bytes of content were read"
            )
            return
        given += len(piece)
        if piece:
            yield piece
        if stream.eof:
            at -= len(stream.unused_data)
            stream, begun = make(), False


def _starts(magic: bytes) -> tuple[bytes, ...]:
    """How what follows a stream may begin: another stream, or a skippable frame of zstd."""
    return (magic, *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16) if magic == b"\x28\xb5\x2f\xfd"))


class Spool:
    """The content, in a temporary file without a name, which is deleted when it is closed.

    Attributes:
        size: bytes of content.
        issues: what is damaged, a sentence each.
    """

    def __init__(self, data: RandomBytes, magic: bytes, budget: Budget) -> None:
        """Decompress it.

        Args:
            data: the compressed bytes; closed when they are decompressed.
            magic: how they begin, one of MAKERS.
            budget: what they may expand to.

        Raises:
            ExpansionLimitError: they expand beyond the budget.
            OSError: they cannot be read, or there is no room.
        """
        issues: list[str] = []
        self.size = 0
        with ExitStack() as opened:
            self._file = opened.enter_context(tempfile.TemporaryFile(buffering=0))
            for piece in contents(data, magic, issues):
                budget.spend(len(piece))
                write_with_holes(self._file, piece)
                self.size += len(piece)
            self._file.truncate(self.size)
            opened.pop_all()
        data.close()
        self.issues = tuple(issues)

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at a byte offset: fewer at the end. Raises OSError."""
        if offset < 0 or size <= 0:
            return b""
        return read_at(self._file.fileno(), min(size, max(0, self.size - offset)), offset)

    def close(self) -> None:
        """Close the file, which deletes it."""
        self._file.close()
