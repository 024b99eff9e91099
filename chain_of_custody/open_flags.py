"""Opens files with safe :func:`os.open` flags that not every system has."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

_CAREFUL = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def careful(flags: int, *, follow: bool = False) -> int:
    """Return flags that open a file in binary mode, without blocking on pipes, and not inherited by other programs.

    Flags that the system lacks are omitted: Windows has no named pipes in its file system and no ``O_NOFOLLOW``.

    Args:
        flags: further flags.
        follow: whether to follow a link; otherwise opening one fails.
    """
    return flags | _CAREFUL | (0 if follow else _NO_FOLLOW)


def open_regular(path: Path, *, follow: bool = False) -> BinaryIO:
    """Open a file for reading. Never blocks, for example on a named pipe.

    Args:
        path: the file.
        follow: whether to follow a link; otherwise opening one fails.

    Raises:
        OSError: it is not a regular file, or cannot be read.
    """
    descriptor = os.open(path, careful(os.O_RDONLY, follow=follow))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a file")
    return os.fdopen(descriptor, "rb")
