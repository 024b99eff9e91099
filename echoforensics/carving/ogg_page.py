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
_CONTINUED, _BEGINS, _ENDS = 0x01, 0x02, 0x04
_CRC_AT = 22
_NO_POSITION = -1
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
#: How the first packet of a stream begins, and what the stream is.
_CODECS = (
    (b"OpusHead", "Opus"), (b"\x01vorbis", "Vorbis"), (b"Speex   ", "Speex"), (b"\x7fFLAC", "FLAC"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CarvedOggPage:
    """A page whose check sum is right.

    Attributes:
        at: byte of the media at which it begins.
        length: bytes.
        serial, number: of its stream, and of the page in it.
        check: its check sum.
        position: samples of its stream up to its end, as the codec counts them; -1 where no packet ends in it.
        begins, ends: whether its stream begins or ends with it.
        is_continued: whether it begins within a packet.
        is_open: whether it ends within one.
        codec: what the stream is, where the page begins one that is known; else empty.
    """

    at: int
    length: int
    serial: int
    number: int
    check: int
    position: int
    begins: bool
    ends: bool
    is_continued: bool
    is_open: bool
    codec: str = ""

    @property
    def end(self) -> int:
        """The byte behind it."""
        return self.at + self.length

    def may_precede(self, other: CarvedOggPage) -> bool:
        """Whether another page can be the next one of its stream, by all that the two say."""
        return (
            self.serial == other.serial
            and self.number + 1 == other.number
            and not (self.ends or other.begins)
            and self.is_open == other.is_continued
            and (_NO_POSITION in (self.position, other.position) or self.position <= other.position)
        )


@dataclass(frozen=True, slots=True)
class PageHeader:
    """What the header of a page says, whether its check sum is right or not."""

    serial: int
    number: int
    length: int


def read_header(view: View, at: int) -> PageHeader | None:
    """The header of a page at a byte of the media; None where there is none, or the media ends within it."""
    head = view.read(at, _HEADER.size)
    if len(head) < _HEADER.size or not head.startswith(MAGIC):
        return None
    _, version, flags, _, serial, number, _, segments = _HEADER.unpack(head)
    sizes = view.read(at + _HEADER.size, segments)
    if version != 0 or flags > 7 or len(sizes) < segments:
        return None
    return PageHeader(serial, number, _HEADER.size + segments + sum(sizes))


def read_page(view: View, at: int) -> CarvedOggPage | None:
    """The page at a byte of the media; None where there is none, or its check sum is wrong."""
    header = read_header(view, at)
    if header is None:
        return None
    content = view.read(at, header.length)
    if len(content) < header.length:
        return None
    _, _, flags, position, serial, number, check, segments = _HEADER.unpack_from(content)
    if checksum(content[:_CRC_AT] + bytes(4) + content[_CRC_AT + 4 :]) != check:
        return None
    begins = bool(flags & _BEGINS)
    body = content[_HEADER.size + segments :]
    codec = next((name for magic, name in _CODECS if begins and body.startswith(magic)), "")
    return CarvedOggPage(
        at,
        header.length,
        serial,
        number,
        check,
        position,
        begins,
        ends=bool(flags & _ENDS),
        is_continued=bool(flags & _CONTINUED),
        is_open=segments > 0 and content[_HEADER.size + segments - 1] == 255,
        codec=codec,
    )


def checksum(content: bytes) -> int:
    """The check sum of a page whose own field for it is zero.

    It is CRC-32 with the polynomial that zlib uses, of bytes taken from their highest bit on, begun with and changed
    by nothing: so zlib's function gives it, of bytes turned round, turned round.
    """
    turned = zlib.crc32(content.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(turned.to_bytes(4, "little").translate(_REVERSED), "big")
