"""Digests of tables that grow, computed while they do, so that little is left to read when they are complete."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from echoforensics.case.sealing.blocks import BLOCK, BLOCKS, NumberBlocks, is_in_blocks, order_of
from echoforensics.case.sealing.seal import feed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from echoforensics.case.sealing.seal import TableDigest

#: Numbers whose rows are hashed at once.
_AT_ONCE = 500


class GrowingDigests:
    """The digests of tables to which rows are only added, in the order of their serialization."""

    def __init__(self, db: sqlite3.Connection, tables: Iterable[str]) -> None:
        """Take the connection, and empty tables. Those in which rows may be added between others are left out."""
        self._db = db
        self._tables = [
            _GrowingTable(db, table, found)
            for table in tables
            if isinstance(found := BLOCKS.get(table), NumberBlocks) and found.order == order_of(table)
        ]

    def committed(self) -> None:
        """Note that the rows there are now stay."""
        for table in self._tables:
            table.find_end()

    def advance(self) -> bool:
        """Hash some of the rows that stay. Returns whether there were any left."""
        return any(table.advance() for table in self._tables)

    def forget(self) -> None:
        """Begin again: rows were removed after all."""
        self._tables = [_GrowingTable(self._db, table.name, table.blocks) for table in self._tables]

    def complete(self) -> dict[str, tuple[str, TableDigest]]:
        """Hash what is left, and return the digest of all rows of each table, and its digest for a seal."""
        self.committed()
        while self.advance():
            pass
        return {table.name: table.digests() for table in self._tables}


class _GrowingTable:
    """One of the tables.

    Attributes:
        name: its name.
        blocks: how it is divided into blocks.
    """

    def __init__(self, db: sqlite3.Connection, name: str, blocks: NumberBlocks) -> None:
        self.name, self.blocks = name, blocks
        self._db = db
        self._whole, self._block = hashlib.sha256(), hashlib.sha256()
        self._found: dict[str, str] = {}
        #: The last number whose rows were hashed; and the last whose rows stay.
        self._done = self._end = 0
        self._has_rows = False

    def find_end(self) -> None:
        found = self._db.execute(f"SELECT max({self.blocks.column}) FROM main.{self.name}").fetchone()[0]  # noqa: S608
        self._end = found or 0

    def advance(self) -> bool:
        if self._done >= self._end:
            return False
        block = (self._done + 1) // BLOCK
        upto = min(self._end, self._done + _AT_ONCE, (block + 1) * BLOCK - 1)
        where = f"{self.blocks.column} > ? AND {self.blocks.column} <= ?"
        rows = feed(self._db, self.name, where, (self._done, upto), self._whole, self._block)
        self._has_rows = self._has_rows or rows
        self._done = upto
        if (upto + 1) % BLOCK == 0:
            self._end_block(block)
        return True

    def _end_block(self, block: int) -> None:
        if self._has_rows:
            self._found[str(block)] = self._block.hexdigest()
        self._block, self._has_rows = hashlib.sha256(), False

    def digests(self) -> tuple[str, TableDigest]:
        whole = self._whole.hexdigest()
        if not is_in_blocks(self._db, self.name):
            return whole, whole
        self._end_block((self._done + 1) // BLOCK)
        return whole, self._found
