"""Tables of a "Request My Data" export of an Alexa account: CSV files, recognised by their column names.

References:
    glen-w/data_dumps (``src/data_dumps/sources/amazon``: paths, columns, rows of its tests, words for "nothing").
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, ClassVar

from parsers.alexa_export import flat_records
from parsers.alexa_export.row import UNKNOWN_TYPE, KnownRows, RowsAsFound, TableHeader
from parsers.alexa_export.time_column import ZonedColumn, time_column
from parsers.code_page import code_page, read_as
from parsers.coding import decode
from parsers.definition.export import MAPPED_TYPE, ExportDefinition, find, plain
from parsers.encoding import as_utf8, wide_encoding
from parsers.formats.csv.rows import AT_END, MAX_ROW, LocatedRow, delimiter_of, rows
from parsers.formats.json.text import MAX_BYTES
from parsers.formats.wide_text import WideText
from parsers.locator import at_coding, join
from parsers.map_reader import MapReader
from parsers.parser import EXPORT_TABLES, About, Source
from parsers.record import Issue, Record
from parsers.registry import register

#: The most rows read from an unknown table; known tables are read in full.
MAX_UNKNOWN_ROWS = 100_000
#: Tables with more columns are not read.
MAX_COLUMNS = 1000
#: Issues beyond this number are counted, not listed.
MAX_ISSUES = 200
UNKNOWN = "This table is not known; its rows are shown as they stand."

#: What an Alexa table has in a column name or in its path.
_TELLTALES = ("alexa", "echo", "utterance", "wakeword", "skill")
_WORD = re.compile(r"(?<![A-Za-z])(?:[Aa]lexa|ALEXA|[Ee]cho|ECHO)(?![a-z])")
#: The folder of a person, who may be called Alexa.
_HOME = re.compile(r"(?:^|[/\\])(?:Users|home|Documents and Settings)[/\\][^/\\]+")
_NAME = re.compile(r"[^\W\d][\w .:/()\[\]&'#%?+-]{0,99}")
#: Columns of tables that other parsers read, or that a tool made from data the evidence already holds.
_OTHERS = (
    frozenset({"srcpath", "savedpath", "sha1", "savedtimestamp"}),  # CIFT's list of acquired files
    frozenset({"date", "time", "macb"}),  # log2timeline's CSV, and CIFT's TIMELINE
    frozenset({"datetime", "timestampdesc"}),  # psort's CSV, and timelines exported from a case
    frozenset({"exhibit", "record", "datetime"}),
)
#: Rows checked before an unknown table is claimed, and before its time columns are chosen.
_LOOK = 5
#: First bytes that hold the first row of most tables.
_FEW = 4096
_LOOK_TIMES = 20
_MAX_TIMES = 8


@register
class AlexaExportCsv(MapReader):
    """Reads the tables, one record per row. Tables that a definition describes get its name and version."""

    name: ClassVar[str] = "alexa_export_csv"
    version: ClassVar[str] = "5"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title='Tables of a "Request My Data" export of an Alexa account',
        data_types=(MAPPED_TYPE, UNKNOWN_TYPE),
        hands_on=(EXPORT_TABLES,),
        known_by=(
            "CSV that a definition describes, by the names of its columns or by its path",
            "CSV that a user's own map describes (extract --map)",
            "CSV whose columns are the members of a record of the service's history, with dots or indexes between",
            "other CSV that names Alexa, Echo, utterances, wake words or skills in a column or in its path",
        ),
        shows="What the service had on record for the account, as it gave it to the account's holder on request.",
        does_not_show=(
            "That the export is complete or unchanged: it is plain text, unsigned, and its tables have changed over the"
            " years. Who spoke, or who used a device."
        ),
        limits=(
            "No export of a real account was at hand; the columns are those that published readers of exports name.",
            f"At most {MAX_UNKNOWN_ROWS} rows of a table that is not known, {MAX_COLUMNS} columns, {MAX_ROW} bytes a"
            " row.",
            "A table that is not known is read only where its file is named .csv.",
            "Tables in JSON, PDF and other forms of an export are not read by this parser.",
        ),
        references=("https://github.com/glen-w/data_dumps",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first row names known columns; unknown tables also need a matching path."""
        head = as_utf8(source.head)
        delimiter = delimiter_of(head)
        if delimiter.encode("ascii") not in head:
            return False
        # A row that is truncated at the end of the head is not checked.
        whole = len(head) - (source.size > len(source.head))
        names = _first_row(head, delimiter)
        if names is None or names.end > whole or names.issue or names.encoding_issue or len(names.values) > MAX_COLUMNS:
            return False
        header = TableHeader.of(names.values)
        if _is_others(header, source):
            return False
        definition = find(frozenset(header.plain), source.path, self.maps)
        if (definition is not None and definition.source.required) or flat_records.are_in(header.names):
            return True
        if not _may_be_alexas(source, names):
            return False
        first = [row for row in islice(rows(io.BytesIO(head), delimiter), _LOOK) if row.end <= whole]
        return _looks_like_alexas(source, first, named=definition is not None)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each row that holds something."""
        opener, prefix = _as_text(source)
        if prefix and not prefix.startswith(at_coding("utf")):
            yield Issue(read_as(prefix.removeprefix(at_coding(""))), prefix)
        with opener() as stream:
            found = rows(stream, delimiter_of(as_utf8(source.head)))
            if prefix:
                found = (row._replace(locator=join(prefix, row.locator)) for row in found)
            first = next(found, None)
            if first is None:
                yield Issue("The file holds no table.")
            elif first.issue:
                yield Issue(f"The names of the columns cannot be read: {first.issue}.", first.locator, first.excerpt)
            elif len(first.values) > MAX_COLUMNS:
                yield Issue(f"The table has more than {MAX_COLUMNS} columns: it was not read.", first.locator)
            else:
                yield from bounded_table(table_records(source, TableHeader.of(first.values), found, self.maps))


def _as_text(source: Source) -> tuple[Callable[[], BinaryIO], str]:
    """How to open a table as UTF-8, and the locator of that text; empty if it is the file."""
    if name := wide_encoding(source.head):
        return WideText(source.opener, name).open, at_coding(name)
    if source.size <= MAX_BYTES:
        with source.open() as stream:
            content = stream.read(MAX_BYTES + 1)
        if page := code_page(content):
            text = decode(content, page, 4 * MAX_BYTES)
            return lambda: io.BytesIO(text), at_coding(page)
    return source.open, ""


def _is_others(header: TableHeader, source: Source) -> bool:
    names = frozenset(header.plain)
    if any(names >= others for others in _OTHERS) or source.name.lower().startswith("cift_"):
        return True
    # CIFT's other tables: column names from its database; the last column is the acquired file of the row.
    return header.names[-1] in ("source", "source_id") and all(
        re.fullmatch("[a-z_0-9]+", name) for name in header.names
    )


def _first_row(head: bytes, delimiter: str) -> LocatedRow | None:
    """The first row of a table; of most, the first bytes of the head are enough."""
    few = head[:_FEW]
    row = next(rows(io.BytesIO(few), delimiter), None)
    if len(few) < len(head) and (row is None or row.issue == AT_END or row.end >= len(few)):
        return next(rows(io.BytesIO(head), delimiter), None)
    return row


def _may_be_alexas(source: Source, names: LocatedRow) -> bool:
    """Whether an unknown table may be one of Alexa, judged by the names of its file and of its columns."""
    return ".csv" in source.name.lower() and may_name_columns(names.values)


def may_name_columns(values: Iterable[str]) -> bool:
    """Whether the values of a row may be the names of columns: at least two, each a name of its own."""
    columns = [name.strip() for name in values]
    return 1 < len(columns) == len(set(columns)) and all(map(_NAME.fullmatch, columns))


def _looks_like_alexas(source: Source, first: list[LocatedRow], *, named: bool) -> bool:
    names = first[0].values
    if len(first) < 2 or any(row.issue or len(row.values) != len(names) for row in first):
        return False
    return named or has_telltale(source.path, names)


def has_telltale(text: str, names: Iterable[str]) -> bool:
    """Whether a path or title, or the name of a column, shows that a table is about Alexa."""
    return bool(_WORD.search(_HOME.sub("/", text))) or any(word in plain(name) for name in names for word in _TELLTALES)


def bounded_table(found: Iterator[Record | Issue]) -> Iterator[Record | Issue]:
    """Limit the issues: those beyond the first are counted."""
    issues = 0
    for item in found:
        issues += isinstance(item, Issue)
        if issues <= MAX_ISSUES or isinstance(item, Record):
            yield item
    if issues > MAX_ISSUES:
        yield Issue(f"There are {issues - MAX_ISSUES} further issues of this table; they are not listed.")


def table_records(
    source: Source, header: TableHeader, found: Iterator[LocatedRow], maps: tuple[ExportDefinition, ...]
) -> Iterator[Record | Issue]:
    """Yield the records of a table's rows.

    Args:
        source: the file.
        header: the names of its columns.
        found: its rows.
        maps: the user's definitions.
    """
    definition = find(frozenset(header.plain), source.path, maps)
    if definition is None and flat_records.are_in(header.names):
        yield from flat_records.read(source.path, header, found)
        return
    times: tuple[ZonedColumn, ...] = ()
    if definition is None:
        yield Issue(UNKNOWN)
    if definition is None or not definition.source.required:
        start = list(islice(found, _LOOK_TIMES))
        times = _time_columns(header, start)
        found = chain(start, found)
    as_found = RowsAsFound(source.name, header, times, definition)
    known = KnownRows(definition, header) if definition is not None and definition.source.required else None
    end = 0
    for number, row in enumerate(found):
        if definition is None and number >= MAX_UNKNOWN_ROWS:
            rest = f"the last {source.size - end} bytes were not read"
            yield Issue(f"The table is not known, and has more than {MAX_UNKNOWN_ROWS} rows: {rest}.", row.locator)
            return
        end = row.end
        if issue := row.issue or _misfit(header, row):
            yield Issue(f"A row of the table cannot be read: {issue}.", row.locator, row.excerpt)
            continue
        if row.encoding_issue:
            yield Issue(f"{row.encoding_issue}.", row.locator, row.excerpt)
        values = header.given(row)
        if not values:
            continue
        if known is None:
            yield as_found.record(row, values)
        else:
            yield from known.findings(row, values)


def _misfit(header: TableHeader, row: LocatedRow) -> str:
    """Why a row's values do not fit the column names. Extra empty values are allowed."""
    expected, count = len(header.names), len(row.values)
    if count == expected or (count > expected and not any(row.values[expected:])):
        return ""
    return f"it has {count} values under {expected} names"


def _time_columns(header: TableHeader, start: list[LocatedRow]) -> tuple[ZonedColumn, ...]:
    """The columns whose values in the first rows are times; at most 8."""
    given = [header.given(row) for row in start if not row.issue and not _misfit(header, row)]
    columns = (time_column(name, [values[name] for values in given if name in values]) for name in header.names)
    return tuple(islice(filter(None, columns), _MAX_TIMES))
