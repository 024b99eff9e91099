"""Large tables in blocks: additions to a sealed case change few blocks, and the others keep their digests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.schema import SEALED_TABLES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

#: Tables with more rows than this are sealed in blocks. At most this many consecutive numbers form a block.
BLOCK = 1 << 14
#: The block of what has another type than belongs there: only in a table that was altered.
OTHER = "other"
_TWO_DIGITS = re.compile("[0-9a-f]{2}")
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


class NumberBlocks(NamedTuple):
    """Blocks by a numeric column: a block holds the numbers with the same quotient by :data:`BLOCK`.

    Attributes:
        column: the column; an index starts with it.
        order: the columns that order a block's serialization.
    """

    column: str
    order: str

    def block(self, row: str = "") -> str:
        """The SQL expression for a row's block, with an optional row name (``new.``)."""
        return f"CAST({row}{self.column} / {BLOCK} AS TEXT)"

    @staticmethod
    def between(first: int, last: int) -> set[str]:
        """The blocks of all numbers in a range, both ends included."""
        return {str(block) for block in range(first // BLOCK, last // BLOCK + 1)}

    def rows(self, block: str) -> tuple[str, tuple[Any, ...]]:
        """The SQL condition for the rows of a block, with its values."""
        if block == OTHER:
            return f"typeof({self.column}) <> 'integer'", ()
        first = int(block) * BLOCK
        if first + BLOCK > _MOST:
            return f"{self.column} >= ?", (first,)
        return f"{self.column} >= ? AND {self.column} < ?", (first, first + BLOCK)


class DigestBlocks(NamedTuple):
    """Blocks by a column with a hexadecimal digest: a block holds the digests with the same first two digits."""

    column: str
    order: str

    def block(self, row: str = "") -> str:
        """The SQL of the block of a row of this name (``new.``), or of any."""
        column = f"{row}{self.column}"
        return f"CASE typeof({column}) WHEN 'text' THEN substr({column}, 1, 2) ELSE '{OTHER}' END"

    def rows(self, block: str) -> tuple[str, tuple[Any, ...]]:
        """The condition that the rows of a block meet, with its values."""
        if block == OTHER:
            return f"typeof({self.column}) <> 'text'", ()
        if not _TWO_DIGITS.fullmatch(block):
            return f"typeof({self.column}) = 'text' AND substr({self.column}, 1, 2) = ?", (block,)
        return f"{self.column} >= ? AND {self.column} < ?", (block, block[0] + chr(ord(block[1]) + 1))


#: The tables that can be large, and how they are divided into blocks. Others are serialized whole.
BLOCKS: Mapping[str, NumberBlocks | DigestBlocks] = {
    "entries": NumberBlocks("id", "id"),
    "artefacts": DigestBlocks("sha256", "sha256"),
    "record_values": NumberBlocks("number", "number"),
    "records": NumberBlocks("number", "number"),  # a table in cases of version 5
    "timestamps": NumberBlocks("record", "record, ordinal"),
    "places": NumberBlocks("id", "id"),
    "record_keys": NumberBlocks("place_id", "place_id, key"),
    "issues": NumberBlocks("id", "id"),
    "joins": NumberBlocks("place_id", "place_id, what"),
    "exhibits": NumberBlocks("number", "number"),
    "interactions": NumberBlocks("number", "number"),
    "join_reasons": NumberBlocks("id", "id"),
    "interaction_members": NumberBlocks("record", "record"),
}


def is_in_blocks(db: sqlite3.Connection, table: str) -> bool:
    """Whether a table is large enough to be sealed in blocks."""
    if table not in BLOCKS:
        return False
    first = f"SELECT count(*) FROM (SELECT 1 FROM main.{table} LIMIT {BLOCK + 1})"  # noqa: S608 (our names)
    return bool(db.execute(first).fetchone()[0] > BLOCK)


def blocks_of(db: sqlite3.Connection, table: str) -> list[str]:
    """The non-empty blocks of a table, in order."""
    found = BLOCKS[table]
    if isinstance(found, DigestBlocks):
        listed = f"SELECT DISTINCT CAST({found.block()} AS TEXT) FROM main.{table} ORDER BY 1"  # noqa: S608 (our names)
        return [block for (block,) in db.execute(listed)]
    blocks: list[str] = []
    following = f"SELECT min({found.column}) FROM main.{table} WHERE {found.column} >= ?"  # noqa: S608 (our names)
    first: Any = _LEAST
    while first <= _MOST and (first := db.execute(following, (first,)).fetchone()[0]) is not None:
        if not isinstance(first, int):
            return [*blocks, OTHER]
        blocks.append(str(first // BLOCK))
        first = (first // BLOCK + 1) * BLOCK
    # Neither is greater than any number: nothing, and the least that SQLite can hold.
    # Each is looked up in the index; together they would be looked for in every row.
    odd = (
        f"SELECT 1 WHERE EXISTS (SELECT 1 FROM main.{table} WHERE {found.column} IS NULL)"  # noqa: S608 (our names)
        f" OR EXISTS (SELECT 1 FROM main.{table} WHERE {found.column} < ?)"
    )
    return [*blocks, OTHER] if db.execute(odd, (_LEAST,)).fetchone() else blocks


def order_of(table: str) -> str:
    """The columns that order the serialization of a whole table."""
    return SEALED_TABLES[table]
