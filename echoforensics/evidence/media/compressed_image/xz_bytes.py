"""Xz data of several blocks read at any place, without a copy: by the index at its end."""

from __future__ import annotations

import lzma
import zlib
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.media.compressed_image.block_bytes import BlockBytes, NoBlocksError

if TYPE_CHECKING:
    from echoforensics.evidence.media.file_bytes import RandomBytes

MAGIC = b"\xfd7zXZ\x00"
_FOOTER_MAGIC = b"YZ"
_HEADER = 12
_MAX_INDEX = 8 << 20
_MAX_STREAMS = 10_000
_MAX_BLOCKS = 1_000_000
_MAX_PADDING = 1 << 20
#: Memory that the decompressor may take, in bytes.
MEMORY_LIMIT = 256 << 20


class _XzBlock(NamedTuple):
    start: int
    stored: int
    size: int
    header: bytes


def open_xz_blocks(data: RandomBytes) -> BlockBytes:
    """The content of an xz file of several blocks.

    Args:
        data: the compressed bytes.

    Raises:
        NoBlocksError: it has but one, or its index is damaged.
        OSError: it cannot be read.

    References:
        The .xz File Format, version 1.2.0, sections 2.1.2 (footer) and 4 (index).
    """
    blocks: list[_XzBlock] = []
    end = data.size
    for _ in range(_MAX_STREAMS):
        if (end := _without_padding(data, end)) == 0:
            break
        found, end = _stream_before(data, end)
        blocks += reversed(found)
    if end or len(blocks) > _MAX_BLOCKS:
        raise NoBlocksError("it has very many streams or blocks")
    blocks.reverse()
    return BlockBytes((block.size for block in blocks), lambda number: _decompress(data, blocks[number]), data.close)


def _without_padding(data: RandomBytes, end: int) -> int:
    tail = data.read(max(0, end - _MAX_PADDING), min(end, _MAX_PADDING))
    return end - (len(tail) - len(tail.rstrip(b"\0"))) // 4 * 4


def _stream_before(data: RandomBytes, end: int) -> tuple[list[_XzBlock], int]:
    """The blocks of the stream that ends at a byte, and where it begins."""
    footer = data.read(end - _HEADER, _HEADER) if end >= 2 * _HEADER else b""
    if footer[10:] != _FOOTER_MAGIC or zlib.crc32(footer[4:10]) != int.from_bytes(footer[:4], "little"):
        raise NoBlocksError("its footer is damaged")
    size = (int.from_bytes(footer[4:8], "little") + 1) * 4
    index_at = end - _HEADER - size
    if size > _MAX_INDEX or index_at < _HEADER:
        raise NoBlocksError("its index is damaged")
    raw = data.read(index_at, size)
    if zlib.crc32(raw[:-4]) != int.from_bytes(raw[-4:], "little") or raw[:1] != b"\0":
        raise NoBlocksError("its index is damaged")
    sizes = _records(raw)
    start = index_at - sum((stored + 3) // 4 * 4 for stored, _ in sizes)
    header = data.read(start - _HEADER, _HEADER) if start >= _HEADER else b""
    if not header.startswith(MAGIC):
        raise NoBlocksError("its index does not fit its blocks")
    blocks: list[_XzBlock] = []
    for stored, content in sizes:
        if content:
            blocks.append(_XzBlock(start, stored, content, header))
        start += (stored + 3) // 4 * 4
    return blocks, index_at - sum((stored + 3) // 4 * 4 for stored, _ in sizes) - _HEADER


def _records(raw: bytes) -> list[tuple[int, int]]:
    """(bytes as stored, bytes of content) of each block."""
    count, at = _number(raw, 1)
    found: list[tuple[int, int]] = []
    for _ in range(min(count, len(raw))):
        stored, at = _number(raw, at)
        content, at = _number(raw, at)
        found.append((stored, content))
    if len(found) != count:
        raise NoBlocksError("its index is damaged")
    return found


def _number(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 63, 7):
        if at >= len(raw):
            break
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise NoBlocksError("its index is damaged")


def _decompress(data: RandomBytes, block: _XzBlock) -> bytes:
    """One block: behind the header of its stream, the decompressor takes it for the first one."""
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)
    try:
        stream.decompress(block.header)
        padded = (block.stored + 3) // 4 * 4
        content = stream.decompress(data.read(block.start, padded), block.size + 1)
    except lzma.LZMAError as error:
        raise OSError(f"the compressed block at byte {block.start} is damaged: {error}") from error
    if len(content) != block.size:
        raise OSError(f"the compressed block at byte {block.start} has another length than the index says")
    return content
