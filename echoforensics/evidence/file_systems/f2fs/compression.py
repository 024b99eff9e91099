"""Decompresses clusters of F2FS.

A cluster of blocks is compressed as a unit. Its first block holds the length of the compressed data and a checksum, 24
bytes in total, followed by the data.

References:
    Linux, Documentation/filesystems/f2fs.rst ("Compression implementation"); fs/f2fs/f2fs.h (struct compress_data).
"""

from __future__ import annotations

import io

import lz4.block
import zstandard

from echoforensics.evidence.file_systems.f2fs.layout import F2fsError

_HEAD = 24
_NAMES = {0: "LZO", 1: "LZ4", 2: "zstd", 3: "LZO-RLE"}
_LZ4, _ZSTD = 1, 2
#: The largest cluster: 256 blocks of 64 KiB.
_MAX_WINDOW = 1 << 24


def name_of(algorithm: int) -> str:
    """Name a compression algorithm by its number."""
    return _NAMES.get(algorithm, f"an unknown algorithm ({algorithm})")


def is_read(algorithm: int) -> bool:
    """Whether a compression algorithm is supported."""
    return algorithm in (_LZ4, _ZSTD)


def expand(algorithm: int, data: bytes, size: int) -> bytes:
    """Decompress one cluster.

    Args:
        algorithm: the number of the algorithm.
        data: the compressed blocks of the cluster.
        size: the size of the cluster in bytes when decompressed.

    Raises:
        F2fsError: it cannot be decompressed to that size.
    """
    length = int.from_bytes(data[:4], "little")
    if not 0 < length <= len(data) - _HEAD:
        raise F2fsError(f"a compressed cluster states {length} bytes and has room for {max(0, len(data) - _HEAD)}")
    packed = data[_HEAD : _HEAD + length]
    if algorithm == _LZ4:
        found = _lz4(packed, size)
    elif algorithm == _ZSTD:
        found = _zstd(packed, size)
    else:
        raise F2fsError(f"compressed with {name_of(algorithm)}; not read")
    if len(found) != size:
        raise F2fsError(f"a compressed cluster expands to {len(found)} bytes, not {size}")
    return found


def _lz4(packed: bytes, size: int) -> bytes:
    try:
        found: bytes = lz4.block.decompress(packed, uncompressed_size=size)
    except lz4.block.LZ4BlockError as error:
        raise F2fsError(f"a compressed cluster (LZ4) cannot be expanded: {error}") from None
    return found


def _zstd(packed: bytes, size: int) -> bytes:
    # Read as a stream, because the frame's stated size is not trusted.
    reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW).stream_reader(io.BytesIO(packed))
    try:
        return reader.read(size)
    except zstandard.ZstdError as error:
        raise F2fsError(f"a compressed cluster (zstd) cannot be expanded: {error}") from None
