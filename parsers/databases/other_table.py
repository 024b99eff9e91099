"""Unknown tables in databases in the folder of an Alexa app or of an Echo's own apps.

An Echo's own apps are all of ``com.amazon.*`` and ``amazon.*``; phone apps for shopping, books and music
are left out. Their tables change with each version; rows are kept as found, so that nothing is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from parsers.alexa_api.answers.stored_value import answers_in_value, service_text
from parsers.databases.table_kind import RowReader, TableKind, plain
from parsers.formats.lazy_pattern import lazy
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import ANSWERS, About
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN
from parsers.values import shown

DATA_TYPE = "alexa:app:table_row"
_PACKAGE = lazy(
    r"(?i)(?:^|/)(?:com\.)?amazon\.(?!(?:mshop|windowshop|kindle|mp3|venezia|shopping)\b)[\w.]{1,100}/"
    r"|customerHomeRegistry\.db|comms-core-identity-database|AlexaMobileiOS\w*\.sqlite|dbplaybackhistory|mixtape\.db"
    r"|AppDomain-com\.amazon\.echo"
)
#: System tables, which contain nothing about the account or the device.
_SYSTEM = lazy(
    r"(?i)sqlite_\w+|android_metadata|room_master_table|meta|Z_METADATA|Z_MODELCACHE|Z_PRIMARYKEY|\w+_(?:content"
    r"|segments|segdir|docsize|stat)"
)
_TIME_NAME = lazy(r"(?i)time|date|stamp|created|updated|modified|expir|_at$|seen|played|accessed|(?<![a-z])ts(?![a-z])")
_ISO = lazy(r"\d{4}-\d\d-\d\dT\d\d:\d\d.{0,40}\Z")
_NOTE = "Taken for a time because of the column's name and size; its meaning is not known. Read as {unit}."


class OtherTable(TableKind):
    """Reads the rows as found."""

    name = "app_other_table"
    version = "3"
    about = About(
        title="Tables not known in databases of Alexa apps and Echo devices",
        data_types=(DATA_TYPE,),
        hands_on=(ANSWERS,),
        known_by=(
            "an SQLite database in the folder of an Alexa app, or of one of an Echo's own (com.amazon.*, amazon.*), by"
            " its path",
        ),
        shows="That the database held this row.",
        does_not_show="What the row means: the table is not known. A time is one by the look of its column alone.",
        validated_on=("Made files only.",),
        limits=("Times are offered only where a column's name suggests one and its value lies in 2010 to 2100.",),
        references=("https://github.com/jungheum/pycift", "https://github.com/jcrasselt/amazon-echo-show-15"),
    )

    def hinted(self, head: bytes, path: str) -> bool:  # noqa: ARG002
        """Whether the path matches; the head is not checked."""
        return bool(_PACKAGE.search(path))

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:
        """Return every table except system tables, if the folder matches."""
        if not _PACKAGE.search(path):
            return ()
        return tuple(table for name, table in tables.items() if not _SYSTEM.fullmatch(name))

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that reads each row, with the answers in it, and reports each unknown table once."""
        reported: set[str] = set()

        def read(row: TableRow) -> Iterator[Record | Issue]:
            if row.table not in reported:
                reported.add(row.table)
                yield Issue(f'The table "{shown(row.table, 120)}" is not known; its rows were read as they stand.')
            yield _record(row)
            # React Native's store of values (catalystLocalStorage) and others hold whole answers.
            for column, value in row.values.items():
                if (content := service_text(value)) is not None:
                    yield from answers_in_value(content, column, path, row.locator)

        return read


def _record(row: TableRow) -> Record:
    fields: dict[str, Value] = plain(row)
    held = "; ".join(f"{name} {shown(value, 60)}" for name, value in list(fields.items())[:6] if shown(value))
    return Record(
        data_type=DATA_TYPE,
        message=f'The table "{shown(row.table, 120)}" holds a row: {held or "nothing that can be shown"}.',
        locator=row.locator,
        timestamps=tuple(_timestamps(row)),
        fields=fields,
    )


def _timestamps(row: TableRow) -> Iterator[Timestamp]:
    for name, value in row.values.items():
        if not _TIME_NAME.search(name):
            continue
        if isinstance(value, str) and (found := _of_text(name, value)):
            yield found
        if not isinstance(value, int):
            continue
        for factor, unit in ((1000, "epoch milliseconds"), (1_000_000, "epoch seconds"), (1, "epoch microseconds")):
            timestamp = value * factor
            if MILLISECONDS_MIN * 1000 <= timestamp <= MILLISECONDS_MAX * 1000:
                note = f"The column {name}. " + _NOTE.format(unit=unit)
                yield Timestamp("Unknown Time", str(value), Clock.UNKNOWN, timestamp, note)
                break


def _of_text(name: str, value: str) -> Timestamp | None:
    """Read a text as a time with a zone; None for other texts."""
    if not _ISO.match(value):
        return None
    try:
        when = datetime.fromisoformat(value)
        if when.tzinfo is None:
            return None
        timestamp = round(when.timestamp() * 1000) * 1000
    except (ValueError, OverflowError):
        return None
    if not MILLISECONDS_MIN * 1000 <= timestamp <= MILLISECONDS_MAX * 1000:
        return None
    note = f"The column {name}. " + _NOTE.format(unit="ISO 8601, in the zone that it gives")
    return Timestamp("Unknown Time", value, Clock.UNKNOWN, timestamp, note)
