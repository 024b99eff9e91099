"""Tags before and after the frames of an MP3 recording.

References:
    ID3v2.2, 2.3 and 2.4, id3.org: a header of 10 bytes, its size in 7 bits of each of 4 bytes.
    ID3v1: the last 128 bytes, beginning with TAG; an extension of 227 bytes before it begins with TAG+.
    APEv2: a header and a footer of 32 bytes; the size stated leaves the header out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

#: An ID3v2 header: its flags by version, its size with the highest bit of each byte unset.
ID3 = (
    rb"ID3(?:\x02\x00[\x00\x40\x80\xc0]"
    rb"|\x03\x00[\x00\x20\x40\x60\x80\xa0\xc0\xe0]"
    rb"|\x04\x00[\x00\x10\x20\x30\x40\x50\x60\x70\x80\x90\xa0\xb0\xc0\xd0\xe0\xf0])[\x00-\x7f]{4}"
)
ID3_LENGTH = 10
_ID3 = re.compile(ID3, re.DOTALL)

#: ID3v2 tags behind each other that are followed.
_MOST_TAGS = 4

#: Zeros between a tag and the first frame that are passed over: padding that the tag's size leaves out.
_MOST_PADDING = 4096


def behind_id3(view: View, at: int) -> int:
    """Byte offset behind the ID3v2 tags that begin at a place, and the zeros after them; the place if there is none."""
    place = at
    for _ in range(_MOST_TAGS):
        head = view.read(place, ID3_LENGTH)
        if not _ID3.fullmatch(head):
            break
        first, second, third, fourth = head[6:]
        has_footer = head[3] == 4 and head[5] & 0x10
        place += ID3_LENGTH + (first << 21 | second << 14 | third << 7 | fourth) + (ID3_LENGTH if has_footer else 0)
    if place == at:
        return at
    padding = view.read(place, _MOST_PADDING)
    return place + len(padding) - len(padding.lstrip(b"\0"))


def _tag(head: bytes) -> tuple[str, int]:
    """(name, length in bytes) of the tag that begins with these bytes; the length 0 where none does."""
    if head.startswith(b"APETAGEX") and len(head) == 32:
        version, size, flags = (int.from_bytes(head[i : i + 4], "little") for i in (8, 12, 20))
        if version == 2000 and 32 <= size <= 1 << 24 and flags & 1 << 29:
            return "APEv2", 32 + size
    if head.startswith(b"TAG+"):
        return "ID3v1", 227
    if head.startswith(b"TAG"):
        return "ID3v1", 128
    return "", 0


def behind_tags(view: View, at: int) -> tuple[int, list[str]]:
    """(byte offset behind the tags that begin at a place, their names). Beyond the media where the last is cut."""
    names: list[str] = []
    while at < view.size and len(names) < _MOST_TAGS:
        name, length = _tag(view.read(at, 32))
        if not length:
            break
        at += length
        if name not in names:
            names.append(name)
    return at, names
