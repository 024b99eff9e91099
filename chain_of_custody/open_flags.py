"""Opening files as they are, with flags of :func:`os.open` that not every system has."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


def careful(flags: int, *, follow: bool = False) -> int:
    """Flags by which a file is opened as it is: as bytes, never waiting for a pipe, and not left to other programs.

    Those that the system does not have are left out: Windows has no pipes among its files, and no ``O_NOFOLLOW``.

    Args:
        flags: what else is wanted.
        follow: whether a link is followed; otherwise it cannot be opened.
    """
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY", *(() if follow else ("O_NOFOLLOW",))):
        flags |= getattr(os, name, 0)
    return flags


def open_regular(path: Path, *, follow: bool = False) -> BinaryIO:
    """Open a file for reading; never waits, as on a named pipe.

    Args:
        path: the file.
        follow: whether a link is followed; otherwise it cannot be opened.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    descriptor = os.open(path, careful(os.O_RDONLY, follow=follow))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a file")
    return os.fdopen(descriptor, "rb")
