"""Date the lines of a log: year, time zone, and what is unknown about them, line by line.

A log is read twice: first for the times of its lines, from which missing years are counted back, then for the rest.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from parsers.formats.logs import yearless, zones
from parsers.formats.logs.yearless import Years
from parsers.formats.logs.zones import Zone
from parsers.record import Clock, Timestamp

#: A clock that shows an earlier year was never set.
FIRST_YEAR = 2010
_FIRST_SECOND = 1_262_304_000

_NO_YEAR = "The line writes no year, and it cannot be told from the file: {why}."
_NOT_SET = "The device's clock had not been set when the line was written; the value is not a date."
_EPOCH = "The device's clock, counted from 1970 in UTC, as the log writes it."
_UPTIME = "Seconds since the device was started; the line gives no date."
_NO_DAY = "There is no such day."
#: Number of days, or seconds, whose parsing is cached.
_MAX_KNOWN = 256


class Stamp(NamedTuple):
    """A time as written in a line.

    Attributes:
        text: as written, with its zone.
        wall: date and time without the year, as :func:`yearless.key` encodes them; -1 if the line has none.
        year: the year, or 0 if the line omits it.
        microsecond: the fraction of a second.
        zone: as written; empty if the line has none.
        epoch: whole seconds since 1970, if the line has those.
        uptime: whether the line counts seconds since the device was started.
    """

    text: str
    wall: int = -1
    year: int = 0
    microsecond: int = 0
    zone: str = ""
    epoch: int | None = None
    uptime: bool = False

    @property
    def dated(self) -> bool:
        """Whether it is a date, with or without its year."""
        return self.wall >= 0


def of_parts(parts: tuple[int, int, int, int, int], **more: str | int) -> Stamp | None:
    """Build a stamp from month, day, hour, minute and second; None if there is no such time.

    Args:
        parts: as written, converted to numbers.
        **more: the other attributes of :class:`Stamp`.
    """
    month, day, hour, minute, second = parts
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        return None
    return Stamp(wall=(month * 32 + day) * 86400 + hour * 3600 + minute * 60 + min(second, 59), **more)  # type: ignore[arg-type]


class StampReader:
    """Parses the times of one log's lines. Caches the day, as many lines share one."""

    def __init__(self, of_day: Callable[[bytes, bytes], Stamp | None]) -> None:
        """Create a reader, given a parser of the first second of a day from the text around the time."""
        self._of_day = of_day
        self._days: dict[tuple[bytes, bytes], Stamp | None] = {}
        self._second = self._behind = b""
        self._before: bytes | None = None
        self._day: Stamp | None = None
        self._wall: int | None = None

    def read(self, text: bytes, fraction: bytes | None) -> Stamp | None:
        """Parse the time of a line; None if it is invalid.

        Args:
            text: the complete time, ASCII. Its first colon is that of the time of day, ``hh:mm:ss``.
            fraction: the digits of the fraction of a second, which follow one character; None if there is none.
        """
        at = text.index(b":") - 2
        end = at + 8
        second, behind = text[:end], text[end if fraction is None else end + 1 + len(fraction) :]
        if second != self._second or behind != self._behind:
            before = text[:at]
            if before != self._before or behind != self._behind:
                self._day = self._known_day(before, behind)
            self._second, self._before, self._behind = second, before, behind
            self._wall = self._at_second(second[at:])
        day, wall = self._day, self._wall
        if day is None or wall is None:
            return None
        micro = 0 if fraction is None else microseconds(fraction)
        return Stamp(text.decode("ascii"), wall, day.year, micro, day.zone)

    def _known_day(self, before: bytes, behind: bytes) -> Stamp | None:
        around = before, behind
        if around not in self._days:
            if len(self._days) >= _MAX_KNOWN:
                self._days.clear()
            self._days[around] = self._of_day(before, behind)
        return self._days[around]

    def _at_second(self, clock: bytes) -> int | None:
        """The given second of the cached day; None if there is no such time of day."""
        hour, minute, second = int(clock[:2]), int(clock[3:5]), int(clock[6:])
        if self._day is None or hour > 23 or minute > 59 or second > 60:
            return None
        return self._day.wall + hour * 3600 + minute * 60 + (second if second < 60 else 59)


