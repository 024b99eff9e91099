"""Shared by the readers of a device's text logs: lines in no known format, and the record of the file itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from parsers.formats.logs.yearless import Years
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.secret import masked

FILE_TYPE = "echo:log:file"
#: Limit on the lines read from one file.
MAX_LINES = 5_000_000
#: Maximum number of places that an issue names.
MAX_PLACES = 20
_MAX_PROGRAMS, _PROGRAMS_TOLD = 2000, 50
#: Limits for lines before the first recognised one: lines kept as text, characters of each, lines of a banner.
_MAX_BEFORE, _MAX_BEFORE_TEXT, _MAX_BANNER = 20, 200, 200
_EXCERPT = 64
#: What a terminal adds to a log saved from it.
_TERMINAL = re.compile(
    rb"\* daemon .{0,200}|- waiting for .{0,40}device.{0,20}|(?:logcat|read|adb): .{0,20}(?:EOF|read failure).{0,80}"
    rb"|error: (?:device|no devices).{0,80}|=~=~=~=.{0,80}=~=~=~=|Script (?:started|done) on .{0,200}"
    rb"|.{0,200}[>$#%] ?(?:\S{0,80}/)?(?:adb|logcat|logread|journalctl|dmesg|cat|exit)\b.{0,200}"
    rb"|-- Journal begins at .{0,200}|-- Logs begin at .{0,200}"
    rb"|-- (?:Boot|Reboot) .{0,60}--|-- Reboot --|-- No entries --|\^C"
)  # fmt: skip


def counted(number: int, word: str) -> str:
    """A number with its noun: ``1 line``, ``2 lines``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


class OtherLine(NamedTuple):
    """A line in no known format."""

    locator: str
    content: bytes
    cut: bool = False


@dataclass(slots=True)
class LogPlaces:
    """The places of something that repeats: a count, and the first places."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, locator: str) -> None:
        """Add a place."""
        self.count += 1
        if len(self.first) < MAX_PLACES:
            self.first.append(locator)

    def described(self) -> str:
        """The places in words: ``lines 3, 5 to 7, and 12 more``, or byte ranges if they are not whole lines."""
        more = self.count - len(self.first)
        places = self.first
        numbers = [int(place.removeprefix("line:")) for place in places if place.startswith("line:")]
        if len(numbers) == len(places):
            places = [f"{low}" if low == high else f"{low} to {high}" for low, high in _runs(numbers)]
        word = "lines" if len(numbers) == len(self.first) else "bytes"
        places = [place.removeprefix("bytes:") for place in places]
        return f"{word} {', '.join(places)}" + (f" and {more} more" if more else "")


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Merge neighbouring numbers into runs of (first, last)."""
    low = high = numbers[0] if numbers else 0
    for number in numbers[1:]:
        if number not in (high, high + 1):
            yield low, high
            low = number
        high = number
    if numbers:
        yield low, high


@dataclass(slots=True)
class LogSummary:
    """Collects what applies to the file as a whole."""

    of_form: int = 0
    first: Timestamp | None = None
    last: Timestamp | None = None
    programs: Counter[str] = field(default_factory=Counter)
    more: dict[str, Value] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    beyond: int = 0
    before: int = 0
    _dated: bool = False
    _before: list[Value] = field(default_factory=list)
    _not_of_form: LogPlaces = field(default_factory=LogPlaces)
    _cut: LogPlaces = field(default_factory=LogPlaces)
    _excerpt: bytes = b""

    def line(self, program: str, timestamp: Timestamp | None) -> None:
        """Count a line."""
        self.of_form += 1
        if len(self.programs) < _MAX_PROGRAMS or program in self.programs:
            self.programs[program] += 1
        if timestamp is None or (timestamp.timestamp is None and self._dated):
            return
        if timestamp.timestamp is not None and not self._dated:
            self.first, self._dated = None, True
        self.first = self.first or timestamp
        self.last = timestamp

    def cut(self, locator: str) -> None:
        """Note a line that was cut short."""
        self._cut.add(locator)

    def other(self, line: OtherLine) -> None:
        """Note a line in no known format. Before the first recognised line, its text is kept in the record."""
        if line.cut:
            self.cut(line.locator)
        if _TERMINAL.fullmatch(line.content[:600]):
            return
        if not self.of_form and self.before < _MAX_BANNER:
            self.before += 1
            if self.before <= _MAX_BEFORE:
                text = line.content[:_MAX_BEFORE_TEXT].decode("utf-8", "backslashreplace")
                self._before.append(masked(text))
            return
        self._not_of_form.add(line.locator)
        self._excerpt = self._excerpt or masked(line.content[:200].decode("utf-8", "surrogateescape")).encode(
            "utf-8", "surrogateescape"
        )

    def end(self, years: Years | None) -> Iterator[Record | Issue]:
        """Yield the file's own record at its end, and an issue for each reason why lines were not read."""
        yield from self._issues()
        programs: dict[str, Value] = dict(self.programs.most_common(_PROGRAMS_TOLD))
        fields: dict[str, Value] = {"lines": self.of_form, "lines_by_program": programs}
        message = f"The log holds {counted(self.of_form, 'line')}, of {counted(len(self.programs), 'program')}"
        if years is not None and years.why:
            fields["lines_without_year"] = years.unknown
            message += f"; of {years.unknown} of them the year is not known, because {years.why}"
        message += "".join(f"; {remark}" for remark in self.remarks)
        if self._before:
            fields["lines_before_the_log"] = self.before
            fields["before_the_log"] = self._before
        timestamps: tuple[Timestamp, ...] = ()
        if self.first and self.last:
            ends = (("Start Time", self.first), ("End Time", self.last))
            timestamps = tuple(
                Timestamp(word, at.recorded, Clock.DEVICE, at.timestamp, at.note, at.locator) for word, at in ends
            )
        yield Record(FILE_TYPE, message + ".", "", timestamps, fields=fields | self.more)

    def _issues(self) -> Iterator[Issue]:
        if count := self._not_of_form.count:
            what = "The line is not of the form of this log; it was not read."
            if count > 1:
                places = self._not_of_form.described()
                what = f"{count} lines are not of the form of this log; they were not read: {places}."
            yield Issue(what, self._not_of_form.first[0], self._excerpt[:_EXCERPT])
        if count := self._cut.count:
            what = "The line is too long; its end was not read."
            if count > 1:
                what = f"{count} lines are too long; their ends were not read: {self._cut.described()}."
            yield Issue(what, self._cut.first[0])
        if self.beyond:
            yield Issue(f"Only the first {MAX_LINES} lines were read; {self.beyond} more were not.")
