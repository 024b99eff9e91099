"""A single file as a source, such as one recording or one log."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import Container, Entry, EvidenceIssue
from echoforensics.evidence.folder import Folder, file_times

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LooseFile(Container):
    """A container of a single file, under the file's own name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = Folder(path.parent)
        self._address = path.name.encode("utf-8", "surrogateescape").hex()

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield the single entry."""
        status = self._path.stat()
        yield Entry(
            self._path.name,
            self._address,
            status.st_size,
            lambda: self._folder.open(self._address),
            times=file_times(status),
            mode=stat.S_IMODE(status.st_mode),
        )

    def open(self, address: str) -> BinaryIO:
        """Open the file again."""
        if address != self._address:
            raise KeyError(address)
        return self._folder.open(address)
