"""The boxes that MP4 files are made of.

References:
    ISO/IEC 14496-12 sections 4.2 (box structure), 4.3 (``ftyp``) and 8.4.3 (``hdlr``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.sized_bytes import SizedBytes

#: Boxes that may come at the top of a file.
TOP = frozenset(
    b"ftyp moov mdat free skip wide moof mfra sidx styp uuid meta meco pdin udta emsg prft ssix pnot".split()
)
FILE_TYPE, MOVIE, FRAGMENT, MEDIA_DATA = b"ftyp", b"moov", b"moof", b"mdat"
#: Bytes of a file type box: it holds a brand, a version and a few more brands.
LEAST_FILE_TYPE, MOST_FILE_TYPE = 16, 1024
#: Major brands of pictures that stand still, as they begin. Files of all other brands may hold sound.
STILL_BRANDS = (b"hei", b"hev", b"mif", b"msf", b"avi", b"crx", b"jp2", b"jpx", b"jpm", b"mjp2", b"mia", b"j2k")
#: Kinds of tracks: of sound, and of moving pictures.
SOUND, PICTURES = b"soun", b"vide"
_HEADER, _LARGE_HEADER = 8, 16
#: Boxes looked at inside one other.
_MAX_CHILDREN = 4096


class BoxHeader(NamedTuple):
    """What the header of a box says.

    Attributes:
        at: byte offset of the box.
        kind: its type, four bytes.
        size: bytes of the header.
        stated: bytes of all of it, as it states them; 0 if it reaches to the end of what holds it.
    """

    at: int
    kind: bytes
    size: int
    stated: int

    @property
    def end(self) -> int:
        """The byte after the box, where it states its length."""
        return self.at + self.stated

    @property
    def has_room(self) -> bool:
        """Whether its length has room for its header; one of 64 bits has to be stated."""
        return self.stated >= self.size or (self.stated == 0 and self.size == _HEADER)

    @property
    def label(self) -> str:
        """Its type, as text."""
        return self.kind.decode("ascii", "backslashreplace")

    def within(self, limit: int) -> Box:
        """The box, in something that ends at a byte offset."""
        return Box(self.kind, self.at + self.size, self.end if self.stated else limit, bool(self.stated))


class Box(NamedTuple):
    """One box: its type, where its content starts and ends, and whether it states a length of its own."""

    kind: bytes
    start: int
    end: int
    states_length: bool = True


def read_header(source: SizedBytes, at: int) -> BoxHeader | None:
    """The header of the box at a byte offset; None if the bytes end within it. May raise OSError."""
    head = source.read(at, _LARGE_HEADER)
    if len(head) < _HEADER:
        return None
    size, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if size != 1:
        return BoxHeader(at, kind, _HEADER, size)
    if len(head) < _LARGE_HEADER:
        return None
    return BoxHeader(at, kind, _LARGE_HEADER, int.from_bytes(head[8:], "big"))


def read_box(source: SizedBytes, at: int, limit: int) -> Box | None:
    """The box at an offset; None if there is none. Its end may lie beyond ``limit``; a box without a
    length of its own ends there. May raise OSError."""
    header = read_header(source, at) if at + _HEADER <= limit else None
    return header.within(limit) if header is not None and header.has_room else None


def children(source: SizedBytes, parent: Box, skip: int = 0, most: int = _MAX_CHILDREN) -> Iterator[Box]:
    """The boxes inside another, after ``skip`` bytes; up to the first that does not fit into it, or to ``most``."""
    at = parent.start + skip
    for _ in range(most):
        box = read_box(source, at, parent.end)
        if box is None or box.end > parent.end:
            return
        yield box
        at = box.end


def child(source: SizedBytes, parent: Box | None, *path: bytes) -> Box | None:
    """The first box down a path of types, or None."""
    for kind in path:
        if parent is None:
            return None
        parent = next((box for box in children(source, parent) if box.kind == kind), None)
    return parent


def number(source: SizedBytes, at: int, width: int) -> int:
    """An unsigned big-endian number in the file; bytes that are missing count as none."""
    return int.from_bytes(source.read(at, width), "big")


def track_kind(source: SizedBytes, handler: Box) -> bytes:
    """The kind of a track, :data:`SOUND` or another, from its ``hdlr`` box."""
    # Version and flags, and a field of zeros, come before the kind.
    return source.read(handler.start + 8, 4)
