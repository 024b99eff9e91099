"""Large tables in blocks: additions to a sealed case change few blocks, and the others keep their digests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.schema import SEALED_TABLES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

#: Tables with more rows than this are sealed in blocks. At most this many consecutive numbers form a block.
BLOCK = 1 << 14
#: The block of values that are not numbers, which only an altered table has.
OTHER = "other"
_LEAST = -(1 << 63)


@dataclass(frozen=True, slots=True)
class NumberBlocks:
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
            return f"{self.column} >= ''", ()
        first = int(block) * BLOCK
        return f"{self.column} >= ? AND {self.column} < ?", (first, first + BLOCK)


@dataclass(frozen=True, slots=True)
class DigestBlocks:
    """Blocks by a column with a hexadecimal digest: a block holds the digests with the same first two digits."""

    column: str
    order: str

    def block(self, row: str = "") -> str:
        """The SQL expression for a row's block, with an optional row name (``new.``)."""
        return f"substr({row}{self.column}, 1, 2)"

    def rows(self, block: str) -> tuple[str, tuple[Any, ...]]:
        """The SQL condition for the rows of a block, with its values."""
        return f"{self.column} >= ? AND substr({self.column}, 1, 2) = ? AND {self.column} < ?", (
            block, block, f"{block}\U0010ffff",
        )  # fmt: skip


#: The tables that can be large, and how they are divided into blocks. Others are serialized whole.
BLOCKS: Mapping[str, NumberBlocks | DigestBlocks] = {
    "entries": NumberBlocks("id", "id"),
    "artefacts": DigestBlocks("sha256", "sha256"),
    "records": NumberBlocks("number", "number"),
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
    while (first := db.execute(following, (first,)).fetchone()[0]) is not None:
        if not isinstance(first, (int, float)):
            return [*blocks, OTHER]
        blocks.append(str(int(first // BLOCK)))
        first = (first // BLOCK + 1) * BLOCK
    return blocks


def order_of(table: str) -> str:
    """The columns that order the serialization of a whole table."""
    return SEALED_TABLES[table]
