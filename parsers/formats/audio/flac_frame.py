"""FLAC frames: their header, and their exact length, which nothing in the frame states.

The length of a frame is found by reading its bits as a decoder would, without making sound of them.

References:
    RFC 9639, sections 9.1 (frame header), 9.2 (subframes), 9.3 (frame footer).
"""

from __future__ import annotations

from typing import NamedTuple

#: Bytes that a frame header may take.
MAX_HEADER = 16
_BLOCK_SIZES = {1: 192, **{code: 144 << code for code in (2, 3, 4, 5)}, **{code: 1 << code for code in range(8, 16)}}
_RATES = (0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000)
_DEPTHS = {1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32}


class FlacFrameHeader(NamedTuple):
    """A frame's header.

    Attributes:
        block: samples a channel.
        channels: number of channels.
        sides: by channel, 1 where it holds a difference and so takes one bit more a sample.
        bits: bits a sample; 0 for "as STREAMINFO says".
        rate: samples a second; 0 for "as STREAMINFO says", or coded at length.
        number: the frame's number, or with ``variable`` that of its first sample.
        variable: whether frames differ in size.
        length: bytes of the header.
    """

    block: int
    channels: int
    sides: tuple[int, ...]
    bits: int
    rate: int
    number: int
    variable: bool
    length: int


def _table(polynomial: int, width: int) -> tuple[int, ...]:
    top, mask, table = 1 << (width - 1), (1 << width) - 1, []
    for byte in range(256):
        value = byte << (width - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return tuple(table)


_CRC8 = _table(0x07, 8)
_CRC16 = _table(0x8005, 16)


def crc16(data: bytes) -> int:
    """The checksum of a frame; 0 over a frame with its checksum behind it."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFF00) ^ _CRC16[value >> 8 ^ byte]
    return value


def parse(raw: bytes) -> FlacFrameHeader | None:
    """The header at the start of some bytes (16 are enough); None where none with a right checksum stands."""
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
    at += width + {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    crc = 0
    for byte in raw[: at + 1]:
        crc = _CRC8[crc ^ byte]
    if len(raw) <= at or crc:
        return None
    channels = assignment + 1 if assignment < 8 else 2
    sides = {8: (0, 1), 9: (1, 0), 10: (0, 1)}.get(assignment, (0,) * channels)
    rate = _RATES[rate_code] if rate_code < len(_RATES) else 0
    return FlacFrameHeader(block, channels, sides, _DEPTHS.get(depth_code, 0), rate, number, bool(raw[1] & 1), at + 1)


def _coded_number(raw: bytes) -> tuple[int, int] | None:
    """The number at byte 4, coded like UTF-8 but up to 36 bits, and where it ends."""
    first = raw[4]
    if first < 0x80:
        return first, 5
    more = 7 - (first ^ 0xFF).bit_length()  # bytes that follow: the leading ones, less one
    if not 1 <= more <= 6 or len(raw) < 5 + more:
        return None
    number = first & (0x3F >> more)
    for byte in raw[5 : 5 + more]:
        if byte & 0xC0 != 0x80:
            return None
        number = number << 6 | byte & 0x3F
    return number, 5 + more


class Shortage(Exception):  # noqa: N818 (not an error: the data ends before the frame)
    """The frame goes on beyond the data."""


class Malformed(ValueError):  # noqa: N818 (said of the frame)
    """The bits are no FLAC frame."""


def length(raw: bytes, header: FlacFrameHeader, bits: int) -> int:
    """Bytes of the frame at the start of some bytes, its checksum included.

    Args:
        raw: the frame, and whatever follows it.
        header: its header.
        bits: bits a sample, as STREAMINFO says; used where the header does not.

    Raises:
        Shortage: the data ends before the frame.
        Malformed: no decoder could read this.
    """
    reader = _Bits(raw, header.length * 8)
    for side in header.sides:
        _subframe(reader, header.block, (header.bits or bits) + side)
    return reader.whole_bytes() + 2


class _Bits:
    def __init__(self, raw: bytes, at: int) -> None:
        self._raw, self._at, self._end = raw, at, len(raw) * 8

    def read(self, width: int) -> int:
        """Up to 32 bits, as a number."""
        start = self._at
        self.skip(width)
        piece = int.from_bytes(self._raw[start >> 3 : (start >> 3) + 5], "big")
        have = min(5, len(self._raw) - (start >> 3)) * 8
        return piece >> (have - (start & 7) - width) & (1 << width) - 1

    def skip(self, width: int) -> None:
        self._at += width
        if self._at > self._end:
            raise Shortage

    def unary(self) -> int:
        """Zeros before the next one, which is taken too."""
        start = self._at
        while True:
            byte = self._at >> 3
            piece = self._raw[byte : byte + 8]
            if not piece:
                raise Shortage
            left = len(piece) * 8 - (self._at & 7)
            value = int.from_bytes(piece, "big") & (1 << left) - 1
            if value:
                self._at += left - value.bit_length() + 1
                return self._at - start - 1
            self._at += left

    def whole_bytes(self) -> int:
        return self._at + 7 >> 3


def _subframe(reader: _Bits, block: int, bits: int) -> None:
    if reader.read(1):
        raise Malformed("a subframe begins with a 1")
    kind = reader.read(6)
    if reader.read(1):
        bits -= reader.unary() + 1
    if bits <= 0:
        raise Malformed("more bits are wasted than a sample has")
    if kind == 0:
        reader.skip(bits)
    elif kind == 1:
        reader.skip(bits * block)
    elif 8 <= kind <= 12:
        _residual(reader, block, kind - 8, bits)
    elif kind >= 32:
        order = kind - 31
        reader.skip(bits * order)
        precision = reader.read(4) + 1
        if precision == 16:
            raise Malformed("a reserved precision")
        reader.skip(5 + precision * order)
        _residual(reader, block, order, 0)
    else:
        raise Malformed("a reserved kind of subframe")


def _residual(reader: _Bits, block: int, order: int, bits: int) -> None:
    """Pass over the first samples (``bits`` each), and the coded differences of the rest."""
    reader.skip(bits * order)
    method, partitions = reader.read(2), 1 << reader.read(4)
    if method > 1 or block % partitions or block // partitions < order:
        raise Malformed("no such coding of differences")
    width = 5 if method else 4
    for partition in range(partitions):
        count = block // partitions - (0 if partition else order)
        parameter = reader.read(width)
        if parameter == (1 << width) - 1:
            reader.skip(reader.read(5) * count)
            continue
        for _ in range(count):
            reader.unary()
            reader.skip(parameter)
