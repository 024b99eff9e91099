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

from parsers.alexa_api.answers.responses import read
from parsers.alexa_api.answers.text_body import body_of
from parsers.alexa_api.answers.text_marks import text_marks
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.service_names import names_in
from parsers.alexa_api.items.text_values import values_of
from parsers.alexa_api.named_file import NamedFile
from parsers.alexa_api.utterance_id_text import DATA_TYPE as UTTERANCE_TYPE
from parsers.alexa_api.utterance_id_text import record_of
from parsers.bounded_issues import bounded
from parsers.databases.stored_answer import RowPlaces
from parsers.databases.table_kind import finished
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.header import MAGIC, DatabaseError
from parsers.formats.sqlite.table_row import DatabaseIssue, TableRow
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.utterance import FINDER, UtteranceId

#: Longer values are left out, and named.
MAX_VALUE = 16 * 1024 * 1024
_SYSTEM = re.compile(r"(?i)sqlite_\w+|\w+_(?:segments|segdir|docsize|stat|idx)")


@register
class AnswersInDatabase(Parser):
    """Reads the answers in the values of a database's rows."""

    name: ClassVar[str] = "answers_in_database"
    version: ClassVar[str] = "1"
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
        content = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        if not isinstance(content, bytes) or not names_in(content):
            continue
        if len(content) > MAX_VALUE:
            yield Issue(f"The column {column} holds more than {MAX_VALUE} bytes; it was not read.", row.locator)
            continue
        records = 0
        for item in _in_value(content, column, path, row.locator):
            records += isinstance(item, Record)
            yield item
        for spoken in () if records else FINDER.finditer(content.decode("latin-1")):
            if utterance := UtteranceId.parse(spoken[0]):
                yield record_of(utterance, row.locator, encoded=False, alone=False)


def _in_value(content: bytes, column: str, path: str, locator: str) -> Iterator[Record | Issue]:
    """The records of the answers in a value."""
    for found in values_of(content, text_marks()):
        if isinstance(found, Issue):
            yield replace(found, locator=locator)
        elif found.found.value is not None:
            body = replace(body_of(found, path), places=RowPlaces(locator))
            yield from _of_body(replace(body, fields={**body.fields, "column": column}))


def _of_body(whole: Body) -> Iterator[Record | Issue]:
    for body in bodies(whole, {}):
        if isinstance(body, Issue):
            yield body
        else:
            yield from read(body)
