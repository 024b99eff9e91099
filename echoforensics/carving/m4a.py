"""Carving recordings in MPEG-4 and 3GPP files by their tree of boxes.

References:
    ISO/IEC 14496-12 (ISO base media file format), sections 4.2 (boxes), 4.3 (``ftyp``), 8.4.3 (``hdlr``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.m4a_box import read_box, track_kinds

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: Boxes that stand at the top of a file. What is none of them is not part of it.
_TOP = frozenset({
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"udta", b"uuid", b"meta", b"moof", b"mfra", b"sidx",
    b"ssix", b"styp", b"pdin", b"prft", b"emsg", b"meco", b"pnot",
})  # fmt: skip

#: Boxes that a file has once. A second one is what is left of another file.
_SINGLE = frozenset({b"ftyp", b"moov", b"mfra", b"pdin"})

#: Boxes that are followed up to ``moov``, and behind it: fragments may be many.
_MOST_BEFORE, _MOST_BEHIND = 64, 100_000

_SMALLEST_TYPE, _LARGEST_TYPE = 16, 1024


@dataclass(slots=True)
class _Boxes:
    """What the boxes at the top come to; ``end`` is the byte behind the last whole one."""

    end: int
    seen: set[bytes] = field(default_factory=set)
    tracks: frozenset[bytes] = frozenset()
    grade: Grade = Grade.WHOLE
    ending: str = "what follows its last box is no box of such a file"


def carve(view: View, at: int) -> Carved | None:
    """A recording at a byte of the media, where a box ``ftyp`` begins; None where there is none."""
    first = read_box(view, at)
    if first is None or first.name != b"ftyp" or not _SMALLEST_TYPE <= first.size <= _LARGEST_TYPE:
        return None
    boxes = _walk(view, at)
    if not boxes.tracks or not (boxes.grade is Grade.CUT or boxes.seen & {b"mdat", b"moof"}):
        return None
    kind, suffix = "M4A recording", ".m4a"
    if b"vide" in boxes.tracks:
        kind, suffix = "MP4 recording with pictures", ".mp4"
    brand = view.read(at + 8, 4).decode("ascii", "backslashreplace").strip()
    detail = f"brand {brand}" + (", in fragments" if b"moof" in boxes.seen else "")
    return Carved(kind, suffix, ((at, boxes.end - at),), boxes.grade, boxes.ending, detail)


def _walk(view: View, start: int) -> _Boxes:
    """Follow the boxes at the top. ``tracks`` remains empty where there is no track of sound or pictures."""
    found = _Boxes(start)
    most = _MOST_BEFORE
    while (box := read_box(view, found.end)) is not None:
        is_second = box.name in _SINGLE and box.name in found.seen
        if box.name not in _TOP or is_second or 0 < box.size < box.header:
            return found
        if not most:
            found.grade, found.ending = Grade.ENDED, "more boxes follow than are looked at"
            return found
        most -= 1
        if box.size == 0:
            found.ending = f"its last box ({box.label}) states no size; it is taken without that box"
            found.grade = Grade.CUT
            return found
        if box.name == b"moov":
            most = _MOST_BEHIND
            found.tracks = track_kinds(view, box)
            if not found.tracks:
                return found
        found.seen.add(box.name)
        if box.end > view.size:
            found.ending = f"its box {box.label} states {box.end - view.size} bytes more than the media has"
            found.end, found.grade = view.size, Grade.CUT
            return found
        found.end = box.end
    _note_the_rest(view, found)
    return found


def _note_the_rest(view: View, found: _Boxes) -> None:
    """The media ends with the last box, or within the header of the next."""
    rest = view.read(found.end, view.size - found.end) if view.size - found.end < 16 else b""
    if found.end == view.size:
        found.ending = "the media ends with its last box"
    elif rest[:4] == b"\0\0\0\x01"[: len(rest)] and rest[4:8] in _TOP:
        found.ending = "the media ends within the header of a box"
        found.end, found.grade = view.size, Grade.CUT


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "M4A recording",
        rb"\x00\x00[\x00-\x03].ftyp(?:M4[ABPV] |M4V.|mp4[12]|mp71|isom|iso[2-9a-c]|3g[eghprst].|3g2.|mmp4|dash|cmfc|"
        rb"avc1|qt  |F4[ABPV] |f4[abpv] |MSNV|XAVC|kddi|NDS[CHMPS])",
        carve,
        12,
        nests=True,
    ),
)
