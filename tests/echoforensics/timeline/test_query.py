from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.row_query import row, rows
from echoforensics.case.store import Store
from echoforensics.errors import UsageError
from echoforensics.zones import instant, local_time, zone
from parsers.record import Clock, Record, Timestamp
from parsers.times import utc

SECOND = 1_000_000
T0 = 1_500_272_431 * SECOND


@pytest.fixture
def filled(add_file: Callable[..., None], made_rows: Callable[..., list[Row]]) -> Callable[..., list[str]]:
    def record(name: str, data_type: str, at: int | None, **more: str | None) -> None:
        timestamps = (Timestamp("Creation Time", "x", Clock.CLOUD, at),)
        fields = {"answer": "It's six oh two PM.", "secret": "hollow-lane"} if name == "a" else {}
        transcript = more.get("transcript")
        add_file(
            name,
            Record(
                data_type, f"Message of {name}.", "line:1", timestamps, transcript=transcript, fields=fields,
                device_serial=more.get("serial"), account=more.get("account"), person=more.get("person"), parser="p",
                parser_version="1",
            ),
        )  # fmt: skip

    record("a", "alexa:cloud:activity", T0, transcript="what time is it", serial="S1", account="A1")
    record("b", "alexa:cloud:card", T0 + SECOND, transcript='say "100%_sure"', serial="S2", account="A2", person="P1")
    record("c", "echo:log:wake_word", T0 + 2 * SECOND)
    record("d", "alexa:cloudy:other", None, transcript="Żółć")

    def ask(**query: object) -> list[str]:
        return [found["path"] for found in made_rows(Query(**query))]  # type: ignore[arg-type]

    return ask


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({}, "abcd"),
        ({"start": T0 + SECOND}, "bc"),
        ({"end": T0 + SECOND}, "a"),
        ({"start": T0, "end": T0 + 2 * SECOND}, "ab"),
        ({"types": ("alexa:cloud",)}, "ab"),
        ({"types": ("alexa:cloud:*",)}, "ab"),
        ({"types": ("alexa:cloud:card", "echo")}, "bc"),
        ({"types": ("alexa",)}, "abd"),
        ({"types": ("alexa_cloud",)}, ""),
        ({"devices": ("S1",)}, "a"),
        ({"search": "WHAT time"}, "a"),
        ({"search": "hollow"}, "a"),
        ({"search": "oh two"}, "a"),
        ({"search": '"100%_'}, "b"),
        ({"search": "%"}, "b"),
        ({"search": "żół"}, "d"),
        ({"search": "Message of c"}, "c"),
        ({"search": "AND OR NOT ("}, ""),
        ({"recordings_only": True}, ""),
        ({"regex": "^message of [ab]"}, "ab"),
        ({"regex": r"six\s+oh"}, "a"),
        ({"regex": "^EF-0000003$"}, "c"),
        ({"regex": "żÓł"}, "d"),
        ({"regex": "nothing", "search": "message"}, ""),
        ({"accounts": ("A1", "A3")}, "a"),
        ({"persons": ("P1",)}, "b"),
        ({"accounts": ("A1",), "persons": ("P1",)}, ""),
        ({"types": ("echo:log:wake*",)}, "c"),
        ({"types": ("alexa:cloud*",)}, "abd"),
        ({"devices": ("s2",)}, ""),
    ],
)
def test_filters(query: dict[str, object], paths: str, filled: Callable[..., list[str]]) -> None:
    assert "".join(filled(**query)) == paths


def test_letters_beyond_ascii_are_found_in_any_case_wherever_they_stand(
    add_file: Callable[..., None], made_rows: Callable[..., list[Row]]
) -> None:
    card = Record("alexa:cloud:card", "Schalte das Licht in der Küche an.", "", parser="p", parser_version="1")
    add_file("Żółć.json", card)
    for text in ("KÜCHE", "küche", "żółć.J"):
        assert [found["path"] for found in made_rows(Query(search=text))] == ["Żółć.json"]
    assert made_rows(Query(search="Kuche")) == []


