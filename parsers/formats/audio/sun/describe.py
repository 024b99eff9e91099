"""Describe a recording in an AU file.

References:
    Sun Microsystems, audio file format, man page ``au(4)``; NeXT ``SNDSoundStruct``.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.pcm import pcm
from parsers.formats.audio.tagging.tags import MAX_TEXT, Tags, text
from parsers.formats.audio.window import Window

#: The magic number, and the magic number in reversed byte order.
MAGIC, REVERSED = b".snd", b"dns."
HEADER_SIZE = 24
UNKNOWN_SIZE = 0xFFFF_FFFF
_MOST_HEADER, _MOST_CHANNELS, _MOST_RATE = 1 << 24, 256, 1 << 24
#: Codings by number: bits per sample, and the name; empty for plain numbers of these bits.
_CODINGS = {
    1: (8, "mu-law"), 2: (8, ""), 3: (16, ""), 4: (24, ""), 5: (32, ""), 6: (32, "float"), 7: (64, "float"),
    23: (4, "G.721"), 24: (8, "G.722"), 25: (3, "G.723 24 kbit/s"), 26: (5, "G.723 40 kbit/s"), 27: (8, "A-law"),
}  # fmt: skip
_PLAIN = (2, 3, 4, 5, 6, 7)
#: In G.722 a byte holds two samples.
_SAMPLES_A_BYTE = {24: 2}


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like AU, with a valid rate and number of channels."""
    if len(head) < HEADER_SIZE or head[:4] not in (MAGIC, REVERSED):
        return False
    offset, _, _, rate, channels = _header(head)
    return HEADER_SIZE <= offset <= _MOST_HEADER and 0 < rate <= _MOST_RATE and 0 < channels <= _MOST_CHANNELS


def _header(head: bytes) -> tuple[int, int, int, int, int]:
    """Offset and length of the sound, coding, rate, channels."""
    order = ">" if head.startswith(MAGIC) else "<"
    offset, length, coding, rate, channels = struct.unpack_from(order + "5I", head, 4)
    return offset, length, coding, rate, channels


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the AU file at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    head = window.read(0, HEADER_SIZE)
    if not matches(head, ""):
        return Undescribed("There is no AU header.")
    offset, length, coding, rate, channels = _header(head)
    tags = Tags()
    tags.add("annotation", text(window.read(HEADER_SIZE, min(offset - HEADER_SIZE, MAX_TEXT))))
    end, ending, issue = min(size, offset + length), Ending.DECLARED, ""
    if length == UNKNOWN_SIZE or (not length and size > offset):
        end, ending = size, Ending.OPEN
        issue = "of unknown length: its header gives none, as when sound is written while it is recorded"
    elif offset + length > size:
        ending, issue = Ending.CUT, f"truncated: {size} of {offset + length} bytes are present"
    bits, words = _CODINGS.get(coding, (0, f"AU coding {coding}"))
    if coding in _PLAIN:
        kind = "float" if words else ("signed" if bits == 8 else "")
        words = pcm(bits, "big" if head.startswith(MAGIC) else "little", kind)  # type: ignore[arg-type]
    present = max(0, end - offset)
    samples = present * 8 // (bits * channels) * _SAMPLES_A_BYTE.get(coding, 1) if bits else None
    return AudioFacts(
        container="AU",
        codec=words,
        end=end,
        ending=ending,
        rate_hz=rate,
        channels=channels,
        duration_us=None if samples is None else microseconds(samples, rate),
        bits=bits if coding in _PLAIN else None,
        issue=issue,
        trailing=size - end,
        metadata=tags.values,
        notes=tags.notes,
    )
