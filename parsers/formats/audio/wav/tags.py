"""Read the metadata of a WAV: LIST/INFO tags and the broadcast extension.

References:
    Multimedia Programming Interface and Data Specifications 1.0 (INFO list); EBU Tech 3285 (bext).
"""

from __future__ import annotations

import struct
from dataclasses import replace

from parsers.formats.audio.tagging.tags import MAX_TAGS, MAX_TEXT, Tags, text, to_timestamp
from parsers.formats.audio.wav.chunks import ByteOrder
from parsers.formats.sized_bytes import SizedBytes
from parsers.record import Timestamp

#: The first fields of a bext chunk.
_BROADCAST = struct.Struct("256s32s32s10s8s")
_NAMES = ("description", "originator", "reference", "date", "time")


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
    if len(raw) < _BROADCAST.size:
        tags.leave_out()
        return
    fields = dict(zip(_NAMES, map(text, _BROADCAST.unpack_from(raw)), strict=True))
    for name, value in fields.items():
        tags.add(f"bext {name}", value)
    day, clock = fields["date"].strip(), fields["time"].strip()
    # The standard allows other separators between the digits.
    if len(day) == 10 and len(clock) == 8:
        plain = f"{day[:4]}-{day[5:7]}-{day[8:]}T{clock[:2]}:{clock[3:5]}:{clock[6:]}"
        timestamps.extend(
            replace(found, recorded=f"{day} {clock}") for found in to_timestamp("Creation Time", plain, "bext")
        )
