"""The duration of sound in an MP4 file: from its sample table, edit list and fragments.

References:
    ISO/IEC 14496-12, sections 8.6.1.2 (stts), 8.6.6 (elst), 8.8.3 (trex), 8.8.5 (mfhd), 8.8.7 (tfhd), 8.8.8 (trun),
    8.8.12 (tfdt).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from parsers.formats.audio.facts import MAX_UNITS
from parsers.formats.audio.mp4.boxes import Box, child, children, number
from parsers.formats.sized_bytes import SizedBytes

#: Table entries read at once, and limit on the edits read.
_ENTRIES, _MOST_EDITS = 8192, 4096


class Edit(NamedTuple):
    """An entry of an edit list.

    Attributes:
        duration: duration in movie units; 0 for everything.
        start: start in track units; -1 for an empty edit.
    """

    duration: int
    start: int


def sampled_duration(source: SizedBytes, box: Box | None) -> int:
    """Total duration, in track units, of the samples in an ``stts`` box; 0 if there is none."""
    if box is None:
        return 0
    count = min(number(source, box.start + 4, 4), max(0, box.end - box.start - 8) // 8, MAX_UNITS)
    total, at = 0, box.start + 8
    while count > 0:
        raw = source.read(at, min(count, _ENTRIES) * 8)
        if len(raw) < 8:
            break
        total += sum(
            int.from_bytes(raw[place : place + 4], "big") * int.from_bytes(raw[place + 4 : place + 8], "big")
            for place in range(0, len(raw) - 7, 8)
        )
        at, count = at + len(raw), count - len(raw) // 8
    return total


def read_edits(source: SizedBytes, box: Box | None) -> tuple[Edit, ...]:
    """Read the edits of an ``elst`` box."""
    if box is None:
        return ()
    width = 8 if number(source, box.start, 1) == 1 else 4
    size = 2 * width + 4
    count = min(number(source, box.start + 4, 4), max(0, box.end - box.start - 8) // size, _MOST_EDITS)
    found = []
    for at in range(box.start + 8, box.start + 8 + count * size, size):
        start = int.from_bytes(source.read(at + width, width), "big", signed=True)
        found.append(Edit(number(source, at, width), start))
    return tuple(found)


def played(media: int, edits: Sequence[Edit], timescale: int, movie_timescale: int) -> int:
    """Duration, in track units, that the edits play.

    Args:
        media: duration of the media, in track units.
        edits: the edit list; if it is empty, everything is played.
        timescale: track units per second.
        movie_timescale: movie units per second, used for edit durations; 0 if unknown.
    """
    total = 0
    sounding = [edit for edit in edits if edit.start >= 0]
    for edit in sounding:
        there = max(0, media - edit.start)
        asked = edit.duration * timescale // movie_timescale if movie_timescale else 0
        total += min(there, asked) if asked else there
    return total if sounding else media


@dataclass(slots=True)
class FragmentTally:
    """The content that a file's fragments add to one track.

    Attributes:
        units: duration in track units.
        start: stated start of the first fragment, in track units; 0 if not stated.
        holes: number of gaps in the fragments' sequence numbers.
        count: number of fragments.
    """

    units: int = 0
    start: int = 0
    holes: int = 0
    count: int = 0


def tally_fragments(
    source: SizedBytes, fragments: Sequence[Box], track: int, default: int, present: int | None = None
) -> FragmentTally:
    """Add up the fragments of a track.

    Args:
        source: the file.
        fragments: the ``moof`` boxes.
        track: its number.
        default: sample duration for fragments that state none.
        present: number of bytes present of the last fragment's data; None if complete.
    """
    tally, before = FragmentTally(), None
    for fragment in fragments:
        header = child(source, fragment, b"mfhd")
        sequence = number(source, header.start + 4, 4) if header is not None else 0
        if before is not None and sequence > before + 1:
            tally.holes += 1
        before = sequence
        for part, each in _parts(source, fragment, track, default):
            if not tally.count and (time := child(source, part, b"tfdt")) is not None:
                tally.start = number(source, time.start + 4, 8 if number(source, time.start, 1) == 1 else 4)
            tally.count += 1
            room = present if fragment is fragments[-1] else None
            for run in children(source, part):
                if run.kind == b"trun":
                    units, size = _run(source, run, each, room)
                    tally.units += units
                    room = None if room is None else max(0, room - size)
    return tally


def _parts(source: SizedBytes, fragment: Box, track: int, default: int) -> Iterator[tuple[Box, int]]:
    """The parts of a fragment that belong to a track, each with its default sample duration."""
    for part in children(source, fragment):
        header = child(source, part, b"tfhd") if part.kind == b"traf" else None
        if header is None or (track and number(source, header.start + 4, 4) != track):
            continue
        flags = number(source, header.start + 1, 3)
        at = header.start + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
        yield part, number(source, at, 4) if flags & 8 else default


def _run(source: SizedBytes, run: Box, each: int, room: int | None) -> tuple[int, int]:
    """(Duration, bytes) of the samples in a run, as far as there is room; 0 bytes if sizes are not stated."""
    flags, count = number(source, run.start + 1, 3), number(source, run.start + 4, 4)
    at = run.start + 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    # Each sample has up to four fields: duration first, then size, flags and offset, as enabled.
    step = 4 * (flags >> 8 & 15).bit_count()
    has_durations, has_sizes = bool(flags & 0x100), bool(flags & 0x200)
    if not has_durations and (room is None or not has_sizes):
        return count * each, 0
    units = size = 0
    for place in range(at, at + min(count, max(0, run.end - at) // step, MAX_UNITS) * step, step):
        if has_sizes and room is not None:
            size += number(source, place + 4 * has_durations, 4)
            if size > room:
                break
        units += number(source, place, 4) if has_durations else each
    return units, size
