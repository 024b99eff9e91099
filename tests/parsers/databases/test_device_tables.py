"""Tables of the AVS Device SDK, of an Echo without a screen, and of Android's accounts and settings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.databases.sqlite_tables import SqliteTables
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Make = Callable[..., dict[str, bytes]]
SourceIn = Callable[..., Source]
Rows = Callable[..., list[Record | Issue]]

US = 1710408960000000
ISO = "2024-03-14T09:36:00+0000"
TOKEN = "Atzr|IwEBIHcabcdefghijklmnopqrstuvwxyz0123456789"
EVENT = (
    '{"context": [], "event": {"header": {"namespace": "Alerts", "name": "AlertStarted", "messageId": "m-1"},'
    ' "payload": {"token": "tok-1"}}}'
)
#: Table, row, parser, data type, message, times, keys.
Case = tuple[str, dict[str, object], str, str, str, tuple[tuple[str, int | None], ...], tuple[str, ...]]
CASES: tuple[Case, ...] = (
    ("alertAssets", {"id": 1, "alert_id": 2, "avs_id": "a-1", "url": "https://x/a.mp3"}, "avs_alert_assets",
     "echo:avs:alert_asset", "The device keeps the sound a-1 of the alert number 2, from https://x/a.mp3.", (), ()),
    ("alertAssetPlayOrderItems", {"id": 1, "alert_id": 2, "asset_play_order_position": 0, "asset_play_order_token":
        "a-1"},
     "avs_alert_asset_order", "echo:avs:alert_asset",
     "The device keeps that the alert number 2 plays the sound a-1 at the place 0.", (), ()),
    ("offlineAlerts_v2", {"id": 1, "token": "tok-0", "scheduled_time_iso_8601": ISO, "event_time_iso_8601": ISO},
     "avs_offline_alerts", "echo:avs:offline_alert",
     "The device keeps of the alert tok-0 that it was stopped or sounded without a network.",
     (("Scheduled to start", US), ("Recorded Time", US)), ("alert:tok-0",)),
    ("offlineAlerts", {"id": 1, "token": "tok-0", "scheduled_time_iso_8601": ISO},
     "avs_offline_alerts", "echo:avs:offline_alert",
     "The device keeps of the alert tok-0 that it was stopped or sounded without a network.",
     (("Scheduled to start", US),), ("alert:tok-0",)),
    ("messages", {"id": 1, "message_text": EVENT}, "avs_undelivered_events", "echo:avs:undelivered_event",
     "The device keeps an event that it had not delivered to the service: Alerts.AlertStarted.", (), (
     "avs-message:m-1",)),
    ("notificationIndicators",
     {"persistVisualIndicator": 1, "playAudioIndicator": 0, "assetId": "a-1", "assetUrl": "https://x"},
     "avs_notification_indicators", "echo:avs:notification",
     "The device keeps a notification to be shown: light 1, sound 0, a-1.", (), ()),
    ("indicatorState", {"indicatorState": 1}, "avs_indicator_state", "echo:avs:notification",
     "The device keeps the state 1 of its light for notifications.", (), ()),
    ("deviceSettings", {"key": "SpeechRecognizer::wakeWordConfirmation", "value": '"TONE"', "status": "SYNCHRONIZED"},
     "avs_device_settings", "echo:avs:setting",
     'The device keeps the setting SpeechRecognizer::wakeWordConfirmation as "TONE"; SYNCHRONIZED.', (), ()),
    ("uuidMapping", {"uuid": "u-1", "mac": "AA:BB:CC:DD:EE:FF", "category": "PHONE"}, "avs_bluetooth",
     "echo:avs:bluetooth",
     "The device keeps the Bluetooth address AA:BB:CC:DD:EE:FF under the id u-1, category PHONE.", (),
     ("bluetooth:AA:BB:CC:DD:EE:FF",)),
    ("endpointConfigTable", {"endpointId": "e-1", "endpointConfig": "{}"}, "avs_endpoints", "echo:avs:endpoint",
     "The device keeps the endpoint e-1, as it told the service of it.", (), ()),
    ("assets", {"assetId": "system_alerts_atonal_02", "url": "https://x/a.mp3"}, "echo_headless_assets",
     "echo:state:alarm_sound",
     "The device keeps the sound system_alerts_atonal_02 for alarms, from https://x/a.mp3.", (), ()),
    ("accounts", {"_id": 1, "name": "Pat", "type": "com.amazon.account", "password": "topsecret"}, "android_accounts",
     "echo:account:android", 'Android keeps an account of the type com.amazon.account under the name "Pat".', (), ()),
    ("accounts", {"_id": 1, "name": "Pat", "type": "com.amazon.account",
                  "last_password_entry_time_millis_epoch": US // 1000}, "android_accounts",
     "echo:account:android", 'Android keeps an account of the type com.amazon.account under the name "Pat".',
     (("Last Used Time", US),), ()),
    ("system", {"_id": 1, "name": "volume_master_mute", "value": "1"}, "android_settings", "echo:state:android_setting",
     'Android keeps the setting volume_master_mute as "1".', (), ()),
    ("alerts_v3",
     {"id": 1, "token": "tok-1", "type": 2, "state": 2, "scheduled_time_unix": US // 1_000_000,
      "scheduled_time_iso_8601": ISO, "label": "pasta", "created_time_iso_8601": "2024-03-14T09:26:00+0000"},
     "avs_alerts", "echo:avs:alert", 'The device keeps a timer labelled "pasta", set.',
     (("Scheduled to start", US), ("Creation Time", US - 600_000_000)), ("alert:tok-1",)),
    ("alerts_v2", {"id": 1, "token": "tok-1", "type": 1, "state": 9, "scheduled_time_unix": US // 1_000_000,
                   "scheduled_time_iso_8601": ""},
     "avs_alerts", "echo:avs:alert", "The device keeps an alarm, completed.", (("Scheduled to start", US),),
     ("alert:tok-1",)),
    ("alerts", {"id": 1, "token": "", "type": 7, "state": 77, "scheduled_time_unix": 0, "scheduled_time_iso_8601": "x"},
     "avs_alerts", "echo:avs:alert", "The device keeps an alert of type 7, in the state 77.",
     (("Scheduled to start", None),), ()),
    ("timed_events",
     {"token": "tok-1", "type": "TIMER", "scheduledTime": "2024-03-14T09:36:00.000Z", "label": "pasta", "isRinging": 0,
      "instanceState": "SET", "createdDate": US // 1000, "originalTime": "2024-03-14T10:36:00"},
     "echo_headless_alarms", "echo:state:alarm", 'The device keeps the timer labelled "pasta"; SET.',
     (("Scheduled to start", US), ("Creation Time", US), ("Scheduled to start", None)), ("notification:tok-1",)),
    ("timed_events", {"token": "tok-1", "scheduled_time": US // 1_000_000, "state": "SET"}, "echo_headless_alarms",
     "echo:state:alarm", "The device keeps the timed event; SET.", (("Scheduled to start", US),), (
     "notification:tok-1",)),
    ("messages_with_uri", {"id": 1, "uri": "/v20160207/events", "message_text": EVENT, "timestamp":
        "2024-03-14 09:36:00"}, "avs_undelivered_events", "echo:avs:undelivered_event",
     "The device keeps an event that it had not delivered to the service: Alerts.AlertStarted.",
     (("Creation Time", US),), ("avs-message:m-1",)),
)  # fmt: skip


@pytest.fixture
def read(make_database: Make, source_in: SourceIn) -> Rows:
    """Reads a table of some rows."""

    def rows(
        table: str, *items: dict[str, object], path: str = "data/store.db", types: str = ""
    ) -> list[Record | Issue]:
        columns = ", ".join(f'"{column}"{types}' for column in items[0])
        places = ", ".join("?" for _ in items[0])
        files = make_database(
            f"CREATE TABLE {table} ({columns})",
            *((f"INSERT INTO {table} VALUES ({places})", tuple(item.values())) for item in items),
            name=path,
        )
        source = source_in(files, path)
        assert SqliteTables().claims(source)
        return list(SqliteTables().parse(source))

    return rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[2]}-{case[0]}")
def test_a_row(read: Rows, case: Case) -> None:
    table, row, parser, data_type, message, times, keys = case
    (found,) = read(table, row)
    assert isinstance(found, Record)
    assert (found.parser, found.data_type, found.message, found.keys) == (parser, data_type, message, keys)
    assert tuple((timestamp.description, timestamp.timestamp) for timestamp in found.timestamps) == times
    assert set(row) <= set(found.fields)
    assert (found.fields["table"], found.fields["provenance"]) == (table, "live")


def test_a_whole_alert(read: Rows) -> None:
    (found,) = read("alerts_v3", CASES[14][1])
    assert isinstance(found, Record)
    assert found.timestamps == (
        Timestamp("Scheduled to start", ISO, Clock.DEVICE, US, "When it is to sound, UTC, as the device keeps it."),
        Timestamp(
            "Creation Time",
            "2024-03-14T09:26:00+0000",
            Clock.DEVICE,
            US - 600_000_000,
            "When the device kept it first, UTC.",
        ),
    )


def test_an_alert_whose_two_times_differ_is_an_issue(read: Rows) -> None:
    issue, record = read("alerts_v3", {**CASES[14][1], "scheduled_time_unix": 1710405360})
    assert isinstance(issue, Issue)
    assert issue.what == (
        "The time 2024-03-14T09:36:00+0000 and the number 1710405360 beside it are not the same time; both are kept."
    )
    assert isinstance(record, Record)


@pytest.mark.parametrize(
    ("table", "path", "types"),
    [("capabilitiesDelegate_state", "data/x.db", " TEXT"), ("component_table", "data/avs/miscDatabase.db", " TEXT"),
     ("anything_else", "data/aace-storage.db", " STRING")],
)  # fmt: skip
def test_values_of_components_and_their_secrets(
    make_database: Make, source_in: SourceIn, table: str, path: str, types: str
) -> None:
    files = make_database(
        f"CREATE TABLE {table} (key{types} PRIMARY KEY NOT NULL,value{types} NOT NULL)",
        f"INSERT INTO {table} VALUES ('state', 'AUTHORIZED')",
        (f"INSERT INTO {table} VALUES ('refreshToken', ?)", (TOKEN,)),
        name=path,
    )
    found = list(SqliteTables().parse(source_in(files, path)))
    component, _, rest = table.partition("_")
    state, secret = (item for item in found if isinstance(item, Record))
    assert (
        state.message
        == f'The component "{component}" keeps under "state" in its table "{rest}" the value "AUTHORIZED".'
    )
    assert (state.data_type, state.parser) == ("echo:avs:value", "avs_misc")
    assert TOKEN not in secret.message + str(secret.fields)
    assert "present, 48 characters, SHA-256" in secret.message


def test_a_refresh_token_is_never_shown(make_database: Make, source_in: SourceIn) -> None:
    files = make_database(
        "CREATE TABLE refreshToken (refreshToken TEXT)", ("INSERT INTO refreshToken VALUES (?)", (TOKEN,))
    )
    (found,) = SqliteTables().parse(source_in(files))
    assert isinstance(found, Record)
    assert (found.data_type, found.parser) == ("echo:account:token", "avs_misc")
    assert TOKEN not in found.message + str(found.fields)


def test_tables_of_values_of_other_programs_are_not_claimed(make_database: Make, source_in: SourceIn) -> None:
    files = make_database("CREATE TABLE app_state (key TEXT PRIMARY KEY NOT NULL, value TEXT)", name="some/app.db")
    assert not SqliteTables().claims(source_in(files, "some/app.db"))


def test_accounts_and_settings_of_no_interest_are_passed_over(read: Rows) -> None:
    assert read("accounts", {"name": "x@example.org", "type": "com.google", "password": None}) == []
    assert read("system", {"name": "font_scale", "value": "1.0"}) == []


def test_a_time_of_an_alarm_that_is_none_is_an_issue(read: Rows) -> None:
    issue, record = read("timed_events", {"token": "t", "scheduledTime": "soon", "createdDate": 5})[:2]
    assert isinstance(issue, Issue)
    assert issue.what == "scheduledTime: a time was expected, not soon."
    assert isinstance(record, Issue)
    assert record.what == "createdDate: a time was expected, not 5."


@pytest.mark.parametrize(
    "package",
    [
        "com.amazon.headlessbeacon",
        "com.amazon.device.settings",
        "com.amazon.tcomm",
        "amazon.speech.sim",
        "com.amazon.imp",
    ],
)
def test_packages_of_an_echo_are_all_of_amazon_s(read: Rows, package: str) -> None:
    path = f"data/data/{package}/databases/some.db"
    issue, record = read("things", {"name": "x", "updated": "2024-03-14T09:36:00Z"}, path=path)
    assert isinstance(issue, Issue)
    assert isinstance(record, Record)
    assert [(time.recorded, time.timestamp) for time in record.timestamps] == [("2024-03-14T09:36:00Z", US)]


@pytest.mark.parametrize("package", ["com.amazon.mShop.android.shopping", "com.amazon.kindle", "org.example.amazon"])
def test_other_apps_of_a_phone_are_not_read(make_database: Make, source_in: SourceIn, package: str) -> None:
    path = f"data/data/{package}/databases/some.db"
    files = make_database("CREATE TABLE things (name TEXT)", name=path)
    assert not SqliteTables().claims(source_in(files, path))


VALUES = st.one_of(st.none(), st.integers(-(2**60), 2**60), st.text(max_size=20), st.binary(max_size=20), st.floats())


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_any_values(make_database: Make, source_in: SourceIn, case: Case, data: st.DataObject) -> None:
    table, row, *_ = case
    values = tuple(data.draw(VALUES) for _ in row)
    columns, places = ", ".join(f'"{column}"' for column in row), ", ".join("?" for _ in row)
    files = make_database(f"CREATE TABLE {table} ({columns})", (f"INSERT INTO {table} VALUES ({places})", values))
    for found in SqliteTables().parse(source_in(files)):
        assert isinstance(found, (Record, Issue))
