"""Times and zones as people write them, and as a clock on a wall shows them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from echoforensics.errors import UsageError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def zone(name: str) -> ZoneInfo | None:
    """A time zone by its IANA name; None for an empty name.

    Raises:
        UsageError: there is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"there is no time zone {name!r}; give an IANA name such as Asia/Seoul") from error


def instant(text: str, local: ZoneInfo | None, *, end: bool = False) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 date or time.

    A time without a zone is read in ``local``, or in UTC. A date alone is its first moment; as an ``end``
    it is the first moment of the day after, so that the day is included. A time that clocks in ``local`` showed twice,
    or never, when they were put back or forward, is the earlier of the two that it can mean; as an ``end`` the later.

    Raises:
        UsageError: the text is not a date or time.
    """
    try:
        if len(text) <= len("2017-07-17"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            when = datetime.combine(day, time())
        else:
            when = datetime.fromisoformat(text)
        if when.tzinfo is None:
            both = [when.replace(tzinfo=local or UTC, fold=fold).astimezone(UTC) for fold in (0, 1)]
            when = max(both) if end else min(both)
        elapsed = when.astimezone(UTC) - EPOCH
    except (ValueError, OverflowError) as error:
        raise UsageError(f"not a date or time: {text!r}; write 2017-07-17 or 2017-07-17T06:20:31") from error
    return elapsed // timedelta(microseconds=1)


def local_time(timestamp: int | None, local: ZoneInfo) -> str | None:
    """A time as a clock in a zone shows it, ISO 8601 with its offset.

    None if the time in UTC is unknown, or where the local time would fall outside the years 1 to 9999.
    """
    if timestamp is None:
        return None
    try:
        utc = EPOCH + timedelta(microseconds=timestamp)
        return utc.astimezone(local).isoformat(timespec="microseconds")
    except OverflowError:
        return None
