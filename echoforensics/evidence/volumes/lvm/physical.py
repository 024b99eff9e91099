"""Physical volumes of LVM2: the label, and the metadata text it leads to.

References:
    lvm2, lib/format_text/layout.h; libyal, "Logical Volume Manager (LVM) format specification", chapters 3 to 5.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.volumes.lvm.text import MetadataError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.volumes.table import Read

SECTOR = 512
#: The label is in one of the first four sectors.
LABEL_SECTORS = 4
#: Bytes of a metadata text; common ones have some KiB.
MAX_TEXT = 1024 * 1024
#: Places of metadata that are read; a label lists up to two.
MAX_AREAS = 2

# Identifier, sector, CRC of the rest, offset of the header, kind.
_LABEL = struct.Struct("<8sQII8s")
_AREA = struct.Struct("<QQ")
# CRC of the rest, signature, version, byte at which the area begins, bytes of it.
_AREA_HEADER = struct.Struct("<I16sIQQ")
# Offset in the area, bytes, CRC, flags.
_TEXT_PLACE = struct.Struct("<QQII")
_AREA_MAGIC = b" LVM2 x[5A%r0N*>"
_IGNORED = 1
_CRC_START = 0xF597A6CF


class PhysicalVolume(NamedTuple):
    """A physical volume.

    Attributes:
        identifier: 32 characters, without hyphens.
        metadata: what its text says; empty if it has none that can be read.
        issues: what of it is damaged, a sentence each.
    """

    identifier: str
    metadata: dict[str, object]
    issues: tuple[str, ...]


def read_physical(read: Read, length: int) -> PhysicalVolume | None:
    """Read the label and the newest metadata of a volume. None if it is no physical volume.

    Args:
        read: reads the volume.
        length: bytes of the volume.
    """
    head = read(0, LABEL_SECTORS * SECTOR)
    for at in range(0, len(head) - SECTOR + 1, SECTOR):
        label = head[at : at + SECTOR]
        if label.startswith(b"LABELONE") and label[24:32] == b"LVM2 001":
            break
    else:
        return None
    issues: list[str] = []
    _, _, stored, header_at, _ = _LABEL.unpack_from(label)
    if crc(label[20:]) != stored:
        issues.append("the checksum of the LVM2 label does not match; it was used as it stands")
    if header_at + 40 > SECTOR:
        return PhysicalVolume("", {}, (*issues, "the LVM2 label says that its header lies beyond it"))
    identifier = label[header_at : header_at + 32].decode("ascii", "backslashreplace")
    best: dict[str, object] = {}
    for offset, size in _metadata_areas(label[header_at + 40 :]):
        found = _metadata(read, offset, min(size, length), issues)
        if found and _seqno(found) > _seqno(best):
            best = found
    return PhysicalVolume(identifier, best, tuple(issues))


def crc(data: bytes) -> int:
    """LVM2's checksum: CRC-32 with a start of its own and no inversion."""
    return zlib.crc32(data, _CRC_START ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def _metadata_areas(raw: bytes) -> Iterator[tuple[int, int]]:
    """The second of two lists of places, each of which ends with an empty place."""
    places = list(_AREA.iter_unpack(raw[: len(raw) // _AREA.size * _AREA.size]))
    ends = [index for index, (offset, _) in enumerate(places) if offset == 0]
    if len(ends) > 1:
        yield from places[ends[0] + 1 : ends[1]][:MAX_AREAS]


def _metadata(read: Read, offset: int, size: int, issues: list[str]) -> dict[str, object]:
    raw = read(offset, SECTOR)
    if len(raw) < SECTOR or raw[4:20] != _AREA_MAGIC:
        issues.append(f"no LVM2 metadata stands at byte {offset} of the volume, where its label says")
        return {}
    stored, *_ = _AREA_HEADER.unpack_from(raw)
    if crc(raw[4:]) != stored:
        issues.append(
            f"the checksum of the LVM2 metadata area at byte {offset} does not match; it was used as it stands"
        )
    at, length, text_crc, flags = _TEXT_PLACE.unpack_from(raw, _AREA_HEADER.size)
    if not at or not length or flags & _IGNORED:
        return {}
    if length > MAX_TEXT or not SECTOR <= at < size or length > size - SECTOR:
        issues.append(f"the LVM2 metadata area at byte {offset} says that its text has {length} bytes at byte {at}")
        return {}
    # The area is a ring: a text that does not fit at its end goes on behind the header.
    first = read(offset + at, min(length, size - at))
    text = first + read(offset + SECTOR, length - (size - at)) if at + length > size else first
    if crc(text) != text_crc:
        issues.append(
            f"the checksum of the LVM2 metadata at byte {offset + at} does not match; it was used as it stands"
        )
    try:
        return parse(text.rstrip(b"\0").decode("utf-8", "backslashreplace"))
    except MetadataError as error:
        issues.append(f"the LVM2 metadata at byte {offset + at} cannot be read: {error}")
        return {}


def _seqno(metadata: dict[str, object]) -> int:
    for value in metadata.values():
        if isinstance(value, dict) and isinstance(number := value.get("seqno"), int):
            return number
    return -1 if not metadata else 0
