"""VHD and VHDX images, read through libvhdi."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pyvhdi

from echoforensics.errors import SourceError
from echoforensics.evidence.media.file_bytes import MAX_MEDIA_SIZE, open_file, reason_of
from echoforensics.evidence.media.holes import HoleReader
from echoforensics.evidence.media.libyal import LIBYAL_ERRORS, read_with
from echoforensics.evidence.media.media import Media, ReadImage

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.evidence.media.file_bytes import FileBytes

_VHD = b"conectix"
_VHDX = b"vhdxfile"
#: How such an image begins, unless it is a VHD of fixed size.
VHD_MAGICS = (_VHD, _VHDX)
#: Bytes of a VHD's footer; the oldest have one byte less.
_FOOTERS = (512, 511)
_DIFFERENTIAL = 4
#: Where the two headers of a VHDX lie.
_VHDX_HEADERS = (64 * 1024, 128 * 1024)
#: The smallest unit that such images keep.
_UNIT = 4096


def is_vhd(path: Path, head: bytes) -> bool:
    """Whether a file is a VHD or VHDX image, by its first bytes or, for a VHD of fixed size, by its last.

    Raises:
        SourceError: the file cannot be read.
    """
    return head.startswith(VHD_MAGICS) or _has_footer(path)


def open_vhd(path: Path, head: bytes) -> Media:
    """Open a VHD or VHDX image.

    Raises:
        SourceError: it cannot be opened, or keeps only what differs from another image.
    """
    kind = "VHDX image" if head.startswith(_VHDX) else "VHD image"
    handle = pyvhdi.file()
    with ExitStack() as opened:
        try:
            handle.open(str(path))
            opened.callback(handle.close)
            if handle.get_disk_type() == _DIFFERENTIAL:
                parent = handle.get_parent_filename() or "an image that it does not name"
                raise SourceError(
                    f"{path}: this {kind} holds only what differs from its parent, {parent}; merge the two into one"
                    " image"
                )
            size = handle.get_media_size()
            issues = _unreplayed_log(path) if kind == "VHDX image" else ()
        except LIBYAL_ERRORS as error:
            whole = kind == "VHDX image" or _has_footer(path)
            cut = "" if whole else "; its footer is missing, so that it may be cut off"
            raise SourceError(f"{path}: the {kind} cannot be opened: {reason_of(error)}{cut}") from error
        if size > MAX_MEDIA_SIZE:
            raise SourceError(f"{path}: the {kind} says that its media has {size} bytes")
        opened.pop_all()
    careful = HoleReader(read_with(handle), _UNIT, size)
    image = ReadImage(size, careful.read, handle.close)
    return Media(kind, image, (path,), issues=issues, holes=careful.holes)


def _has_footer(path: Path) -> bool:
    data = open_file(path)
    try:
        return any(_is_footer(data.read(data.size - size, 512)) for size in _FOOTERS if data.size > size)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error
    finally:
        data.close()


def _is_footer(raw: bytes) -> bool:
    # The cookie, and the version that every VHD has (Virtual Hard Disk Image Format Specification, 1.0).
    return raw.startswith(_VHD) and raw[12:16] == b"\x00\x01\x00\x00"


def _unreplayed_log(path: Path) -> tuple[str, ...]:
    """An issue where the image was not closed: its newest writes are in its log, which libvhdi does not replay.

    References:
        [MS-VHDX], 2.2.2 Headers: the header with the higher sequence number counts; LogGuid is zero where the log is
        empty.
    """
    data: FileBytes = open_file(path)
    try:
        headers = [data.read(at, 80) for at in _VHDX_HEADERS]
    finally:
        data.close()
    known = [raw for raw in headers if len(raw) == 80 and raw.startswith(b"head")]
    newest = max(known, key=lambda raw: int.from_bytes(raw[8:16], "little"), default=None)
    if newest is None or not any(newest[48:64]):
        return ()
    return ("the VHDX image was not closed: what its log holds was not written to its place, and was not read",)
