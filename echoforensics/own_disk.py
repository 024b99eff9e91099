"""This machine's own disk: telling it full apart from evidence that cannot be read, and saving room on it."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from echoforensics.errors import CaseDiskError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

#: What a system says where there is no room. Reading evidence never gives these.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: Zeros are left out of a file in parts of so many bytes.
_PART = 64 * 1024
_ZEROS = bytes(_PART)


def write_with_holes(file: BinaryIO, piece: bytes) -> None:
    """Write a piece where a file stands; parts of it that are zeros take no room on the disk.

    A hole at the end is not there until the file is truncated to its full size, which whoever writes it does last.
    Raises OSError.
    """
    for at in range(0, len(piece), _PART):
        part = piece[at : at + _PART]
        if not part[0] and part == _ZEROS[: len(part)]:
            file.seek(len(part), os.SEEK_CUR)
        else:
            file.write(part)


@contextmanager
def no_room(path: Path) -> Iterator[None]:
    """Turn the lack of room to write into one error, which is never taken for a fault of the evidence.

    Args:
        path: what is written, beside which evidence may be read.

    Raises:
        CaseDiskError: something inside found no room.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise CaseDiskError(cannot_write(path, error.strerror or str(error))) from error


def cannot_write(path: Path, why: str) -> str:
    """What is said of a place that cannot be written."""
    return f"{path}: cannot be written: {why}. Nothing was lost: make room there, and repeat the command to continue"


def cannot_read(path: Path, why: str) -> str:
    """What is said of a case whose own files cannot be read."""
    return f"{path}: a file of the case cannot be read: {why}. The evidence is not the cause; see to the case's disk"
