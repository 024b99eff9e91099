"""Answers of the Alexa service in the columns of databases that nothing else reads: loggers, home-automation programs.

References:
    The recorder of Home Assistant keeps the attributes of a state as JSON (home-assistant/core,
    ``components/recorder/db_schema.py``: ``state_attributes.shared_attrs``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.answers.stored_value import MAX_VALUE, answers_in_value, service_text
from parsers.alexa_api.named_file import NamedFile
from parsers.alexa_api.utterance_id_text import DATA_TYPE as UTTERANCE_TYPE
from parsers.alexa_api.utterance_id_text import record_of
from parsers.bounded_issues import bounded
from parsers.databases.table_kind import finished
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.header import MAGIC, DatabaseError
from parsers.formats.sqlite.table_row import DatabaseIssue, TableRow
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.utterance import FINDER, UtteranceId

_SYSTEM = re.compile(r"(?i)sqlite_\w+|\w+_(?:segments|segdir|docsize|stat|idx)")


@register
class AnswersInDatabase(Parser):
    """Reads the answers in the values of a database's rows."""

    name: ClassVar[str] = "answers_in_database"
    version: ClassVar[str] = "2"
    last_resort: ClassVar[int] = 1
    reads_neighbours: ClassVar[bool] = True
    needs_beginning: ClassVar[tuple[bytes, ...]] = (MAGIC,)
    about: ClassVar[About] = About(
        title="Answers of the Alexa service in databases of other programs",
        data_types=(UTTERANCE_TYPE,),
        hands_on=(ANSWERS,),
        known_by=(
            "an SQLite database that no other parser reads, and that names the service anywhere: an address, an"
            " utterance id, a key of its answers",
        ),
        shows="That a program kept this answer of the service, or this record of one, in a row of its database.",
        does_not_show="When the program wrote the row, where no column says so. That the row was not changed since.",
        validated_on=("Made files only.",),
        limits=(
            f"A value that is longer than {MAX_VALUE} bytes is named and not read.",
            "Of the columns of a row only those that name the service are read; the row's number leads to the others.",
        ),
        references=("https://github.com/home-assistant/core", "https://www.sqlite.org/fileformat2.html"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file is a database that names the service."""
        return source.head.startswith(MAGIC) and bool(source.names)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records of every answer and utterance id in a row, then of the ids that are in none of them.

        If there is no answer, the other names of the service are reported in one issue.
        """
        streams: set[str] = set()
        answers = 0
        for item in bounded(self._answers(source)):
            if isinstance(item, Record):
                answers += item.data_type != UTTERANCE_TYPE
                streams |= _streams(item)
            yield item
        for item in NamedFile().parse(source):
            if isinstance(item, Issue):
                if not answers:
                    yield replace(item, parser=NamedFile.name)
            elif not _streams(item) <= streams:
                yield replace(item, parser=NamedFile.name, parser_version=NamedFile.version)

    def _answers(self, source: Source) -> Iterator[Record | Issue]:
        try:
            with Database(source) as database:
                for found in database.issues:
                    yield Issue(f"The database could not be read in part: {found.what}.", found.locator)
                tables = [table for name, table in database.tables.items() if not _SYSTEM.fullmatch(name)]
                for row in database.rows(tables):
                    if isinstance(row, DatabaseIssue):
                        yield Issue(f"The database could not be read in part: {row.what}.", row.locator)
                        continue
                    for item in _in_row(row, source.path):
                        yield finished(item, row, self, source.name) if isinstance(item, Record) else item
        except DatabaseError as error:
            yield Issue(f"The database cannot be read: {error}.", "", source.head[:64])


def _streams(record: Record) -> set[str]:
    """The streams of the utterances that a record names."""
    texts = [record.utterance_id, *(str(value) for value in record.fields.values() if "::TN" in str(value))]
    found = (UtteranceId.find(text) for text in texts if text)
    return {utterance.uuid for utterance in found if utterance}


def _in_row(row: TableRow, path: str) -> Iterator[Record | Issue]:
    """The records of the answers in a row's values."""
    for column, value in row.values.items():
        content = service_text(value)
        if content is None:
            continue
        records = 0
        for item in answers_in_value(content, column, path, row.locator):
            records += isinstance(item, Record)
            yield item
        for spoken in () if records or len(content) > MAX_VALUE else FINDER.finditer(content.decode("latin-1")):
            if utterance := UtteranceId.parse(spoken[0]):
                yield record_of(utterance, row.locator, encoded=False, alone=False)
