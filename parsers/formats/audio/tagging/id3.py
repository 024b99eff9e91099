"""Read ID3 tags before and after the frames of MP3 and other formats.

References:
    id3.org: ID3v2.2.0, ID3v2.3.0 and ID3v2.4.0 informal standards; ID3v1.
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.tagging.tags import MAX_TAGS, MAX_TEXT, Tags, to_timestamp
from parsers.formats.sized_bytes import SizedBytes
from parsers.record import Timestamp

#: How an ID3v2 tag begins.
MAGIC = b"ID3"
#: Length of the header of an ID3v2 tag, and of its footer if it has one.
HEADER_SIZE = 10
#: Defined flags by version.
FLAGS = {2: 0xC0, 3: 0xE0, 4: 0xF0}

#: Bytes of a tag searched for frames; pictures often come after the texts.
_MAX_TAG = 256 * 1024
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
#: An ID3v1 tag at the end of a recording: its first bytes, and its length.
V1_MAGIC, V1_SIZE = b"TAG", 128
#: An extension that some programs put before an ID3v1 tag for longer texts.
V1_EXTENSION_MAGIC, V1_EXTENSION_SIZE = b"TAG+", 227
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_TIMES = {"TDRC": "Recorded Time", "TDEN": "Creation Time", "TDTG": "Metadata Modification Time"}


class Id3Header(NamedTuple):
    """The header of an ID3v2 tag.

    Attributes:
        version: 2, 3 or 4.
        revision: 0 in every tag ever defined.
        flags: flags of the tag.
        size: length in bytes after the header, without a footer.
    """

    version: int
    revision: int
    flags: int
    size: int

    @property
    def length(self) -> int:
        """Length of the tag, header and footer included."""
        footer = HEADER_SIZE if self.version == 4 and self.flags & _FOOTER else 0
        return HEADER_SIZE + self.size + footer

    @property
    def is_as_defined(self) -> bool:
        """Whether the revision is 0 and only defined flags are set."""
        return self.revision == 0 and not self.flags & ~FLAGS[self.version]

    @classmethod
    def parse(cls, raw: bytes) -> Id3Header | None:
        """The header at the start of some bytes; None if there is none."""
        if raw[:3] != MAGIC or len(raw) < HEADER_SIZE or raw[3] not in FLAGS or raw[4] == 0xFF:
            return None
        if any(byte & 0x80 for byte in raw[6:10]):
            return None
        return cls(raw[3], raw[4], raw[5], _syncsafe(raw[6:10]))


def tag_length(head: bytes) -> int:
    """Length of the ID3v2 tag at the start, header and footer included; 0 if there is none."""
    header = Id3Header.parse(head)
    return header.length if header else 0


def read(source: SizedBytes, tags: Tags, timestamps: list[Timestamp]) -> int:
    """Read the ID3v2 tag at the start, if any, into the tags. Returns its length in bytes."""
    header = Id3Header.parse(source.read(0, HEADER_SIZE))
    if header is None:
        return 0
    length, version, flags = header.length, header.version, header.flags
    body = source.read(HEADER_SIZE, min(header.size, _MAX_TAG))
    if flags & _UNSYNCHRONISED and version < 4:
        body = body.replace(b"\xff\x00", b"\xff")
    at = 0
    if flags & _EXTENDED and version > 2:
        at = _syncsafe(body[:4]) if version == 4 else 4 + int.from_bytes(body[:4], "big")
    for _ in range(MAX_TAGS * 2):
        following = _frame(body, at, version, tags, timestamps)
        if following is None:
            return length
        at = following
    tags.leave_out()
    return length


def read_v1(raw: bytes, tags: Tags) -> bool:
    """Read an ID3v1 tag of :data:`V1_SIZE` bytes into the tags. Returns whether it is one."""
    if len(raw) != V1_SIZE or not raw.startswith(V1_MAGIC):
        return False
    for name, start, end in (("title", 3, 33), ("artist", 33, 63), ("album", 63, 93), ("year", 93, 97)):
        tags.add(f"ID3v1 {name}", raw[start:end].partition(b"\0")[0].decode("latin-1"))
    tags.add("ID3v1 comment", raw[97:125].partition(b"\0")[0].decode("latin-1"))
    return True


def _frame(body: bytes, at: int, version: int, tags: Tags, timestamps: list[Timestamp]) -> int | None:
    """Read one frame. Returns the offset of the next one, or None after the last."""
    width = 3 if version == 2 else 4
    header = 6 if version == 2 else 10
    raw = body[at : at + header]
    name = raw[:width].decode("latin-1")
    if len(raw) < header or not name.isalnum() or not name.isascii():
        return None
    size = _syncsafe(raw[4:8]) if version == 4 else int.from_bytes(raw[width : 2 * width], "big")
    content = body[at + header : at + header + size]
    # ID3v2.3 and 2.4: compressed or encrypted frames; 2.4: a four-byte data length comes first.
    if version > 2 and raw[9] & (0xC0 if version == 3 else 0x0C):
        tags.leave_out()
    elif len(content) < size:
        tags.leave_out()
        return None
    else:
        if version == 4 and raw[9] & 1:
            content = content[4:]
        if version == 4 and raw[9] & 2:
            content = content.replace(b"\xff\x00", b"\xff")
        _take(name, content[: MAX_TEXT * 4], tags, timestamps)
    return at + header + size


def _take(name: str, content: bytes, tags: Tags, timestamps: list[Timestamp]) -> None:
    """Keep the texts and comments; for pictures and the like, only note that they were left out."""
    if not content:
        return
    encoding = _ENCODINGS.get(content[0], "latin-1")
    if name in ("TXXX", "TXX"):
        description, _, value = _split(content[1:], encoding)
        tags.add(f"{name} {description}", value)
    elif name in ("COMM", "COM"):
        description, _, value = _split(content[4:], encoding)
        tags.add(f"{name} {description}".strip(), value)
    elif name.startswith("T"):
        value = "; ".join(part for part in _decode(content[1:], encoding).split("\0") if part)
        tags.add(name, value)
        if name in _TIMES:
            timestamps.extend(to_timestamp(_TIMES[name], value, name))
    else:
        tags.leave_out()


def _split(raw: bytes, encoding: str) -> tuple[str, str, str]:
    """Split a description from the text after it, at NUL."""
    return _decode(raw, encoding).partition("\0")


def _decode(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding, "replace").replace("\ufeff", "")


def _syncsafe(raw: bytes) -> int:
    """Decode a number of 7 bits per byte."""
    number = 0
    for byte in raw:
        number = number << 7 | byte & 0x7F
    return number
