"""Carves recordings in MPEG-4 and 3GPP files by their tree of boxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
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
    read_header,
)
from parsers.formats.audio.mp4.tracks import track_kinds

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: Boxes that occur once per file. A second one is left over from another file.
_SINGLE = frozenset({FILE_TYPE, MOVIE, b"mfra", b"pdin"})

#: How many boxes to follow up to ``moov``, and after it: there may be many fragments.
_MOST_BEFORE, _MOST_BEHIND = 64, 100_000

#: How many boxes inside ``moov`` to examine, over all levels.
_MOST_WITHIN = 10_000


@dataclass(slots=True)
class _TopBoxes:
    """Sums up the top-level boxes; ``end`` is the byte after the last whole one."""

    end: int
    seen: set[bytes] = field(default_factory=set)
    tracks: frozenset[bytes] = frozenset()
    grade: Grade = Grade.WHOLE
    ending: str = "what follows its last box is no box of such a file"


def carve(view: View, at: int) -> Carved | None:
    """Carve the recording whose ``ftyp`` box is at an offset on the media. None if there is no recording."""
    first = read_header(view, at)
    if first is None or first.kind != FILE_TYPE or not LEAST_FILE_TYPE <= first.stated <= MOST_FILE_TYPE:
        return None
    if view.read(at + 8, 4).startswith(STILL_BRANDS):
        return None
    boxes = _walk(view, at)
    if not boxes.tracks or not (boxes.grade is Grade.CUT or boxes.seen & {MEDIA_DATA, FRAGMENT}):
        return None
    kind, suffix = "M4A recording", ".m4a"
    if PICTURES in boxes.tracks:
        kind, suffix = "MP4 recording with pictures", ".mp4"
    brand = view.read(at + 8, 4).decode("ascii", "backslashreplace").strip()
    detail = f"brand {brand}" + (", in fragments" if FRAGMENT in boxes.seen else "")
    return Carved(kind, suffix, ((at, boxes.end - at),), boxes.grade, boxes.ending, detail)


def _walk(view: View, start: int) -> _TopBoxes:
    """Follow the top-level boxes. ``tracks`` stays empty if no track holds sound or pictures."""
    found = _TopBoxes(start)
    most = _MOST_BEFORE
    while (box := read_header(view, found.end)) is not None:
        is_second = box.kind in _SINGLE and box.kind in found.seen
        if box.kind not in TOP or is_second or (box.stated and not box.has_room):
            return found
        if not most:
            found.grade, found.ending = Grade.ENDED, "more boxes follow than are looked at"
            return found
        most -= 1
        if not box.stated:
            found.ending = f"its last box ({box.label}) states no size; it is taken without that box"
            found.grade = Grade.CUT
            return found
        if box.kind == MOVIE:
            most = _MOST_BEHIND
            found.tracks = track_kinds(view, box.within(view.size), _MOST_WITHIN) & {SOUND, PICTURES}
            if not found.tracks:
                return found
        found.seen.add(box.kind)
        if box.end > view.size:
            found.ending = f"its box {box.label} states {box.end - view.size} bytes more than the media has"
            found.end, found.grade = view.size, Grade.CUT
            return found
        found.end = box.end
    _note_the_rest(view, found)
    return found


def _note_the_rest(view: View, found: _TopBoxes) -> None:
    """Note that the media ends with the last box or inside the header of the next."""
    rest = view.read(found.end, view.size - found.end) if view.size - found.end < 16 else b""
    if found.end == view.size:
        found.ending = "the media ends with its last box"
    elif rest[:4] == b"\0\0\0\x01"[: len(rest)] and rest[4:8] in TOP:
        found.ending = "the media ends within the header of a box"
        found.end, found.grade = view.size, Grade.CUT


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "M4A recording",
        # Any brand is accepted: still pictures have no track of sound or moving pictures.
        rb"\x00\x00[\x00-\x03].ftyp",
        carve,
        8,
        nests=True,
    ),
)
