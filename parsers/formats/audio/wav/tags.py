"""Read the metadata of a WAV: LIST/INFO tags and the broadcast extension.

References:
    Multimedia Programming Interface and Data Specifications 1.0 (INFO list); EBU Tech 3285 (bext).
"""

from __future__ import annotations

from dataclasses import replace

from construct import Bytes, ConstructError, Struct

from parsers.formats.audio.tagging.tags import MAX_TAGS, MAX_TEXT, Tags, text, to_timestamp
from parsers.formats.audio.wav.chunks import ByteOrder
from parsers.formats.sized_bytes import SizedBytes
from parsers.record import Timestamp

_BROADCAST = Struct(
    "description" / Bytes(256),
    "originator" / Bytes(32),
    "reference" / Bytes(32),
    "date" / Bytes(10),
    "time" / Bytes(8),
)


def info(
    source: SizedBytes, start: int, length: int, tags: Tags, timestamps: list[Timestamp], order: ByteOrder = "little"
) -> None:
    """Read an INFO list of ``length`` bytes into the tags; ICRD, the creation date, also as a timestamp."""
    at, end = start, min(start + length, source.size)
    for _ in range(MAX_TAGS * 2):
        header = source.read(at, 8)
        if at + 8 > end or len(header) < 8:
            return
        name, size = text(header[:4]), int.from_bytes(header[4:], order)
        value = text(source.read(at + 8, min(size, end - at - 8, MAX_TEXT * 4)))
        tags.add(name, value)
        if name == "ICRD":
            timestamps.extend(to_timestamp("Creation Time", value.strip(), "ICRD"))
        at += 8 + size + (size & 1)
    tags.leave_out()


def broadcast(raw: bytes, tags: Tags, timestamps: list[Timestamp]) -> None:
    """Read a bext chunk. Its date and time are local, in an unknown zone."""
    try:
        fields = _BROADCAST.parse(raw)
    except ConstructError:
        tags.leave_out()
        return
    for name in ("description", "originator", "reference", "date", "time"):
        tags.add(f"bext {name}", text(fields[name]))
    day, clock = text(fields.date).strip(), text(fields.time).strip()
    # The standard allows other separators between the digits.
    if len(day) == 10 and len(clock) == 8:
        plain = f"{day[:4]}-{day[5:7]}-{day[8:]}T{clock[:2]}:{clock[3:5]}:{clock[6:]}"
        timestamps.extend(
            replace(found, recorded=f"{day} {clock}") for found in to_timestamp("Creation Time", plain, "bext")
        )
