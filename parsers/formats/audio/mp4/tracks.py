"""A sound track of an MP4 file: its coding, its rate and its duration.

References:
    ISO/IEC 14496-12 (mdhd, hdlr, elst, stsd, stco, trex, tfhd, trun).
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.formats.audio.facts import MAX_UNITS
from parsers.formats.audio.mp4.boxes import SOUND, Box, child, children, number, read_box, track_kind
from parsers.formats.audio.mp4.sample_entry import read_sample_entry
from parsers.formats.sized_bytes import SizedBytes


@dataclass(slots=True)
class Track:
    """One track.

    Attributes:
        number: its number in the file.
        kind: :data:`~parsers.formats.audio.mp4.boxes.SOUND`, or another.
        codec: the coding, in words.
        rate, channels, bits: of the sound, or None.
        timescale: units a second of the durations.
        duration: in those units; 0 where the header gives none.
        skipped: units at the start that the edit list leaves out.
        last_chunk: offset in the file of the last chunk of sound, or None.
    """

    number: int
    kind: bytes
    codec: str = "unknown"
    rate: int | None = None
    channels: int | None = None
    bits: int | None = None
    timescale: int = 0
    duration: int = 0
    skipped: int = 0
    last_chunk: int | None = None


def read_track(source: SizedBytes, box: Box) -> Track | None:
    """The track that a ``trak`` box describes; None where it lacks its headers."""
    header, media = child(source, box, b"tkhd"), child(source, box, b"mdia")
    times, handler = child(source, media, b"mdhd"), child(source, media, b"hdlr")
    if header is None or times is None or handler is None:
        return None
    track = Track(
        number(source, header.start + (20 if number(source, header.start, 1) else 12), 4),
        track_kind(source, handler),
    )
    long = number(source, times.start, 1) == 1
    track.timescale = number(source, times.start + (20 if long else 12), 4)
    track.duration = number(source, times.start + (24 if long else 16), 8 if long else 4)
    if track.duration == (1 << (64 if long else 32)) - 1:
        track.duration = 0  # all ones: not known
    table = child(source, media, b"minf", b"stbl")
    descriptions = child(source, table, b"stsd")
    if track.kind == SOUND and descriptions is not None:
        entry = read_box(source, descriptions.start + 8, descriptions.end)
        if entry is not None and entry.end <= descriptions.end:
            found = read_sample_entry(source, entry, track.timescale)
            track.codec, track.rate, track.channels, track.bits = found
    track.skipped = _edit(source, child(source, box, b"edts", b"elst"))
    track.last_chunk = _last_chunk(source, table)
    return track


def track_kinds(source: SizedBytes, movie: Box, most: int) -> frozenset[bytes]:
    """The kinds of the tracks in a ``moov`` box, by their handlers alone: also of a track that lacks its other headers.

    Args:
        source: what holds it.
        movie: the box.
        most: boxes, over every level, that are looked at.
    """
    found: set[bytes] = set()
    waiting = [movie]
    while waiting and most:
        for box in children(source, waiting.pop(), most=most):
            # Within another box, each has to state its length.
            if not box.states_length:
                break
            most -= 1
            if box.kind in (b"trak", b"mdia"):
                waiting.append(box)
            elif box.kind == b"hdlr":
                found.add(track_kind(source, box))
    return frozenset(found)


def _edit(source: SizedBytes, box: Box | None) -> int:
    """The start of the one edit of an edit list, in the track's units."""
    if box is None or number(source, box.start + 4, 4) != 1:
        return 0
    long = number(source, box.start, 1) == 1
    start = number(source, box.start + (16 if long else 12), 8 if long else 4)
    return 0 if start >> (63 if long else 31) else start  # negative: an empty edit


def _last_chunk(source: SizedBytes, table: Box | None) -> int | None:
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        box = child(source, table, kind)
        count = number(source, box.start + 4, 4) if box else 0
        if box and count and box.start + 8 + count * width <= box.end:
            return number(source, box.start + 8 + (count - 1) * width, width)
    return None


def fragment_duration(source: SizedBytes, fragment: Box, track: Track, default: int) -> int:
    """The duration, in the track's units, of what a ``moof`` box adds to a track.

    Args:
        source: the file.
        fragment: the box.
        track: the track.
        default: the duration of a sample where the fragment does not say.
    """
    total = 0
    for part in children(source, fragment):
        header = child(source, part, b"tfhd") if part.kind == b"traf" else None
        if header is None or number(source, header.start + 4, 4) != track.number:
            continue
        flags = number(source, header.start + 1, 3)
        at = header.start + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
        each = number(source, at, 4) if flags & 8 else default
        for run in children(source, part):
            if run.kind == b"trun":
                total += _run(source, run, each)
    return total


def _run(source: SizedBytes, run: Box, each: int) -> int:
    flags, count = number(source, run.start + 1, 3), number(source, run.start + 4, 4)
    if not flags & 0x100:
        return count * each
    at = run.start + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    # Each sample has a duration first, then those of size, flags and offset that are switched on.
    step = 4 * (flags >> 8 & 15).bit_count()
    count = min(count, max(0, run.end - at) // step, MAX_UNITS)
    return sum(number(source, at + index * step, 4) for index in range(count))
