"""Databases whose header or first page is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.databases.lone_rows import DATA_TYPE, rows_of_the_service
from parsers.formats.sqlite.database import Database, is_companion
from parsers.formats.sqlite.header import MAGIC, DatabaseError
from parsers.formats.sqlite.lost_header import find
from parsers.formats.sqlite.page import TABLE_LEAF
from parsers.formats.sqlite.pages import JOURNAL, WAL
from parsers.parser import ANSWERS, TABLES, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register


@register
class LostHeaderDatabase(Parser):
    """Reads such databases page by page."""

    name: ClassVar[str] = "sqlite_without_header"
    version: ClassVar[str] = "3"
    needs: ClassVar[tuple[bytes, ...]] = (re.escape(bytes([TABLE_LEAF])),)
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="SQLite databases whose header or first page is gone",
        data_types=(DATA_TYPE,),
        hands_on=(TABLES, ANSWERS),
        known_by=(
            "pages of one length that follow one another from the start of the file, a third of which begin like pages"
            " of a tree, and one leaf of a table at least that is sound in all; the first 100 bytes are no header of a"
            " database, or one of an impossible page size or before a page of no known kind; or they are missing, or"
            " the whole first page is",
        ),
        shows="That these rows were in the pages of a database, of which the beginning is missing.",
        does_not_show="Why the beginning is missing. Without the first page: of which tables the rows are.",
        validated_on=("Made files only.",),
        limits=(
            "Where the first page is there behind the header, its list of tables counts. Else the rows are given that"
            " name the Alexa service, with numbered columns, and the others are counted.",
            "Free pages are not known without the header; pages to which nothing leads are read by their own lists.",
        ),
        references=("SQLite's file format, sections 1.3 and 1.6: https://www.sqlite.org/fileformat2.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first bytes contain database pages."""
        return not is_companion(source) and find(source.head, source.size) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield an issue, and the rows."""
        from parsers.databases.known_tables import has_known, read_known
        from parsers.databases.other_table import OtherTable

        lost = find(source.head, source.size)
        if lost is None:
            yield Issue("The pages of a database were expected.", "", source.head[:64])
            return
        if source.head.startswith(MAGIC) and any(source.beside(source.name + suffix) for suffix in (WAL, JOURNAL)):
            return  # They may hold the first page; then it is read as any other database is.
        size = lost.header.page_size
        is_page = lost.lost >= size or not source.head[:size].strip(b"\0")
        part = "first page is" if is_page else "first 100 bytes are"
        if source.head.startswith(MAGIC):
            yield Issue(
                "The database's header or first page is damaged; it was read by its pages.", "", source.head[:128]
            )
        else:
            yield Issue(
                f"The database's {part} missing or overwritten; it was read by its pages.", "", source.head[:64]
            )
        try:
            with Database(source, lost) as database:
                if has_known(database, source.path):
                    yield from read_known(database, source.path, source.name)
                elif not database.tables:
                    every = OtherTable().hinted(b"", source.path)
                    yield from rows_of_the_service(database, source.path, every=every, name=source.name)
        except DatabaseError as error:
            yield Issue(f"The database cannot be read: {error}.", "", source.head[:64])
