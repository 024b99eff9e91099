"""QCOW2 images, read through libqcow, or cluster by cluster where their tables show what it reads wrongly."""

from __future__ import annotations

import shlex
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pyqcow

from echoforensics.errors import SourceError
from echoforensics.evidence.media.file_bytes import MAX_MEDIA_SIZE, open_file, reason_of
from echoforensics.evidence.media.holes import HoleReader
from echoforensics.evidence.media.libyal import LIBYAL_ERRORS, read_with
from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.media.virtual_disk.qcow_check import MAGIC, ConvertibleError, QcowError, check_qcow
from echoforensics.evidence.media.virtual_disk.qcow_clusters import QcowClusters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SNAPSHOTS = slice(60, 64)
#: The format whose versions are 2 and 3 is QCOW2; what came before it is QCOW.
_FIRST_VERSION = b"\0\0\0\1"


def is_qcow(head: bytes) -> bool:
    """Whether a file begins as a QCOW image does, of any version."""
    return head.startswith(MAGIC)


def open_qcow(path: Path, head: bytes) -> Media:
    """Open a QCOW2 image.

    libqcow gives compressed clusters as zeros and reports nothing, so every table is looked through first, and an image
    that has such clusters, or extended L2 entries, is read by :class:`QcowClusters`.

    Raises:
        SourceError: it cannot be opened, or uses what is not read; the text has the command that converts it.
    """
    data = open_file(path)
    name = "QCOW image" if head[4:8] == _FIRST_VERSION else "QCOW2 image"
    with ExitStack() as opened:
        opened.callback(data.close)
        try:
            tables = check_qcow(data)
        except ConvertibleError as error:
            command = shlex.join(["qemu-img", "convert", "-O", "raw", path.name, f"{path.stem}.raw"])
            raise SourceError(f"{path}: the {name} {error}; convert a copy of it first: {command}") from error
        except (QcowError, OSError) as error:
            raise SourceError(f"{path}: the {name} {error}") from error
        if tables.size > MAX_MEDIA_SIZE:
            raise SourceError(f"{path}: the QCOW2 image says that its media has {tables.size} bytes")
        is_compressed = tables.compressed or tables.zstd  # libqcow opens no image that is marked for Zstandard.
        if is_compressed or tables.extended:
            opened.pop_all()
            kind = "compressed QCOW2 image" if is_compressed else "QCOW2 image with extended L2 entries"
            clusters = QcowClusters(data, tables)
            reader = HoleReader(clusters.read, 1 << tables.cluster_bits, tables.size)
            return _media(path, head, kind, tables.size, reader, clusters.close)
    return _by_library(path, head)


def _by_library(path: Path, head: bytes) -> Media:
    handle = pyqcow.file()
    with ExitStack() as opened:
        try:
            handle.open(str(path))
            opened.callback(handle.close)
            size = handle.get_media_size()
        except LIBYAL_ERRORS as error:
            raise SourceError(f"{path}: the QCOW2 image cannot be opened: {reason_of(error)}") from error
        if size > MAX_MEDIA_SIZE:
            raise SourceError(f"{path}: the QCOW2 image says that its media has {size} bytes")
        opened.pop_all()
    return _media(path, head, "QCOW2 image", size, HoleReader(read_with(handle), 512, size), handle.close)


def _media(path: Path, head: bytes, kind: str, size: int, reader: HoleReader, close: Callable[[], None]) -> Media:
    snapshots = int.from_bytes(head[_SNAPSHOTS], "big")
    notes = (f"the QCOW2 image keeps {snapshots} snapshots of earlier states; only its present state was read",)
    return Media(kind, ReadImage(size, reader.read, close), (path,), holes=reader.holes, notes=notes * bool(snapshots))
