"""Tables in spreadsheets (XLSX), if a user's map or an export definition describes their columns.

A spreadsheet is a zip file; this module reads one sheet in it, with the texts shared between its cells.

References:
    ECMA-376, part 1, section 18 (SpreadsheetML): sheetData, row, c, sst.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.alexa_api.named_file import NamedFile, names_of, not_read
from parsers.alexa_export import flat_records
from parsers.alexa_export.csv_file import bounded_table, has_telltale, may_name_columns, table_records
from parsers.alexa_export.row import UNKNOWN_TYPE, KnownRows, TableHeader
from parsers.captures.answers_in_text import AnswersInText
from parsers.captures.signed_as import signed_as
from parsers.definition.export import MAPPED_TYPE, ExportDefinition, find
from parsers.formats.csv.rows import LocatedRow
from parsers.formats.xml.stream import XmlReader
from parsers.locator import at_bytes
from parsers.map_reader import MapReader
from parsers.parser import ANSWERS, EXPORT_TABLES, About, Source
from parsers.record import Issue, Record
from parsers.registry import register

_SHEET = re.compile(r"(?:^|/)xl/worksheets/[^/]{1,80}\.xml$")
_SHARED = "../sharedStrings.xml"
_NAMESPACE = (b"spreadsheetml", b"<worksheet", b"<sst")
_CELL = re.compile(r"([A-Z]{1,3})\d{1,7}")
#: Limits on columns, rows, shared texts, and characters per cell.
MAX_COLUMNS, MAX_ROWS, MAX_SHARED, MAX_CELL = 500, 1_048_576, 1_000_000, 32_768
#: The limit on the total length of the shared texts.
MAX_CHARACTERS = 64 * 1024 * 1024
MAX_ISSUES = 50


class _SheetReader(XmlReader):
    """Collects the rows of a sheet, or the shared texts, while the XML is parsed."""

    def __init__(self, shared: list[str]) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._cells_beyond = self._texts_beyond = 0
        self._rows: list[LocatedRow] = []
        self._shared = shared
        self._cells: dict[int, str] = {}
        self._kind = self._text = ""
        self._column = -1
        self._row_at = self._kept = 0
        self._takes = False

    def take(self) -> list[LocatedRow]:
        """Return the complete rows that have not been returned before."""
        rows, self._rows = self._rows, []
        return rows

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._cells, self._column, self._row_at = {}, -1, self.offset
        elif name == "c":
            place = _CELL.fullmatch(attributes.get("r", ""))
            self._column = _index(place[1]) if place else self._column + 1
            self._kind, self._text = attributes.get("t", "n"), ""
        elif name == "si":
            self._text = ""
        self._takes = name in ("v", "t")

    def end_element(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self._takes = False
        if name == "c" and self._column >= MAX_COLUMNS:
            self._cells_beyond += 1
        elif name == "c" and self._column >= 0:
            self._cells[self._column] = self._value()
        elif name == "si" and (len(self.texts) >= MAX_SHARED or self._kept >= MAX_CHARACTERS):
            self._texts_beyond += 1
        elif name == "si":
            self.texts.append(self._text)
            self._kept += len(self._text)
        elif name == "row":
            values = tuple(self._cells.get(place, "") for place in range(max(self._cells, default=-1) + 1))
            # The offset is of the closing tag.
            size = self.offset - self._row_at
            self._rows.append(LocatedRow(values, at_bytes(self._row_at, size), self._row_at + size, b""))

    def text(self, text: str) -> None:
        if self._takes and len(self._text) < MAX_CELL:
            self._text += text[: MAX_CELL - len(self._text)]

    def beyond(self) -> Iterator[str]:
        """What was skipped, as sentences."""
        if self._cells_beyond:
            yield f"{self._cells_beyond} cells stand in columns behind the first {MAX_COLUMNS}; they were not read."
        if self._texts_beyond:
            yield f"{self._texts_beyond} of them stand behind the first {len(self.texts)}; they were not read."

    def _value(self) -> str:
        if self._kind != "s":
            return self._text
        number = int(self._text) if self._text.isascii() and self._text.isdecimal() and len(self._text) < 9 else -1
        return self._shared[number] if 0 <= number < len(self._shared) else f"shared text {self._text}, not there"


@register
class Spreadsheet(MapReader):
    """Reads one sheet. Rows that a definition describes get its name and version."""

    name: ClassVar[str] = "spreadsheet"
    version: ClassVar[str] = "2"
    needs_path: ClassVar[tuple[str, ...]] = ("xl/worksheets/", "xl/sharedstrings.xml")
    reads_neighbours: ClassVar[bool] = True
    keeps_for_others: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Tables in spreadsheets (XLSX) of legal-process returns and exports",
        data_types=(MAPPED_TYPE, UNKNOWN_TYPE),
        hands_on=(EXPORT_TABLES, ANSWERS),
        known_by=(
            "xl/worksheets/*.xml in a zip, whose first row names the columns of a map or of an export's table",
            "others whose file or columns name Alexa, Echo, utterances, wake words or skills",
            "cells that hold answers of the service",
        ),
        shows="What whoever made the spreadsheet put into it.",
        does_not_show="That it is complete or unchanged. Who spoke, or who used a device.",
        validated_on=(),
        limits=(
            "Other sheets give nothing but the answers of the service that their cells hold as text.",
            "Only a sheet's first row is taken for the names of its columns.",
            "Dates are numbers of days without a zone; a map says unit: excel and, where it is so, zone: UTC.",
        ),
        references=("ECMA-376 part 1",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the path in the zip and the first element match."""
        if not _SHEET.search(source.path) and not source.path.endswith("xl/sharedStrings.xml"):
            return False
        return any(word in source.head[:4096] for word in _NAMESPACE)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each row of a known table."""
        # The texts of most sheets are in one file beside them, and so are the answers in their cells.
        answers = list(_answers(source))
        yield from answers
        if not _SHEET.search(source.path):
            return
        texts = _SheetReader([])
        beside = source.beside(_SHARED)
        for item in _rows(texts, beside) if beside else ():
            if isinstance(item, Issue):
                yield Issue(f"The texts that the cells share: {item.what}")
        issues = records = 0
        for found in _table(_rows(_SheetReader(texts.texts), source), source, self.maps):
            issues += isinstance(found, Issue)
            records += isinstance(found, Record)
            if isinstance(found, Record) or issues <= MAX_ISSUES:
                yield found
        if issues > MAX_ISSUES:
            yield Issue(f"There are {issues - MAX_ISSUES} further issues of this sheet; they are not listed.")
        if not records and not answers and not (beside and any(_answers(beside))):
            names = names_of(source) or (names_of(beside) if beside else [])
            yield from [replace(not_read(names), locator="")] if names else ()


def _answers(source: Source) -> Iterator[Record | Issue]:
    """The answers of the service in the texts of cells."""
    for item in signed_as(AnswersInText(), source) if names_of(source) else ():
        if item.parser != NamedFile.name:
            yield item


def _table(
    rows: Iterator[LocatedRow | Issue], source: Source, maps: tuple[ExportDefinition, ...]
) -> Iterator[Record | Issue]:
    """Yield the records of a sheet if its first non-empty row names the columns of a known table, or Alexa."""
    header: TableHeader | None = None
    known: KnownRows | None = None
    for count, row in enumerate(rows):
        if isinstance(row, Issue):
            yield row
        elif count > MAX_ROWS:
            yield Issue(f"The sheet has more than {MAX_ROWS} rows; the rest was not read.", row.locator)
            return
        elif header is None or known is None:
            if any(row.values):
                header = TableHeader.of(row.values)
                definition = find(frozenset(header.plain), source.path, maps)
                if definition is None or not definition.source.required:
                    named = may_name_columns(row.values) and has_telltale(source.path, header.names)
                    if named or flat_records.are_in(header.names):
                        yield from bounded_table(table_records(source, header, _located(rows), maps))
                    return
                known = KnownRows(definition, header)
        elif values := header.given(row):
            yield from known.findings(row, values)


def _located(rows: Iterator[LocatedRow | Issue]) -> Iterator[LocatedRow]:
    """The rows, of which one that cannot be read says so itself."""
    for row in rows:
        yield row if isinstance(row, LocatedRow) else LocatedRow((), row.locator, 0, b"", row.what.rstrip("."))


def _rows(reader: _SheetReader, source: Source) -> Iterator[LocatedRow | Issue]:
    """Yield the rows of a sheet as they are read, and an issue if it becomes unreadable."""
    with source.open() as stream:
        for error in reader.read(stream):
            yield from reader.take()
            if error:
                yield Issue(f"The sheet cannot be read further: {error}.")
    yield from map(Issue, reader.beyond())


def _index(letters: str) -> int:
    """The number of a column, from 0: A is 0, Z is 25, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
