"""Make timestamps from times in the log."""

from __future__ import annotations

from parsers.echo1.log.line import LogLine
from parsers.locator import at_line
from parsers.record import Clock, Timestamp
from parsers.times import from_milliseconds

_SECOND = "The device's clock, UTC, to the second: when the line was written."
_MILLISECOND = "The device's clock, epoch milliseconds (UTC), as written inside the line."
_NOT_SET = "The device's clock had not been set when the line was written; the value is not a date."
_NO_DATE = "There is no such date or time of day."


def line_timestamp(line: LogLine, description: str = "Recorded Time") -> Timestamp:
    """The time at which a line was written."""
    note = _SECOND
    if line.timestamp is None:
        note = _NO_DATE if line.seconds is None else _NOT_SET
    return Timestamp(description, line.stamp, Clock.DEVICE, line.timestamp, note, at_line(line.number))


def millisecond_timestamp(line: LogLine, value: str, description: str, note: str = "") -> Timestamp:
    """A time in a line in epoch milliseconds; a value that is not a time (0, or before 2010) is kept as
    text."""
    timestamp = from_milliseconds(value)
    meaning = _MILLISECOND + note if timestamp is not None else "The value inside the line is not a date."
    return Timestamp(description, value, Clock.DEVICE, timestamp, meaning, at_line(line.number))
