"""The time at the start of a log line, in the formats that devices use."""

from __future__ import annotations

import re
from collections.abc import Callable

from parsers.record import Clock, Timestamp
from parsers.times import utc

#: An earlier year means that the clock was not set.
FIRST_YEAR = 2010

_ECHO = re.compile(rb"(\d{4})(\d\d)(\d\d):(\d\d)(\d\d)(\d\d)(?= )")
_ISO = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,6})\d{0,3})?(Z|[+-]\d\d:?\d\d)?(?![\d:])"
)
_WITHOUT_YEAR = re.compile(rb"(?:[A-Z][a-z]{2} [ \d]\d|\d\d-\d\d) \d\d:\d\d:\d\d(?:\.\d{3})?")
_SINCE_START = re.compile(rb"(?:<\d{1,3}>)?\[ {0,10}(\d{1,10}\.\d{6})\]")

_UTC = "The device's clock, UTC, to the second: when the line was written."
_NOT_SET = "The device's clock had not been set when the line was written; the value is not a date."
_NO_DATE = "There is no such date or time of day."
_NO_ZONE = "The device's clock, in a zone the line does not give."
_ZONED = "The device's clock, in the zone the line gives."
_NO_YEAR = "The device's clock; the line gives no year and no zone. A clock that was not set reads 1 January."
_SECONDS = "Seconds since the device was started; the line gives no date."


def line_timestamp(text: bytes) -> Timestamp | None:
    """When a log line was written; None if it does not begin with a time in a known format.

    Args:
        text: the line.
    """
    for pattern, read in _FORMS:
        if match := pattern.match(text):
            timestamp, note = read(match)
            recorded = (match[1] if pattern is _SINCE_START else match[0]).decode("ascii")
            return Timestamp("Recorded Time", recorded, Clock.DEVICE, timestamp, note)
    return None


def _echo(match: re.Match[bytes]) -> tuple[int | None, str]:
    year, *rest = (int(part) for part in match.groups())
    timestamp = utc(year, *rest)
    if timestamp is None:
        return None, _NO_DATE
    return (timestamp, _UTC) if year >= FIRST_YEAR else (None, _NOT_SET)


def _iso(match: re.Match[bytes]) -> tuple[int | None, str]:
    zone = match[8]
    if zone is None:
        return None, _NO_ZONE
    year, month, day, hour, minute, second = (int(match[number]) for number in range(1, 7))
    timestamp = utc(year, month, day, hour, minute, second, int((match[7] or b"0").ljust(6, b"0")))
    if timestamp is None:
        return None, _NO_DATE
    if year < FIRST_YEAR:
        return None, _NOT_SET
    if zone == b"Z":
        return timestamp, _ZONED
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return timestamp - (minutes if zone[:1] == b"+" else -minutes) * 60_000_000, _ZONED


def _without_year(_match: re.Match[bytes]) -> tuple[int | None, str]:
    return None, _NO_YEAR


def _since_start(_match: re.Match[bytes]) -> tuple[int | None, str]:
    return None, _SECONDS


_FORMS: tuple[tuple[re.Pattern[bytes], Callable[[re.Match[bytes]], tuple[int | None, str]]], ...] = (
    (_ECHO, _echo),
    (_ISO, _iso),
    (_WITHOUT_YEAR, _without_year),
    (_SINCE_START, _since_start),
)
