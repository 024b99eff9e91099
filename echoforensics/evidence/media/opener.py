"""Which reader reads an image file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.errors import SourceError
from echoforensics.evidence.media.android_sparse.opener import is_sparse, open_sparse
from echoforensics.evidence.media.careful_file import CarefulFile
from echoforensics.evidence.media.compressed_image.opener import open_compressed_image
from echoforensics.evidence.media.disk_head import looks_like_disk
from echoforensics.evidence.media.ewf.opener import is_ewf, open_ewf
from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.media.refused import is_refused, refuse_known
from echoforensics.evidence.media.split_raw import open_split
from echoforensics.evidence.media.virtual_disk.qcow import is_qcow, open_qcow
from echoforensics.evidence.media.virtual_disk.vdi import is_vdi, open_vdi
from echoforensics.evidence.media.virtual_disk.vhd import VHD_MAGICS, is_vhd, open_vhd
from echoforensics.evidence.media.virtual_disk.vmdk import is_vmdk, open_vmdk

if TYPE_CHECKING:
    from pathlib import Path

#: The kind of an image that is its media's bytes in one file.
RAW_IMAGE = "raw image"
#: How an image in a format of its own is known by its first bytes, and what opens it.
_BY_HEAD = ((is_ewf, open_ewf), (is_vmdk, open_vmdk), (is_qcow, open_qcow), (is_vdi, open_vdi))


def is_image(head: bytes) -> bool:
    """Whether a file that begins so is opened as an image: of a disk, a partition or a file system, in any format read.

    Args:
        head: the first bytes; 64 KiB show what is known here, but for an image that only its end or size tells.
    """
    return has_own_format(head) or looks_like_disk(head)


def has_own_format(head: bytes) -> bool:
    """Whether an image that begins so is in a format of its own, so that its bytes are not those of its media."""
    for is_one, _ in _BY_HEAD:
        if is_one(head):
            return True
    return is_sparse(head) or head.startswith(VHD_MAGICS) or is_refused(head)


def open_image(path: Path, head: bytes) -> Media | None:
    """Open a file that by its first bytes is an image in a format of its own, or one of several parts.

    Args:
        path: the file, or the first of several.
        head: its first bytes; some 64 KiB show all that is known here.

    Returns:
        None if it is in no such format: it may still be a raw image.

    Raises:
        SourceError: it is such an image, but cannot be opened, or is not read and why.
    """
    try:
        return _by_magic(path, head) or open_compressed_image(path, head) or open_split(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error}") from error


def open_raw(path: Path) -> Media:
    """Open a file as a raw image.

    Raises:
        SourceError: the file cannot be read.
    """
    try:
        data = CarefulFile(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}") from error
    return Media(RAW_IMAGE, ReadImage(data.size, data.read_at, data.close), (path,), holes=data.holes)


def _by_magic(path: Path, head: bytes) -> Media | None:
    for is_one, open_one in _BY_HEAD:
        if is_one(head):
            return open_one(path, head)
    if is_sparse(head):
        return open_sparse(path)
    if is_vhd(path, head):
        return open_vhd(path, head)
    refuse_known(path, head)
    return None
