"""What a volume holds besides the files that its file system gives.

References:
    Linux, fs/ext4/ext4.h; libbde, documentation of BitLocker To Go; ECMA-167, 2/9.1 (volume recognition sequence).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.evidence.file_systems.ext import features

if TYPE_CHECKING:
    from collections.abc import Callable

#: The GUID in the first sector of a volume that BitLocker To Go encrypted.
_TO_GO_AT, _TO_GO = 424, bytes.fromhex("3bd66749292ed84a8399f6a339e3d001")
_ENCRYPTED_TO_GO = (
    "the volume is encrypted with BitLocker To Go: the files given here are those of its reader; what was stored on it"
    " is encrypted in them and was not read"
)
#: The descriptors that ISO 9660 and UDF share: where they begin, how many are looked at, and the one of UDF.
DESCRIPTORS, DESCRIPTOR, LOOKED_AT, _UDF = 16 * 2048, 2048, 32, b"NSR0"
_WITH_UDF = (
    "the volume has a UDF file system beside ISO 9660, which is not read; files that only UDF names are not given here"
)


def remarks(read: Callable[[int, int], bytes]) -> list[str]:
    """Return what is to be known about the files of a volume that was opened, one sentence each.

    Args:
        read: reads (byte offset in the volume, size in bytes); may give fewer.
    """
    found = features.remarks(read)
    if read(_TO_GO_AT, len(_TO_GO)) == _TO_GO:
        found.append(_ENCRYPTED_TO_GO)
    descriptors = read(DESCRIPTORS, LOOKED_AT * DESCRIPTOR)
    if any(descriptors.startswith(_UDF, at + 1) for at in range(0, len(descriptors), DESCRIPTOR)):
        found.append(_WITH_UDF)
    return found
