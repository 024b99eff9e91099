"""Writes KML 2.2 (OGC 07-147r2): the places in records as points on a map, each with its time and exhibit.

A place is a latitude and longitude stored in a record. Other rows are omitted.

References:
    https://www.ogc.org/standard/kml/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from echoforensics.case.row_query import count, rows_by_file
from echoforensics.export.about import AboutExport, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import FileRow, Query
    from echoforensics.export.jsonl import Writable

#: Fields that hold a latitude and a longitude, in degrees.
_FIELDS = (("latitude", "longitude"), ("latitudeInDegrees", "longitudeInDegrees"), ("lat", "lon"), ("lat", "lng"))
#: The row columns shown for a point besides time and message.
_SHOWN = (
    "data_type", "timestamp_desc", "recorded_time", "clock", "device_serial", "account", "person", "evidence", "path",
    "locator", "sha256",
)  # fmt: skip
#: Characters that XML 1.0 cannot contain are written out.
_REFUSED = {mark: f"\\x{mark:02x}" for mark in range(32) if chr(mark) not in "\t\n\r"} | {
    0xFFFE: "\\ufffe",
    0xFFFF: "\\uffff",
}


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the requested rows that hold a place.

    Args:
        case: the case.
        query: selects the rows.
        stream: the output.
        about: the description in the document.
    """
    author = f"<atom:author><atom:name>{_text(about.examiner)}</atom:name></atom:author>" if about.examiner else ""
    stated = "; ".join(f"{name}: {text}" for name, text in about.facts().items())
    stream.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:atom="http://www.w3.org/2005/Atom">\n<Document>\n'
        f"<name>{_text(about.title)}</name>{author}<description>{_text(stated)}</description>\n"
    )
    placed = 0
    for row in rows_by_file(case.store, query):
        for latitude, longitude in places(row["fields"]):
            stream.write(_placemark(row, latitude, longitude))
            placed += 1
            break
    stream.write("</Document>\n</kml>\n")
    without = count(case.store, query) - placed
    return Written(placed, without, "no place in the record" if without else "")


def places(fields: str) -> Iterator[tuple[float, float]]:
    """Yield the latitudes and longitudes in a record's fields, in degrees.

    Args:
        fields: the record's other fields, as JSON.
    """
    if '"lat' not in fields:
        return
    for found in _objects(json.loads(fields)):
        for names in _FIELDS:
            latitude, longitude = (_degrees(found.get(name)) for name in names)
            if latitude is not None and longitude is not None and abs(latitude) <= 90 and abs(longitude) <= 180:
                yield latitude, longitude


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    pending = [value]
    while pending:
        found = pending.pop()
        if isinstance(found, dict):
            yield found
            pending += found.values()
        elif isinstance(found, list):
            pending += found


def _degrees(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _placemark(row: FileRow, latitude: float, longitude: float) -> str:
    time = f"<TimeStamp><when>{row['datetime']}</when></TimeStamp>" if row["datetime"] is not None else ""
    values = {name: value for name, value in row.items() if name in _SHOWN and value is not None}
    data = "".join(f"<Data name={quoteattr(name)}><value>{_text(str(values[name]))}</value></Data>" for name in values)
    # The elements follow the order of the schema.
    return (
        f"<Placemark id={quoteattr(row['exhibit'])}><name>{_text(row['exhibit'])}</name>"
        f"<description>{_text(row['message'])}</description>{time}<ExtendedData>{data}</ExtendedData>"
        f"<Point><coordinates>{longitude!r},{latitude!r}</coordinates></Point></Placemark>\n"
    )


def _text(text: str) -> str:
    return escape(text.translate(_REFUSED))
