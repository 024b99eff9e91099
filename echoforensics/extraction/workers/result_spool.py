"""Results that wait for their turn: in memory while they are small, then in an unnamed file beside the case's files."""

from __future__ import annotations

import tempfile
from collections import deque
from typing import IO, TYPE_CHECKING

from echoforensics.case.disk import case_disk
from echoforensics.case.vault import PARTIAL

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes of one file's results held in memory.
_IN_MEMORY = 256 * 1024
_LENGTH = 8


class ResultSpool:
    """A queue of byte pieces, first in first out. Its memory is limited.

    Every method raises CaseDiskError if the case's disk is full or failing.
    """

    def __init__(self, folder: Path) -> None:
        """Take a folder on the disk to use: the vault's."""
        self._folder = folder
        self._held: deque[bytes] = deque()
        self._file: IO[bytes] | None = None
        self._read = self._written = 0
        self.size = 0

    def put(self, piece: bytes) -> None:
        """Add a piece."""
        self.size += len(piece)
        if self._file is None and self.size <= _IN_MEMORY:
            self._held.append(piece)
            return
        with case_disk(self._folder):
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix=PARTIAL, dir=self._folder)  # noqa: SIM115 (closed by close)
            self._file.seek(self._written)
            self._file.write(len(piece).to_bytes(_LENGTH, "big") + piece)
            self._file.flush()
        self._written += _LENGTH + len(piece)

    def take(self) -> bytes | None:
        """Remove and return the first piece; None if there is none."""
        if self._held:
            piece = self._held.popleft()
        elif self._file is not None:
            with case_disk(self._folder):
                self._file.seek(self._read)
                piece = self._file.read(int.from_bytes(self._file.read(_LENGTH), "big"))
            self._read += _LENGTH + len(piece)
            if self._read == self._written:
                self._let_go()
        else:
            return None
        self.size -= len(piece)
        return piece

    def close(self) -> None:
        """Discard the rest."""
        self._held.clear()
        self._let_go()
        self.size = 0

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._read, self._written = None, 0, 0
