"""The time of every row, in every format that psort writes without a server, and as the rows have it."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dfdatetime.filetime import Filetime
from dfdatetime.interface import DateTimeValues
from dfdatetime.java_time import JavaTime
from dfdatetime.posix_time import PosixTimeInMicroseconds, PosixTimeInNanoseconds
from plaso.output.formatting_helper import FieldFormattingHelper
from plaso.output.manager import OutputManager

QUIET = ("-q", "--status_view", "none", "--logfile", "plaso.log")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1710024007
#: Day 0 of a spreadsheet is 1899-12-30.
_DAYS_TO_1970 = 25569
#: Fractions of a second of activities, in milliseconds.
_MILLISECONDS = (0, 1, 7, 10, 70, 99, 100, 101, 700, 999)
#: No time is known, or plaso was given 0.
_NONE = "0000-00-00T00:00:00.000000+00:00"

Run = Callable[..., Any]
Times = Counter[str]


def _activity(milliseconds: int) -> dict[str, Any]:
    when = _SECOND * 1000 + milliseconds
    return {
        "activityStatus": "SUCCESS", "creationTimestamp": when, "description": json.dumps({"summary": "alexa stop"}),
        "id": f"AFRACTION#{when}#AB72C64C86AW2#B0FRACTION000001", "registeredCustomerId": "AFRACTION",
        "sourceDeviceIds": [{"deviceType": "AB72C64C86AW2", "serialNumber": "B0FRACTION000001"}], "utteranceId": None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def fractions(
    tmp_path_factory: pytest.TempPathFactory, demo_evidence: Path, extract_to: Callable[[Path, Path], None]
) -> Path:
    """A folder with a case of the sample evidence's folder, and of activities in each fraction of a second."""
    folder = tmp_path_factory.mktemp("fractions")
    shutil.copytree(demo_evidence, folder / "source")
    answer = {"activities": [_activity(fraction) for fraction in _MILLISECONDS], "startDate": None}
    (folder / "source" / "activities.json").write_text(json.dumps(answer))
    extract_to(folder, folder / "source")
    return folder


def _iso(timestamp: int | None) -> str:
    return (_EPOCH + timedelta(microseconds=timestamp)).isoformat(timespec="microseconds") if timestamp else _NONE


def _of_lines(path: Path) -> Times:
    return Counter(_iso(json.loads(line)["timestamp"]) for line in path.read_text("utf-8").splitlines())


def _of_json(path: Path) -> Times:
    return Counter(_iso(event["timestamp"]) for event in json.loads(path.read_text("utf-8")).values())


def _of_dynamic(path: Path) -> Times:
    with path.open(encoding="utf-8", newline="") as stream:
        return Counter(row["datetime"] for row in csv.DictReader(stream))


def _of_tln(path: Path) -> Times:
    descriptions = [line.split("|")[4] for line in path.read_text("utf-8").splitlines()[1:]]
    return Counter(description.partition(";")[0] for description in descriptions)


def _of_rawpy(path: Path) -> Times:
    found = re.findall(r"^\[Timestamp\]:\n  (\S+)", path.read_text("utf-8"), re.MULTILINE)
    return Counter(_NONE if text.startswith("1970-01-01T00:00:00") else text for text in found)


def _of_xlsx(path: Path) -> Times:
    """A spreadsheet keeps days since the end of 1899 as a float: that is good for milliseconds."""
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    days = re.findall(r'<c r="A\d+" s="\d+"><v>([^<]+)</v>', sheet)
    milliseconds = [round((float(value) - _DAYS_TO_1970) * 86_400_000) for value in days]
    return Counter(_as_xlsx(_iso(value * 1000)) for value in milliseconds)


def _of_l2tcsv(path: Path) -> Times:
    with path.open(encoding="utf-8", newline="") as stream:
        return Counter(f"{row['date']} {row['time']}" for row in csv.DictReader(stream))


def _as_l2tcsv(text: str) -> str:
    return "00/00/0000 --:--:--" if text == _NONE else f"{text[5:7]}/{text[8:10]}/{text[:4]} {text[11:19]}"


