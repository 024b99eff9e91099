"""The write-ahead log and the rollback journal of a database, which are kept and read with it.

If the database is missing, they are read as far as possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.databases.known_tables import has_known, read_known
from parsers.databases.lone_rows import DATA_TYPE, rows_of_the_service
from parsers.databases.other_table import OtherTable
from parsers.formats.sqlite.database import Database, is_companion
from parsers.formats.sqlite.header import DatabaseError
from parsers.formats.sqlite.leaf_page import SIZES, leaf_page
from parsers.formats.sqlite.lost_header import made_with
from parsers.formats.sqlite.pages import JOURNAL, WAL
from parsers.formats.sqlite.rollback_journal import MAGIC as JOURNAL_MAGIC
from parsers.formats.sqlite.write_ahead_log import MAGICS as WAL_MAGICS
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_SUPER_JOURNAL = re.compile(r"-mj[0-9A-Fa-f]{4,16}\Z")
#: Sector sizes, in bytes, that a zeroed header may have occupied.
_SECTORS = (512, 4096, 1024, 2048)


@register
class SqliteJournalFiles(Parser):
    """Claims the files beside a database so that they are read with it; reads those whose database is missing."""

    name: ClassVar[str] = "sqlite_companions"
    version: ClassVar[str] = "3"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (*WAL_MAGICS, JOURNAL_MAGIC)
    needs_path: ClassVar[tuple[str, ...]] = ("-journal", "-mj")
    reads_neighbours: ClassVar[bool] = True
    keeps_for_others: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Write-ahead logs and rollback journals of SQLite databases",
        data_types=(DATA_TYPE,),
        hands_on=(ANSWERS,),
        known_by=(
            "the header of a write-ahead log (37 7f 06 82 or 83) or of a rollback journal (d9 d5 05 f9 20 a1 63 d7)",
            "a name that ends in -journal, for a journal whose header was zeroed when its change was finished",
            "a name that ends in -mj and hexadecimal digits, and names of journals in it, for a super-journal",
        ),
        shows=(
            "Nothing by itself where its database lies beside it: its rows are given with the database. Where the"
            " database is missing: that these rows were in pages that the log or journal keeps."
        ),
        does_not_show="That the rows of a log or journal whose database is missing were still there in the database.",
        validated_on=("Made files only.",),
        limits=(
            "A log or journal whose database is missing is always named in an issue. Rows of known tables are read"
            " where it holds the database's first page; else the rows are given that name the Alexa service, with"
            " numbered columns, and the others are counted.",
        ),
        references=("https://www.sqlite.org/fileformat2.html#walformat",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the header matches; for a zeroed journal, the name; for a super-journal, its name and contents."""
        return is_companion(source) or _is_super_journal(source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield nothing if the database is present; otherwise an issue, and the rows found."""
        if _is_super_journal(source):
            return  # holds names only; kept because it decides whether the listed journals are rolled back
        for suffix in (WAL, JOURNAL):
            name = source.name.removesuffix(suffix)
            if name != source.name and source.beside(name) is not None:
                return
        what = "log" if source.head.startswith(WAL_MAGICS) else "journal"
        yield Issue(f"Its database is not beside it, or no parser took that; the {what} was read by itself.")
        for found in _alone(source):
            yield replace(found, file="") if isinstance(found, Record) else found


def _is_super_journal(source: Source) -> bool:
    return _SUPER_JOURNAL.search(source.name) is not None and b"-journal\0" in source.head


def _alone(source: Source) -> Iterator[Record | Issue]:
    path = source.path.removesuffix(WAL).removesuffix(JOURNAL)
    try:
        with Database(source) as database:
            if has_known(database, path):
                yield from read_known(database, path, source.name)
                return
            if database.tables:
                return  # all its tables are known and unsupported
    except DatabaseError:
        pass  # the first page, with the table list, is missing
    size = _page_size(source)
    if not size:
        yield Issue("How long its pages are is not known; they were not read.", "", source.head[:64])
        return
    try:
        with Database(source, made_with(size)) as database:
            for issue in database.issues:
                yield Issue(f"It could not be read in part: {issue.what}.", issue.locator)
            yield from rows_of_the_service(database, path, every=OtherTable().hinted(b"", path))
    except DatabaseError as error:
        yield Issue(f"It cannot be read: {error}.", "", source.head[:64])


def _page_size(source: Source) -> int:
    """The page size in bytes, from the header or the first leaf page; 0 if unknown."""
    at = 8 if source.head.startswith(WAL_MAGICS) else 24
    stated = int.from_bytes(source.head[at : at + 4], "big")
    if stated in SIZES:
        return stated
    for sector in _SECTORS:
        for size in SIZES:
            places = range(sector + 4, len(source.head) - size, size + 8)
            if any(leaf_page(source.head[place : place + size]) is not None for place in places):
                return size
    return 0
