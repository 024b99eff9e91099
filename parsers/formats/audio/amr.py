"""AMR and AMR-WB speech, in the file format for one channel.

References:
    RFC 4867 section 5 (file format), section 4.3.2 (frame header); 3GPP TS 26.101 and 26.201 (frame types).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed
from parsers.formats.audio.window import Window

_NARROW, _WIDE = b"#!AMR\n", b"#!AMR-WB\n"
#: Bytes of a frame after its header, by frame type; None for types that no file may hold.
_NARROW_SIZES = (12, 13, 15, 17, 19, 20, 26, 31, 5, None, None, None, None, None, None, 0)
_WIDE_SIZES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, None, None, None, None, 0, 0)
_FRAME_US = 20_000
#: Bits of a frame header that are always 0.
_PADDING = 0x83


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins as AMR or AMR-WB of one channel."""
    return head.startswith((_NARROW, _WIDE))


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the AMR file that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    head = window.at(0, len(_WIDE))
    if not matches(head, ""):
        return Undescribed("There is no AMR header.")
    wide = head == _WIDE
    at, sizes = (len(_WIDE), _WIDE_SIZES) if wide else (len(_NARROW), _NARROW_SIZES)
    frames, issue, ending = 0, "", Ending.LAST_FRAME
    while length := _frame(window, at, sizes):
        if frames >= MAX_UNITS:
            issue = f"not read further: it has more than {MAX_UNITS} frames"
            break
        if at + length > size:
            issue = f"truncated: it breaks off within a frame, after {frames} whole ones"
            at, ending = size, Ending.CUT
            break
        at, frames = at + length, frames + 1
    return AudioFacts(
        container="AMR",
        codec="AMR-WB" if wide else "AMR-NB",
        end=at,
        ending=ending,
        rate_hz=16000 if wide else 8000,
        channels=1,
        duration_us=frames * _FRAME_US,
        issue=issue,
        trailing=size - at,
    )


def _frame(window: Window, at: int, sizes: tuple[int | None, ...]) -> int:
    """Bytes of the frame that starts there; 0 where none does."""
    header = window.at(at, 1)
    if not header or header[0] & _PADDING:
        return 0
    size = sizes[header[0] >> 3 & 15]
    if size is None:
        return 0
    # Header and body of zeros would be a frame marked as bad, which no encoder writes: this is empty space.
    if header == b"\0" and not any(window.at(at + 1, size)):
        return 0
    return 1 + size
