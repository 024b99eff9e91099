"""Times as people write them, where clocks are put forward and back."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.errors import UsageError
from echoforensics.zones import instant, local_time, zone

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3_600_000_000


def _utc(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc,arg-type]


def test_a_time_that_clocks_showed_twice_includes_both() -> None:
    assert instant("2024-10-27T02:30", BERLIN) == _utc(2024, 10, 27, 0, 30)
    assert instant("2024-10-27T02:30", BERLIN, end=True) == _utc(2024, 10, 27, 1, 30)


def test_a_time_that_no_clock_showed_leaves_nothing_out() -> None:
    assert instant("2024-03-31T02:30", BERLIN) == _utc(2024, 3, 31, 0, 30)
    assert instant("2024-03-31T02:30", BERLIN, end=True) == _utc(2024, 3, 31, 1, 30)


def test_any_other_time_is_one_instant() -> None:
    for text, expected in (
        ("2024-07-01T12:00", _utc(2024, 7, 1, 10)),
        ("2024-01-01T12:00", _utc(2024, 1, 1, 11)),
        ("2024-10-27T02:30+01:00", _utc(2024, 10, 27, 1, 30)),
        ("2024-10-27T02:30Z", _utc(2024, 10, 27, 2, 30)),
    ):
        assert instant(text, BERLIN) == instant(text, BERLIN, end=True) == expected


def test_a_day_is_as_long_as_it_was() -> None:
    lengths = [
        instant(day, BERLIN, end=True) - instant(day, BERLIN) for day in ("2024-03-30", "2024-03-31", "2024-10-27")
    ]
    assert lengths == [24 * HOUR, 23 * HOUR, 25 * HOUR]


def test_local_times_of_the_hour_that_came_twice_differ_in_their_offset() -> None:
    first, second = _utc(2024, 10, 27, 0, 30), _utc(2024, 10, 27, 1, 30)
    assert local_time(first, BERLIN) == "2024-10-27T02:30:00.000000+02:00"
    assert local_time(second, BERLIN) == "2024-10-27T02:30:00.000000+01:00"
    assert local_time(None, BERLIN) is None


@given(
    st.integers(_utc(1970, 1, 2), _utc(2037, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"]),
)
def test_a_local_time_read_back_is_within_its_bounds(timestamp: int, name: str) -> None:
    local = zone(name)
    assert local is not None
    shown = local_time(timestamp, local)
    assert shown is not None
    assert instant(shown, None) == timestamp
    wall = shown[:26]
    assert instant(wall, local) <= timestamp <= instant(wall, local, end=True)


@pytest.mark.parametrize("text", ["", "x", "2024-13-01", "2024-01-01T25:00", "9999-12-31"])
def test_what_is_no_time_is_refused(text: str) -> None:
    if text == "9999-12-31":
        with pytest.raises(UsageError):
            instant(text, None, end=True)
        return
    with pytest.raises(UsageError, match="not a date or time"):
        instant(text, None)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="no time zone"):
        zone("Europe/Nowhere")
    assert zone("") is None
