"""The write-ahead log and the rollback journal that lie beside a database: kept, and read with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.databases.all_tables import kinds
from parsers.formats.sqlite.pages import JOURNAL, WAL
from parsers.formats.sqlite.rollback_journal import MAGIC as JOURNAL_MAGIC
from parsers.formats.sqlite.write_ahead_log import MAGICS as WAL_MAGICS
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register


@register
class SqliteJournalFiles(Parser):
    """Claims the files beside a database, so that it is read with them."""

    name: ClassVar[str] = "sqlite_companions"
    version: ClassVar[str] = "1"
    reads_neighbours: ClassVar[bool] = True
    keeps_for_others: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Write-ahead logs and rollback journals of SQLite databases",
        data_types=(),
        known_by=(
            "the header of a write-ahead log (37 7f 06 82 or 83) or of a rollback journal (d9 d5 05 f9 20 a1 63 d7)",
            "a name that ends in -journal, for a journal whose header was zeroed when its change was finished",
        ),
        shows="Nothing by itself: its rows are told with the database that it belongs to.",
        does_not_show="That the rows of a log whose database is missing were ever there.",
        validated_on=(),
        limits=("A log or journal whose database is missing is named in an issue, if a known table is in it.",),
        references=("https://www.sqlite.org/fileformat2.html#walformat",),
    )

    def claims(self, source: Source) -> bool:
        """By the header; a journal that was zeroed, by its name."""
        if source.head.startswith((*WAL_MAGICS, JOURNAL_MAGIC)):
            return True
        return source.name.endswith(JOURNAL) and source.size > 512 and source.head.startswith(bytes(28))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield nothing where the database lies beside it; else an issue, if it holds a known table."""
        for suffix in (WAL, JOURNAL):
            name = source.name.removesuffix(suffix)
            if name != source.name and source.beside(name) is not None:
                return
        if any(kind.hinted(source.head, source.path) for kind in kinds()):
            yield Issue("The database that this log or journal belongs to is not beside it; its rows are not read.")
