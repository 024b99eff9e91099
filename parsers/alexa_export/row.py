"""Rows of a data export as records: of tables that a definition describes, and of unknown tables."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from parsers.alexa_api.items import spoken
from parsers.alexa_export.time_column import ZonedColumn
from parsers.definition.declared import DeclaredItem, RecordMaker
from parsers.definition.export import ExportDefinition, plain
from parsers.formats.csv.rows import LocatedRow
from parsers.record import Issue, Record
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown
from parsers.written_time import BLANKS

UNKNOWN_TYPE = "alexa:cloud:export_row"
#: Longer values are not read as times, names or numbers.
_MAX_COLUMN = 2000
_STARTS = frozenset(string.ascii_letters + string.digits) - {
    first for word in BLANKS for first in word[:1] + word[:1].upper()
}
#: How many values of an unknown table's row a message shows.
_MAX_SHOWN = 6


class TableHeader(NamedTuple):
    """The names of a table's columns: as found, made unique, and normalised."""

    names: tuple[str, ...]
    plain: tuple[str, ...]

    @classmethod
    def of(cls, values: tuple[str, ...]) -> TableHeader:
        """Make a header from a first row. Empty and repeated names are numbered."""
        names: dict[str, None] = {}
        for number, value in enumerate(values, 1):
            name = value.strip() or f"column {number}"
            while name in names:
                name = f"{name} (column {number})"
            names[name] = None
        return cls(tuple(names), tuple(plain(name) for name in names))

    def given(self, row: LocatedRow) -> dict[str, str]:
        """The values of a row by name, without placeholders for "nothing"."""
        pairs = zip(self.names, row.values, strict=False)
        # A value that starts with any other letter or digit cannot be a word for "nothing".
        return {name: value for name, value in pairs if value[:1] in _STARTS or value.strip().lower() not in BLANKS}


class KnownRows:
    """Makes records of the rows of a table that a definition describes."""

    def __init__(self, definition: ExportDefinition, header: TableHeader) -> None:
        """Store the definition and the table's header."""
        self._name = definition.name
        self._maker = RecordMaker(definition.form, definition.name, definition.version)
        paths = frozenset(definition.form.paths)
        # Of columns with the same normalised name, the first non-empty one wins: assign from last to first.
        pairs = [(name, path) for name, path in zip(header.names, header.plain, strict=True) if path in paths]
        self._columns = tuple(reversed(pairs))

    def findings(self, row: LocatedRow, values: Mapping[str, str]) -> list[Record | Issue]:
        """The record of a row, after an issue for each value that cannot be read.

        Args:
            row: the row.
            values: its values by name.
        """
        item = {path: values[name] for name, path in self._columns if name in values}
        found = self._maker.findings(DeclaredItem((item,), row.locator, kept=values))
        if len(found) == 1:
            return found
        return [replace(each, parser=self._name) if isinstance(each, Issue) else each for each in found]


class RowsAsFound:
    """Makes records of the rows of a table that no definition describes."""

    def __init__(
        self,
        table: str,
        header: TableHeader,
        times: tuple[ZonedColumn, ...],
        definition: ExportDefinition | None = None,
    ) -> None:
        """Store what is known about the table.

        Args:
            table: the file's name.
            header: its header.
            times: the time columns.
            definition: the definition that matches the table's name, or None.
        """
        self._shown = {name: shown(name, 60) for name in header.names}
        self._times = times
        self._serials = _named(header, "deviceserialnumber")
        self._utterances = _named(header, "utteranceid")
        self._texts = _named(header, "transcripttext", "transcript", "utterancetext")
        self._type, self._name, self._version = UNKNOWN_TYPE, "", ""
        self._begin = f'A row of the table "{shown(table, 100) or ""}" gives '
        if definition is not None:
            self._type, self._name, self._version = definition.form.data_type, definition.name, definition.version
            self._begin = f"{definition.form.message.text.rstrip('.')}; the row gives "

    def record(self, row: LocatedRow, values: Mapping[str, str]) -> Record:
        """The record of a row.

        Args:
            row: the row.
            values: its values by name.
        """
        timestamps = []
        for column in self._times:
            try:
                timestamp = column.timestamp(values[column.name]) if column.name in values else None
            except (ValueError, OverflowError):
                # Later rows of the column may hold something else; the text stays in the fields.
                continue
            timestamps += [timestamp] if timestamp else []
        serial = _first(values, self._serials)
        utterance = UtteranceId.parse(_first(values, self._utterances)) if self._utterances else None
        if utterance:
            timestamps.append(spoken.to_timestamp(utterance))
        return Record(
            data_type=self._type,
            message=f"{self._begin}{self._given(values)}.",
            locator=row.locator,
            timestamps=tuple(timestamps),
            device_serial=serial or (utterance.serial if utterance else None),
            utterance_id=utterance.text if utterance else None,
            transcript=_first(values, self._texts) or None,
            fields=Keeper().fields(values),
            keys=(utterance.key,) if utterance else (),
            parser=self._name,
            parser_version=self._version,
        )

    def _given(self, values: Mapping[str, str]) -> str:
        """The first values of a row, with their names."""
        parts = [f'{self._shown[name]} "{shown(value, 60)}"' for name, value in islice(values.items(), _MAX_SHOWN)]
        more = f" and {len(values) - _MAX_SHOWN} more" if len(values) > _MAX_SHOWN else ""
        return f"{', '.join(parts)}{more}"


def _named(header: TableHeader, *plain_names: str) -> tuple[str, ...]:
    """The columns with these normalised names."""
    return tuple(name for name, found in zip(header.names, header.plain, strict=True) if found in plain_names)


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first value under some names; empty if there is none, or if it is too long for one."""
    value = next((values[name] for name in names if name in values), "")
    return value if len(value) <= _MAX_COLUMN else ""
