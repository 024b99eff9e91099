"""Each definition of a table, on a database with one row of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from parsers.databases.sqlite_tables import SqliteTables
from parsers.parser import Source
from parsers.record import Issue, Record

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]

MS, US = 1500271959818, 1500271959818000
WEBKIT = US + 11_644_473_600_000_000


@dataclass(frozen=True)
class Case:
    """A table, its row, and what is to be read."""

    table: str
    row: dict[str, object]
    data_type: str
    message: str
    times: tuple[tuple[str, int | None], ...] = ()
    secret: str = ""
    columns: tuple[tuple[str, str], ...] = ()


CASES = {
    "echo_alarms": Case(
        "Notifications",
        {"id": "a-1", "client": "AlexaAlarm", "type": "Alarm", "time": MS, "earcon": "x", "is_dynamic": 0},
        "echo:state:alarm",
        'The device keeps an entry of type "Alarm" for "AlexaAlarm", with the id a-1.',
        (("Scheduled to start", US),),
    ),
    "echo_retained_events": Case(
        "RetainedEvents", {"id": "e-1", "client": "alarmd"}, "echo:state:retained_event",
        'The alarm service keeps an event e-1 for "alarmd".',
    ),
    "echo_gadgets": Case(
        "device_info",
        {"mac_address": "AA:BB:CC:DD:EE:FF", "dsn": "G0X", "device_type": "T1", "device_name": "Remote"},
        "echo:state:gadget",
        'The device keeps a gadget named "Remote", address AA:BB:CC:DD:EE:FF, serial number G0X.',
        columns=(("device_serial", "G0X"), ("device_type", "T1")),
    ),
    "echo_gadget_settings": Case(
        "device_settings", {"dsn": "G0X", "device_type": "T1", "settings_json": '{"volume": 3}'},
        "echo:state:gadget_setting", "The device keeps settings of the gadget with the serial number G0X.",
    ),
    "echo_session_keys": Case(
        "deviceData",
        {"keyID": 4, "state": 1, "currentMasterKey": "topsecret", "currentSessionKey": "k", "clientTimestamp": 1,
         "serverTimestamp": 2},
        "echo:state:session_key", "The device keeps the session keys number 4, in state 1.", secret="topsecret",
    ),
    "android_notification_log": Case(
        "log", {"_id": 1, "event_type": 1, "event_time_ms": MS, "pkg": "com.amazon.dee.app", "when_ms": 0},
        "echo:event:notification",
        "The notification log records an event of type 1 for a notification of com.amazon.dee.app.",
        (("Recorded Time", US),),
    ),
    "android_calendar": Case(
        "Events",
        {"_id": 1, "calendar_id": 1, "title": "Dentist", "dtstart": MS, "dtend": None, "eventTimezone": "UTC",
         "eventLocation": ""},
        "echo:state:calendar_event", 'The calendar holds an entry "Dentist", at no place given.',
        (("Scheduled to start", US),),
    ),
    "app_remote_configuration": Case(
        "configuration", {"id": 1, "timestamp": MS, "json": '{"a": 1}'}, "alexa:app:configuration",
        "The app keeps a configuration that it fetched.", (("Last Update Time", US),),
    ),
    "app_locations": Case(
        "locations_v2", {"createdOn": MS, "longitude": -0.1, "latitude": 51.5, "timezoneId": "UTC", "updatedOn": MS},
        "alexa:app:location", "The app keeps a place at latitude 51.5, longitude -0.1, zone UTC.",
        (("Creation Time", US), ("Update Time", US)),
    ),
    "ios_messages": Case(
        "ZMESSAGEENTITY",
        {"ZMESSAGETIME": "2017-07-17T06:12:39.818Z", "ZMESSAGEBODY": "call me", "ZMESSAGETYPE": "message/text"},
        "alexa:app:message", 'The app keeps a message of type message/text: "call me".', (("Sent Time", US),),
        columns=(("transcript", "call me"),),
    ),
    "ios_backup_files": Case(
        "Files",
        {"fileID": "ab" * 20, "domain": "AppDomain-com.amazon.echo", "relativePath": "Documents/LocalData.sqlite",
         "flags": 1, "file": b"bplist00"},
        "alexa:app:backup_file",
        f"The backup keeps Documents/LocalData.sqlite of AppDomain-com.amazon.echo under the name {'ab' * 20}.",
    ),
    "web_downloads": Case(
        "downloads",
        {"id": 1, "target_path": "C:\\x.zip", "start_time": WEBKIT, "end_time": WEBKIT + 1, "received_bytes": 9,
         "tab_url": "https://www.amazon.com/hz/privacy-central/data-requests"},
        "alexa:web:download",
        "The browser records a download to C:\\x.zip from https://www.amazon.com/hz/privacy-central/data-requests,"
        " of 9 bytes.",
        (("Start Time", US), ("End Time", US + 1)),
    ),
    "web_logins": Case(
        "logins",
        {"origin_url": "https://www.amazon.com/ap/signin", "username_value": "betty", "password_value": b"\x01\x02",
         "date_created": WEBKIT},
        "alexa:web:login",
        "The browser keeps a log-in for https://www.amazon.com/ap/signin with the name betty.",
        (("Creation Time", US),), columns=(("account", "betty"),),
    ),
    "web_firefox_cookies": Case(
        "moz_cookies",
        {"id": 1, "name": "at-main", "value": "topsecret", "host": ".amazon.com", "expiry": 1, "lastAccessed": US,
         "creationTime": US - 1},
        "alexa:web:cookie", "The browser keeps the cookie at-main of .amazon.com.",
        (("Creation Time", US - 1), ("Last Access Time", US)), secret="topsecret",
    ),
    "app_map_v1_tokens": Case(
        "tokens",
        {"token_account_id": "A1", "token_key": "com.amazon.dcp.sso.token.x", "token_value": "topsecret",
         "token_timestamp": MS},
        "alexa:app:account_data", "The account store keeps the token com.amazon.dcp.sso.token.x.",
        (("Content Modification Time", US),), "topsecret", (("account", "A1"),),
    ),
    "app_map_v1_userdata": Case(
        "userdata",
        {"userdata_account_id": "A1", "userdata_key": "k", "userdata_value": "topsecret", "userdata_timestamp": MS},
        "alexa:app:account_data", "The account store keeps k for an account.",
        (("Content Modification Time", US),), "topsecret", (("account", "A1"),),
    ),
    "app_map_v1_accounts": Case(
        "accounts", {"display_name": "Betty", "directed_id": "A1", "account_timestamp": MS}, "alexa:app:account",
        'The account store names the account A1, shown as "Betty".', (("Content Modification Time", US),),
        columns=(("account", "A1"), ("person", "Betty")),
    ),
    "app_map_v1_device_data": Case(
        "device_data",
        {"device_data_namespace": "n", "device_data_key": "k", "device_data_value": "topsecret",
         "device_data_timestamp": MS},
        "alexa:app:account_data", "The account store keeps k of n for the device.",
        (("Content Modification Time", US),), "topsecret",
    ),
    "app_map_v2_accounts": Case(
        "accounts", {"_id": 1, "directed_id": "A1", "display_name": "Betty"}, "alexa:app:account",
        'The account store names the account A1, shown as "Betty".',
        columns=(("account", "A1"), ("person", "Betty")),
    ),
    "app_map_v2_key": Case(
        "encryption_data",
        {"encryption_data_key": "key_encryption_secret", "encryption_data_value": "topsecret"},
        "alexa:app:account_data",
        "The account store keeps, beside its values, an entry for their encryption: key_encryption_secret.",
        secret="topsecret",
    ),
    "cift_acquired_files_table": Case(
        "ACQUIRED_FILE",
        {"id": 1, "src_path": "https://x/api/cards", "saved_path": "a.json", "sha1": "ab" * 20,
         "saved_timestamp": "2018-01-01 00:00:00"},
        "alexa:app:acquired_file", "CIFT's database says that https://x/api/cards was saved as a.json.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_row(make_database: Make, source_in: SourceIn, name: str) -> None:
    case = CASES[name]
    columns = ", ".join(f'"{column}"' for column in case.row)
    places = ", ".join("?" for _ in case.row)
    files = make_database(
        f"CREATE TABLE {case.table} ({columns})",
        (f"INSERT INTO {case.table} VALUES ({places})", tuple(case.row.values())),
    )
    source = source_in(files)
    parser = SqliteTables()
    assert parser.claims(source)
    (found,) = parser.parse(source)
    assert isinstance(found, Record)
    assert (found.parser, found.data_type, found.message) == (name, case.data_type, case.message)
    assert tuple((timestamp.description, timestamp.timestamp) for timestamp in found.timestamps) == case.times
    assert {key: found.fields[key] for key in ("table", "row", "provenance")} == {
        "table": case.table, "row": found.fields["row"], "provenance": "live",
    }  # fmt: skip
    assert not case.secret or case.secret not in found.message
    for column, value in case.columns:
        assert getattr(found, column) == value
    assert set(case.row) <= set(found.fields)


def test_a_value_that_is_no_time_is_an_issue(make_database: Make, source_in: SourceIn) -> None:
    files = make_database(
        "CREATE TABLE Notifications (id, client, type, time, earcon)",
        "INSERT INTO Notifications VALUES ('a', 'b', 'c', 'soon', '')",
    )
    issue, record = SqliteTables().parse(source_in(files))
    assert isinstance(issue, Issue)
    assert issue.what == 'time: a number of ms is expected, not "soon".'
    assert isinstance(record, Record)
    assert record.timestamps == ()


def test_a_database_of_other_tables_is_not_claimed(make_database: Make, source_in: SourceIn) -> None:
    files = make_database("CREATE TABLE other (id, client, type, time, earcon)", name="some/other.db")
    assert not SqliteTables().claims(source_in(files, "some/other.db"))


def test_tables_not_known_in_the_folder_of_an_alexa_app_are_kept_as_they_stand(
    make_database: Make, source_in: SourceIn
) -> None:
    path = "data/data/com.amazon.dee.app/databases/comms-core-identity-database"
    files = make_database(
        "CREATE TABLE android_metadata (locale TEXT)", "INSERT INTO android_metadata VALUES ('en_US')",
        "CREATE TABLE identityv2_table (commsId TEXT, updated_at INTEGER, note BLOB)",
        ("INSERT INTO identityv2_table VALUES ('amzn1.comms.id.x', ?, x'0102')", (MS,)), name=path,
    )  # fmt: skip
    issue, record = SqliteTables().parse(source_in(files, path))
    assert isinstance(issue, Issue)
    assert issue.what == 'The table "identityv2_table" is not known; its rows were read as they stand.'
    assert isinstance(record, Record)
    assert record.data_type == "alexa:app:table_row"
    assert [(timestamp.description, timestamp.timestamp) for timestamp in record.timestamps] == [("Unknown Time", US)]
    assert str(record.fields["note"]).endswith(": 0102")
