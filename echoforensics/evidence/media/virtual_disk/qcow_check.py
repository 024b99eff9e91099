"""What a QCOW2 image uses of its format, by its own tables."""

from __future__ import annotations

import struct
import sys
from array import array
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from echoforensics.evidence.media.file_bytes import RandomBytes

MAGIC = b"QFI\xfb"
_HEADER = struct.Struct(">4sIQIIQIIQQIIQ")
#: Of an entry: where a table or a cluster is; whether the cluster is compressed.
OFFSET = 0x00FFFFFFFFFFFE00
COMPRESSED = 1 << 62
#: Bytes of the first table: with clusters of 64 KiB, those of 512 TiB.
_MAX_L1 = 8 << 20
_FEATURES = {
    1: "is marked as damaged by the program that wrote it",
    2: "keeps its data in another file",
}
#: Features that are read: not closed (only its counts of references may be wrong then), compression, extended entries.
_NOT_CLOSED, _COMPRESSION, _EXTENDED = 0, 3, 4
_ZSTD = 1
#: The least cluster of an image with extended entries, in bits.
_LEAST_EXTENDED = 14


class QcowError(Exception):
    """It is damaged beyond reading, or uses what is not read. The text is the rest of a sentence about the image."""


class ConvertibleError(QcowError):
    """It uses what is not read here; a conversion leads on."""


class QcowTables(NamedTuple):
    """What was found in an image's header and tables.

    Attributes:
        size: bytes of the media.
        version: 2 or 3.
        cluster_bits: a cluster has 2 to the power of this many bytes.
        first: the entries of the first table.
        zstd: its compression is Zstandard.
        extended: it has extended L2 entries.
        compressed: it has compressed clusters.
    """

    size: int
    version: int
    cluster_bits: int
    first: list[int]
    zstd: bool
    extended: bool
    compressed: bool


def check_qcow(data: RandomBytes) -> QcowTables:
    """Look through a QCOW2 image's header and tables.

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
    zstd, extended = _features(raw) if version == 3 else (False, False)
    if extended and bits < _LEAST_EXTENDED:
        raise QcowError(f"says that its clusters have 2^{bits} bytes, and uses extended L2 entries")
    # Bytes of media for which one entry of the first table stands.
    covered = 1 << (2 * bits - (4 if extended else 3))
    if 8 * l1_size > _MAX_L1 or l1_size < -(-size // covered):
        raise QcowError(f"says that its first table has {l1_size} entries")
    first = data.read(l1_at, 8 * l1_size)
    if len(first) != 8 * l1_size:
        raise QcowError("is cut off before the end of its first table")
    entries = _entries(first)
    compressed = _has_compressed(data, entries, 1 << bits, 2 if extended else 1)
    return QcowTables(size, version, bits, entries.tolist(), zstd, extended, compressed)


def _features(raw: bytes) -> tuple[bool, bool]:
    """Whether compressed clusters are Zstandard, and whether L2 entries are extended."""
    incompatible = int.from_bytes(raw[72:80], "big")
    for bit in range(64):
        if bit not in (_NOT_CLOSED, _COMPRESSION, _EXTENDED) and incompatible >> bit & 1:
            raise ConvertibleError(_FEATURES.get(bit, f"uses the unknown feature {bit}"))
    kind = raw[104] if len(raw) > 104 and int.from_bytes(raw[100:104], "big") > 104 else 0
    if kind > _ZSTD:
        raise ConvertibleError(f"uses the unknown compression {kind}")
    return kind == _ZSTD, bool(incompatible >> _EXTENDED & 1)


def _has_compressed(data: RandomBytes, first: array[int], cluster: int, step: int) -> bool:
    """Look at every second table once. A table's place is a whole cluster, so that they are no more than the file."""
    places = sorted({entry & OFFSET for entry in first} - {0})
    if any(at % cluster for at in places):
        raise QcowError("is damaged: a table does not begin at a cluster")
    return any(entry & COMPRESSED for at in places for entry in _entries(data.read(at, cluster))[::step])


def _entries(raw: bytes) -> array[int]:
    entries = array("Q", raw[: len(raw) // 8 * 8])
    if sys.byteorder == "little":
        entries.byteswap()
    return entries
