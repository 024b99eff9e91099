"""Parse the file header and frames of AMR and AMR-WB. A frame states no length: its type implies it.

References:
    RFC 4867 section 5 (file format), section 4.3.2 (frame header); 3GPP TS 26.101 and 26.201, table 1a (frame types
    and their sizes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

#: Microseconds of sound per frame.
FRAME_US = 20_000
_SINGLE, _MULTIPLE = b"\n", b"_MC1.0\n"
#: Length of the channel count in the multichannel header, and the maximum number of channels.
_CHANNELS_SIZE, _MOST_CHANNELS = 4, 6
#: Bits of a frame's first byte: those reserved, which should be 0, and the one that marks the frame as
#: undamaged.
RESERVED, _GOOD = 0x83, 0x04


class AmrFrame(NamedTuple):
    """A parsed first byte of a frame.

    Attributes:
        type: frame type, 0 to 15.
        length: bytes in the frame, including the first.
        is_good: whether the frame is marked as undamaged.
    """

    type: int
    length: int
    is_good: bool


@dataclass(frozen=True, slots=True)
class AmrCodec:
    """One of the two codecs.

    Attributes:
        name: ``AMR-NB`` or ``AMR-WB``.
        magic: how a file begins, before the part that gives the channels.
        rate: samples per second.
        sizes: bytes after the first byte, by frame type; types not listed are reserved.
        silent: types for silence, lost speech or no data, which any recording may contain. The lowest is audible
            comfort noise.
        frames: the frame for each first byte; None if the byte is invalid or a reserved bit is set.
    """

    name: str
    magic: bytes
    rate: int
    sizes: Mapping[int, int]
    silent: frozenset[int]
    frames: tuple[AmrFrame | None, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "frames", tuple(self._frame(first) for first in range(256)))

    def _frame(self, first: int) -> AmrFrame | None:
        size = self.sizes.get(first >> 3 & 15)
        if first & RESERVED or size is None:
            return None
        return AmrFrame(first >> 3, 1 + size, bool(first & _GOOD))


NARROW = AmrCodec(
    "AMR-NB",
    b"#!AMR",
    8000,
    {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0},
    frozenset({8, 15}),
)
WIDE = AmrCodec(
    "AMR-WB",
    b"#!AMR-WB",
    16000,
    {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0},
    frozenset({9, 14, 15}),
)
#: Type of a frame without data, in either codec.
NOTHING_SENT = 15


class AmrFileHeader(NamedTuple):
    """A parsed file header.

    Attributes:
        codec: the codec of the frames.
        length: bytes before the first frame.
        channels: 1 to 6; one frame of each makes up 20 ms.
        is_single: whether it is the single-channel header, which states no number.
    """

    codec: AmrCodec
    length: int
    channels: int
    is_single: bool

    @classmethod
    def parse(cls, head: bytes) -> AmrFileHeader | None:
        """Parse the header at the start of some bytes (:data:`LONGEST_HEADER` are enough); None if there is none."""
        codec = WIDE if head.startswith(WIDE.magic) else NARROW
        if head.startswith(codec.magic + _SINGLE):
            return cls(codec, len(codec.magic + _SINGLE), 1, is_single=True)
        magic = codec.magic + _MULTIPLE
        at = len(magic)
        # 28 zero bits, and 4 bits for the number of channels.
        channels = int.from_bytes(head[at : at + _CHANNELS_SIZE].ljust(_CHANNELS_SIZE, b"\xff"), "big")
        if head.startswith(magic) and 1 <= channels <= _MOST_CHANNELS:
            return cls(codec, at + _CHANNELS_SIZE, channels, is_single=False)
        return None


#: Length of the longest file header.
LONGEST_HEADER = len(WIDE.magic + _MULTIPLE) + _CHANNELS_SIZE
