"""Describe AMR and AMR-WB frames without a file header, as some programs and captures leave them.

Only the frames themselves identify the format. Bytes are recognised only if they consist entirely of frames marked
as undamaged, with enough different contents.

References:
    RFC 4867 section 5.3 (frames of the file format).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.amr.frames import FRAME_US, NARROW, WIDE, AmrCodec
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed
from parsers.formats.audio.frame_chain import follow
from parsers.formats.audio.window import Window

#: Consecutive frames required, and required if the file name says AMR.
_MIN_FRAMES, _MIN_NAMED = 25, 5
#: Different contents required among the first frames.
_MIN_CONTENTS = 4
#: The values of the first byte of an undamaged frame.
FIRST = bytes(
    byte
    for byte in range(256)
    if any(frame is not None and frame.is_good for frame in (NARROW.frames[byte], WIDE.frames[byte]))
)
_NAMES = (".amr", ".awb", ".amrwb", ".3ga")


def _measure(codec: AmrCodec, buffer: bytes, at: int) -> int:
    """Length of the undamaged frame at an offset; 0 if there is none."""
    frame = codec.frames[buffer[at]] if at < len(buffer) else None
    return frame.length if frame is not None and frame.is_good else 0


def _is_sound(codec: AmrCodec, head: bytes, least: int) -> bool:
    """Whether the first bytes are frames of a codec and nothing else."""
    at, frames, contents = 0, 0, set[bytes]()
    while at < len(head):
        length = _measure(codec, head, at)
        if not length:
            return False
        if length > 1:
            contents.add(head[at + 1 : at + length])
        at, frames = at + length, frames + 1
    return frames >= least and len(contents) >= min(_MIN_CONTENTS, least - 1)


def _codec(head: bytes, least: int) -> AmrCodec | None:
    if head.isascii():
        return None
    return next((codec for codec in (NARROW, WIDE) if _is_sound(codec, head, least)), None)


def matches(head: bytes, name: str) -> bool:
    """Whether a file's first bytes are AMR frames and nothing else. Fewer are required if the name says AMR."""
    return _codec(head, _MIN_NAMED if name.lower().endswith(_NAMES) else _MIN_FRAMES) is not None


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the AMR frames that start at the stream's offset 0. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    codec = _codec(window.read(0, 65536), _MIN_NAMED)
    if codec is None:
        return Undescribed("No AMR frames without a header are found.")
    chain = follow(window, 0, lambda buffer, at: _measure(codec, buffer, at), 1, MAX_UNITS)
    issue = ""
    if chain.frames > chain.whole:
        issue = f"truncated: it breaks off within a frame, after {chain.whole} whole ones"
    elif chain.whole >= MAX_UNITS:
        issue = f"not read further: it has more than {MAX_UNITS} frames"
    return AudioFacts(
        container="AMR",
        codec=codec.name,
        end=chain.end,
        ending=Ending.CUT if issue else Ending.LAST_FRAME,
        rate_hz=codec.rate,
        channels=1,
        duration_us=chain.whole * FRAME_US,
        issue=issue,
        trailing=size - chain.end,
        notes=("It has no header: it is taken for AMR because all of it is frames of such.",),
    )
