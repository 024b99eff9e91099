"""What a recording in an M4A, another MP4 or a QuickTime file is. Moving pictures beside the sound are not described.

References:
    ISO/IEC 14496-12 (the base format), 14496-14 (MP4), 3GPP TS 26.244 (3GP); mp4ra.org (brands).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.mp4 import tags as mp4_tags
from parsers.formats.audio.mp4 import tracks
from parsers.formats.audio.mp4.boxes import (
    FILE_TYPE,
    FRAGMENT,
    LEAST_FILE_TYPE,
    MEDIA_DATA,
    MOST_FILE_TYPE,
    MOVIE,
    PICTURES,
    SOUND,
    TOP,
    Box,
    child,
    children,
    number,
    read_box,
)
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Major brands of pictures that stand still, as they begin. Files of all other brands may hold sound.
_STILL_BRANDS = (b"hei", b"hev", b"mif", b"msf", b"avi", b"crx", b"jp2", b"jpx", b"jpm", b"mjp2", b"mia", b"j2k")
#: Brands that say the file is sound.
_SOUND_BRANDS = (b"M4A ", b"M4A\0", b"M4B ", b"M4P ", b"F4A ", b"F4B ")
#: Boxes that a file without a file type box begins with: such as can be nothing else, and such as need another behind.
_BEGINNINGS, _FILLERS = (MOVIE, FRAGMENT, MEDIA_DATA, b"styp"), (b"free", b"skip", b"wide", b"pnot")
_MAX_BOXES = 200_000
_MAX_TRACKS = 32


@dataclass(slots=True)
class _Mp4Walk:
    """The boxes of the file itself."""

    end: int = 0
    ending: Ending = Ending.LAST_BOX
    issue: str = ""
    movie: Box | None = None
    fragments: list[Box] = field(default_factory=list)
    last: bytes = b""
    brand: bytes = b""
    notes: list[str] = field(default_factory=list)


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the brand decides)
    """Whether a file begins with a file type box of a brand that may be sound, or as such a file without that box."""
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if kind == FILE_TYPE:
        return LEAST_FILE_TYPE <= size <= MOST_FILE_TYPE and not head[8:12].startswith(_STILL_BRANDS)
    if kind in _FILLERS and 8 <= size < len(head) - 8:
        kind = head[size + 4 : size + 8]
        return kind in (FILE_TYPE, *_BEGINNINGS, *_FILLERS)
    # Text that happens to begin so has a letter where the length is.
    return kind in _BEGINNINGS and (size in (0, 1) or (size >= 8 and not head[:4].isalnum()))


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the MP4 that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    if window.read(4, 4) not in TOP:
        return Undescribed("There is no box of an MP4 file.")
    walk = _walk(window)
    brand = walk.brand
    if walk.movie is None:
        return _without_index(walk, brand, size)
    boxes = [box for box in children(window, walk.movie) if box.kind == b"trak"]
    found = [track for box in boxes[:_MAX_TRACKS] if (track := tracks.read_track(window, box)) is not None]
    sounds = [track for track in found if track.kind == SOUND]
    has_pictures = any(track.kind == PICTURES for track in found)
    if not sounds and walk.ending is Ending.CUT:
        return _without_index(walk, brand, size)
    if not sounds:
        return Undescribed("This MP4 file has no track of sound.", foreign=has_pictures)
    if has_pictures:
        walk.notes.append("It also holds moving pictures, which are not described.")
    return _facts(window, walk, walk.movie, sounds)


def _walk(window: Window) -> _Mp4Walk:
    walk = _Mp4Walk()
    for _ in range(_MAX_BOXES):
        box = read_box(window, walk.end, window.size)
        if box is None or not _belongs(walk, box, window.size):
            return walk
        if box.kind == FILE_TYPE:
            walk.brand = window.read(box.start, 4)
        if not box.states_length:
            walk.ending = Ending.OPEN
        walk.end = box.end
        if box.end > window.size:
            walk.issue = f"truncated: {window.size} of at least {box.end} bytes are present"
            walk.end, walk.ending = window.size, Ending.CUT
            if box.kind != MOVIE:
                return walk
            box = Box(box.kind, box.start, window.size)
        if box.kind == MOVIE and walk.movie is None:
            walk.movie = box
        elif box.kind == FRAGMENT:
            walk.fragments.append(box)
        walk.last = box.kind
    walk.issue = f"not read further: it has more than {_MAX_BOXES} boxes"
    return walk


def _belongs(walk: _Mp4Walk, box: Box, size: int) -> bool:
    """Whether a box at the top is one of the file: before the index, also one that is not known, if it fits."""
    if box.kind == FILE_TYPE:
        return not walk.brand
    is_known = box.kind in TOP
    return is_known or (bool(walk.end) and walk.movie is None and box.kind.isalnum() and box.end <= size)


def _without_index(walk: _Mp4Walk, brand: bytes, size: int) -> AudioFacts | Undescribed:
    """What can be said of a file that ends before its index: that it was sound, if its brand says so."""
    if brand not in _SOUND_BRANDS:
        return Undescribed("An MP4 file whose index (the moov box) is not there or cut off: what it holds is unknown.")
    lack = "its index (the moov box) is not there or cut off, without which it cannot be played"
    issue = f"{walk.issue}; {lack}" if walk.issue else f"incomplete: {lack}"
    return AudioFacts("M4A", "unknown", walk.end, walk.ending, issue=issue, trailing=size - walk.end)


def _facts(window: Window, walk: _Mp4Walk, movie: Box, sounds: list[tracks.Track]) -> AudioFacts:
    track = sounds[0]
    tags, timestamps = Tags(), list[Timestamp]()
    header = child(window, movie, b"mvhd")
    if header is not None:
        timestamps.extend(mp4_tags.times(window, header))
    mp4_tags.items(window, movie, tags, timestamps)
    notes = walk.notes
    if not walk.brand:
        notes.append("It has no file type box.")
    elif walk.brand not in _SOUND_BRANDS:
        notes.append(f"Its file type is {walk.brand.decode('latin-1')!r}.")
    if len(sounds) > 1:
        notes.append(f"It has {len(sounds)} tracks of sound; the first is described.")
    units = track.duration + _fragments(window, walk, movie, track)
    if walk.last == FRAGMENT and not walk.issue:
        walk.issue = "incomplete: the sound of its last fragment is not there"
    elif not units and child(window, movie, b"mvex") is not None and not walk.issue:
        walk.issue = "incomplete: none of its fragments is there"
    if walk.issue:
        notes.append("The duration is what its index gives, not what is present.")
    elif track.last_chunk is not None and track.last_chunk >= walk.end and not walk.fragments:
        walk.issue = f"incomplete: its index points to sound at byte {track.last_chunk}, beyond its end"
    return AudioFacts(
        container="M4A",
        codec=track.codec,
        end=walk.end,
        ending=walk.ending,
        rate_hz=track.rate,
        channels=track.channels,
        duration_us=microseconds(max(0, units - track.skipped), track.timescale) if units else None,
        bits=track.bits,
        issue=walk.issue,
        trailing=window.size - walk.end,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tags.notes),
    )


def _fragments(window: Window, walk: _Mp4Walk, movie: Box, track: tracks.Track) -> int:
    """The duration that the file's fragments add to a track, in its units."""
    if not walk.fragments:
        return 0
    default, extends = 0, child(window, movie, b"mvex")
    for box in children(window, extends) if extends is not None else ():
        if box.kind == b"trex" and number(window, box.start + 4, 4) == track.number:
            default = number(window, box.start + 12, 4)
    return sum(tracks.fragment_duration(window, box, track, default) for box in walk.fragments)
