"""Images in formats that are known and not read. As raw images they would seem to hold nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from echoforensics.errors import SourceError
from echoforensics.evidence.media.careful_file import CarefulFile

if TYPE_CHECKING:
    from pathlib import Path

_QEMU = "convert a copy of it first: qemu-img convert -O raw"
#: (first bytes, name, what leads on).
_BY_HEAD: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\x10\xb7\x2b\x7fExt2 Image",
        "e2image (structure without the content of files)",
        "ask for a copy of the whole disk",
    ),
    (b"\xbe\xba\xfe\xca\0\0\0\0", "VMware's SE sparse extents", _QEMU + ", of the file that names the extent"),
    (b"QED\0", "QED", _QEMU),
    (b"WithoutFreeSpace", "Parallels", _QEMU),
    (b"WithouFreSpacExt", "Parallels", _QEMU),
    (
        b"sprs\0\0\0\3",
        "Apple's sparse images (SPARSEIMAGE)",
        "convert a copy of it on a Mac first: hdiutil convert -format UDTO",
    ),
    (
        b"encrcdsa\0\0\0\2",
        "Apple's encrypted disk images (DMG)",
        "convert a copy of it on a Mac first, with its password: hdiutil convert -format UDTO",
    ),
    (b"AFF10\r\n\0", "AFF", "convert a copy of it first, with affconvert -r"),
    (b"partclone-image", "partclone", "restore it to a raw image first, with partclone.restore"),
    (b"\0ntfsclone-image", "ntfsclone", "restore it to a raw image first, with ntfsclone --restore-image"),
)
_MAGICS = tuple(magic for magic, _, _ in _BY_HEAD)
_KOLY_SIZE, _KOLY = 512, b"koly\0\0\0\x04\0\0\x02\0"
#: The end of a zip: its record's magic, the bytes before its comment, and how AFF4 begins that comment.
_ZIP_END = b"PK\x05\x06"
_ZIP_END_SIZE = 22
_AFF4 = b"aff4://"


def is_refused(head: bytes) -> bool:
    """Whether a file begins as an image in a format that is known and not read."""
    return head.startswith(_MAGICS)


def ends_as_apple_image(path: Path) -> bool:
    """Whether a file ends as a disk image of macOS (DMG) does. False if it cannot be read."""
    try:
        with closing(CarefulFile(path)) as data:
            return data.read_at(max(0, data.size - _KOLY_SIZE), _KOLY_SIZE).startswith(_KOLY)
    except OSError:
        return False  # said where the file is read


def refuse_known(path: Path, head: bytes) -> None:
    """Refuse an image in a format that is known and not read.

    Raises:
        SourceError: it is one; the text says what leads on. Or the file cannot be read.

    References:
        The formats' own sources and specifications: e2fsprogs lib/ext2fs/e2image.h; QEMU docs/interop; AFFLIB
        afflib.h; partclone partclone.h; ntfsprogs ntfsclone.c; AFF4 Standard 1.0; Apple UDIF as in libdmg.
    """
    for magic, name, advice in _BY_HEAD:
        if head.startswith(magic):
            raise SourceError(f"{path}: an image in the format of {name} is not read; {advice}")
    try:
        with closing(CarefulFile(path)) as data:
            tail = data.read_at(max(0, data.size - 66_000), 66_000)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    if tail[-_KOLY_SIZE:].startswith(_KOLY):
        raise SourceError(f"{path}: an image in the format of Apple's disk images (DMG) is not read; {_QEMU}")
    if head.startswith(b"PK") and tail[tail.rfind(_ZIP_END) :][_ZIP_END_SIZE:].startswith(_AFF4):
        raise SourceError(f"{path}: an image in the format of AFF4 is not read; export it as E01 or raw first")
