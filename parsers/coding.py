"""Codings of a body, undone within a bound.

References:
    RFC 9110, section 8.4.1 (gzip, deflate); RFC 7932 (br); RFC 8878 (zstd); RFC 4648 (base64). That some servers send
    RFC 9110 itself mentions raw deflate where zlib's wrapping is meant.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable

import brotli
import zstandard

#: The most bytes that one call of a decompressor is given at once.
_PIECE = 64 * 1024
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,12})[^\r\n]{0,4096}\r?\n")


class CodingError(ValueError):
    """A body that cannot be decoded whole.

    Attributes:
        partial: what could be decoded of it.
    """

    def __init__(self, what: str, partial: bytes = b"") -> None:
        super().__init__(what)
        self.partial = partial


def decode(content: bytes, coding: str, limit: int) -> bytes:
    """Undo a coding, or several joined by commas in the order in which they were applied.

    Args:
        content: the coded bytes.
        coding: ``gzip``, ``deflate``, ``br``, ``zstd``, ``base64``, ``chunked`` or ``identity``, with or without
            ``x-``; any case.
        limit: the most bytes that may come of it.

    Raises:
        CodingError: the coding is not known, or the bytes are cut off, are not in it, or expand beyond the limit.
    """
    for name in reversed(coding.split(",")):
        known = _DECODERS.get(name.strip().lower().removeprefix("x-"))
        if known is None:
            raise CodingError(f"the coding {name.strip()[:40]!r} is not known")
        content = known(content, limit)
    return content


def _inflated(content: bytes, limit: int, window: int) -> bytes:
    """Decompress with zlib; several gzip members one after the other are one body."""
    parts: list[bytes] = []
    size = 0
    while content:
        engine = zlib.decompressobj(window)
        try:
            while not engine.eof:
                piece = engine.decompress(content, min(_PIECE, limit - size + 1))
                content = engine.unconsumed_tail
                parts.append(piece)
                size += len(piece)
                if size > limit:
                    raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts)[:limit])
                if not piece and not content and not engine.eof:
                    raise CodingError("it is cut off", b"".join(parts))
        except zlib.error as error:
            raise CodingError(str(error), b"".join(parts)) from error
        content = engine.unused_data.lstrip(b"\0") if window > zlib.MAX_WBITS else b""
    return b"".join(parts)


def _gzip(content: bytes, limit: int) -> bytes:
    return _inflated(content, limit, zlib.MAX_WBITS + 16)


def _deflate(content: bytes, limit: int) -> bytes:
    try:
        return _inflated(content, limit, zlib.MAX_WBITS)
    except CodingError as error:
        if error.partial:
            raise
        return _inflated(content, limit, -zlib.MAX_WBITS)


def _brotli(content: bytes, limit: int) -> bytes:
    engine = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        piece = engine.process(content, output_buffer_limit=_PIECE)
        while piece or not engine.can_accept_more_data():
            parts.append(piece)
            size += len(piece)
            if size > limit:
                raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts)[:limit])
            piece = engine.process(b"", output_buffer_limit=_PIECE)
    except brotli.error as error:
        raise CodingError("it is not of this coding", b"".join(parts)) from error
    if not engine.is_finished():
        raise CodingError("it is cut off", b"".join(parts))
    return b"".join(parts)


def _zstd(content: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    engine = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    try:
        with engine.stream_reader(content, read_across_frames=True) as reader:
            while piece := reader.read(_PIECE):
                parts.append(piece)
                size += len(piece)
                if size > limit:
                    raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts)[:limit])
        # The reader ends quietly where the bytes do. That they expand to little is known by now.
        rest = content
        while rest:
            frame = engine.decompressobj()
            frame.decompress(rest)
            if not frame.eof:
                raise CodingError("it is cut off", b"".join(parts))
            rest = frame.unused_data
    except zstandard.ZstdError as error:
        raise CodingError("it is not of this coding", b"".join(parts)) from error
    return b"".join(parts)


def _base64(content: bytes, limit: int) -> bytes:
    if len(content) // 4 * 3 > limit + 3:
        raise CodingError(f"it comes to more than {limit} bytes")
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CodingError("it is not base64") from error


def _chunked(content: bytes, limit: int) -> bytes:
    """Put the chunks of an HTTP/1 body together (RFC 9112, section 7.1)."""
    parts: list[bytes] = []
    at = size = 0
    while True:
        found = _CHUNK.match(content, at)
        if found is None:
            raise CodingError("its chunks break off", b"".join(parts))
        length = int(found[1], 16)
        at = found.end()
        if length == 0:
            return b"".join(parts)
        size += length
        if size > limit:
            raise CodingError(f"it comes to more than {limit} bytes", b"".join(parts))
        parts.append(content[at : at + length])
        if at + length > len(content):
            raise CodingError("its last chunk is cut off", b"".join(parts))
        at += length
        at += 2 if content[at : at + 2] == b"\r\n" else 1


def _identity(content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise CodingError(f"it comes to more than {limit} bytes", content[:limit])
    return content


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "base64": _base64,
    "chunked": _chunked,
    "identity": _identity,
    "": _identity,
}
