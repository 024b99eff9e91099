"""Tracks the blocks of a sealed case's tables that a run changes, so that resealing costs only what the run added.

Triggers record them. They belong to the connection, in its temporary database: the case does not hold them, and a
killed run leaves none. A case left unsealed by a run is then sealed from all its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.schema import SEALED_TABLES
from echoforensics.case.sealing.blocks import BLOCKS, NumberBlocks
from echoforensics.case.sealing.seal import block_digest, table_digest, table_digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from echoforensics.case.sealing.seal import TableDigest
    from echoforensics.case.store import Store

#: Marks a change of a table without blocks.
_ALL = ""
_EVENTS = ("INSERT", "UPDATE", "DELETE")
_NOTE = "INSERT OR IGNORE INTO changed_blocks VALUES ('{name}', {block});"


class ChangesSinceSeal:
    """The changes in the tables of a case since its seal."""

    def __init__(self, store: Store, sealed: Mapping[str, TableDigest]) -> None:
        """Start to track changes.

        Args:
            store: the case's store, opened for writing; nothing was written yet.
            sealed: the digests of the seal in force, which the case was checked against.
        """
        self._store = store
        self._sealed = {name: sealed[name] for name in SEALED_TABLES if name in sealed}
        self._last: dict[str, int] = {}
        # REPLACE then fires the triggers for removals, too.
        store.db.execute("PRAGMA recursive_triggers = ON")
        store.db.execute("CREATE TEMP TABLE changed_blocks (name TEXT, block TEXT, PRIMARY KEY (name, block))")
        for name, digest in self._sealed.items():
            self._follow(name, in_blocks=isinstance(digest, dict))

    def digests(self) -> dict[str, TableDigest]:
        """The current digests of all tables: the sealed ones for tables and blocks without changes."""
        known = {name: self._now(name, digest) for name, digest in self._sealed.items()}
        return table_digests(self._store, known)

    def forget(self, names: Iterable[str]) -> None:
        """Stop tracking some tables, which are about to be emptied and filled again."""
        for name in names:
            if self._sealed.pop(name, None) is not None:
                for event in _EVENTS:
                    self._store.db.execute(f"DROP TRIGGER temp.{event}_in_{name}")

    def _follow(self, name: str, *, in_blocks: bool) -> None:
        blocks = BLOCKS.get(name) if in_blocks else None
        added = ""
        if isinstance(blocks, NumberBlocks):
            # Rows after the last one are not tracked one by one: they follow from its number.
            last = self._maximum(name, blocks)
            self._last[name] = last
            added = f" WHEN new.{blocks.column} <= {last}"
        old, new = (blocks.block("old."), blocks.block("new.")) if blocks else (f"'{_ALL}'", f"'{_ALL}'")
        for event, condition, changed in zip(_EVENTS, (added, "", ""), ([new], [old, new], [old]), strict=True):
            notes = " ".join(_NOTE.format(name=name, block=block) for block in changed)
            self._store.db.execute(
                f"CREATE TEMP TRIGGER {event}_in_{name} AFTER {event} ON main.{name}{condition} BEGIN {notes} END"
            )

    def _now(self, name: str, sealed: TableDigest) -> TableDigest:
        db = self._store.db
        changed = {block for (block,) in db.execute("SELECT block FROM changed_blocks WHERE name = ?", (name,))}
        if isinstance(sealed, str):
            return table_digest(db, name) if changed else sealed
        blocks = BLOCKS[name]
        if isinstance(blocks, NumberBlocks):
            last = self._maximum(name, blocks)
            if last > self._last[name]:
                changed |= blocks.between(max(0, self._last[name]), last)
        held = dict(sealed)
        for block in changed:
            if self._is_empty(name, block):
                held.pop(block, None)
            else:
                held[block] = block_digest(db, name, block)
        return held

    def _is_empty(self, name: str, block: str) -> bool:
        where, values = BLOCKS[name].rows(block)
        first = f"SELECT 1 FROM main.{name} WHERE {where} LIMIT 1"  # noqa: S608 (our names)
        return self._store.db.execute(first, values).fetchone() is None

    def _maximum(self, name: str, blocks: NumberBlocks) -> int:
        asked = f"SELECT coalesce(max({blocks.column}), -1) FROM main.{name}"  # noqa: S608 (our names)
        return int(self._store.db.execute(asked).fetchone()[0])
