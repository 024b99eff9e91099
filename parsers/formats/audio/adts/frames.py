"""Parse ADTS frame headers, and define the codes shared with MP4.

References:
    ISO/IEC 13818-7 section 6.2 and 14496-3 annex 1.A (ADTS); 14496-3 section 4.4.2.1 (raw_data_block).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

#: Header length in bytes, without the checksums that may follow.
HEADER_SIZE = 7
#: Maximum length of a frame in bytes: its field has 13 bits.
LONGEST = 0x1FFF
#: Samples per channel in one block.
BLOCK_SAMPLES = 1024
#: Samples per second by MPEG-4 audio frequency index.
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
#: Channels by MPEG-4 audio channel configuration; 0 means "stated elsewhere".
CHANNELS = (None, 1, 2, 3, 4, 5, 6, 8)
#: Codings by profile. MPEG-2 has only the first three.
PROFILES = ("AAC Main", "AAC-LC", "AAC-SSR", "AAC-LTP")
_MPEG_2_PROFILES = 3
#: Possible second bytes: MPEG-4 and MPEG-2, each with and without a checksum.
SECONDS_OF_MPEG_4, SECONDS_OF_MPEG_2 = (0xF0, 0xF1), (0xF8, 0xF9)
#: Elements that may begin a block, by channel configuration: a single channel or a pair, or an element that may
#: precede it (coupling, data, configuration, fill).
_BEFORE = {2, 4, 5, 6}
_ELEMENTS = tuple(
    frozenset(_BEFORE | ({0, 1, 3} if channels == 0 else {1} if channels == 2 else {0})) for channels in range(8)
)


class AdtsHeader(NamedTuple):
    """A parsed frame header.

    Attributes:
        fixed: the first 28 bits, which are equal in all frames of a recording.
        profile: index of the coding in :data:`PROFILES`.
        rate_index: index of the rate in :data:`RATES`.
        configuration: channel configuration, an index into :data:`CHANNELS`.
        length: bytes in the frame, header included.
        blocks: blocks of raw data in the frame, 1 to 4.
        size: bytes in the header, including its checksum and the positions of further blocks.
    """

    fixed: int
    profile: int
    rate_index: int
    configuration: int
    length: int
    blocks: int
    size: int

    @property
    def kind(self) -> tuple[int, int, int]:
        """What the frames of one recording share: profile, rate and channels."""
        return self.profile, self.rate_index, self.configuration

    @property
    def samples(self) -> int:
        """Decoded samples per channel."""
        return self.blocks * BLOCK_SAMPLES

    @property
    def rate(self) -> int:
        """Samples per second."""
        return RATES[self.rate_index]

    @property
    def is_protected(self) -> bool:
        """Whether the frame has a checksum."""
        return not self.fixed >> 12 & 1

    @property
    def is_as_defined(self) -> bool:
        """Whether the profile is defined for the MPEG version that the header states."""
        is_mpeg_2 = self.fixed >> 15 & 1
        return not (is_mpeg_2 and self.profile >= _MPEG_2_PROFILES)

    @property
    def has_content(self) -> bool:
        """Whether the frame has room for more than its header and an end mark."""
        return self.length >= self.size + 2

    def may_begin_block(self, body: bytes) -> bool:
        """Whether a block may begin with some bytes, given the channels. True if there are no bytes."""
        return not body or body[0] >> 5 in _ELEMENTS[self.configuration]


def stated_length(buffer: bytes, at: int) -> int:
    """Length stated by the complete header at an offset. Quick and unchecked."""
    return (buffer[at + 3] & 3) << 11 | buffer[at + 4] << 3 | buffer[at + 5] >> 5


@lru_cache(maxsize=8192)
def parse(raw: bytes) -> AdtsHeader | None:
    """Parse a header of seven bytes; None if it is invalid, or states a length that is too short."""
    if len(raw) < HEADER_SIZE or raw[0] != 0xFF or raw[1] & 0xF6 != 0xF0:
        return None
    word = int.from_bytes(raw[:HEADER_SIZE], "big")
    profile, rate, channels = word >> 38 & 3, word >> 34 & 15, word >> 30 & 7
    length, more = stated_length(raw, 0), word & 3
    is_protected = not raw[1] & 1
    if rate >= len(RATES) or length < HEADER_SIZE + 2 * is_protected:
        return None
    size = HEADER_SIZE + (2 + 2 * more) * is_protected
    return AdtsHeader(word >> 28, profile, rate, channels, length, more + 1, size)


def third_bytes(profiles: int) -> tuple[int, ...]:
    """Possible third bytes for a number of profiles: those with a defined rate."""
    return tuple(third for third in range(256) if third >> 6 < profiles and third >> 2 & 15 < len(RATES))


#: Possible second and third bytes.
SECOND_AND_THIRD_BYTES = (
    (SECONDS_OF_MPEG_4, third_bytes(len(PROFILES))),
    (SECONDS_OF_MPEG_2, third_bytes(_MPEG_2_PROFILES)),
)
