"""Alternate data streams of NTFS: content beside a file's own, or on a folder, under a name of its own.

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
        name: as it is kept; never empty.
        number: of its attribute in the file's record; tells it from the others.
        size: bytes.
        runs: (cluster, how many) in order, without holes; empty if its content is in the file's record.
        is_resident: whether its content is in the file's record.
    """

    name: bytes
    number: int
    size: int
    runs: tuple[tuple[int, int], ...]
    is_resident: bool

    @property
    def is_anywhere(self) -> bool:
        """Whether any of its content was written; ``$BadClus:$Bad`` is a hole as long as the volume."""
        return bool(self.size and (self.is_resident or self.runs))


def streams_of(item: Any) -> Iterator[NtfsStream]:
    """The alternate data streams of a file or folder.

    Args:
        item: what pytsk3 opened.
    """
    for attribute in item:
        info = attribute.info
        if info.type != pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA or not info.name:
            continue
        runs = tuple((int(run.addr), int(run.len)) for run in attribute if not run.flags & _SPARSE)
        resident = bool(info.flags & pytsk3.TSK_FS_ATTR_RES)
        yield NtfsStream(bytes(info.name), int(info.id), int(info.size), runs, resident)


def stream_numbered(item: Any, number: int) -> NtfsStream:
    """The stream of a number. Raises KeyError where there is none."""
    for found in streams_of(item):
        if found.number == number:
            return found
    raise KeyError(number)


def open_stream(item: Any, stream: NtfsStream) -> BinaryIO:
    """A stream's content."""
    return open_random_access(stream.size, partial(_read, item, stream.number))


def _read(item: Any, number: int, offset: int, size: int) -> bytes:
    try:
        data: bytes = item.read_random(offset, size, pytsk3.TSK_FS_ATTR_TYPE_NTFS_DATA, number)
    except (OSError, RuntimeError) as error:
        # pytsk3 reports an error of the image's own reading as a RuntimeError.
        raise OSError(str(error)) from error
    return data
