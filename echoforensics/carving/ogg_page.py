"""One page of an Ogg stream, with its check sum.

References:
    RFC 3533, section 6 (page header); RFC 7845, section 5.1 (OpusHead); Vorbis I specification, section 4.2.1.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

MAGIC = b"OggS"
_HEADER = struct.Struct("<4sBBqIIIB")
_BEGINS, _ENDS = 0x02, 0x04
_CRC_AT = 22
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
#: How the first packet of a stream begins, and what the stream is.
_CODECS = (
    (b"OpusHead", "Opus"), (b"\x01vorbis", "Vorbis"), (b"Speex   ", "Speex"), (b"\x7fFLAC", "FLAC"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """A page whose check sum is right.

    Attributes:
        at: byte of the media at which it begins.
        length: bytes.
        serial, number: of its stream, and of the page in it.
        check: its check sum.
        begins, ends: whether its stream begins or ends with it.
        codec: what the stream is, where the page begins one that is known; else empty.
    """

    at: int
    length: int
    serial: int
    number: int
    check: int
    begins: bool
    ends: bool
    codec: str = ""

    @property
    def end(self) -> int:
        """The byte behind it."""
        return self.at + self.length


def read_page(view: View, at: int) -> Page | None:
    """The page at a byte of the media; None where there is none, or its check sum is wrong."""
    head = view.read(at, _HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(MAGIC):
        return None
    _, version, flags, _, serial, number, check, segments = _HEADER.unpack(head)
    sizes = view.read(at + _HEADER.size, segments)
    if version != 0 or flags > 7 or len(sizes) < segments:
        return None
    length = _HEADER.size + segments + sum(sizes)
    content = view.read(at, length)
    if len(content) < length or checksum(content[:_CRC_AT] + bytes(4) + content[_CRC_AT + 4 :]) != check:
        return None
    begins = bool(flags & _BEGINS)
    body = content[_HEADER.size + segments :]
    codec = next((name for magic, name in _CODECS if begins and body.startswith(magic)), "")
    return Page(at, length, serial, number, check, begins, bool(flags & _ENDS), codec)


def checksum(content: bytes) -> int:
    """The check sum of a page whose own field for it is zero.

    It is CRC-32 with the polynomial that zlib uses, of bytes taken from their highest bit on, begun with and changed
    by nothing: so zlib's function gives it, of bytes turned round, turned round.
    """
    turned = zlib.crc32(content.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(turned.to_bytes(4, "little").translate(_REVERSED), "big")
