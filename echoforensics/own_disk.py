"""Handles this machine's own disk: detects when it is full, and saves space on it."""

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

#: Error numbers for a full disk. Reading evidence never returns these.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: Zeros are skipped in blocks of this many bytes.
_PART = 64 * 1024
_ZEROS = bytes(_PART)


def write_with_holes(file: BinaryIO, piece: bytes) -> None:
    """Write at a file's current position, leaving holes for blocks of zeros.

    A hole at the end exists only after the file is truncated to its full size, which the caller does last. Raises
    OSError.
    """
    for at in range(0, len(piece), _PART):
        part = piece[at : at + _PART]
        if not part[0] and part == _ZEROS[: len(part)]:
            file.seek(len(part), os.SEEK_CUR)
        else:
            file.write(part)


@contextmanager
def no_room(path: Path) -> Iterator[None]:
    """Turn a full disk into a specific error, so that it is never mistaken for damaged evidence.

    Args:
        path: the file being written while evidence may be read.

    Raises:
        CaseDiskError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise CaseDiskError(cannot_write(path, error.strerror or str(error))) from error


def cannot_write(path: Path, why: str) -> str:
    """Return the message for a path that cannot be written."""
    return f"{path}: cannot be written: {why}. Nothing was lost: make room there, and repeat the command to continue"


def cannot_read(path: Path, why: str) -> str:
    """Return the message for a case whose own files cannot be read."""
    return f"{path}: a file of the case cannot be read: {why}. The evidence is not the cause; see to the case's disk"
