"""What a QCOW2 image uses of its format, by its own tables."""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from echoforensics.evidence.media.file_bytes import RandomBytes

MAGIC = b"QFI\xfb"
_HEADER = struct.Struct(">4sIQIIQIIQQIIQ")
_OFFSET = 0x00FFFFFFFFFFFE00
_COMPRESSED = 1 << 62
#: Bytes of the first table: with clusters of 64 KiB, those of 512 TiB.
_MAX_L1 = 8 << 20
_FEATURES = {
    1: "is marked as damaged by the program that wrote it",
    2: "keeps its data in another file",
    3: "uses another compression than zlib",
    4: "uses extended L2 entries",
}


class QcowError(Exception):
    """It is damaged beyond reading, or uses what is not read. The text is the rest of a sentence about the image."""


class ConvertibleError(QcowError):
    """It uses what is not read here; a conversion leads on."""


def check_qcow(data: RandomBytes) -> None:
    """Look through a QCOW2 image's header and tables for what is not read rightly.

    Raises:
        QcowError: see there.
        OSError: it cannot be read.

    References:
        QEMU, docs/interop/qcow2.txt.
    """
    raw = data.read(0, 112)
    if len(raw) < _HEADER.size:
        raise QcowError("is cut off in its header")
    _, version, backing, backing_size, bits, size, encryption, l1_size, l1_at, *_ = _HEADER.unpack_from(raw)
    if version not in (2, 3):
        raise ConvertibleError(f"is of version {version}, and only 2 and 3 (QCOW2) are read")
    if backing:
        name = data.read(backing, min(backing_size, 1023)).decode("utf-8", "backslashreplace")
        raise QcowError(f"holds only what differs from its backing file, {name!r}; merge the two into one image")
    if encryption:
        raise ConvertibleError("is encrypted")
    if not 9 <= bits <= 21:
        raise QcowError(f"says that its clusters have 2^{bits} bytes")
    if version == 3:
        _refuse_features(raw)
    covered = 1 << (2 * bits - 3)  # bytes of media for which one entry of the first table stands
    if 8 * l1_size > _MAX_L1 or l1_size < -(-size // covered):
        raise QcowError(f"says that its first table has {l1_size} entries")
    first = data.read(l1_at, 8 * l1_size)
    if len(first) != 8 * l1_size:
        raise QcowError("is cut off before the end of its first table")
    _walk(data, _entries(first), 1 << bits)


def _refuse_features(raw: bytes) -> None:
    incompatible = int.from_bytes(raw[72:80], "big")
    for bit in range(64):
        # Bit 0: not closed. Only its counts of references may be wrong then, which reading does not use.
        if bit and incompatible >> bit & 1:
            raise ConvertibleError(_FEATURES.get(bit, f"uses the unknown feature {bit}"))
    if len(raw) > 104 and int.from_bytes(raw[100:104], "big") > 104 and raw[104]:
        raise ConvertibleError("uses another compression than zlib")


def _walk(data: RandomBytes, first: array[int], cluster: int) -> None:
    """Look at every second table once. A table's place is a whole cluster, so that they are no more than the file."""
    for at in sorted({entry & _OFFSET for entry in first} - {0}):
        if at % cluster:
            raise QcowError("is damaged: a table does not begin at a cluster")
        if any(entry & _COMPRESSED for entry in _entries(data.read(at, cluster))):
            raise ConvertibleError("holds compressed clusters")


def _entries(raw: bytes) -> array[int]:
    entries = array("Q", raw[: len(raw) // 8 * 8])
    if sys.byteorder == "little":
        entries.byteswap()
    return entries
