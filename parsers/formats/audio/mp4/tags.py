"""Times and tags of an MP4 file.

References:
    ISO/IEC 14496-12 section 8.2.2 (mvhd); QuickTime File Format Specification (metadata item list).
"""

from __future__ import annotations

from parsers.formats.audio.mp4.boxes import Box, child, children, number
from parsers.formats.audio.tagging.tags import MAX_TEXT, Tags, to_timestamp
from parsers.formats.sized_bytes import SizedBytes
from parsers.record import Clock, Timestamp
from parsers.times import from_milliseconds

#: Seconds from 1904-01-01, the epoch of these files, to 1970-01-01.
_EPOCH = 2_082_844_800
_TEXT, _UTF16 = 1, 2


def times(source: SizedBytes, header: Box) -> list[Timestamp]:
    """Creation and modification times in a movie header; 0 means none."""
    width = 8 if number(source, header.start, 1) == 1 else 4
    created = number(source, header.start + 4, width)
    changed = number(source, header.start + 4 + width, width)
    found = []
    for description, value in (("Creation Time", created), ("Content Modification Time", changed)):
        if not value or (description != "Creation Time" and value == created):
            continue
        stamp = from_milliseconds((value - _EPOCH) * 1000)
        note = "Seconds since 1904-01-01 UTC, set by the software that wrote the file; some software counts local time."
        if stamp is None:
            note = "Seconds since 1904-01-01, but outside 2010 to 2100: not taken for a time."
        found.append(Timestamp(description, str(value), Clock.UNKNOWN, stamp, note))
    return found


def items(source: SizedBytes, movie: Box, tags: Tags, timestamps: list[Timestamp]) -> None:
    """Read the iTunes item list and the 3GPP user data into the tags; a date also as a timestamp."""
    user = child(source, movie, b"udta")
    meta = child(source, user, b"meta")
    if meta is not None:
        # The box has a version before its children; QuickTime's does not.
        skip = 0 if source.read(meta.start + 4, 4) == b"hdlr" else 4
        for box in children(source, meta, skip):
            if box.kind == b"ilst":
                for item in children(source, box):
                    _item(source, item, tags, timestamps)
    if user is not None:
        for box in children(source, user):
            if box.kind in (b"titl", b"auth", b"dscp", b"perf", b"albm", b"gnre"):
                raw = source.read(box.start + 6, min(max(0, box.end - box.start - 6), MAX_TEXT * 4))
                coding = "utf-16" if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"
                tags.add(box.kind.decode("latin-1"), raw.decode(coding, "replace"))


def _item(source: SizedBytes, item: Box, tags: Tags, timestamps: list[Timestamp]) -> None:
    name = item.kind.decode("latin-1")
    if item.kind == b"----":
        given = child(source, item, b"name")
        if given is not None:
            name = source.read(given.start + 4, min(given.end - given.start - 4, 128)).decode("utf-8", "replace")
    data = child(source, item, b"data")
    if data is None:
        tags.leave_out()
        return
    kind = number(source, data.start, 4)
    raw = source.read(data.start + 8, min(max(0, data.end - data.start - 8), MAX_TEXT * 4))
    if kind not in (_TEXT, _UTF16):
        tags.leave_out()
        return
    value = raw.decode("utf-8" if kind == _TEXT else "utf-16-be", "replace")
    tags.add(name, value)
    if item.kind == b"\xa9day":
        timestamps.extend(to_timestamp("Creation Time", value, name))
