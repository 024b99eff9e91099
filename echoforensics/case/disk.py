"""Errors of the disk with the case, turned into one exception."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from echoforensics.errors import CaseDiskError
from echoforensics.own_disk import cannot_write, no_room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How SQLite's messages about the disk begin.
_SQLITE = ("database or disk is full", "disk I/O error", "unable to open database file", "attempt to write a readonly")


@contextmanager
def case_disk(path: Path) -> Iterator[None]:
    """Turn disk errors into one exception, where only the case is read and written.

    Raises:
        CaseDiskError: the block raised OSError, or SQLite reported a disk error.
    """
    try:
        with database_room(path):
            yield
    except OSError as error:
        raise CaseDiskError(cannot_write(path, error.strerror or str(error))) from error


@contextmanager
def database_room(path: Path) -> Iterator[None]:
    """The same where evidence is read too: of OSErrors, only a full disk is turned.

    Raises:
        CaseDiskError: the disk is full, or SQLite reported a disk error.
    """
    try:
        with no_room(path):
            yield
    except sqlite3.OperationalError as error:
        if not str(error).startswith(_SQLITE):
            raise
        raise CaseDiskError(cannot_write(path, str(error))) from error