def _as_xlsx(text: str) -> str:
    when = datetime.fromisoformat(text) + timedelta(microseconds=500) if text != _NONE else None
    return when.isoformat(timespec="milliseconds")[:23] if when else text


#: By format: how its times are read, and how a row's time is to be in it.
_FORMATS: dict[str, tuple[Callable[[Path], Times], Callable[[str], str]]] = {
    "dynamic": (_of_dynamic, str),
    "json": (_of_json, str),
    "json_line": (_of_lines, str),
    "l2tcsv": (_of_l2tcsv, _as_l2tcsv),
    "l2ttln": (_of_tln, str),
    "rawpy": (_of_rawpy, str),
    "tln": (_of_tln, str),
    "xlsx": (_of_xlsx, _as_xlsx),
}
#: Formats without a time, or that need a server.
_OTHERS = {"kml", "null", "opensearch", "opensearch_ts"}


def test_every_format_is_looked_at() -> None:
    assert {name for name, _ in OutputManager.GetOutputClasses()} == {*_FORMATS, *_OTHERS}


@pytest.mark.parametrize("form", sorted(_FORMATS))
def test_times_are_those_of_the_rows(form: str, python: Run, fractions: Path, tmp_path: Path) -> None:
    shutil.copy(fractions / "store.plaso", tmp_path / "x.plaso")
    target = tmp_path / f"out.{form}"
    python("-m", "echoforensics", "psort", *QUIET, "-o", form, "-w", target.name, "x.plaso")
    rows = [json.loads(line) for line in (fractions / "rows.jsonl").read_text("utf-8").splitlines()]
    times = [_iso(row["timestamp"]) for row in rows]
    assert {_iso(_SECOND * 10**6 + fraction * 1000) for fraction in _MILLISECONDS} <= set(times)
    read, as_written = _FORMATS[form]
    assert read(target) == Counter(map(as_written, times))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (PosixTimeInMicroseconds(timestamp=_SECOND * 10**6 + 7), "2024-03-09T22:40:07.000007+00:00"),
        (PosixTimeInMicroseconds(timestamp=_SECOND * 10**6 + 123456), "2024-03-09T22:40:07.123456+00:00"),
        (JavaTime(timestamp=_SECOND * 1000 + 7), "2024-03-09T22:40:07.007000+00:00"),
        (PosixTimeInNanoseconds(timestamp=_SECOND * 10**9 + 7000), "2024-03-09T22:40:07.000007+00:00"),
        (PosixTimeInNanoseconds(timestamp=_SECOND * 10**9 + 40), "2024-03-09T22:40:07.000000+00:00"),
        (Filetime(timestamp=(_SECOND + 11644473600) * 10**7 + 999_999), "2024-03-09T22:40:07.100000+00:00"),
        (PosixTimeInMicroseconds(timestamp=-1_500_000), "1969-12-31T23:59:58.500000+00:00"),
        (PosixTimeInMicroseconds(timestamp=-1), "1969-12-31T23:59:59.999999+00:00"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_times_of_any_unit_and_zone(value: DateTimeValues, expected: str, zone: str) -> None:
    event = SimpleNamespace(date_time=value, timestamp=value.GetPlasoTimestamp())
    mediator = SimpleNamespace(dynamic_time=False, time_zone=ZoneInfo(zone))
    written = FieldFormattingHelper()._FormatDateTime(mediator, event, None, None)
    assert datetime.fromisoformat(written) == datetime.fromisoformat(expected)
    assert len(written) == len(expected)
    assert event.date_time is value


def test_with_dynamic_time_plaso_writes_the_value_s_own_precision() -> None:
    value = JavaTime(timestamp=_SECOND * 1000 + 7)
    event = SimpleNamespace(date_time=value, timestamp=value.GetPlasoTimestamp())
    mediator = SimpleNamespace(dynamic_time=True, time_zone=ZoneInfo("UTC"))
    written = FieldFormattingHelper()._FormatDateTime(mediator, event, None, None)
    assert written == "2024-03-09T22:40:07.007+00:00"
