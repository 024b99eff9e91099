"""VMDK images, read through libvmdk."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pyvmdk

from echoforensics.errors import SourceError
from echoforensics.evidence.media.file_bytes import MAX_MEDIA_SIZE, reason_of
from echoforensics.evidence.media.holes import HoleReader
from echoforensics.evidence.media.libyal import LIBYAL_ERRORS, read_with
from echoforensics.evidence.media.media import Media, ReadImage

_DESCRIPTOR = b"# Disk DescriptorFile"
_EXTENTS = (b"KDMV", b"COWD")
_UNIT = 4096
_MAX_EXTENTS = 1000


def is_vmdk(head: bytes) -> bool:
    """Whether a file is a VMDK image: a descriptor, or an extent that may hold one."""
    return head.startswith((_DESCRIPTOR, *_EXTENTS))


def open_vmdk(path: Path, head: bytes) -> Media:
    """Open a VMDK image by its one file, or by its descriptor; extents are looked for beside it and nowhere else.

    Raises:
        SourceError: it cannot be opened, an extent is missing, or it keeps only what differs from another image.
    """
    handle = pyvmdk.handle()
    with ExitStack() as files:
        try:
            handle.open_file_object(files.enter_context(path.open("rb")))
            files.callback(handle.close)
            _refuse_child(path, handle)
            segments = _extents(path, head, handle)
            extents = [files.enter_context(extent.open("rb")) for extent in segments]
            handle.open_extent_data_files_as_file_objects(extents)
            size = _size(path, handle)
        except LIBYAL_ERRORS as error:
            alone = "; if it is an extent of several, name the file that describes them"
            alone *= not head.startswith(_DESCRIPTOR)
            raise SourceError(f"{path}: the VMDK image cannot be opened: {reason_of(error)}{alone}") from error
        opened = files.pop_all()
    careful = HoleReader(read_with(handle), _UNIT, size)
    image = ReadImage(size, careful.read, opened.close)
    whole = segments if path in segments else (path, *segments)
    return Media("VMDK image", image, whole, holes=careful.holes)


def _size(path: Path, handle: Any) -> int:
    size: int = handle.get_media_size()
    if size > MAX_MEDIA_SIZE:
        raise SourceError(f"{path}: the VMDK image says that its media has {size} bytes")
    return size


def _refuse_child(path: Path, handle: Any) -> None:
    parent = handle.get_parent_filename()
    if parent:
        raise SourceError(
            f"{path}: this VMDK image holds only what differs from its parent, {parent}; merge the two into one image"
        )


def _extents(path: Path, head: bytes, handle: Any) -> tuple[Path, ...]:
    count = handle.get_number_of_extents()
    if not 0 < count <= _MAX_EXTENTS:
        raise SourceError(f"{path}: the VMDK image says that it has {count} extents")
    if not head.startswith(_DESCRIPTOR):
        if count > 1:
            raise SourceError(
                f"{path}: the VMDK image says that it has {count} extents; name the file that describes them"
            )
        # It holds its own descriptor, which names the file as it was once called.
        return (path,)
    found: list[Path] = []
    for number in range(count):
        name = handle.get_extent_descriptor(number).get_filename() or ""
        # Where it lay on another machine does not matter, and nothing outside of the folder is opened.
        extent = path.parent / PureWindowsPath(PurePosixPath(name).name).name
        if not name or not extent.is_file():
            raise SourceError(f"{path}: extent {number + 1} of the VMDK image, {name!r}, is not beside it")
        found.append(extent)
    return tuple(found)
