"""Telling a full disk of this machine apart from evidence that cannot be read."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from echoforensics.errors import CaseDiskError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What a system says where there is no room. Reading evidence never gives these.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


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
    return f"{path}: cannot be written: {why}. Nothing was lost: make room there, and repeat the command to go on"


def cannot_read(path: Path, why: str) -> str:
    """What is said of a case whose own files cannot be read."""
    return f"{path}: a file of the case cannot be read: {why}. The evidence is not the cause; see to the case's disk"
