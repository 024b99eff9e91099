"""Tags after the end of a recording: ID3v1, ID3v2, APE and Lyrics3, in any order, as programs add them to any format.

References:
    id3.org: ID3v1, ID3v2.4.0 section 3 (appended tags), Lyrics3 made easy v2.00; Hydrogenaudio wiki, "APEv2
    specification" (a tag at the end of a file may have no header, only a footer).
"""

from __future__ import annotations

from parsers.formats.audio.tagging import ape, id3
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.sized_bytes import SizedBytes

#: Limit on the tags at one end.
_MOST = 16
_LYRICS, _LYRICS_ENDS = b"LYRICSBEGIN", (b"LYRICS200", b"LYRICSEND")
#: Bytes of a Lyrics3 tag that are searched for its end.
_MAX_LYRICS = 1 << 20


def length_of_tags(source: SizedBytes, end: int, tags: Tags) -> int:
    """Length in bytes of the tags that follow a recording; the texts of an ID3v1 tag are added to ``tags``.

    Args:
        source: the file.
        end: where the recording ends.
        tags: those of the recording.

    Raises:
        OSError: the source cannot be read.
    """
    at = end
    for _ in range(_MOST):
        length = _tag(source, at, tags)
        if not length or at + length > source.size:
            break
        at += length
    return at - end


def _tag(source: SizedBytes, at: int, tags: Tags) -> int:
    """Length of the tag at an offset; 0 if none is there."""
    head = source.read(at, ape.HEADER_SIZE)
    if head.startswith(id3.V1_MAGIC) and at + id3.V1_SIZE == source.size:
        return id3.V1_SIZE if id3.read_v1(source.read(at, id3.V1_SIZE), tags) else 0
    if head.startswith(id3.V1_EXTENSION_MAGIC) and at + id3.V1_EXTENSION_SIZE + id3.V1_SIZE == source.size:
        return id3.V1_EXTENSION_SIZE
    if length := id3.tag_length(head):
        tags.leave_out()
        return length
    if (header := ape.ApeHeader.parse(head)) is not None and header.is_as_defined:
        tags.leave_out(header.items)
        return header.length
    if head.startswith(_LYRICS):
        return _lyrics(source.read(at, _MAX_LYRICS), tags)
    return _by_footer(source, at, tags)


def _lyrics(content: bytes, tags: Tags) -> int:
    """Length of a Lyrics3 tag; 0 if its end is not found."""
    places = [content.find(end) for end in _LYRICS_ENDS]
    found = min((place for place in places if place >= 0), default=-1)
    if found < 0:
        return 0
    tags.leave_out()
    return found + len(_LYRICS_ENDS[0])


def _by_footer(source: SizedBytes, at: int, tags: Tags) -> int:
    """Length of an APE tag that has only a footer; it reaches to the end of the file or to an ID3v1 tag."""
    for after in (0, id3.V1_SIZE):
        end = source.size - after
        if end - ape.HEADER_SIZE < at:
            return 0
        footer = ape.ApeHeader.parse(source.read(end - ape.HEADER_SIZE, ape.HEADER_SIZE))
        if footer is not None and not footer.flags & ape.HAS_HEADER and footer.size == end - at:
            tags.leave_out(footer.items)
            return footer.size
    return 0
