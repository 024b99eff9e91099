"""What a FLAC stream and each of its frames say of themselves.

References:
    RFC 9639, section 8.2 (STREAMINFO) and 9.1 (frame header).
"""

from __future__ import annotations

from dataclasses import dataclass

#: Length in bytes of STREAMINFO.
STREAM_INFO = 34

#: Bytes a frame header has at most.
LONGEST_HEADER = 16

_BITS = (0, 8, 12, -1, 16, 20, 24, 32)
_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What STREAMINFO says.

    Attributes:
        block: samples of a block, of each channel, at most.
        shortest: bytes of a frame at least; 0 where it is not said.
        longest: bytes of a frame at most; 0 where it is not said.
        rate: samples per second.
        channels: 1 to 8.
        bits: of a sample.
        total: samples of each channel; 0 where it is not said.
    """

    block: int
    shortest: int
    longest: int
    rate: int
    channels: int
    bits: int
    total: int

    @classmethod
    def read(cls, data: bytes) -> StreamInfo | None:
        """Read the 34 bytes of STREAMINFO; None where they are none."""
        if len(data) < STREAM_INFO:
            return None
        least, block, shortest, longest = (
            int.from_bytes(data[start:end], "big") for start, end in ((0, 2), (2, 4), (4, 7), (7, 10))
        )
        packed = int.from_bytes(data[10:18], "big")
        rate, channels, bits = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1
        if not 16 <= least <= block or not rate or bits < 4 or (shortest > longest > 0):
            return None
        return cls(block, shortest, longest, rate, channels, bits, packed & (1 << 36) - 1)


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What the header of a frame says.

    Attributes:
        length: of the header in bytes, with its check sum.
        block: samples of each channel.
        widths: bits of a sample, by subframe; a difference has one more.
        is_variable: whether the number is of the first sample and not of the frame.
        number: of the frame or of its first sample.
    """

    length: int
    block: int
    widths: tuple[int, ...]
    is_variable: bool
    number: int

    @property
    def following(self) -> int:
        """The number that the next frame has."""
        return self.number + (self.block if self.is_variable else 1)

    @property
    def verbatim(self) -> int:
        """Bytes of the samples as they are."""
        return (self.block * sum(self.widths) + 7) // 8

    @classmethod
    def read(cls, data: bytes, info: StreamInfo) -> FrameHeader | None:
        """Read the header at the beginning of some bytes; None where there is none of this stream.

        Args:
            data: up to LONGEST_HEADER bytes, or more.
            info: of the stream.
        """
        if len(data) < 6 or data[0] != 0xFF or data[1] & 0xFE != 0xF8 or data[3] & 1:
            return None
        coded, at = _number(data)
        block, at = _block(data, at)
        rate, at = _rate(data, at, info)
        widths = _widths(data[3], info)
        if coded < 0 or not 0 < block <= info.block or rate != info.rate or not widths:
            return None
        if at >= len(data) or crc8(data[:at]) != data[at]:
            return None
        return cls(at + 1, block, widths, data[1] == 0xF9, coded)


def _number(data: bytes) -> tuple[int, int]:
    """(number as UTF-8 would code it, byte behind it); -1 where it is none."""
    first = data[4]
    if first < 0x80:
        return first, 5
    ones = 8 - (first ^ 0xFF).bit_length()
    if ones == 1 or ones > 7:
        return -1, 5
    value = first & (0x7F >> ones)
    for byte in data[5 : 4 + ones]:
        if byte >> 6 != 2:
            return -1, 5
        value = value << 6 | byte & 0x3F
    return value, 4 + ones


def _block(data: bytes, at: int) -> tuple[int, int]:
    code = data[2] >> 4
    if code in (6, 7):
        size = code - 5
        return int.from_bytes(data[at : at + size], "big") + 1, at + size
    if code >= 8:
        return 256 << code - 8, at
    return (0, 192, 576, 1152, 2304, 4608)[code], at


def _rate(data: bytes, at: int, info: StreamInfo) -> tuple[int, int]:
    code = data[2] & 15
    if code >= 12:
        size, unit = ((1, 1000), (2, 1), (2, 10), (0, 0))[code - 12]
        return int.from_bytes(data[at : at + size], "big") * unit, at + size
    return _RATES[code] or info.rate, at


def _widths(fourth: int, info: StreamInfo) -> tuple[int, ...]:
    """Bits of a sample by subframe; empty where the byte does not fit the stream."""
    assignment, bits = fourth >> 4, _BITS[fourth >> 1 & 7] or info.bits
    channels = assignment + 1 if assignment < 8 else 2
    if bits != info.bits or channels != info.channels or assignment > 10:
        return ()
    if assignment < 8:
        return (bits,) * channels
    # Left and side, side and right, mid and side.
    return (bits + 1, bits) if assignment == 9 else (bits, bits + 1)


def _crc8_table() -> bytes:
    table = bytearray()
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value << 1 ^ 0x07) & 0xFF if value & 0x80 else value << 1
        table.append(value)
    return bytes(table)


_CRC8 = _crc8_table()


def crc8(data: bytes) -> int:
    """The check sum of a frame's header: polynomial 0x07, begun with 0."""
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value
