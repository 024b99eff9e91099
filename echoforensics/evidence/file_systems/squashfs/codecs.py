"""The decompressors of squashfs, each with a limit on its output.

References:
    Linux, fs/squashfs/{zlib,xz,lz4,zstd}_wrapper.c; squashfs-tools, lzma_xz_wrapper.c.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable

import lz4.block
import zstandard

from parsers.formats import deflate

#: Decompresses data to at most the given number of bytes. Raises OSError.
Expand = Callable[[bytes, int], bytes]

#: Compressors by their number in the superblock.
COMPRESSORS = {1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}
#: Memory for a dictionary. A block has at most 1 MiB, so a larger dictionary is useless.
_MAX_MEMORY = 16 * 1024 * 1024
_MAX_WINDOW = 8 * 1024 * 1024


def expander(compressor: int) -> Expand:
    """Return the decompressor for a compressor's number. Raises OSError if it is not supported."""
    found = _EXPANDERS.get(compressor)
    if found is None:
        name = COMPRESSORS.get(compressor, str(compressor))
        raise OSError(f"squashfs 4.0 compressed with {name}, which is not read")
    return found


def _zlib(data: bytes, limit: int) -> bytes:
    engine = deflate.decompressobj()
    try:
        expanded = engine.decompress(data, limit + 1)
    except deflate.error as error:
        raise OSError(f"a gzip block is damaged: {error}") from error
    if len(expanded) <= limit and not engine.eof:
        raise OSError("a gzip block is cut off")
    return _bounded(expanded, limit)


def _xz(data: bytes, limit: int) -> bytes:
    # The container specifies its own filters (including BCJ).
    return _liblzma(data, limit, lzma.FORMAT_XZ)


def _lzma(data: bytes, limit: int) -> bytes:
    return _liblzma(data, limit, lzma.FORMAT_ALONE)


def _liblzma(data: bytes, limit: int, container: int) -> bytes:
    try:
        engine = lzma.LZMADecompressor(container, _MAX_MEMORY)
        expanded = engine.decompress(data, limit + 1)
        while not (engine.eof or engine.needs_input or len(expanded) > limit):
            more = engine.decompress(b"", limit + 1 - len(expanded))
            if not more:
                break
            expanded += more
    except (lzma.LZMAError, EOFError) as error:
        raise OSError(f"an lzma block is damaged: {error}") from error
    if len(expanded) <= limit and not engine.eof:
        raise OSError("an lzma block is cut off")
    return _bounded(expanded, limit)


def _lz4(data: bytes, limit: int) -> bytes:
    try:
        expanded: bytes = lz4.block.decompress(data, uncompressed_size=limit)
    except lz4.block.LZ4BlockError as error:
        raise OSError(f"an lz4 block is damaged, or expands beyond {limit} bytes") from error
    return expanded


def _zstd(data: bytes, limit: int) -> bytes:
    # Not decompress(): it trusts the length in the frame header and allocates memory for it.
    engine = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    try:
        with engine.stream_reader(data) as reader:
            expanded = reader.read(limit + 1)
    except zstandard.ZstdError as error:
        raise OSError(f"a zstd block is damaged: {error}") from error
    return _bounded(expanded, limit)


def _bounded(expanded: bytes, limit: int) -> bytes:
    if len(expanded) > limit:
        raise OSError(f"a block expands beyond the {limit} bytes that it may hold")
    return expanded


_EXPANDERS: dict[int, Expand] = {1: _zlib, 2: _lzma, 4: _xz, 5: _lz4, 6: _zstd}
