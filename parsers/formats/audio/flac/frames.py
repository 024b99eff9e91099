"""Parse FLAC frame headers, and compare them with the stream.

References:
    RFC 9639, section 9.1 (frame header).
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.checksums import crc8
from parsers.formats.audio.flac.metadata import StreamInfo

#: Maximum length of a frame header in bytes.
MAX_HEADER = 16
_BLOCK_SIZES = {1: 192, **{code: 144 << code for code in (2, 3, 4, 5)}, **{code: 1 << code for code in range(8, 16)}}
_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
#: By code of a rate stored after the number: its length in bytes, and its unit in Hz.
_WRITTEN_RATES = {12: (1, 1000), 13: (2, 1), 14: (2, 10)}
_DEPTHS = {1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32}
#: By assignment of two channels (left/side, side/right, mid/side): 1 for a channel that holds a difference.
_SIDES = {8: (0, 1), 9: (1, 0), 10: (0, 1)}


class FlacFrameHeader(NamedTuple):
    """A parsed frame header.

    Attributes:
        block: samples per channel.
        channels: number of channels.
        sides: for each channel, 1 if it holds a difference and so takes one more bit per sample.
        bits: bits per sample; 0 for "as STREAMINFO says".
        rate: samples per second; 0 for "as STREAMINFO says".
        number: the frame's number, or if ``variable`` that of its first sample.
        variable: whether frames differ in size.
        length: bytes in the header.
        writes_rate: whether the rate is stored after the number rather than given by a code.
    """

    block: int
    channels: int
    sides: tuple[int, ...]
    bits: int
    rate: int
    number: int
    variable: bool
    length: int
    writes_rate: bool = False

    @property
    def following(self) -> int:
        """The number of the next frame."""
        return self.number + (self.block if self.variable else 1)

    def verbatim(self, info: StreamInfo) -> int:
        """Bytes that its samples take uncompressed."""
        bits = sum((self.bits or info.bits) + side for side in self.sides)
        return (self.block * bits + 7) // 8

    def suits(self, info: StreamInfo) -> bool:
        """Whether channels, bits, and a rate given by code match the stream."""
        if self.channels != info.channels or self.bits not in (0, info.bits):
            return False
        return self.writes_rate or self.rate in (0, info.rate)

    def suits_wholly(self, info: StreamInfo) -> bool:
        """Whether it matches, and a stored rate and the block length also agree with the stream."""
        is_rate = not self.writes_rate or self.rate == info.rate
        return self.suits(info) and is_rate and self.block <= info.most_block


def parse(raw: bytes) -> FlacFrameHeader | None:
    """Parse the header at the start of some bytes (16 are enough); None if none has a right checksum."""
    if len(raw) < 6 or raw[0] != 0xFF or raw[1] & 0xFE != 0xF8 or raw[3] & 1:
        return None
    block_code, rate_code = raw[2] >> 4, raw[2] & 15
    assignment, depth_code = raw[3] >> 4, raw[3] >> 1 & 7
    if block_code == 0 or rate_code == 15 or assignment > 10 or depth_code == 3:
        return None
    coded = _coded_number(raw)
    if coded is None:
        return None
    number, at = coded
    width = {6: 1, 7: 2}.get(block_code, 0)
    block = int.from_bytes(raw[at : at + width], "big") + 1 if width else _BLOCK_SIZES[block_code]
    at += width
    width, unit = _WRITTEN_RATES.get(rate_code, (0, 0))
    rate = int.from_bytes(raw[at : at + width], "big") * unit if width else _RATES[rate_code]
    at += width
    if len(raw) <= at or crc8(raw[: at + 1]):
        return None
    channels = assignment + 1 if assignment < 8 else 2
    sides = _SIDES.get(assignment, (0,) * channels)
    depth = _DEPTHS.get(depth_code, 0)
    return FlacFrameHeader(block, channels, sides, depth, rate, number, bool(raw[1] & 1), at + 1, bool(width))


def _coded_number(raw: bytes) -> tuple[int, int] | None:
    """The number at byte 4, in an extended UTF-8 coding of up to 36 bits, and the offset after it."""
    first = raw[4]
    if first < 0x80:
        return first, 5
    more = 7 - (first ^ 0xFF).bit_length()  # Number of following bytes: the leading ones, less one.
    if not 1 <= more <= 6 or len(raw) < 5 + more:
        return None
    number = first & (0x3F >> more)
    for byte in raw[5 : 5 + more]:
        if byte & 0xC0 != 0x80:
            return None
        number = number << 6 | byte & 0x3F
    return number, 5 + more
