"""Parse the header of an MPEG audio frame, which also locates the rest of the frame.

References:
    ISO/IEC 11172-3 and 13818-3, section 2.4 (frame header, side information, padding, checksum).
    MPEG 2.5: an extension by Fraunhofer IIS to 8, 11.025 and 12 kHz, which speech uses.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

#: Length of a header in bytes.
HEADER_SIZE = 4
_RATES = (44100, 48000, 32000)
#: Kilobits per second by (MPEG-1 or not, layer).
_BITRATES = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_VERSIONS = {0: "2.5", 2: "2", 3: "1"}


class MpegFrame(NamedTuple):
    """A parsed frame header.

    Attributes:
        kind: version, layer and rate, which are equal in all frames of a recording.
        length: bytes in the frame, header included.
        samples: decoded samples per channel.
        channels: 1 or 2.
        bit_rate: kilobits per second; 0 in free format.
        is_protected: whether a checksum follows the header.
    """

    kind: tuple[str, int, int]
    length: int
    samples: int
    channels: int
    bit_rate: int
    is_protected: bool

    @property
    def rate(self) -> int:
        """Samples per second."""
        return self.kind[2]

    @property
    def codec(self) -> str:
        """The name of the coding."""
        return f"MPEG-{self.kind[0]} Layer {'I' * self.kind[1]}"

    @property
    def side_at(self) -> int:
        """Offset in the frame of the layer III side information."""
        return HEADER_SIZE + 2 * self.is_protected

    @property
    def side_length(self) -> int:
        """Length in bytes of the layer III side information."""
        if self.kind[0] == "1":
            return 32 if self.channels == 2 else 17
        return 17 if self.channels == 2 else 9


@lru_cache(maxsize=8192)
def parse(header: bytes, free_length: int = 0) -> MpegFrame | None:
    """Parse a frame header; None if it is invalid or the frame's length is unknown.

    Args:
        header: the bytes.
        free_length: length of an unpadded free-format frame, which its header does not state; 0 to reject
            free-format frames.
    """
    if len(header) < HEADER_SIZE:
        return None
    header = header[:HEADER_SIZE]
    word = int.from_bytes(header, "big")
    version, layer = word >> 19 & 3, 4 - (word >> 17 & 3)
    bitrate, rate, padding = word >> 12 & 15, word >> 10 & 3, word >> 9 & 1
    # Reserved are version and layer 0, and emphasis 2. Bit rate 0 is "free": its frames give no length.
    if word >> 21 != 0x7FF or version == 1 or layer == 4 or bitrate == 15 or rate == 3 or word & 3 == 2:
        return None
    if not bitrate and not free_length:
        return None
    first = version == 3
    hertz = _RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    kilobits = _BITRATES[first, layer][bitrate - 1] if bitrate else 0
    if layer == 1:
        length, samples = (12 * kilobits * 1000 // hertz + padding) * 4, 384
    else:
        samples = 1152 if first or layer == 2 else 576
        length = samples // 8 * kilobits * 1000 // hertz + padding
    if not bitrate:
        length = free_length + padding * (4 if layer == 1 else 1)
    channels, is_protected = 1 if word >> 6 & 3 == 3 else 2, not word >> 16 & 1
    return MpegFrame((_VERSIONS[version], layer, hertz), length, samples, channels, kilobits, is_protected)


#: Possible second bytes of a layer III header.
LAYER_III_SECONDS = tuple(second for second in range(0xE0, 0x100) if second >> 1 & 3 == 1 and second >> 3 & 3 != 1)
#: Length of a layer III frame by the second and third byte of its header; missing if these are invalid.
LAYER_III_LENGTHS = {
    bytes((second, third)): frame.length
    for second in LAYER_III_SECONDS
    for third in range(256)
    if (frame := parse(bytes((0xFF, second, third, 0)))) is not None
}
#: Possible third bytes.
LAYER_III_THIRDS = tuple(sorted({third for _, third in LAYER_III_LENGTHS}))
#: Possible fourth bytes: one kind of emphasis is reserved.
LAYER_III_FOURTHS = tuple(fourth for fourth in range(256) if fourth & 3 != 2)
#: Length of the longest layer III frame in bytes.
LAYER_III_LONGEST = max(LAYER_III_LENGTHS.values())
