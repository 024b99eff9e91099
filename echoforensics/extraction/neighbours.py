"""Files beside a file, for parsers that read several: a database and its write-ahead log, a cache and its blocks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from echoforensics.case.store import storable
from parsers.parser import HEAD_SIZE, Source

if TYPE_CHECKING:
    from echoforensics.case.store import Store
    from echoforensics.case.vault import Vault


class Neighbours:
    """The files of one evidence item whose content is in the case."""

    def __init__(self, store: Store, vault: Vault, evidence: int) -> None:
        """Take the case's store and vault, and the evidence item's number."""
        self._store = store
        self._vault = vault
        self._evidence = evidence

    def number(self, path: str) -> int | None:
        """The entry's number by its whole path; of several (a deleted file of that name) the allocated one."""
        found = self._store.find_artefact(self._evidence, storable(path))
        return found[0] if found else None

    def source(self, path: str) -> Source | None:
        """The file as a parser sees it. Raises OSError where the case's copy cannot be read."""
        found = self._store.find_artefact(self._evidence, storable(path))
        if found is None:
            return None
        _, sha256, size = found
        with self._vault.open(sha256) as stream:
            head = stream.read(HEAD_SIZE)
        return Source(path, size, head, partial(self._vault.open, sha256), self.source)
