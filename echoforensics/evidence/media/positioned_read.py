"""Reading at a place of an open file, also where the system has no ``pread``."""

from __future__ import annotations

import os
from threading import Lock

#: One for all files: where it is needed, a read moves the file's position, and nobody may come between.
_MOVING = Lock()


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Read up to ``size`` bytes at a byte offset of a file that is open for reading; fewer at its end.

    Windows has no ``pread``: there the file's own position is moved. A file that is read in this way is read in no
    other.

    Raises:
        OSError: it cannot be read.
    """
    if hasattr(os, "pread"):
        return os.pread(descriptor, size, offset)
    with _MOVING:
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, size)
