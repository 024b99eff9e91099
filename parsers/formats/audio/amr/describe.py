"""What a recording of AMR or AMR-WB speech is, in the file format for one channel.

References:
    RFC 4867 section 5 (file format), section 4.3.2 (frame header).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.amr.frames import FRAME_US, LONGEST_HEADER, AmrCodec, AmrFileHeader
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed
from parsers.formats.audio.window import Window


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins as AMR or AMR-WB of one channel."""
    header = AmrFileHeader.parse(head)
    return header is not None and header.is_single


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the AMR file that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    header = AmrFileHeader.parse(window.read(0, LONGEST_HEADER))
    if header is None or not header.is_single:
        return Undescribed("There is no AMR header.")
    codec, at = header.codec, header.length
    frames, issue, ending = 0, "", Ending.LAST_FRAME
    while length := _frame(window, at, codec):
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
        codec=codec.name,
        end=at,
        ending=ending,
        rate_hz=codec.rate,
        channels=1,
        duration_us=frames * FRAME_US,
        issue=issue,
        trailing=size - at,
    )


def _frame(window: Window, at: int, codec: AmrCodec) -> int:
    """Bytes of the frame that starts there; 0 where none does."""
    first = window.read(at, 1)
    frame = codec.frames[first[0]] if first else None
    if frame is None:
        return 0
    # First byte and body of zeros would be a frame marked as bad, which no encoder writes: this is empty space.
    if first == b"\0" and not any(window.read(at + 1, frame.length - 1)):
        return 0
    return frame.length
