"""Find the end of a FLAC frame from its bits, as it states no length.

Samples are not decoded; only the size of each part in bits is read.

References:
    RFC 9639, section 9.2 (subframes, residuals) and 9.3 (footer).
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.flac.frames import FlacFrameHeader

#: Length in bytes of the footer, which is the frame's checksum.
_FOOTER = 2
#: Bytes tried first; four times as many each time the frame does not end within them.
_FIRST = 16 * 1024


class Shortage(Exception):  # noqa: N818 (not an error: the data ends before the frame)
    """The frame continues beyond the data."""


class Malformed(ValueError):  # noqa: N818 (said of the frame)
    """The bits are not a FLAC frame."""


class FlacFrameExtent(NamedTuple):
    """The extent of a frame.

    Attributes:
        length: number of bytes, including the checksum at its end, which is not verified.
        is_padded_with_zeros: whether the padding after the last subframe is 0, as required.
    """

    length: int
    is_padded_with_zeros: bool


def measure(raw: bytes, header: FlacFrameHeader, bits: int) -> FlacFrameExtent:
    """Measure the frame at the start of some bytes.

    Args:
        raw: the frame, with any bytes after it.
        header: its header.
        bits: bits per sample, as STREAMINFO says; used where the header does not.

    Raises:
        Shortage: the data ends before the frame.
        Malformed: the bits are not a valid frame.
    """
    size = min(_FIRST, len(raw))
    while True:
        try:
            return _measure(raw[:size], header, bits)
        except Shortage:
            if size == len(raw):
                raise
            size = min(4 * size, len(raw))


class _BitText:
    """Bits as a string of 0 and 1, in which the end of a unary number is found quickly.

    ``at`` may move beyond the end; any read after that is a shortage.
    """

    def __init__(self, data: bytes, at: int) -> None:
        self.text = bin(int.from_bytes(b"\x01" + data, "big"))[3:]
        self.at = at

    def take(self, count: int) -> int:
        part = self.text[self.at : self.at + count]
        if len(part) < count:
            raise Shortage
        self.at += count
        return int(part, 2)

    def unary(self) -> int:
        """Read a unary number: the count of zeros before the next one."""
        end = self.text.find("1", self.at)
        if end < 0:
            raise Shortage
        zeros, self.at = end - self.at, end + 1
        return zeros

    def skip_rice(self, count: int, parameter: int) -> None:
        """Skip Rice-coded numbers with a binary part of ``parameter`` bits."""
        index, at, step = self.text.index, self.at, parameter + 1
        try:
            for _ in range(count):
                at = index("1", at) + step
        except ValueError:
            raise Shortage from None
        self.at = at


def _measure(data: bytes, header: FlacFrameHeader, depth: int) -> FlacFrameExtent:
    bits = _BitText(data, header.length * 8)
    for side in header.sides:
        _subframe(bits, header.block, (header.bits or depth) + side)
    padding = -bits.at % 8
    is_zero = not padding or not bits.take(padding)
    length = bits.at // 8 + _FOOTER
    if length > len(data):
        raise Shortage
    return FlacFrameExtent(length, is_zero)


def _subframe(bits: _BitText, block: int, width: int) -> None:
    if bits.text[bits.at : bits.at + 1] == "1":
        raise Malformed("a subframe begins with a 1")
    head = bits.take(8)
    kind = head >> 1
    if head & 1:
        width -= bits.unary() + 1
    if width <= 0:
        raise Malformed("more bits are wasted than a sample has")
    if kind == 0:
        bits.at += width
    elif kind == 1:
        bits.at += width * block
    elif 8 <= kind <= 12:
        bits.at += width * (kind - 8)
        _residual(bits, block, kind - 8)
    elif kind >= 32:
        order = kind - 31
        bits.at += width * order
        precision = bits.take(4) + 1
        if precision == 16:
            raise Malformed("a reserved precision")
        # Five bits for the shift, then the coefficients.
        bits.at += 5 + order * precision
        _residual(bits, block, order)
    else:
        raise Malformed("a reserved kind of subframe")


def _residual(bits: _BitText, block: int, order: int) -> None:
    """Skip the coded residual of the samples after the first ``order``."""
    method, partitions = bits.take(2), 1 << bits.take(4)
    if method > 1 or block % partitions or block // partitions < order:
        raise Malformed("no such coding of differences")
    size = 4 + method
    for partition in range(partitions):
        count = block // partitions - (0 if partition else order)
        parameter = bits.take(size)
        if parameter == (1 << size) - 1:
            # Escaped: each number has this many bits.
            width = bits.take(5)
            bits.at += width * count
        else:
            bits.skip_rice(count, parameter)
