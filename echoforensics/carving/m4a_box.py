"""Boxes of MPEG-4 files, by their headers alone.

References:
    ISO/IEC 14496-12 (ISO base media file format), sections 4.2 (boxes) and 8.4 (``mdia``, ``hdlr``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.carving.carved import View

_HEADER, _LARGE_HEADER = 8, 16

#: Boxes within ``moov`` that are looked at, over every level.
_MOST_BOXES = 10_000

_KINDS = frozenset({b"soun", b"vide"})


@dataclass(frozen=True, slots=True)
class CarvedBox:
    """A box; it may state more than there is.

    Attributes:
        at: byte of the media at which it begins.
        name: its four bytes.
        header: bytes of its header.
        size: bytes of all of it, as it states them; 0 where it goes to the end of the file.
    """

    at: int
    name: bytes
    header: int
    size: int

    @property
    def end(self) -> int:
        """The byte behind it."""
        return self.at + self.size

    @property
    def label(self) -> str:
        """Its name, as text."""
        return self.name.decode("ascii", "backslashreplace")


def read_box(view: View, at: int) -> CarvedBox | None:
    """The box at a byte of the media; None where the media ends within its header."""
    head = view.read(at, _LARGE_HEADER)
    if len(head) < _HEADER:
        return None
    size, name = int.from_bytes(head[:4], "big"), head[4:8]
    if size != 1:
        return CarvedBox(at, name, _HEADER, size)
    if len(head) < _LARGE_HEADER:
        return None
    return CarvedBox(at, name, _LARGE_HEADER, int.from_bytes(head[8:], "big"))


def track_kinds(view: View, movie: CarvedBox) -> frozenset[bytes]:
    """The kinds of tracks in a box ``moov``: ``soun`` for sound, ``vide`` for pictures; others are not given."""
    found: set[bytes] = set()
    left = _MOST_BOXES
    waiting = [movie]
    while waiting and left:
        for box in _within(view, waiting.pop()):
            left -= 1
            if box.name in (b"trak", b"mdia"):
                waiting.append(box)
            elif box.name == b"hdlr":
                # Version and flags, and a field of zeros, stand before the kind.
                found.add(view.read(box.at + box.header + 8, 4))
            if not left:
                break
    return frozenset(found & _KINDS)


def _within(view: View, outer: CarvedBox) -> Iterator[CarvedBox]:
    at = outer.at + outer.header
    while at + _HEADER <= outer.end and (box := read_box(view, at)) is not None:
        if not box.header <= box.size <= outer.end - at:
            return
        yield box
        at = box.end
