"""Follow the top-level boxes of an MP4 file across damaged places.

If the expected box is missing or longer than the file, the next index or fragment is searched for by its type
and the header of its first child.

References:
    ISO/IEC 14496-12 sections 4.2 (boxes), 8.2.2 (mvhd), 8.8.5 (mfhd).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.formats.audio.damage import DamageLog
from parsers.formats.audio.facts import Ending
from parsers.formats.audio.mp4.boxes import FILE_TYPE, FRAGMENT, MEDIA_DATA, MOVIE, TOP, Box, read_box
from parsers.formats.sized_bytes import SizedBytes

_MAX_BOXES = 200_000
#: Bytes searched at once.
_PIECE = 64 * 1024
#: What is searched for: an index or fragment, and the type of its first box.
_SIGN = re.compile(rb"(?:moov.{4}mvhd|moof.{4}mfhd)", re.DOTALL)
_SIGN_SIZE, _BEFORE_TYPE = 12, 4


@dataclass(slots=True)
class Mp4Walk:
    """The top-level boxes.

    Attributes:
        end: the offset after the last box.
        ending: why it ends there.
        issue: what is wrong; empty if nothing is.
        movie: the index.
        fragments: the ``moof`` boxes.
        last: type of the last box.
        brand: of the file type box.
        has_data: whether a box of media data was found.
        present: number of bytes present of a final, truncated box with sound; else None.
        damage: bytes between boxes that are not boxes.
        notes: sentences on how the facts were determined.
    """

    end: int = 0
    ending: Ending = Ending.LAST_BOX
    issue: str = ""
    movie: Box | None = None
    fragments: list[Box] = field(default_factory=list)
    last: bytes = b""
    brand: bytes = b""
    has_data: bool = False
    present: int | None = None
    damage: DamageLog = field(default_factory=DamageLog)
    notes: list[str] = field(default_factory=list)


def follow(source: SizedBytes) -> Mp4Walk:
    """Follow the boxes from the start. Raises OSError from the source."""
    walk = Mp4Walk()
    for _ in range(_MAX_BOXES):
        box = read_box(source, walk.end, source.size)
        if box is None or not _belongs(walk, box, source.size) or box.end > source.size:
            found = _search(source, walk, walk.end + 1) if walk.end < source.size else None
            if found is None:
                if box is not None and box.end > source.size and _belongs(walk, box, source.size):
                    _cut(walk, box, source.size)
                return walk
            walk.damage.add(walk.end, found - walk.end)
            walk.end = found
            continue
        _take(source, walk, box)
    walk.issue = f"not read further: it has more than {_MAX_BOXES} boxes"
    return walk


def _take(source: SizedBytes, walk: Mp4Walk, box: Box) -> None:
    if box.kind == FILE_TYPE:
        walk.brand = source.read(box.start, 4)
    if not box.states_length:
        walk.ending = Ending.OPEN
    walk.end = box.end
    if box.kind == MOVIE and walk.movie is None:
        walk.movie = box
    elif box.kind == FRAGMENT:
        walk.fragments.append(box)
    walk.last = box.kind
    walk.has_data = walk.has_data or (box.kind == MEDIA_DATA and box.end > box.start)


def _cut(walk: Mp4Walk, box: Box, size: int) -> None:
    walk.issue = f"truncated: {size} of at least {box.end} bytes are present"
    walk.end, walk.ending, walk.last = size, Ending.CUT, box.kind
    walk.present = max(0, size - box.start) if box.kind == MEDIA_DATA else None
    if box.kind == MOVIE and walk.movie is None:
        walk.movie = Box(box.kind, box.start, size)


def _belongs(walk: Mp4Walk, box: Box, size: int) -> bool:
    """Whether a top-level box belongs to the file. Before the index, unknown boxes do too if they fit."""
    if box.kind == FILE_TYPE:
        return not walk.brand
    is_known = box.kind in TOP
    return is_known or (bool(walk.end) and walk.movie is None and box.kind.isalnum() and box.end <= size)


def _search(source: SizedBytes, walk: Mp4Walk, at: int) -> int | None:
    """Offset of the next fragment, or of the index if none was found yet; None if there is none."""
    while len(piece := source.read(at, _PIECE)) >= _SIGN_SIZE + _BEFORE_TYPE:
        for found in _SIGN.finditer(piece, _BEFORE_TYPE):
            place = at + found.start() - _BEFORE_TYPE
            box = read_box(source, place, source.size)
            if box is None or box.end > source.size or (box.kind == MOVIE) != (walk.movie is None):
                continue
            return place
        if len(piece) < _PIECE:
            break
        at += len(piece) - _SIGN_SIZE - _BEFORE_TYPE + 1
    return None