@pytest.mark.parametrize(("second", "disk"), [(False, "abcd"), (True, "abc")])
def test_a_device_is_found_by_its_name_and_with_its_own_disk(
    second: bool, disk: str, add_file: Callable[..., None], made_rows: Callable[..., list[Row]]
) -> None:
    def record(name: str, data_type: str, serial: str | None, evidence: int = 1, **fields: str) -> None:
        times = (Timestamp("Creation Time", "x", Clock.CLOUD, T0),)
        made = Record(
            data_type, name, "line:1", times, device_serial=serial, fields=fields, parser="p", parser_version="1"
        )
        add_file(name, made, evidence=evidence)

    record("a", "alexa:cloud:device", "S1", accountName="Kitchen Écho")
    record("b", "alexa:cloud:card", "S1")
    record("c", "echo:log:wake_word", "S1", 2)
    record("d", "echo:log:kernel", None, 2)
    record("e", "alexa:cloud:card", "S2")
    record("f", "alexa:cloud:card", None)
    if second:
        # A second device in the same item: whose the lines without a serial number are is not known.
        record("g", "echo:log:wake_word", "S3", 2)

    def ask(device: str) -> str:
        return "".join(sorted(found["path"] for found in made_rows(Query(devices=(device,)))))

    assert ask("S1") == ask("kitchen éCHO") == disk
    assert ask("S2") == "e"


def test_rows_can_be_asked_for_while_others_are_read(store: Store, filled: Callable[..., list[str]]) -> None:
    filled()
    first = rows(store, Query(regex="message of [abc]"))
    assert next(first)["path"] == "a"
    assert [found["path"] for found in rows(store, Query(regex="of d"))] == ["d"]
    assert [found["path"] for found in first] == ["b", "c"]


def test_every_row_has_a_state(store: Store, filled: Callable[..., list[str]]) -> None:
    filled()
    assert {found["state"] for found in rows(store)} == {"live"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=20))
def test_no_search_text_is_an_error(text: str, store: Store) -> None:
    assert list(rows(store, Query(search=text))) == []


def test_exhibits_are_found_however_they_are_written(store: Store, filled: Callable[..., list[str]]) -> None:
    filled()
    for name in ("EF-0000002", "ef-2", "2", " EF-0000002 "):
        assert row(store, name)["path"] == "b"
    for name in ("EF-0000009", "", "EF-", "x", "²"):
        with pytest.raises(UsageError, match="no exhibit"):
            row(store, name)


@pytest.mark.parametrize(
    ("text", "local", "end", "expected"),
    [
        ("2017-07-17T06:20:31", None, False, T0),
        ("2017-07-17T06:20:31Z", "Asia/Seoul", False, T0),
        ("2017-07-17T15:20:31", "Asia/Seoul", False, T0),
        ("2017-07-17T08:20:31+02:00", None, False, T0),
        ("2017-07-17", None, False, T0 - (6 * 3600 + 20 * 60 + 31) * SECOND),
        ("2017-07-16", None, True, T0 - (6 * 3600 + 20 * 60 + 31) * SECOND),
        ("2017-07-17 06:20:31.000001", None, False, T0 + 1),
    ],
)
def test_instants(text: str, local: str | None, end: bool, expected: int) -> None:
    assert instant(text, ZoneInfo(local) if local else None, end=end) == expected


def test_what_is_not_a_time_or_a_zone_is_refused() -> None:
    for text in ("yesterday", "2017-13-01", "", "9999-12-31", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"):
        with pytest.raises(UsageError, match="not a date or time"):
            instant(text, None, end=True)
    for name in ("Mars/Olympus", "../etc/passwd", "/etc/passwd"):
        with pytest.raises(UsageError, match="no time zone"):
            zone(name)


def test_local_time_follows_daylight_saving() -> None:
    london = ZoneInfo("Europe/London")
    assert local_time(T0, london) == "2017-07-17T07:20:31.000000+01:00"
    assert local_time(T0 + 180 * 86400 * SECOND, london) == "2018-01-13T06:20:31.000000+00:00"
    assert local_time(None, london) is None


@pytest.mark.parametrize(
    ("timestamp", "name"), [(utc(9999, 12, 31, 23, 59, 59), "Asia/Seoul"), (utc(1, 1, 1), "America/Chicago")]
)
def test_time_at_the_edge_of_the_calendar_has_no_local_time(timestamp: int | None, name: str) -> None:
    assert timestamp is not None
    assert local_time(timestamp, ZoneInfo(name)) is None
    assert local_time(timestamp, ZoneInfo("UTC")) is not None
