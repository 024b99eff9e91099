"""What goes wrong on the disk that a case is on, as one error."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from echoforensics.errors import CaseDiskError
from echoforensics.own_disk import cannot_write, no_room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What SQLite says of a disk, by the first words of its messages.
_SQLITE = ("database or disk is full", "disk I/O error", "unable to open database file", "attempt to write a readonly")


@contextmanager
def case_disk(path: Path) -> Iterator[None]:
    """Turn what goes wrong where only a case is written and read into one error.

    Raises:
        CaseDiskError: something inside raised OSError, or SQLite spoke of the disk.
    """
    try:
        with database_room(path):
            yield
    except OSError as error:
        raise CaseDiskError(cannot_write(path, error.strerror or str(error))) from error


@contextmanager
def database_room(path: Path) -> Iterator[None]:
    """The same, where evidence is read beside the case: of other errors only the lack of room is turned.

    Raises:
        CaseDiskError: something inside found no room, or SQLite spoke of the disk.
    """
    try:
        with no_room(path):
            yield
    except sqlite3.OperationalError as error:
        if not str(error).startswith(_SQLITE):
            raise
        raise CaseDiskError(cannot_write(path, str(error))) from error
