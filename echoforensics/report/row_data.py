"""Writes the rows as scripts, because a page opened from a disk may load scripts but not fetch data.

An index holds the columns that rows are filtered by. A script holds up to :data:`CHUNK` rows, column by column, and is
loaded when rows are viewed or searched. Where few values recur, such as paths and hashes, each is written once and the
rows refer to it by number.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from echoforensics.case.redactions.redacted_case import RedactedCase
from echoforensics.case.row_query import rows_with_fields
from echoforensics.report.markup import script_string
from echoforensics.report.row_bytes import RowBytes
from echoforensics.report.row_index import RowIndex

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import FileRow
    from echoforensics.report.report_part import ReportPart
    from echoforensics.report.row_summary import RowSummary
    from echoforensics.report.words.language import Language

#: How many rows go into one script.
CHUNK = 2000
#: A row's data besides its place in the index. ``micro`` is the microseconds within its second: a browser's numbers are
#: not precise enough for microseconds since 1970.
COLUMNS = (
    "exhibit", "micro", "timestamp_desc", "message", "data_type", "clock", "recorded_time", "time_note",
    "device_serial", "device_type", "account", "person", "utterance_id", "transcript", "recording", "evidence", "path",
    "locator", "sha256", "parser", "parser_version", "state", "interaction", "places", "corroborated_by", "record",
    "fields",
)  # fmt: skip


def write_rows(case: Case, folder: Path, part: ReportPart, words: Language) -> RowSummary:
    """Write the index, the rows and their bytes. Returns the summary of the rows. Raises OSError."""
    index, content = RowIndex(case.store, whole=part.whole), _bytes_of(case)
    written = _wanted(case, part)
    number = 0
    while chunk := list(islice(written, CHUNK)):
        for row in chunk:
            index.add(row)
        script = f"REPORT.rows({number}, JSON.parse({script_string(_columns(chunk, part))}));\n"
        (folder / f"rows-{number:04}.js").write_text(script, encoding="utf-8")
        found = script_string([content.of(row) for row in chunk])
        (folder / f"bytes-{number:04}.js").write_text(
            f"REPORT.bytes({number}, JSON.parse({found}));\n", encoding="utf-8"
        )
        number += 1
    packed = script_string(index.as_json(words))
    (folder / "index.js").write_text(f"REPORT.index(JSON.parse({packed}));\n", encoding="utf-8")
    return index.summary


def _bytes_of(case: Case) -> RowBytes:
    if isinstance(case, RedactedCase):
        return RowBytes(case.vault, may_be_shown=case.may_show)
    return RowBytes(case.vault)


def _wanted(case: Case, part: ReportPart) -> Iterator[FileRow]:
    return (row for row in rows_with_fields(case.store, part.query) if part.includes(row["exhibit"]))


def _columns(chunk: list[FileRow], part: ReportPart) -> dict[str, Any]:
    shown = [_shown(row, part) for row in chunk]
    return {"length": len(chunk), **{name: _column([row[name] for row in shown]) for name in COLUMNS}}


def _shown(row: FileRow, part: ReportPart) -> dict[str, Any]:
    """Return a row with its time split up for the page."""
    micro = None if row["timestamp"] is None or row["datetime"] is None else row["timestamp"] % 1_000_000
    return {**row, "micro": micro, "corroborated_by": " ".join(filter(part.includes, row["corroborated_by"]))}


def _column(values: list[Any]) -> list[Any] | dict[str, list[Any]]:
    """Encode a column: its values or, if they recur, ``of`` (each value once) and ``at`` (which one, per row)."""
    places = {value: place for place, value in enumerate(dict.fromkeys(values))}
    if len(places) > len(values) // 2:
        return values
    return {"of": list(places), "at": [places[value] for value in values]}
