"""Columns of unknown tables that hold times, and tables of flattened records."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from parsers.alexa_export.csv_file import AlexaExportCsv
from parsers.alexa_export.time_column import time_column
from parsers.parser import Source
from parsers.record import Issue, Record

AT = datetime(2024, 3, 9, 21, 14, 23, tzinfo=UTC)
ID = "A2U21SRK4QGSE1:1.0/2024/03/09/21/G000SAMPLE000001/14:23::TNIH_2V.0a1b2c3d-0000-4000-8000-000000000002ZXV"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Request Time (UTC)", "2024-03-09 21:14:23"), ("timestamp_utc", "2024-03-09T21:14:23"),
        ("createdAtUtc", "2024-03-09 21:14:23"), ("Created (UTC+1)", "2024-03-09 22:14:23"),
        ("Time [GMT-03:30]", "2024-03-09 17:44:23"), ("UTC", "2024-03-09T16:14:23-05:00"),
        ("when", "2024-03-09T22:14:23+01:00"), ("timestamp", "1710018863000"), ("created", "1710018863"),
        ("Zeit (UTC)", "09.03.2024 21:14:23"),
    ],
)  # fmt: skip
def test_the_zone_may_be_that_of_the_name(name: str, value: str) -> None:
    column = time_column(name, [value])
    assert column is not None
    found = column.timestamp(value)
    assert found is not None
    assert (found.timestamp, found.recorded) == (int(AT.timestamp()) * 1_000_000, value)
    assert f'The column is named "{name}"' in found.note


def test_a_date_of_a_spreadsheet_is_days() -> None:
    column = time_column("Start Time (UTC)", ["45352.5"])
    found = column.timestamp("45352.5") if column else None
    assert found is not None
    assert found.timestamp == int(datetime(2024, 3, 1, 12, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UTC Offset", "+01:00"), ("serial", "1710018863000"), ("timestamp", "17100"), ("Request Time (UTC)", "soon"),
        ("Request Time", "2024-03-09 21:14:23"),
        ("Butch", "2024-03-09 21:14:23"), ("time", ""), ("timestamp", "9" * 200),
    ],
)  # fmt: skip
def test_other_columns_are_none_of_times(name: str, value: str) -> None:
    assert time_column(name, [value]) is None


def _table(*rows: list[object]) -> Source:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return Source.of(text.getvalue().encode(), "history.csv")


def test_an_unknown_table_gives_the_utterance_and_its_text() -> None:
    source = _table(["timestamp", "utteranceId", "transcriptText"], [1710018867321, ID, "licht an"])
    assert AlexaExportCsv().claims(source)
    record = next(item for item in AlexaExportCsv().parse(source) if isinstance(item, Record))
    assert (record.utterance_id, record.transcript, record.device_serial) == (ID, "licht an", "G000SAMPLE000001")
    assert [time.timestamp for time in record.timestamps] == [1710018867321000, int(AT.timestamp()) * 1_000_000]
    assert record.keys == ("utterance:0a1b2c3d-0000-4000-8000-000000000002",)


@pytest.mark.parametrize("index", [".{}.", "[{}].", "/{}/"])
def test_rows_of_flattened_records_are_records(index: str) -> None:
    inner = [
        f"voiceHistoryRecordItems{index.format(0)}{name}"
        for name in ("recordItemType", "utteranceId", "transcriptText")
    ]
    source = _table(
        ["recordKey", "recordType", "timestamp", *inner, "personsInfo"],
        [
            "A3#1710018867321#A2U21SRK4QGSE1#G000SAMPLE000001",
            "VOICE_HISTORY",
            1710018867321,
            "CUSTOMER_TRANSCRIPT",
            ID,
            "licht an",
            "[]",
        ],
        ["only", "two"],
    )
    assert AlexaExportCsv().claims(source)
    found = list(AlexaExportCsv().parse(source))
    records = [item for item in found if isinstance(item, Record)]
    assert [(each.data_type, each.transcript, each.locator) for each in records][:1] == [
        ("alexa:cloud:history", "licht an", "line:2")
    ]
    assert {time.timestamp for time in records[0].timestamps} == {1710018867321000, int(AT.timestamp()) * 1_000_000}
    assert all(issue.locator.startswith("line:3") for issue in found if isinstance(issue, Issue))


def test_a_cell_may_hold_an_answer_too() -> None:
    answer = json.dumps({"summary": "licht an"})
    source = _table(["activityStatus", "creationTimestamp", "description"], ["SUCCESS", 1710018867321, answer])
    (record,) = (item for item in AlexaExportCsv().parse(source) if isinstance(item, Record))
    assert (record.data_type, record.transcript) == ("alexa:cloud:activity", "licht an")
