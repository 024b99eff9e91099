"""KML, held against the schema of the OGC and read by lxml."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from pykml.parser import Schema

from echoforensics.case.exhibits.row import Row
from echoforensics.export.about import Written
from echoforensics.export.kml import places

Export = Callable[..., Written]
NAMES = {"k": "http://www.opengis.net/kml/2.2", "atom": "http://www.w3.org/2005/Atom"}


def test_places_are_points_with_their_rows(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    written = write(tmp_path / "x.kml", local="Europe/Amsterdam")
    document = etree.parse(tmp_path / "x.kml")
    Schema("ogckml22.xsd").assertValid(document)
    marks = document.findall(".//k:Placemark", NAMES)
    assert written == (len(marks), len(all_rows) - 2, "no place in the record")
    found = {
        (mark.findtext("k:Point/k:coordinates", "", NAMES), mark.findtext("k:TimeStamp/k:when", "", NAMES))
        for mark in marks
    }
    assert found == {
        ("4.899431,52.379189", "2024-03-09T22:40:07.000000+00:00"),
        ("-70.25,-33.5", "2024-03-09T22:40:07.000000+00:00"),
    }
    rows = {row["exhibit"]: row for row in all_rows}
    for mark in marks:
        row = rows[mark.get("id")]
        assert mark.findtext("k:description", "", NAMES) == row["message"]
        assert mark.findtext("k:ExtendedData/k:Data[@name='locator']/k:value", "", NAMES) == row["locator"]
    assert document.findtext(".//atom:name", "", NAMES) == "E. Xaminer & <Söhne>"
    assert "Zone of times: UTC and Europe/Amsterdam" in document.findtext(".//k:description", "", NAMES)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"latitude": 1, "longitude": 2.5}, [(1.0, 2.5)]),
        ({"where": [{"lat": "-1", "lng": "2"}]}, [(-1.0, 2.0)]),
        ({"latitude": 91, "longitude": 0}, []),
        ({"latitude": "nan", "longitude": 0}, []),
        ({"latitude": None, "longitude": 0}, []),
        ({"latitude": True, "longitude": 0}, []),
        ({"latitude": 1}, []),
        ({"latency": 1}, []),
    ],
)
def test_places(fields: object, expected: list[tuple[float, float]]) -> None:
    assert list(places(json.dumps(fields))) == expected
