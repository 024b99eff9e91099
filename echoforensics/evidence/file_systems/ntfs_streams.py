"""Reads alternate data streams of NTFS: named content besides a file's own, or on a folder.

References:
    Microsoft, [MS-FSCC] 5.1 (NTFS streams); Brian Carrier, File System Forensic Analysis, chapter 11.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import pytsk3

from echoforensics.evidence.streams import open_random_access

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPARSE = pytsk3.TSK_FS_ATTR_RUN_FLAG_SPARSE | pytsk3.TSK_FS_ATTR_RUN_FLAG_FILLER


class NtfsStream(NamedTuple):
    """A stream.

    Attributes:
        name: its name as stored; never empty.
        number: the number of its attribute in the file's record; unique there.
        size: its size in bytes.
        runs: (cluster, count) in order, without holes; empty if the file's record holds its content.
        is_resident: whether the file's record holds its content.
    """

    name: bytes
    number: int
    size: int
    runs: tuple[tuple[int, int], ...]
    is_resident: bool

    @property
    def is_anywhere(self) -> bool:
        """Whether any content was written; ``$BadClus:$Bad`` is a hole as long as the volume."""
        return bool(self.size and (self.is_resident or self.runs))


def streams_of(item: Any) -> Iterator[NtfsStream]:
    """Yield the alternate data streams of a file or folder.

    Args:
        item: the object that pytsk3 opened.
    """
    for attribute in item:
        info = attribute.info
        if info.type != pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA or not info.name:
            continue
        runs = tuple((int(run.addr), int(run.len)) for run in attribute if not run.flags & _SPARSE)
        resident = bool(info.flags & pytsk3.TSK_FS_ATTR_RES)
        yield NtfsStream(bytes(info.name), int(info.id), int(info.size), runs, resident)


def stream_numbered(item: Any, number: int) -> NtfsStream:
    """Return the stream with a number. Raises KeyError if it does not exist."""
    for found in streams_of(item):
        if found.number == number:
            return found
    raise KeyError(number)


def open_stream(item: Any, stream: NtfsStream) -> BinaryIO:
    """Open a stream's content."""
    return open_random_access(stream.size, partial(_read, item, stream.number))


def _read(item: Any, number: int, offset: int, size: int) -> bytes:
    try:
        data: bytes = item.read_random(offset, size, pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA, number)
    except (OSError, RuntimeError) as error:
        # pytsk3 reports errors from reading the image as RuntimeError.
        raise OSError(str(error)) from error
    return data
