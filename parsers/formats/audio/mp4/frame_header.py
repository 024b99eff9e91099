"""Rate and channels of MPEG audio in an MP4 file, from the header of its first frame.

References:
    ISO/IEC 14496-12 (stco, trun); ISO/IEC 11172-3 (frame header).
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.formats.audio.mp4.boxes import Box, child, number
from parsers.formats.audio.mp4.tracks import Track
from parsers.formats.audio.mpeg.frames import HEADER_SIZE, parse
from parsers.formats.sized_bytes import SizedBytes


def rate_and_channels(source: SizedBytes, track: Track, fragments: Sequence[Box]) -> tuple[int | None, int | None]:
    """Samples per second and channels: from the first frame if it is MPEG audio, else as the track states them.

    Raises:
        OSError: the source raised it.
    """
    at = track.first_chunk
    if at is None and fragments:
        at = _in_fragment(source, fragments[0])
    if at is None or not track.codec.startswith("MPEG") or "Layer" not in track.codec:
        return track.rate, track.channels
    frame = parse(source.read(at, HEADER_SIZE))
    return (track.rate, track.channels) if frame is None else (frame.rate, frame.channels)


def _in_fragment(source: SizedBytes, fragment: Box) -> int | None:
    """Where a fragment's sound begins, if stated relative to its own first byte."""
    run = child(source, fragment, b"traf", b"trun")
    if run is None or not number(source, run.start + 1, 3) & 1:
        return None
    return fragment.start - 8 + number(source, run.start + 8, 4)
