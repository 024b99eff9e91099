"""Zstandard data of several frames read at any place, without a copy: each frame by itself."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import zstandard

from echoforensics.evidence.media.compressed_image.block_bytes import BlockBytes, NoBlocksError

if TYPE_CHECKING:
    from echoforensics.evidence.media.file_bytes import RandomBytes

MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPED = 0x184D2A50
_MAX_FRAMES = 1_000_000
#: Bytes that a frame's content may refer back to.
MAX_WINDOW = 128 << 20
_RLE = 1


def is_skippable(head: bytes) -> bool:
    """Whether bytes begin as a skippable frame does, as those do that pzstd writes."""
    return len(head) >= 8 and int.from_bytes(head[:4], "little") & 0xFFFFFFF0 == _SKIPPED


def open_zstd_frames(data: RandomBytes) -> BlockBytes:
    """The content of a zstd file of several frames, each of which states how long its content is.

    Args:
        data: the compressed bytes.

    Raises:
        NoBlocksError: it has but one, or one that does not state it, or is damaged.
        OSError: it cannot be read.

    References:
        RFC 8878, sections 3.1.1 (frames) and 3.1.2 (skippable frames).
    """
    frames: list[tuple[int, int]] = []
    sizes: list[int] = []
    at = 0
    while at < data.size:
        raw = data.read(at, 18)
        if is_skippable(raw):
            at += 8 + int.from_bytes(raw[4:8], "little")
            continue
        end, size = _frame(data, at, raw)
        if size:
            frames.append((at, end - at))
            sizes.append(size)
        if len(frames) > _MAX_FRAMES:
            raise NoBlocksError("it has very many frames")
        at = end
    return BlockBytes(sizes, lambda number: _decompress(data, *frames[number], sizes[number]), data.close)


def _frame(data: RandomBytes, at: int, raw: bytes) -> tuple[int, int]:
    """Where a frame ends, and the bytes of its content."""
    if not raw.startswith(MAGIC):
        raise NoBlocksError("there is no frame where one should be")
    try:
        header = zstandard.get_frame_parameters(raw)
        place = at + zstandard.frame_header_size(raw)
    except zstandard.ZstdError as error:
        raise NoBlocksError(str(error)) from error
    if header.content_size == zstandard.CONTENTSIZE_UNKNOWN or header.content_size > 1 << 62:
        raise NoBlocksError("a frame does not say how long its content is")
    last = False
    while not last:
        block = data.read(place, 3)
        if len(block) < 3:
            raise NoBlocksError("it breaks off")
        (value,) = struct.unpack("<I", block + b"\0")
        last, kind, size = bool(value & 1), value >> 1 & 3, value >> 3
        place += 3 + (1 if kind == _RLE else size)
    return place + 4 * bool(header.has_checksum), header.content_size


def _decompress(data: RandomBytes, at: int, stored: int, size: int) -> bytes:
    try:
        stream = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
        return stream.decompress(data.read(at, stored), max_output_size=size)
    except zstandard.ZstdError as error:
        raise OSError(f"the compressed frame at byte {at} is damaged: {error}") from error
