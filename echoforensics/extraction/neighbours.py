"""Files beside a file, for parsers that read several: a database and its write-ahead log, a cache and its blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from echoforensics.case.text import storable
from parsers.parser import HEAD_SIZE, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.case.entry_table import KeptFile
    from echoforensics.case.vault import Vault


class Neighbours:
    """The files of one evidence item whose content is in the case."""

    def __init__(self, find: Callable[[str], KeptFile | None], vault: Vault) -> None:
        """Take a function that finds a file of the item by its whole path, and the case's vault."""
        self._find = find
        self._vault = vault

    def file(self, path: str) -> KeptFile | None:
        """Return the file's entry, by its whole path. An allocated file wins over a deleted one of the same name."""
        return self._find(storable(path))

    def source(self, path: str) -> Source | None:
        """Return the file as a parser's source. Raises OSError if the case's copy cannot be read."""
        found = self.file(path)
        if found is None:
            return None
        with self._vault.open(found.sha256) as stream:
            head = stream.read(HEAD_SIZE)
        return Source(path, found.size, head, partial(self._vault.open, found.sha256), self.source)
