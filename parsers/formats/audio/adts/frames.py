"""ADTS frames: the header that each begins with, and the codes that it shares with MP4.

References:
    ISO/IEC 13818-7 section 6.2 and 14496-3 annex 1.A (ADTS); 14496-3 section 4.4.2.1 (raw_data_block).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

#: Bytes of a header, without the checksums that may follow it.
HEADER_SIZE = 7
#: Bytes of a frame at most, which is what 13 bits can say.
LONGEST = 0x1FFF
#: Samples per channel of one block.
BLOCK_SAMPLES = 1024
#: Samples per second by the frequency index of MPEG-4 audio.
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
#: Channels by the channel configuration of MPEG-4 audio; 0 is "stated elsewhere".
CHANNELS = (None, 1, 2, 3, 4, 5, 6, 8)
#: Codings by profile. MPEG-2 has but the first three.
PROFILES = ("AAC Main", "AAC-LC", "AAC-SSR", "AAC-LTP")
_MPEG_2_PROFILES = 3
#: What the second byte may be: MPEG-4 and MPEG-2, each with a checksum and without.
SECONDS_OF_MPEG_4, SECONDS_OF_MPEG_2 = (0xF0, 0xF1), (0xF8, 0xF9)
#: Elements that a block may begin with, by channel configuration: a single channel or a pair, or one that comes
#: before it (coupling, data, configuration, fill).
_BEFORE = {2, 4, 5, 6}
_ELEMENTS = tuple(
    frozenset(_BEFORE | ({0, 1, 3} if channels == 0 else {1} if channels == 2 else {0})) for channels in range(8)
)


class AdtsHeader(NamedTuple):
    """A frame's header.

    Attributes:
        fixed: the first 28 bits, which are the same in all frames of a recording.
        profile: index of the coding in :data:`PROFILES`.
        rate_index: index of the rate in :data:`RATES`.
        configuration: of the channels, an index into :data:`CHANNELS`.
        length: bytes of the frame, the header included.
        blocks: blocks of raw data in it, 1 to 4.
        size: bytes of the header, with its checksum and the places of further blocks.
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
        """What frames of one recording have in common: profile, rate and channels."""
        return self.profile, self.rate_index, self.configuration

    @property
    def samples(self) -> int:
        """Samples per channel that the frame decodes to."""
        return self.blocks * BLOCK_SAMPLES

    @property
    def rate(self) -> int:
        """Samples per second."""
        return RATES[self.rate_index]

    @property
    def is_protected(self) -> bool:
        """Whether it carries a checksum."""
        return not self.fixed >> 12 & 1

    @property
    def is_as_defined(self) -> bool:
        """Whether MPEG-2, if it says to be that, has such a profile."""
        is_mpeg_2 = self.fixed >> 15 & 1
        return not (is_mpeg_2 and self.profile >= _MPEG_2_PROFILES)

    @property
    def has_content(self) -> bool:
        """Whether the frame has room for more than its header and the mark of a block's end."""
        return self.length >= self.size + 2

    def may_begin_block(self, body: bytes) -> bool:
        """Whether a block of raw data may begin with some bytes, by the channels it has; of no bytes it may."""
        return not body or body[0] >> 5 in _ELEMENTS[self.configuration]


def stated_length(buffer: bytes, at: int) -> int:
    """Bytes of the frame whose header, all of which has to be there, begins at a byte: quick, and not checked."""
    return (buffer[at + 3] & 3) << 11 | buffer[at + 4] << 3 | buffer[at + 5] >> 5


@lru_cache(maxsize=8192)
def parse(raw: bytes) -> AdtsHeader | None:
    """The header that seven bytes are; None if they are not, or a frame could not be so short."""
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
    """What the third byte of a header may be, of so many profiles: those of a rate that there is."""
    return tuple(third for third in range(256) if third >> 6 < profiles and third >> 2 & 15 < len(RATES))


#: What the second and third byte may be.
SECOND_AND_THIRD_BYTES = (
    (SECONDS_OF_MPEG_4, third_bytes(len(PROFILES))),
    (SECONDS_OF_MPEG_2, third_bytes(_MPEG_2_PROFILES)),
)
