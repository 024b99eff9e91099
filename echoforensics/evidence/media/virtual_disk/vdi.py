"""VDI images of VirtualBox: of fixed size, and those that grow.

References:
    VirtualBox, src/VBox/Storage/VDICore.h (VDIPREHEADER, VDIHEADER1PLUS, VDI_IMAGE_BLOCK_FREE, VDI_IMAGE_BLOCK_ZERO).
"""

from __future__ import annotations

import struct
from array import array
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple, Self

from echoforensics.errors import SourceError
from echoforensics.evidence.media.file_bytes import MAX_MEDIA_SIZE, open_file, reason_of
from echoforensics.evidence.media.holes import HoleReader
from echoforensics.evidence.media.media import Media, ReadImage

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.evidence.media.file_bytes import RandomBytes

_MAGIC_AT, _MAGIC = 64, b"\x7f\x10\xda\xbe"
_VERSION, _TYPE, _OFFSETS, _SIZES = 68, 76, 340, 368
_HEADER = 400
_DYNAMIC, _FIXED = 1, 2
#: From here on, a number in the table is no place: the block holds zeros, or was never written.
_NO_PLACE = 0xFFFF_FFFE
_LEAST_BLOCK, _MOST_BLOCKS = 512, 64 * 1024 * 1024
_SECTOR = 512


class VdiError(Exception):
    """The image cannot be read, and why: the rest of a sentence on it."""


class VdiHeader(NamedTuple):
    """What the header states.

    Attributes:
        table: byte offset of the table of blocks.
        data: byte offset of the first block.
        size: bytes of the media.
        block: bytes of a block.
        extra: bytes before the content of each block.
        blocks: how many the media has.
    """

    table: int
    data: int
    size: int
    block: int
    extra: int
    blocks: int

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read the first bytes of a file. Raises VdiError."""
        if len(raw) < _HEADER:
            raise VdiError("breaks off in its header")
        minor, major = struct.unpack_from("<HH", raw, _VERSION)
        if major != 1:
            raise VdiError(f"is of version {major}.{minor}, and only version 1 is read")
        (kind,) = struct.unpack_from("<I", raw, _TYPE)
        if kind not in (_DYNAMIC, _FIXED):
            raise VdiError("holds only what differs from another image; merge the two into one image")
        table, data = struct.unpack_from("<II", raw, _OFFSETS)
        size, block, extra, blocks = struct.unpack_from("<QIII", raw, _SIZES)
        if block < _LEAST_BLOCK or block & (block - 1) or not 0 < size <= min(MAX_MEDIA_SIZE, block * blocks):
            raise VdiError(f"says that its media has {size} bytes, in {blocks} blocks of {block}")
        if blocks > _MOST_BLOCKS:
            raise VdiError(f"says that it has {blocks} blocks")
        return cls(table, data, size, block, extra, blocks)


class VdiBlocks:
    """The media of a VDI image."""

    def __init__(self, data: RandomBytes, header: VdiHeader, places: array[int]) -> None:
        """Take the file, its header, and the place of each block."""
        self._data, self._header, self._places = data, header, places

    def read(self, offset: int, size: int) -> bytes:
        """Read ``size`` bytes of the media at a byte offset. Raises OSError for what is missing."""
        pieces: list[bytes] = []
        at, end = offset, min(offset + size, self._header.size)
        while at < end:
            number, within = divmod(at, self._header.block)
            length = min(end - at, self._header.block - within)
            pieces.append(self._within(number, within, length))
            at += length
        return b"".join(pieces)

    def _within(self, number: int, within: int, length: int) -> bytes:
        place = self._places[number]
        if place >= _NO_PLACE:
            return bytes(length)
        header = self._header
        at = header.data + place * (header.block + header.extra) + header.extra + within
        piece = self._data.read(at, length)
        if len(piece) != length:
            raise OSError("the image ends before them")
        return piece


def is_vdi(head: bytes) -> bool:
    """Whether a file begins as a VDI image does."""
    return head[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] == _MAGIC


def open_vdi(path: Path, head: bytes) -> Media:
    """Open a VDI image.

    Raises:
        SourceError: it cannot be opened, or needs another image.
    """
    data = open_file(path)
    with ExitStack() as opened:
        opened.callback(data.close)
        try:
            header = VdiHeader.parse(head[:_HEADER])
            places = _table(data, header)
        except OSError as error:
            raise SourceError(f"{path}: cannot be read: {reason_of(error)}") from error
        except VdiError as error:
            raise SourceError(f"{path}: the VDI image {error}") from error
        opened.pop_all()
    reader = HoleReader(VdiBlocks(data, header, places).read, _SECTOR, header.size)
    return Media("VDI image", ReadImage(header.size, reader.read, data.close), (path,), holes=reader.holes)


def _table(data: RandomBytes, header: VdiHeader) -> array[int]:
    """The place of each block. Raises VdiError; OSError if it cannot be read."""
    raw = data.read(header.table, 4 * header.blocks)
    if len(raw) < 4 * header.blocks:
        raise VdiError("breaks off in its table of blocks")
    return array("Q", (place for (place,) in struct.iter_unpack("<I", raw)))
