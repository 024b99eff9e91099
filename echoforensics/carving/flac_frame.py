"""Where a FLAC frame ends, told from its own bits: it states no length.

Samples are not decoded; only how many bits each part takes is read.

References:
    RFC 9639, section 9.2 (subframes, residuals) and 9.3 (footer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.crc16 import crc16

if TYPE_CHECKING:
    from echoforensics.carving.flac_header import FrameHeader

#: Bytes of the footer.
_FOOTER = 2

#: Bytes that are tried first; four times as many as long as the frame does not end within them.
_FIRST = 16 * 1024


class _InvalidError(Exception):
    """The bits are no frame's."""


class _ShortError(Exception):
    """The bits end within the frame."""


class _Bits:
    """Bits as text of 0 and 1, in which the end of a unary number is found quickly."""

    def __init__(self, data: bytes, at: int) -> None:
        self.text = bin(int.from_bytes(b"\x01" + data, "big"))[3:]
        self.at = at

    def take(self, count: int) -> int:
        part = self.text[self.at : self.at + count]
        if len(part) < count:
            raise _ShortError
        self.at += count
        return int(part, 2)

    def skip_unary(self) -> int:
        """Zeros up to the next one, passed with it."""
        end = self.text.find("1", self.at)
        if end < 0:
            raise _ShortError
        zeros, self.at = end - self.at, end + 1
        return zeros

    def skip_rice(self, count: int, parameter: int) -> None:
        """Pass over numbers of a unary part and a binary part of ``parameter`` bits."""
        index, at, step = self.text.index, self.at, parameter + 1
        try:
            for _ in range(count):
                at = index("1", at) + step
        except ValueError:
            raise _ShortError from None
        self.at = at


def frame_length(data: bytes, header: FrameHeader) -> int:
    """Length in bytes of the frame at the beginning of some bytes; 0 where it is not whole or its check sum is wrong.

    Args:
        data: the frame and what follows, as much as a frame may take.
        header: of the frame.
    """
    size = min(_FIRST, len(data))
    while True:
        try:
            length = _length(data[:size], header)
        except _InvalidError:
            return 0
        except _ShortError:
            if size == len(data):
                return 0
            size = min(4 * size, len(data))
            continue
        return length if crc16(data[:length]) == 0 else 0


def _length(data: bytes, header: FrameHeader) -> int:
    bits = _Bits(data, header.length * 8)
    for width in header.widths:
        _subframe(bits, width, header.block)
    padding = -bits.at % 8
    if padding and bits.take(padding):
        raise _InvalidError
    length = bits.at // 8 + _FOOTER
    if length > len(data):
        raise _ShortError
    return length


def _subframe(bits: _Bits, width: int, block: int) -> None:
    head = bits.take(8)
    kind = head >> 1
    if head & 1:
        width -= bits.skip_unary() + 1
    if head & 0x80 or width <= 0:
        raise _InvalidError
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
            raise _InvalidError
        # Five bits of shift, then the coefficients.
        bits.at += 5 + order * precision
        _residual(bits, block, order)
    else:
        raise _InvalidError


def _residual(bits: _Bits, block: int, order: int) -> None:
    method, partitions = bits.take(2), 1 << bits.take(4)
    size = 4 + method
    if method > 1 or block % partitions or block // partitions < order:
        raise _InvalidError
    for partition in range(partitions):
        count = block // partitions - (0 if partition else order)
        parameter = bits.take(size)
        if parameter == (1 << size) - 1:
            # Escaped: numbers of so many bits each.
            width = bits.take(5)
            bits.at += width * count
        else:
            bits.skip_rice(count, parameter)
