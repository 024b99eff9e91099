from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.times import from_milliseconds, iso, utc


@pytest.mark.parametrize("value", [0, -1, None, True, "", "0", 1, 1500272434, 10**18, 1.5e12, "abc", "²", [], {}])
def test_what_is_no_time_is_never_1970(value: object) -> None:
    assert from_milliseconds(value) is None


@pytest.mark.parametrize("value", [1500272434384, "1500272434384"])
def test_milliseconds(value: object) -> None:
    assert from_milliseconds(value) == 1500272434384000


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_dates_go_there_and_back(when: datetime) -> None:
    stamp = utc(when.year, when.month, when.day, when.hour, when.minute, when.second, when.microsecond)
    assert iso(stamp) == when.isoformat(timespec="microseconds")


def test_dates_that_are_none() -> None:
    assert utc(2021, 2, 29) is None
    assert utc(2021, 1, 1, 24) is None
    assert iso(None) is None
    assert iso(10**20) is None
