"""Parse MP4 boxes.

References:
    ISO/IEC 14496-12 sections 4.2 (box structure), 4.3 (``ftyp``) and 8.4.3 (``hdlr``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.sized_bytes import SizedBytes

#: Boxes that may be at the top level of a file.
TOP = frozenset(
    b"ftyp moov mdat free skip wide moof mfra sidx styp uuid meta meco pdin udta emsg prft ssix pnot".split()
)
FILE_TYPE, MOVIE, FRAGMENT, MEDIA_DATA = b"ftyp", b"moov", b"moof", b"mdat"
#: Maximum length of a file type box: a brand, a version and a few more brands.
LEAST_FILE_TYPE, MOST_FILE_TYPE = 16, 1024
#: Prefixes of the major brands of still images. Files of all other brands may hold sound.
STILL_BRANDS = (b"hei", b"hev", b"mif", b"msf", b"avi", b"crx", b"jp2", b"jpx", b"jpm", b"mjp2", b"mia", b"j2k")
#: Track types: sound, and video.
SOUND, PICTURES = b"soun", b"vide"
_HEADER, _LARGE_HEADER = 8, 16
#: Limit on the boxes examined inside another.
_MAX_CHILDREN = 4096


class BoxHeader(NamedTuple):
    """A parsed box header.

    Attributes:
        at: offset of the box.
        kind: box type, four bytes.
        size: length of the header.
        stated: length of the whole box, as stated; 0 if it extends to the end of its container.
    """

    at: int
    kind: bytes
    size: int
    stated: int

    @property
    def end(self) -> int:
        """The offset after the box, if it states its length."""
        return self.at + self.stated

    @property
    def has_room(self) -> bool:
        """Whether the stated length has room for the header; a 64-bit length must be stated."""
        return self.stated >= self.size or (self.stated == 0 and self.size == _HEADER)

    @property
    def label(self) -> str:
        """The type as text."""
        return self.kind.decode("ascii", "backslashreplace")

    def within(self, limit: int) -> Box:
        """The box, inside a container that ends at an offset."""
        return Box(self.kind, self.at + self.size, self.end if self.stated else limit, bool(self.stated))


class Box(NamedTuple):
    """A box: its type, the start and end of its content, and whether it states its length."""

    kind: bytes
    start: int
    end: int
    states_length: bool = True


def read_header(source: SizedBytes, at: int) -> BoxHeader | None:
    """The box header at an offset; None if the bytes end within it. May raise OSError."""
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
    """The box at an offset; None if there is none. May raise OSError.

    Its end may lie beyond ``limit``; a box without a stated length ends at ``limit``.
    """
    header = read_header(source, at) if at + _HEADER <= limit else None
    return header.within(limit) if header is not None and header.has_room else None


def children(source: SizedBytes, parent: Box, skip: int = 0, most: int = _MAX_CHILDREN) -> Iterator[Box]:
    """Boxes inside another after ``skip`` bytes, up to the first that does not fit, or up to ``most``."""
    at = parent.start + skip
    for _ in range(most):
        box = read_box(source, at, parent.end)
        if box is None or box.end > parent.end:
            return
        yield box
        at = box.end


def child(source: SizedBytes, parent: Box | None, *path: bytes) -> Box | None:
    """The first box along a path of types, or None."""
    for kind in path:
        if parent is None:
            return None
        parent = next((box for box in children(source, parent) if box.kind == kind), None)
    return parent


def number(source: SizedBytes, at: int, width: int) -> int:
    """Read an unsigned big-endian number; missing bytes are ignored."""
    return int.from_bytes(source.read(at, width), "big")


def track_kind(source: SizedBytes, handler: Box) -> bytes:
    """The type in a track's ``hdlr`` box: :data:`SOUND` or another."""
    # Version, flags and a zero field precede the type.
    return source.read(handler.start + 8, 4)
