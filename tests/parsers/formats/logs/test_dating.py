from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parsers.formats.logs import logcat, syslog
from parsers.formats.logs.dating import Dates, Stamp, Survey
from parsers.formats.logs.text import RawLine
from parsers.formats.logs.zones import Zone, named
from parsers.times import iso


def _logcat_stamps(*written: str) -> list[Stamp | None]:
    reader = logcat.LogcatReader()
    found = [reader.read(RawLine(1, "", f"{text}  1  2 I tag: said".encode())) for text in written]
    return [line.stamp if isinstance(line, logcat.LogcatLine) else None for line in found]


def _syslog_stamps(*written: str) -> list[Stamp | None]:
    reader = syslog.SyslogReader()
    found = [reader.read(RawLine(1, "", f"{text} host program: said".encode())) for text in written]
    return [line.stamp if isinstance(line, syslog.SyslogLine) else None for line in found]


def _wall(month: int, day: int, hour: int, minute: int, second: int) -> int:
    return (month * 32 + day) * 86400 + hour * 3600 + minute * 60 + second


def test_each_line_has_its_own_time_though_second_and_day_are_remembered() -> None:
    assert _logcat_stamps(
        "03-09 21:14:24.169", "03-09 21:14:24.170", "03-09 21:14:24", "2024-03-09 21:14:24.169 +0900",
        "2024-03-09 21:14:24.169123 +0100", "03-10 21:14:24.169",
    ) == [
        Stamp("03-09 21:14:24.169", _wall(3, 9, 21, 14, 24), 0, 169_000),
        Stamp("03-09 21:14:24.170", _wall(3, 9, 21, 14, 24), 0, 170_000),
        Stamp("03-09 21:14:24", _wall(3, 9, 21, 14, 24)),
        Stamp("2024-03-09 21:14:24.169 +0900", _wall(3, 9, 21, 14, 24), 2024, 169_000, "+0900"),
        Stamp("2024-03-09 21:14:24.169123 +0100", _wall(3, 9, 21, 14, 24), 2024, 169_123, "+0100"),
        Stamp("03-10 21:14:24.169", _wall(3, 10, 21, 14, 24), 0, 169_000),
    ]  # fmt: skip
    assert _syslog_stamps(
        "Mar 14 09:26:53", "Mar 14 09:26:54", "Mar 14 2023 09:26:54", "Thu Mar 14 09:26:54 2024",
        "2024-03-14T09:26:54.5+01:00", "2024-03-14 09:26:54,25 CET", "1710404813.600000",
    ) == [
        Stamp("Mar 14 09:26:53", _wall(3, 14, 9, 26, 53)),
        Stamp("Mar 14 09:26:54", _wall(3, 14, 9, 26, 54)),
        Stamp("Mar 14 2023 09:26:54", _wall(3, 14, 9, 26, 54), 2023),
        Stamp("Thu Mar 14 09:26:54 2024", _wall(3, 14, 9, 26, 54), 2024),
        Stamp("2024-03-14T09:26:54.5+01:00", _wall(3, 14, 9, 26, 54), 2024, 500_000, "+01:00"),
        Stamp("2024-03-14 09:26:54,25 CET", _wall(3, 14, 9, 26, 54), 2024, 250_000, "CET"),
        Stamp("1710404813.600000", microsecond=600_000, epoch=1710404813),
    ]  # fmt: skip


def test_what_is_no_time_is_no_line_of_the_form_and_the_next_line_is_read() -> None:
    bad, good = ("13-09 21:14:24.169", "03-09 24:14:24.169", "03-09 21:60:24.169"), "03-09 21:14:60.169"
    assert _logcat_stamps(*bad, good) == [None] * 3 + [Stamp(good, _wall(3, 9, 21, 14, 59), 0, 169_000)]
    assert _syslog_stamps("Mar 32 09:26:53", "Mar 14 09:26:53")[0] is None


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (Zone("UTC", UTC, ""), ["2024-03-31T01:59:59.500000+00:00", "2024-03-31T03:00:00.500000+00:00"]),
        (named("Europe/Berlin", "a test"), ["2024-03-31T00:59:59.500000+00:00", "2024-03-31T01:00:00.500000+00:00"]),
    ],
)
def test_a_day_in_which_the_clock_changes_is_read_second_by_second(zone: Zone, expected: list[str]) -> None:
    survey = Survey()
    stamps = [Stamp(text, _wall(3, 31, *clock), 0, 500_000) for text, clock in (("a", (1, 59, 59)), ("b", (3, 0, 0)))]
    for stamp in stamps:
        survey.add(stamp)
    dates = Dates(survey.years(datetime(2024, 4, 1, tzinfo=UTC), {}), zone, " Counted.")
    found = [dates.timestamp(stamp) for stamp in stamps]
    assert [iso(timestamp.timestamp) for timestamp in found] == expected
    assert all(timestamp.note == f"{zone.note} Counted." for timestamp in found)
