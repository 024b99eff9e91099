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


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_262_304_000_000, 1_262_304_000_000_000), (1_262_303_999_999, None),
        (4_102_444_800_000, 4_102_444_800_000_000), (4_102_444_800_001, None),
        ("01262304000000", 1_262_304_000_000_000), ("001262304000000", None),
    ],
)  # fmt: skip
def test_the_first_and_the_last_millisecond_that_is_a_time(value: object, expected: int | None) -> None:
    assert from_milliseconds(value) == expected


def test_a_date_alone_is_its_first_microsecond() -> None:
    assert utc(1970, 1, 1) == 0
    assert utc(1970, 1, 1, 0, 0, 1) == 1_000_000
    assert utc(1970, 1, 2) == 86_400_000_000


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_dates_go_there_and_back(when: datetime) -> None:
    stamp = utc(when.year, when.month, when.day, when.hour, when.minute, when.second, when.microsecond)
    assert iso(stamp) == when.isoformat(timespec="microseconds")


def test_dates_that_are_none() -> None:
    assert utc(2021, 2, 29) is None
    assert utc(2021, 1, 1, 24) is None
    assert iso(None) is None
    assert iso(10**20) is None
