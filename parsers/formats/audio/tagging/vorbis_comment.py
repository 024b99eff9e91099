"""Read Vorbis comments, the tags of Vorbis, Opus, Speex and FLAC.

References:
    Vorbis I specification, section 5 (comment field and header).
"""

from __future__ import annotations

from parsers.formats.audio.tagging.tags import MAX_TAGS, Tags, to_timestamp
from parsers.record import Timestamp


def read(raw: bytes, tags: Tags, timestamps: list[Timestamp]) -> None:
    """Read a comment block (without its container's prefix) into the tags; DATE also as a timestamp."""
    vendor, at = _field(raw, 0)
    if vendor is None:
        tags.leave_out()
        return
    tags.add("encoder software", vendor)
    count = int.from_bytes(raw[at : at + 4], "little")
    at += 4
    for number in range(min(count, MAX_TAGS * 2)):
        comment, at = _field(raw, at)
        if comment is None:
            tags.leave_out(count - number)
            return
        name, _, value = comment.partition("=")
        if name.upper() == "METADATA_BLOCK_PICTURE":
            tags.leave_out()
            continue
        tags.add(name, value)
        if name.upper() in ("DATE", "CREATION_TIME"):
            timestamps.extend(to_timestamp("Creation Time", value, name.upper()))
    tags.leave_out(max(0, count - MAX_TAGS * 2))


def _field(raw: bytes, at: int) -> tuple[str | None, int]:
    """A length-prefixed text and the offset after it; None if it is incomplete."""
    length = int.from_bytes(raw[at : at + 4], "little")
    if len(raw) < at + 4 + length:
        return None, at
    return raw[at + 4 : at + 4 + length].decode("utf-8", "replace"), at + 4 + length
