"""Rows of a data export as records: of a table that a definition describes, or of one that is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from parsers.definition.declared import DeclaredItem, record
from parsers.definition.export import ExportDefinition, plain
from parsers.formats.csv.rows import LocatedRow
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.values import Keeper, shown
from parsers.written_time import blank, read

UNKNOWN_TYPE = "alexa:cloud:export_row"
#: A longer value is not taken for a time, a name or a number.
_MAX_COLUMN = 2000
#: Values that a message shows of a row of an unknown table.
_MAX_SHOWN = 6


@dataclass(frozen=True, slots=True)
class TableHeader:
    """The names of a table's columns: as found, made distinct, and plain."""

    names: tuple[str, ...]
    plain: tuple[str, ...]

    @classmethod
    def of(cls, values: tuple[str, ...]) -> TableHeader:
        """The header that a first row makes. A name that is empty or occurs twice is numbered."""
        names: dict[str, None] = {}
        for number, value in enumerate(values, 1):
            name = value.strip() or f"column {number}"
            while name in names:
                name = f"{name} (column {number})"
            names[name] = None
        return cls(tuple(names), tuple(plain(name) for name in names))

    def given(self, row: LocatedRow) -> dict[str, str]:
        """The values of a row by name, without those that stand for nothing."""
        pairs = zip(self.names, row.values, strict=False)
        return {name: value for name, value in pairs if not blank(value)}


def known(definition: ExportDefinition, row: LocatedRow, values: Mapping[str, str]) -> Iterator[Record | Issue]:
    """Yield the record of a row that a definition describes, after an issue for each value that cannot be read."""
    by_plain: dict[str, str] = {}
    for name, value in values.items():
        by_plain.setdefault(plain(name), value)
    for found in record(definition.form, DeclaredItem((by_plain,), row.locator, kept=values)):
        yield signed(found, definition)


def signed(found: Record | Issue, definition: ExportDefinition) -> Record | Issue:
    """What a definition made, with its name; a user's map need not have one."""
    if isinstance(found, Issue):
        return replace(found, parser=definition.name)
    return replace(found, parser=definition.name, parser_version=definition.version)


def known_by_name(
    definition: ExportDefinition, times: tuple[str, ...], row: LocatedRow, values: Mapping[str, str]
) -> Record:
    """The record of a row of a table that a definition knows by its name, not by its columns.

    Args:
        definition: the table's.
        times: names of the columns that hold times.
        row: the row.
        values: its values by name.
    """
    row_as_it_is = unknown("", times, row, values)
    message = f"{definition.form.message.text.rstrip('.')}; the row gives {_given(values)}."
    return replace(
        row_as_it_is,
        data_type=definition.form.data_type,
        message=message,
        parser=definition.name,
        parser_version=definition.version,
    )


def unknown(table: str, times: tuple[str, ...], row: LocatedRow, values: Mapping[str, str]) -> Record:
    """The record of a row of a table that is not known.

    Args:
        table: the file's name.
        times: names of the columns that hold times.
        row: the row.
        values: its values by name.
    """
    timestamps = []
    for name in times:
        note = f'The column is named "{shown(name, 60)}"; what the time is of is not known.'
        try:
            timestamp = _timestamp(values.get(name, ""), "Unknown Time", note)
        except ValueError:
            # Below the first rows the column may hold something else; its text stays in the fields.
            continue
        timestamps += [timestamp] if timestamp else []
    serial = next((value for name, value in values.items() if plain(name) == "deviceserialnumber"), "")
    return Record(
        data_type=UNKNOWN_TYPE,
        message=f'A row of the table "{shown(table, 100) or ""}" gives {_given(values)}.',
        locator=row.locator,
        timestamps=tuple(timestamps),
        device_serial=serial if 0 < len(serial) <= _MAX_COLUMN else None,
        fields=Keeper().fields(values),
    )


def _given(values: Mapping[str, str]) -> str:
    """The first values of a row, with their names."""
    parts = [f'{shown(name, 60)} "{shown(value, 60)}"' for name, value in list(values.items())[:_MAX_SHOWN]]
    more = f" and {len(values) - _MAX_SHOWN} more" if len(values) > _MAX_SHOWN else ""
    return f"{', '.join(parts)}{more}"


def _timestamp(recorded: str, description: str, note: str) -> Timestamp | None:
    """The timestamp of a time as recorded; None where it stands for no time. Raises ValueError where it is no time."""
    if len(recorded) > _MAX_COLUMN:
        raise ValueError("a text too long")
    found = read(recorded)
    if found is None:
        return None
    return Timestamp(description, recorded, Clock.CLOUD, found.timestamp, f"{note} {found.note}")
