"""Times as countries and programs write them: each that can mean one day is read, and no other."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.local_date import read
from parsers.written_time import read_as

AT = 1724248416000000


@pytest.mark.parametrize(
    "text",
    [
        "08/21/2024 01:53:36 PM UTC", "21/08/2024 13:53:36 GMT", "8/21/2024, 1:53:36 p.m. UTC",
        "2024/08/21 13:53:36 +00:00",
        "21.08.2024 13:53:36 UTC", "21.8.2024, 15:53:36 +02:00", "Aug 21, 2024, 1:53:36 PM UTC",
        "August 21, 2024 at 1:53:36 PM GMT",
        "21. August 2024 um 15:53:36 UTC+02:00", "21 Aug 2024 13:53:36 UTC", "Wed, 21 Aug 2024 13:53:36 +0000",
        "Wed Aug 21 13:53:36 UTC 2024", "21-Aug-2024 13:53:36 UTC", "1724248416000",
        "1724248416", "1724248416000000", "1724248416000000000", "133687220160000000",
        "21 août 2024 13:53:36 UTC", "mercredi 21 août 2024 à 15:53:36 UTC+02:00", "21 de agosto de 2024, 13:53:36 UTC",
        "21 agosto 2024, 13:53:36 UTC", "21 ago 2024 13:53:36 UTC", "21 augustus 2024 om 13:53:36 UTC",
        "2024年8月21日 13:53:36 UTC", "2024年8月21日(水) 13:53:36 UTC", "Aug 21, 2024 3:53:36 PM GMT+2",
    ],
)  # fmt: skip
def test_a_time_that_can_mean_one_instant_is_read(text: str) -> None:
    found = read_as(text, "", utc=False)
    assert found is not None
    assert found.timestamp == AT


@pytest.mark.parametrize(
    ("text", "timestamp"),
    [
        ("2024-08-21T24:00:00Z", 1724284800000000), ("2024-08-21 24:00+02:00", 1724277600000000),
        ("2016-12-31T23:59:60Z", 1483228800000000), ("2024-08-21T24:00:00", None),
    ],
)  # fmt: skip
def test_the_end_of_a_day_and_a_leap_second_are_read(text: str, timestamp: int | None) -> None:
    found = read_as(text, "", utc=False)
    assert found is not None
    assert found.timestamp == timestamp


def test_a_time_without_a_zone_stays_without_one() -> None:
    for text in ("21.08.2024 13:53:36", "Wed Aug 21 13:53:36 CEST 2024"):
        found = read_as(text, "", utc=False)
        assert found is not None
        assert found.timestamp is None
    in_utc = read_as("21.08.2024 13:53:36", "", utc=True)
    assert in_utc is not None
    assert in_utc.timestamp == AT


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2024 10:00",
        "32.01.2024 10:00",
        "2024-02-30T24:00:00Z",
        "2024-01-01T24:00:01Z",
        "2024-01-01T24:01:60Z",
        "999999999",
        "9999999999",
        "21 de foo de 2024 10:00",
        "2024年13月1日 10:00",
        "13/13/2024 10:00",
        "21 Foo 2024 10:00",
        "08/21/2024 13:53 PM",
        "soon",
        "2.3",
        "",
    ],
)
def test_what_can_mean_two_days_or_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)


@given(st.text(max_size=40) | st.from_regex(r"\A\d{1,2}[./]\d{1,2}[./]\d{4} \d\d:\d\d( [AP]M)?( UTC)?\Z"))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert read(text).year > 0
