"""Bounds of a period, in the formats that callers may use."""

from __future__ import annotations

from datetime import datetime, timedelta

from echoforensics.errors import UsageError
from echoforensics.zones import EPOCH, instant

#: ISO 8601 text, a datetime with a zone, or microseconds since 1970 UTC; None for no bound.
TimeBound = str | int | datetime | None


def microseconds(bound: TimeBound, *, end: bool = False) -> int | None:
    """Convert a bound to microseconds since 1970 UTC.

    Args:
        bound: the bound; text without a zone is read as UTC.
        end: whether a date alone includes that day.

    Raises:
        UsageError: it is not a time, or is a datetime without a zone.
    """
    if bound is None or isinstance(bound, int):
        return bound
    if isinstance(bound, str):
        return instant(bound, None, end=end)
    if bound.tzinfo is None:
        raise UsageError(f"{bound!r} has no zone; give one, such as tzinfo=datetime.UTC")
    return (bound - EPOCH) // timedelta(microseconds=1)
