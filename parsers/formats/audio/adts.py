"""AAC in ADTS frames, one after another.

References:
    ISO/IEC 13818-7 section 6.2 and 14496-3 annex 1.A (ADTS).
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

from parsers.formats.audio import id3
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Frames that must follow each other before bytes are taken for ADTS: the sign of one is but 14 bits.
MIN_FRAMES = 3
#: Samples a second by the frequency index of MPEG-4 audio.
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
#: Channels by the channel configuration of MPEG-4 audio; 0 is "said elsewhere".
CHANNELS = (None, 1, 2, 3, 4, 5, 6, 8)
_PROFILES = ("AAC Main", "AAC-LC", "AAC-SSR", "AAC-LTP")
_BLOCK_SAMPLES = 1024
_HEADER = 7


class _Frame(NamedTuple):
    kind: tuple[int, int, int]
    length: int
    blocks: int


def _parse(raw: bytes) -> _Frame | None:
    if len(raw) < _HEADER or raw[0] != 0xFF or raw[1] & 0xF6 != 0xF0:
        return None
    profile, rate = raw[2] >> 6, raw[2] >> 2 & 15
    channels = (raw[2] & 1) << 2 | raw[3] >> 6
    length = (raw[3] & 3) << 11 | raw[4] << 3 | raw[5] >> 5
    if rate >= len(RATES) or length < (_HEADER if raw[1] & 1 else _HEADER + 2):
        return None
    return _Frame((profile, rate, channels), length, (raw[6] & 3) + 1)


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the frames decide)
    """Whether a file begins with three ADTS frames, after an ID3 tag if it has one."""
    at = id3.tag_length(head)
    first = _parse(head[at : at + _HEADER])
    for _ in range(MIN_FRAMES):
        frame = _parse(head[at : at + _HEADER])
        if first is None or frame is None or frame.kind != first.kind:
            return False
        at += frame.length
    return True


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the ADTS stream that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    at = id3.read(window, tags, timestamps)
    first = _parse(window.at(at, _HEADER))
    if first is None:
        return Undescribed("No ADTS frame is found where the first is due.")
    frames = blocks = 0
    issue, ending = "", Ending.LAST_FRAME
    sign = window.at(at, 2)
    while frames < MAX_UNITS:
        header = window.at(at, _HEADER)
        frame = _parse(header)
        # The first two bytes are the same in all frames; fewer than seven at the end are a header cut off.
        cut = 0 < len(header) < _HEADER and header[:2] == sign[: len(header)]
        if cut or (frame is not None and frame.kind == first.kind and at + frame.length > size):
            issue = f"truncated: it breaks off within a frame, after {frames} whole ones"
            at, ending = size, Ending.CUT
            break
        if frame is None or frame.kind != first.kind:
            break
        at, frames, blocks = at + frame.length, frames + 1, blocks + frame.blocks
    else:
        issue = f"not read further: it has more than {MAX_UNITS} frames"
    if frames < MIN_FRAMES:
        return Undescribed(f"Only {frames} ADTS frames follow each other.")
    profile, rate, channels = first.kind
    return AudioFacts(
        container="AAC (ADTS)",
        codec=_PROFILES[profile],
        end=at,
        ending=ending,
        rate_hz=RATES[rate],
        channels=CHANNELS[channels],
        duration_us=microseconds(blocks * _BLOCK_SAMPLES, RATES[rate]),
        issue=issue,
        trailing=size - at,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=tags.notes,
    )
