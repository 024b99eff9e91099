"""The duration of the sound in a WAV, from its samples, blocks, frames or byte rate.

References:
    Microsoft, Multimedia Data Standards Update 3.0 (IMA and Microsoft ADPCM: bytes of a block's head, samples of a
    block); RFC 2361 (GSM 6.10: 65 bytes for 320 samples); ISO/IEC 11172-3 (MPEG audio).
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.facts import microseconds
from parsers.formats.audio.mpeg.describe import walk_of
from parsers.formats.audio.mpeg.frames import HEADER_SIZE, parse
from parsers.formats.audio.wav.chunks import (
    G722,
    GSM,
    IMA_ADPCM,
    LAYER_II,
    LAYER_III,
    MS_ADPCM,
    YAMAHA_ADPCM,
    WavFormat,
)
from parsers.formats.sized_bytes import SizedBytes

#: Length of a block header for each channel.
_HEADS = {MS_ADPCM: 7, IMA_ADPCM: 4}
_GSM_BLOCK, _GSM_SAMPLES = 65, 320
_UNKNOWN = 0xFFFF_FFFF
#: Bytes of the sound searched for the first MPEG audio frame.
_MOST_BEFORE = 64 * 1024
#: Where a coding's byte rate is not constant, some programs write another: that of the samples before coding.
_NOT_OF_THE_RATE = "The duration is that of the samples the header counts; the average byte rate in it gives another."


class WavDuration(NamedTuple):
    """The result.

    Attributes:
        us: microseconds; None if unknown.
        note: how that is known, if not from the samples; else empty.
        rate, channels: as stated by its frames, if it has any; else None.
    """

    us: int | None
    note: str = ""
    rate: int | None = None
    channels: int | None = None


class _Sound:
    """The bytes of a data chunk."""

    def __init__(self, source: SizedBytes, part: tuple[int, int]) -> None:
        self._source = source
        self._start, self.size = part

    def read(self, offset: int, size: int) -> bytes:
        return self._source.read(self._start + offset, max(0, min(size, self.size - offset)))


def reckon(source: SizedBytes, layout: WavFormat, part: tuple[int, int], stated: int) -> WavDuration:
    """The duration of the sound present.

    Args:
        source: the file.
        layout: the format chunk.
        part: offset and length of the data present.
        stated: samples per channel according to the ``fact`` chunk; 0 if it states none, or an impossible number.

    Raises:
        OSError: the source raised it.
    """
    present = part[1]
    if layout.has_fixed_samples:
        return _by_samples(layout, present)
    if layout.tag in (LAYER_II, LAYER_III) and (found := _by_frames(source, part)) is not None:
        return found
    samples = _by_blocks(layout, present)
    if samples is not None:
        # The last block may be padded; the stated number excludes the padding.
        is_likely = 0 < stated <= samples <= stated + max(layout.block_samples, 1024)
        return WavDuration(microseconds(stated if is_likely else samples, layout.rate))
    by_rate = microseconds(present, layout.byte_rate)
    exact = microseconds(stated, layout.rate) if 0 < stated < _UNKNOWN else None
    if exact is not None:
        is_near = by_rate is None or by_rate // 2 <= exact <= 2 * by_rate
        return WavDuration(exact, "" if is_near else _NOT_OF_THE_RATE)
    return WavDuration(by_rate, "The duration is reckoned from the average byte rate that the header gives.")


def _by_samples(layout: WavFormat, present: int) -> WavDuration:
    size = layout.sample_size
    if not size:
        return WavDuration(None)
    rest = present % size
    note = f"The last {rest} bytes are less than one sample." if rest else ""
    return WavDuration(microseconds(present // size, layout.rate), note)


def _by_blocks(layout: WavFormat, present: int) -> int | None:
    """Samples per channel of a block coding; None for any other coding."""
    block, channels = layout.block or 0, layout.channels
    if layout.tag == GSM:
        return present // _GSM_BLOCK * _GSM_SAMPLES if block and block % _GSM_BLOCK == 0 else None
    if layout.tag in (YAMAHA_ADPCM, G722):
        # Two samples per byte, without blocks.
        return present * 2 // channels if channels else None
    head = _HEADS.get(layout.tag, 0) * channels
    if not head or block <= head:
        return None
    # A header holds one or two samples of each channel; each further byte holds two of one channel.
    first = 2 if layout.tag == MS_ADPCM else 1
    each = first + (block - head) * 2 // channels
    whole, rest = divmod(present, block)
    if 0 < layout.block_samples <= each:
        each = layout.block_samples
    return whole * each + (first + (rest - head) * 2 // channels if rest > head else 0)


def _by_frames(source: SizedBytes, part: tuple[int, int]) -> WavDuration | None:
    """The duration of MPEG audio; None if no frames are found."""
    sound = _Sound(source, part)
    walk = walk_of(sound)
    start = walk.find(0, min(sound.size, _MOST_BEFORE))
    if start is None:
        return None
    first = parse(sound.read(start, HEADER_SIZE))
    tally = walk.follow(start, 0)
    note = ""
    if tally.damage.count:
        note = f"{tally.damage.total} bytes of its sound, in {tally.damage.count} places, are no frame of MPEG audio."
    if first is None:
        return None
    return WavDuration(tally.duration_us, note, first.rate, first.channels)
