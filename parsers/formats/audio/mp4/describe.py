"""Describe a recording in an M4A, other MP4, or QuickTime file. Video is not described.

References:
    ISO/IEC 14496-12 (the base format), 14496-14 (MP4), 3GPP TS 26.244 (3GP); mp4ra.org (brands).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.mp4 import frame_header, tracks
from parsers.formats.audio.mp4 import tags as mp4_tags
from parsers.formats.audio.mp4.boxes import (
    FILE_TYPE,
    FRAGMENT,
    LEAST_FILE_TYPE,
    MEDIA_DATA,
    MOST_FILE_TYPE,
    MOVIE,
    PICTURES,
    SOUND,
    STILL_BRANDS,
    TOP,
    Box,
    child,
    children,
    number,
)
from parsers.formats.audio.mp4.timing import played, tally_fragments
from parsers.formats.audio.mp4.walk import Mp4Walk, follow
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Brands of audio files.
_SOUND_BRANDS = (b"M4A ", b"M4A\0", b"M4B ", b"M4P ", b"F4A ", b"F4B ")
#: First boxes of a file without a file type box: unambiguous ones, and ones that need another box after them.
_BEGINNINGS, _FILLERS = (MOVIE, FRAGMENT, MEDIA_DATA, b"styp"), (b"free", b"skip", b"wide", b"pnot")
_MAX_TRACKS = 32


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the brand decides)
    """Whether a file begins with a file type box of a possible audio brand, or like such a file without that box."""
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if kind == FILE_TYPE:
        return LEAST_FILE_TYPE <= size <= MOST_FILE_TYPE and not head[8:12].startswith(STILL_BRANDS)
    if kind in _FILLERS and 8 <= size < len(head) - 8:
        kind = head[size + 4 : size + 8]
        return kind in (FILE_TYPE, *_BEGINNINGS, *_FILLERS)
    # Text that happens to begin this way has a letter in place of the length.
    return kind in _BEGINNINGS and (size in (0, 1) or (size >= 8 and not head[:4].isalnum()))


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the MP4 at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    if window.read(4, 4) not in TOP:
        return Undescribed("There is no box of an MP4 file.")
    walk = follow(window)
    brand = walk.brand
    if walk.movie is None:
        return _without_index(walk, brand, size)
    boxes = [box for box in children(window, walk.movie) if box.kind == b"trak"]
    is_cut = walk.ending is Ending.CUT
    found = [track for box in boxes[:_MAX_TRACKS] if (track := tracks.read_track(window, box, is_cut)) is not None]
    sounds = [track for track in found if track.kind == SOUND]
    has_pictures = any(track.kind == PICTURES for track in found)
    if not sounds and (walk.ending is Ending.CUT or (walk.has_data and not found)):
        return _without_index(walk, brand, size)
    if not sounds:
        return Undescribed("This MP4 file has no track of sound.", foreign=has_pictures)
    if has_pictures:
        walk.notes.append("It also holds moving pictures, which are not described.")
    return _facts(window, walk, walk.movie, sounds)


def _without_index(walk: Mp4Walk, brand: bytes, size: int) -> AudioFacts | Undescribed:
    """Describe a file without a readable index: only that it was sound, if its brand says so."""
    lack = "its index (the moov box) is not there or cut off, without which it cannot be played"
    if walk.movie is not None and walk.ending is not Ending.CUT:
        lack = "its index (the moov box) describes no track that can be read, without which it cannot be played"
    if brand not in _SOUND_BRANDS:
        return Undescribed(f"An MP4 file that cannot be described: {lack}. What it holds is unknown.")
    issue = f"{walk.issue}; {lack}" if walk.issue else f"incomplete: {lack}"
    return AudioFacts(
        "M4A",
        "unknown",
        walk.end,
        walk.ending,
        issue=issue,
        trailing=size - walk.end,
        damage=walk.damage.places,
        notes=tuple(walk.notes),
    )


def _facts(window: Window, walk: Mp4Walk, movie: Box, sounds: list[tracks.Track]) -> AudioFacts:
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
    rate, channels = frame_header.rate_and_channels(window, track, walk.fragments)
    units = _units(window, walk, movie, track)
    return AudioFacts(
        container="M4A",
        codec=track.codec,
        end=walk.end,
        ending=walk.ending,
        rate_hz=rate,
        channels=channels,
        duration_us=None if units is None else microseconds(units, track.timescale),
        bits=track.bits,
        issue=_issue(walk, track, units, child(window, movie, b"mvex") is not None),
        trailing=window.size - walk.end,
        damage=walk.damage.places,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tags.notes),
    )


def _units(window: Window, walk: Mp4Walk, movie: Box, track: tracks.Track) -> int | None:
    """Duration of a track as played, in its units; None if unknown."""
    tally = tally_fragments(window, walk.fragments, track.number, _default(window, movie, track), walk.present)
    is_fragmented = bool(walk.fragments) or child(window, movie, b"mvex") is not None
    is_short = track.present is not None and track.present < track.sampled
    media = (track.present if is_short and track.present is not None else track.sampled) + tally.units
    if tally.holes and not walk.damage.count and not walk.issue:
        walk.issue = f"damaged: fragments are missing; their numbers jump {tally.holes} times"
    if tally.count and track.timescale and not track.sampled and tally.start >= track.timescale:
        walk.notes.append(
            f"Its first fragment begins at {tally.start / track.timescale:.3f} s: what came before is not in it."
        )
    if not media and not is_fragmented and not is_short:
        # Only the header states a duration.
        media = track.stated
    if not media and not is_short:
        return None
    if is_short and track.timescale:
        walk.notes.append(f"Its index lists {track.sampled / track.timescale:.3f} s of sound.")
    header = child(window, movie, b"mvhd")
    long = header is not None and number(window, header.start, 1) == 1
    movie_timescale = 0 if header is None else number(window, header.start + (20 if long else 12), 4)
    edits = track.edits
    if walk.fragments:
        # Edits cover at most the part in the index: fragments are played to their end.
        edits = tuple(edit._replace(duration=0) for edit in edits[:1] if len(edits) == 1)
    return played(media, edits, track.timescale, movie_timescale)


def _issue(walk: Mp4Walk, track: tracks.Track, units: int | None, is_fragmented: bool) -> str:
    """The problem with a file whose sound is described."""
    issue = walk.issue
    if not issue and walk.last == FRAGMENT:
        issue = "incomplete: the sound of its last fragment is not there"
    elif not issue and units is None:
        issue = "incomplete: none of its fragments is there" if is_fragmented else "damaged: its index lists no sound"
    if issue and walk.ending is Ending.CUT and track.present is None and walk.present is None:
        walk.notes.append("The duration is what its index gives, not what is present.")
    if not issue and track.is_damaged:
        issue = "damaged: headers of its track are not there"
    if not issue and track.last_chunk is not None and track.last_chunk >= walk.end and not walk.fragments:
        issue = f"incomplete: its index points to sound at byte {track.last_chunk}, beyond its end"
    return "; ".join(filter(None, (walk.damage.issue("box of it"), issue)))


def _default(window: Window, movie: Box, track: tracks.Track) -> int:
    """Default sample duration of a track, for fragments that state none."""
    extends = child(window, movie, b"mvex")
    for box in children(window, extends) if extends is not None else ():
        if box.kind == b"trex" and number(window, box.start + 4, 4) in (track.number, track.number or 1):
            return number(window, box.start + 12, 4)
    return 0
