"""Sound tracks of an MP4 file: coding, rate and duration.

References:
    ISO/IEC 14496-12 (tkhd, mdhd, hdlr, smhd, vmhd, stsd, stco).
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.formats.audio.adts.extension import MOST_FRAMES, are_enough, carries_replication
from parsers.formats.audio.adts.frames import LONGEST
from parsers.formats.audio.mp4.boxes import PICTURES, SOUND, Box, child, children, number, read_box, track_kind
from parsers.formats.audio.mp4.present import first_samples, present_duration
from parsers.formats.audio.mp4.sample_entry import read_sample_entry
from parsers.formats.audio.mp4.timing import Edit, read_edits, sampled_duration
from parsers.formats.sized_bytes import SizedBytes


@dataclass(slots=True)
class Track:
    """A track.

    Attributes:
        number: the track's number in the file.
        kind: :data:`~parsers.formats.audio.mp4.boxes.SOUND`, or another.
        codec: name of the coding.
        rate, channels, bits: properties of the sound, or None.
        timescale: units per second of the durations.
        stated: duration in the track header, in those units; 0 if it states none.
        sampled: duration of the samples in its table, in those units; 0 if it has none.
        edits: duration that its edit list plays.
        present: duration of the samples present in the file; None if that was not checked.
        first_chunk, last_chunk: offsets in the file of the first and the last chunk of sound, or None.
        is_damaged: whether its headers are incomplete.
    """

    number: int
    kind: bytes
    codec: str = "unknown"
    rate: int | None = None
    channels: int | None = None
    bits: int | None = None
    timescale: int = 0
    stated: int = 0
    sampled: int = 0
    present: int | None = None
    edits: tuple[Edit, ...] = ()
    first_chunk: int | None = None
    last_chunk: int | None = None
    is_damaged: bool = False


def read_track(source: SizedBytes, box: Box, is_cut: bool = False) -> Track | None:
    """Read a ``trak`` box; None if the type of the track is unknown.

    Args:
        source: the file.
        box: the ``trak`` box.
        is_cut: whether the file is truncated, so that its samples must be checked one by one.

    Raises:
        OSError: the source raised it.
    """
    header, media = child(source, box, b"tkhd"), child(source, box, b"mdia")
    times, handler = child(source, media, b"mdhd"), child(source, media, b"hdlr")
    table = child(source, media, b"minf", b"stbl")
    kind = track_kind(source, handler) if handler is not None else _kind(source, child(source, media, b"minf"))
    if not kind:
        return None
    track = Track(0, kind, is_damaged=header is None or times is None or handler is None)
    if header is not None:
        track.number = number(source, header.start + (20 if number(source, header.start, 1) else 12), 4)
    if times is not None:
        track.timescale, track.stated = _times(source, times)
    descriptions = child(source, table, b"stsd")
    track.first_chunk, track.last_chunk = _chunks(source, table)
    if track.kind == SOUND and descriptions is not None:
        entry = read_box(source, descriptions.start + 8, descriptions.end)
        if entry is not None and entry.end <= descriptions.end:
            found = read_sample_entry(source, entry, track.timescale)
            track.codec, track.rate, track.channels, track.bits = found
    track.timescale = track.timescale or track.rate or 0
    if track.codec == "AAC-LC" and table is not None:
        _extend(source, track, table)
    track.sampled = sampled_duration(source, child(source, table, b"stts"))
    is_beyond = track.last_chunk is not None and (is_cut or track.last_chunk >= source.size)
    if table is not None and track.kind == SOUND and is_beyond:
        track.present = present_duration(source, table)
    track.edits = read_edits(source, child(source, box, b"edts", b"elst"))
    return track


def _extend(source: SizedBytes, track: Track, table: Box) -> None:
    """Adjust the track if its AAC frames carry HE-AAC data that the configuration does not mention."""
    places = first_samples(source, table, MOST_FRAMES)
    if are_enough([carries_replication(source.read(at, min(size, LONGEST))) for at, size in places]):
        track.codec, track.rate = "HE-AAC", 2 * track.rate if track.rate else None
        track.channels = 2 if track.channels == 1 else track.channels


def _kind(source: SizedBytes, information: Box | None) -> bytes:
    """The type of a track without a handler, from its media header; empty if unknown."""
    if child(source, information, b"smhd") is not None:
        return SOUND
    return PICTURES if child(source, information, b"vmhd") is not None else b""


def _times(source: SizedBytes, times: Box) -> tuple[int, int]:
    """(Units per second, duration) in an ``mdhd`` box; the duration is 0 if unknown."""
    long = number(source, times.start, 1) == 1
    duration = number(source, times.start + (24 if long else 16), 8 if long else 4)
    unknown = (1 << (64 if long else 32)) - 1
    return number(source, times.start + (20 if long else 12), 4), 0 if duration == unknown else duration


def track_kinds(source: SizedBytes, movie: Box, most: int) -> frozenset[bytes]:
    """Types of the tracks in a ``moov`` box, by handlers alone, even if other headers are missing.

    Args:
        source: the file.
        movie: the ``moov`` box.
        most: maximum number of boxes to examine, on all levels.
    """
    found: set[bytes] = set()
    waiting = [movie]
    while waiting and most:
        for box in children(source, waiting.pop(), most=most):
            # Inside another box, each must state its length.
            if not box.states_length:
                break
            most -= 1
            if box.kind in (b"trak", b"mdia"):
                waiting.append(box)
            elif box.kind == b"hdlr":
                found.add(track_kind(source, box))
    return frozenset(found)


def _chunks(source: SizedBytes, table: Box | None) -> tuple[int | None, int | None]:
    """Offsets of the first and last chunk of sound."""
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        box = child(source, table, kind)
        count = number(source, box.start + 4, 4) if box else 0
        if box and count and box.start + 8 + count * width <= box.end:
            last = number(source, box.start + 8 + (count - 1) * width, width)
            return number(source, box.start + 8, width), last
    return None, None
