"""The lock of a case folder: one process writes at a time. The system releases it when the process ends."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from filelock import lock_descriptor

from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path

#: The file to lock where a folder itself cannot be opened: on Windows.
LOCK_FILE = "case.lock"


class FolderLock:
    """Locks a folder until :meth:`close`."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder, or fail at once.

        Raises:
            CaseError: another process, or another object of this one, holds the lock.
            OSError: the folder cannot be opened.
        """
        directory = getattr(os, "O_DIRECTORY", None)
        with ExitStack() as opened:
            if directory is not None:
                self._descriptor = os.open(folder, os.O_RDONLY | directory)
            else:
                self._descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT)
            opened.callback(os.close, self._descriptor)
            if not lock_descriptor(self._descriptor, blocking=False):
                raise CaseError(f"{folder}: another run is writing to this case")
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Unlock the folder."""
        self._opened.close()
