"""Answers in the cache of iOS and macOS apps: with their address and the time at which they were stored."""

from __future__ import annotations

import json
from collections.abc import Callable

from parsers.databases.sqlite_tables import SqliteTables
from parsers.parser import Source
from parsers.record import Issue, Record

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]

ADDRESS = "https://alexa.amazon.de/api/notifications/createReminder"
FILE = "1B2C3D4E-0000-4000-8000-0123456789AB"
ALARM = {
    "alarmTime": 1704101038009, "createdDate": 1704101037009, "deviceSerialNumber": "G000SAMPLE000001",
    "deviceType": "A0SAMPLETYPE1", "id": "x", "notificationIndex": "x", "status": "ON", "type": "Alarm",
}  # fmt: skip
TABLES = (
    "CREATE TABLE cfurl_cache_response(entry_ID INTEGER PRIMARY KEY AUTOINCREMENT UNIQUE, version INTEGER, hash_value"
    " INTEGER, storage_policy INTEGER, request_key TEXT UNIQUE, time_stamp NOT NULL DEFAULT CURRENT_TIMESTAMP,"
    " partition TEXT)",
    "CREATE TABLE cfurl_cache_receiver_data(entry_ID INTEGER PRIMARY KEY, isDataOnFS INTEGER, receiver_data BLOB)",
    *(
        (
            "INSERT INTO cfurl_cache_response VALUES (?, 0, ?, 0, ?, '2024-01-01 09:24:00', NULL)",
            (number, number, address),
        )
        for number, address in enumerate((ADDRESS, "https://alexa.amazon.de/api/x", "https://example.org/y"), 1)
    ),
    ("INSERT INTO cfurl_cache_receiver_data VALUES (1, 0, ?)", (json.dumps(ALARM).encode(),)),
    ("INSERT INTO cfurl_cache_receiver_data VALUES (2, 1, ?)", (FILE.encode(),)),
    ("INSERT INTO cfurl_cache_receiver_data VALUES (3, 0, ?)", (b"{}",)),
)


def test_an_answer_and_one_in_a_file_are_read_and_others_left(make_database: Make, source_in: SourceIn) -> None:
    source = source_in(make_database(*TABLES))
    parser = SqliteTables()
    assert parser.claims(source)
    found = list(parser.parse(source))
    assert [item for item in found if isinstance(item, Issue)] == []
    alarm, beside = (item for item in found if isinstance(item, Record))
    assert (alarm.data_type, alarm.device_serial) == ("alexa:cloud:notification", "G000SAMPLE000001")
    assert alarm.fields["cache_recorded_time"] == "2024-01-01 09:24:00"
    assert (beside.data_type, beside.fields["body_file"]) == ("alexa:web:cached", f"fsCachedData/{FILE}")
    assert [(time.recorded, time.timestamp) for time in beside.timestamps] == [
        ("2024-01-01 09:24:00", 1704101040000000)
    ]
