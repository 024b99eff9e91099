"""A case with rows that are hard to write: long texts, markup, characters that formats use themselves, places."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.export.about import Written
from echoforensics.export.output import Target, export
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract
from echoforensics.zones import zone

#: Recognised texts, each of which some format has a use of its own for.
TEXTS = (
    "=1+1", "'quoted", "a|b|%7C|%", "one\ntwo\r\nthree", "<r><t>markup</t></r>", "_x0041_", "þ in Reykjavík ®",
    "a\u0014b", 'say "so", comma; semicolon', "é 日本 🙂", "https://example.com/", "0012", "\x01\x1b[31m", "x" * 40_000,
)  # fmt: skip
PLACES = (("52.379189", "4.899431"), ("-33.5", "-70.25"))

Export = Callable[..., Written]


def _activity(number: int, text: str) -> dict[str, Any]:
    summary = json.dumps({"summary": text})
    return {
        "_disambiguationId": None, "activityStatus": "SUCCESS",
        "creationTimestamp": 1710024007007 + 86_400_000 * number,
        "description": summary, "domainAttributes": None, "domainType": None, "id": f"A#{number}", "intentType": None,
        "registeredCustomerId": "AHOUSEHOLD", "utteranceId": None, "version": 1,
        "sourceDeviceIds": [{"deviceAccountId": None, "deviceType": "ATYPE", "serialNumber": "G0TEST000001"}],
    }  # fmt: skip


@pytest.fixture(scope="session")
def hard_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case folder."""
    folder = tmp_path_factory.mktemp("hard")
    source = folder / "export"
    source.mkdir()
    activities = [_activity(number, text) for number, text in enumerate(TEXTS)]
    activities.append(_activity(0, "no time") | {"creationTimestamp": None})
    pair = {"request": "/api/activities?size=50", "response": {"activities": activities, "startDate": None}}
    (source / "traffic.json").write_text(json.dumps([pair]), encoding="utf-8")
    with (source / "Geolocations.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("eventDate", "latitudeInDegrees", "longitudeInDegrees", "deviceSerialNumber"))
        for latitude, longitude in PLACES:
            table.writerow(("2024-03-09T22:40:07Z", latitude, longitude, "G0TEST000001"))
    options = Options("E. Xaminer & <Söhne>", "Laboratory", "T-1", "", argv=("test",))
    extract([source], folder / "case", None, options, lambda *_: None)
    return folder / "case"


@pytest.fixture
def opened(hard_case: Path) -> Iterator[Case]:
    """The case, opened."""
    with Case.open(hard_case) as case:
        yield case


@pytest.fixture
def all_rows(opened: Case) -> list[Row]:
    """Its rows."""
    found = list(opened.rows())
    assert {text for text in TEXTS if len(text) < 1000} <= {row["transcript"] for row in found}
    return found


@pytest.fixture
def write(opened: Case) -> Export:
    """Exports rows of the case to a path, as the command does."""

    def export_it(
        path: Path, form: str | None = None, query: Query | None = None, local: str = "", **how: Any
    ) -> Written:
        return export(opened, query or Query(), Target.of(path, form, **how), zone(local))

    return export_it
