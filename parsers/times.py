"""Convert recorded times to microseconds since 1970 UTC, or reject them."""

from __future__ import annotations

from datetime import UTC, datetime

#: Epoch milliseconds outside 2010-01-01 .. 2100-01-01 are not times: 0, 1 and -1 mean "none".
MILLISECONDS_MIN = 1_262_304_000_000
MILLISECONDS_MAX = 4_102_444_800_000

_EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC).toordinal()

#: Descriptions of scheduled and expiry times: an alarm's, a cookie's. They do not say when something was
#: done, and do not count for the earliest and latest time of a case. A definition states them by ``description``.
PLANNED_TIMES = frozenset({"Scheduled to start", "Scheduled to end", "Expiration Time"})


def from_milliseconds(value: object) -> int | None:
    """Convert epoch milliseconds (an int, or its decimal text) to microseconds; None for anything else.

    Alexa was introduced in 2014: 0, null, negative and absurd values are "no time", never 1970.
    """
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 14:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value * 1000 if MILLISECONDS_MIN <= value <= MILLISECONDS_MAX else None


def utc(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0
) -> int | None:
    """Convert a UTC date to microseconds; None if the date is invalid."""
    try:
        days = datetime(year, month, day, hour, minute, second, microsecond, UTC).toordinal() - _EPOCH_DAY
    except ValueError:
        return None
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + microsecond


def iso(timestamp: int | None) -> str | None:
    """Format as ISO 8601 in UTC with microseconds, as in rows; None for None or a year outside 1..9999."""
    if timestamp is None:
        return None
    seconds, micro = divmod(timestamp, 1_000_000)
    try:
        when = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro)
    except (ValueError, OverflowError, OSError):
        return None
    return when.isoformat(timespec="microseconds")
