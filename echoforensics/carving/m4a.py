"""Carving recordings in MPEG-4 and 3GPP files by their tree of boxes.

References:
    ISO/IEC 14496-12 (ISO base media file format), sections 4.2 (boxes), 4.3 (``ftyp``), 8.4.3 (``hdlr``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: Boxes that stand at the top of a file. What is none of them is not part of it.
_TOP = frozenset({
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"udta", b"uuid", b"meta", b"moof", b"mfra", b"sidx",
    b"ssix", b"styp", b"pdin", b"prft", b"emsg", b"meco", b"pnot",
})  # fmt: skip
_MOST_BOXES = 100_000
#: Bytes of a ``moov`` box that are searched for the handlers of its tracks.
_MOST_MOOV = 8 * 1024 * 1024


@dataclass(slots=True)
class _Boxes:
    """What the boxes at the top come to; ``end`` is the byte behind the last whole one."""

    end: int
    seen: set[bytes] = field(default_factory=set)
    handlers: set[bytes] = field(default_factory=set)
    ending: str = "what follows its last box is no box of such a file"
    is_cut: bool = False


def carve(view: View, at: int) -> Carved | None:
    """A recording at a byte of the media, where a box ``ftyp`` begins; None where there is none."""
    boxes = _walk(view, at)
    if b"moov" not in boxes.seen or not (boxes.is_cut or boxes.seen & {b"mdat", b"moof"}):
        return None
    grade = Grade.CUT if boxes.is_cut else Grade.WHOLE
    kind, suffix = "M4A recording", ".m4a"
    if b"vide" in boxes.handlers:
        kind, suffix = "MP4 recording with pictures", ".mp4"
    elif b"soun" not in boxes.handlers:
        return None
    brand = view.read(at + 8, 4).decode("ascii", "backslashreplace").strip()
    return Carved(kind, suffix, ((at, boxes.end - at),), grade, boxes.ending, f"brand {brand}")


def _walk(view: View, start: int) -> _Boxes:
    found, at = _Boxes(start), start
    for _ in range(_MOST_BOXES):
        name, header, size = _box(view, at)
        if name not in _TOP or (name == b"ftyp" and at > start):
            break
        if size == 0:
            found.ending = f"its last box ({name.decode('ascii')}) states no size; it is taken without that box"
            found.is_cut = True
            break
        if size < header or (name == b"ftyp" and not 16 <= size <= 1024):
            break
        if name == b"moov":
            found.handlers |= _handlers(view, at + header, min(size - header, _MOST_MOOV))
        found.seen.add(name)
        if at + size > view.size:
            found.end, found.is_cut = view.size, True
            found.ending = (
                f"its box {name.decode('ascii')} states {at + size - view.size} bytes more than the media has"
            )
            break
        at += size
        found.end = at
    return found


def _box(view: View, at: int) -> tuple[bytes, int, int]:
    """Name of the box at a byte, and the bytes of its header and of all of it."""
    head = view.read(at, 16)
    if len(head) < 8:
        return b"", 8, 0
    size, name = int.from_bytes(head[:4], "big"), head[4:8]
    if size == 1 and len(head) == 16:
        return name, 16, int.from_bytes(head[8:], "big")
    return name, 8, size


def _handlers(view: View, at: int, size: int) -> set[bytes]:
    """The kinds of tracks that a ``moov`` box names."""
    content = view.read(at, size)
    found: set[bytes] = set()
    place = content.find(b"hdlr")
    while place >= 0:
        # Version and flags, and a field of zeros, stand before the kind.
        found.add(content[place + 12 : place + 16])
        place = content.find(b"hdlr", place + 4)
    return found


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "M4A recording",
        rb"\x00\x00[\x00-\x03].ftyp(?:M4[ABPV] |M4V.|mp4[12]|isom|iso[2-9]|3gp.|3g2.|dash|avc1|qt  |F4[AB] |f4[ab] )",
        carve,
        12,
    ),
)