def microseconds(fraction: bytes) -> int:
    """Convert the digits of a fraction of a second to microseconds."""
    return int(fraction) * 1000 if len(fraction) == 3 else int(fraction[:6].ljust(6, b"0"))


@dataclass(slots=True)
class Survey:
    """The first pass: collects the times of a log's lines, in order."""

    walls: array[int] = field(default_factory=lambda: array("l"))
    written: array[int] = field(default_factory=lambda: array("h"))

    def add(self, stamp: Stamp) -> None:
        """Add a line's time."""
        if stamp.wall >= 0:
            self.walls.append(stamp.wall)
            self.written.append(stamp.year)

    def years(self, stamp: datetime | None, steps: dict[int, float], why: str = "") -> Years:
        """Determine the years of the lines.

        Args:
            stamp: when the log ended; None if unknown.
            steps: clock steps, as :func:`yearless.count_back` takes them.
            why: replaces the reason about rotated logs, if ``stamp`` is None and a year is missing.
        """
        found = yearless.count_back(self.walls, stamp, steps, self.written if any(self.written) else ())
        if found.why and stamp is None and why and not any(self.written):
            found.why = why
        return found


class Dates:
    """The second pass: dates each line. Lines must come in the order of the first pass."""

    def __init__(self, years: Years, zone: Zone, counted: str) -> None:
        """Initialise with the years, the zone for lines without one, and how missing years were determined."""
        self.years = years
        self.zone = zone
        self._counted = counted
        self._no_year = _NO_YEAR.format(why=years.why)
        self._index = 0
        self._zones: dict[str, Zone | None] = {}
        self._known: dict[tuple[int, int, str, str], tuple[int | None, str]] = {}

    def timestamp(self, stamp: Stamp, locator: str = "") -> Timestamp:
        """Date the next line.

        Args:
            stamp: the time as written.
            locator: where the time is, if not in the record's own line.
        """
        value, note = self._read(stamp)
        return Timestamp("Recorded Time", stamp.text, Clock.DEVICE, value, note, locator)

    @staticmethod
    def wrapped(stamp: Stamp) -> Timestamp:
        """Date a line that wraps another line with a time of its own. It is not part of either pass."""
        return Timestamp("Recorded Time", stamp.text, Clock.DEVICE, None)

    def _read(self, stamp: Stamp) -> tuple[int | None, str]:
        if stamp.epoch is not None:
            known = stamp.epoch >= _FIRST_SECOND
            return (stamp.epoch * 1_000_000 + stamp.microsecond, _EPOCH) if known else (None, _NOT_SET)
        if stamp.wall < 0:
            return None, _UPTIME
        index, self._index = self._index, self._index + 1
        if self.years.unset[index] or 0 < stamp.year < FIRST_YEAR:
            return None, _NOT_SET
        year = self.years.of[index]
        return self._of_year(stamp, year) if year else (None, self._no_year)

    def _of_year(self, stamp: Stamp, year: int) -> tuple[int | None, str]:
        zone = self._zone(stamp.zone)
        span, seconds = divmod(stamp.wall, zone.steady)
        known = (span, year, stamp.zone, "" if stamp.year else self._counted)
        if known not in self._known:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[known] = _first_of(span * zone.steady, year, zone, known[3])
        value, note = self._known[known]
        return (None if value is None else value + seconds * 1_000_000 + stamp.microsecond), note

    def _zone(self, text: str) -> Zone:
        """The time zone of a line."""
        if not text:
            return self.zone
        if text not in self._zones:
            if len(self._zones) > 100:
                self._zones.clear()
            self._zones[text] = zones.of_line(text)
        found = self._zones[text]
        return found or Zone(
            text, None, f'The device\'s clock, in a zone that the line calls "{text}"; it has no one meaning.'
        )


def _first_of(wall: int, year: int, zone: Zone, counted: str) -> tuple[int | None, str]:
    """Timestamp of the first second of a span, and the note on times in that span."""
    local = yearless.at(year, wall)
    if local is None:
        return None, _NO_DAY
    value, more = zone.utc(local)
    return value, zone.note + more + counted
