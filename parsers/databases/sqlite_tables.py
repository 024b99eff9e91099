"""SQLite databases: each table goes to the kind that recognises it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.databases.all_tables import kinds
from parsers.databases.known_tables import read_known
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.header import MAGIC, DatabaseError
from parsers.parser import TABLES, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register


@register
class SqliteTables(Parser):
    """Reads databases with known tables."""

    name: ClassVar[str] = "sqlite"
    version: ClassVar[str] = "3"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (MAGIC,)
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="SQLite databases of apps and devices",
        data_types=(),
        hands_on=(TABLES,),
        known_by=(
            "the header of an SQLite database, and in its first 64 KiB the statement that made a known table",
            "the header of an SQLite database, and a path that a kind of table names",
        ),
        shows=(
            "That the database held this row when it was copied, or, where the row says that it is not live, that bytes"
            " in the shape of such a row were left in the database, its write-ahead log or its journal."
        ),
        does_not_show=(
            "That a row that is not live was ever shown to anybody, or when it was deleted;"
            " which app or person wrote a row."
        ),
        validated_on=("The Alexa app of two Android phones, 2017; an Echo of the first generation, 2022",),
        limits=(
            "The database is read page by page; nothing is opened for writing. A transaction that was not finished is"
            " taken back in memory, as SQLite would take it back; what it wrote is given, and marked so.",
            "Of a row too long for its page, the locator names the part that lies in its own page.",
            "Rows of tables without row numbers are not recovered once deleted.",
            "A deleted row is found only if its place was not used anew and its shape fits the table's columns.",
            "A deleted row that may be made of two says so. How many such rows never existed was measured on made"
            " databases (benchmarks/RESULTS-recovered.md).",
            "A column that was added later shows its default in rows from before, as in SQLite; the row names it.",
        ),
        references=("https://www.sqlite.org/fileformat2.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file is a database with a known table."""
        if not source.head.startswith(MAGIC):
            return False
        return any(kind.hinted(source.head, source.path) for kind in kinds())

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every known table's rows."""
        try:
            with Database(source) as database:
                yield from read_known(database, source.path, source.name)
        except DatabaseError as error:
            yield Issue(f"The database cannot be read: {error}.", "", source.head[:64])
