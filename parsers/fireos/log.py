"""Logs of Fire OS devices (Echo Show, Spot, Dot): what was heard, touched, seen, switched on and off."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import ClassVar

from parsers.fireos import log_event as fireos_event
from parsers.fireos.log_event import LogEvent
from parsers.formats.logs import yearless
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogSummary, OtherLine
from parsers.formats.logs.logcat import MAX_LINE, LogcatLine, lines, take_apart
from parsers.formats.logs.yearless import Years
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN, utc

#: Seconds within which two lines of one event of the event service are one event.
_ONE_EVENT = 1.0
#: In a name. Windows, and tools that export files, write another sign for the @.
_STAMP = re.compile(r"(?:@|Log\.[a-z]+_)(\d{13})(?!\d)")
_PATH = re.compile(
    r"(?:^|/)(?:Log\.\w{1,20}(?:_\d{1,4}|@\d{13})|logd/|logcat|dropbox/|main_log|system\.log)", re.IGNORECASE
)
_UTC = "The device's clock. Its zone is UTC, as the published examination of an Echo Show 15 bears out."
_COUNTED = " The line writes no year; it was counted back from the time in the file's name."
_NO_YEAR = " The line writes no year, and it cannot be told from the file: {why}."
_SEEN = "When the face was last seen, as the report in the line says."


@register
class FireOsLog(Parser):
    """Reads one log, once it is unpacked."""

    name: ClassVar[str] = "fireos_log"
    version: ClassVar[str] = "2"
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Logs of Fire OS devices: Echo Show, Spot, Dot",
        data_types=(*fireos_event.TYPES, fireos_event.UTTERANCE_TYPE, FILE_TYPE),
        known_by=(
            "lines of logcat (MM-DD hh:mm:ss.mmm pid tid level tag: text), in a file whose path names Log.main_0 and"
            " the like, logd, dropbox or logcat",
            "Log.{buffer}@{epoch milliseconds}.txt.zip, whole or broken off (.tmp, .corrupt)",
        ),
        shows=(
            "When, by the device's own clock, its event service took note of a wake word, a touch, a button, the"
            " privacy switch, the camera, motion or presence, and when it reported a face."
        ),
        does_not_show=(
            "Who spoke, touched or was seen: a face is taken for a person by the device. That nothing happened where"
            " the log is silent."
        ),
        validated_on=(),
        limits=(
            "A line writes no year. It is counted back from the time in the name of the zip or file, and not beyond a"
            f" silence of {yearless.MAX_SILENCE // 86400} days.",
            "Lines that tell of nothing in the list of events are counted in the file's own record, by program.",
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
        ),
        references=("https://github.com/jcrasselt/amazon-echo-show-15",),
    )

    def claims(self, source: Source) -> bool:
        """By the path, and by a first line of the form."""
        if not _PATH.search(source.path):
            return False
        first = [line for line in source.head.split(b"\n")[:12] if line.strip(b"\0 \t\r")]
        return any(take_apart(line.rstrip(b"\r"), 1) for line in first)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        years = _years(source)
        summary = LogSummary()
        events: dict[str, float] = {}
        with source.open() as stream:
            for line in lines(stream):
                if isinstance(line, OtherLine):
                    yield from summary.other(line)
                    continue
                if summary.of_form >= MAX_LINES:
                    continue
                timestamp = _timestamp(line, summary.of_form, years)
                summary.line(line.tag.decode("utf-8", "backslashreplace"), timestamp)
                found = fireos_event.find(line.tag, line.text)
                if found and not _repeats(found, line, events):
                    yield _record(found, line, timestamp)
        yield from summary.end(years)


def _years(source: Source) -> Years:
    """First reading: when each line was written, without a year."""
    walls = array("l")
    with source.open() as stream:
        for line in lines(stream):
            if isinstance(line, LogcatLine) and len(walls) < MAX_LINES:
                walls.append(line.wall)
    stamps = _STAMP.findall(source.path)
    stamp = None
    if stamps and MILLISECONDS_MIN <= int(stamps[-1]) <= MILLISECONDS_MAX:
        stamp = datetime.fromtimestamp(int(stamps[-1]) / 1000, UTC)
    found = yearless.count_back(walls, stamp, {})
    if stamp is None:
        found.why = "neither its name nor that of the zip it lies in says when it was written"
    return found


def _timestamp(line: LogcatLine, index: int, years: Years) -> Timestamp:
    year, note = line.year, _UTC
    if not year:
        year = years.of[index]
        note += _COUNTED if year else _NO_YEAR.format(why=years.why or "the clock had not been set")
    when = yearless.at(year, line.wall) if year else None
    timestamp = None
    if when:
        timestamp = utc(when.year, when.month, when.day, when.hour, when.minute, when.second, line.microsecond)
    return Timestamp("Recorded Time", line.stamp, Clock.DEVICE, timestamp, note)


def _repeats(found: LogEvent, line: LogcatLine, events: dict[str, float]) -> bool:
    """Whether the line reports an event again that a line just before reported."""
    if not found.event:
        return False
    now = line.wall + line.microsecond / 1e6
    before = events.get(found.event)
    events[found.event] = now
    return before is not None and 0 <= now - before <= _ONE_EVENT and "handled" in found.message


def _record(found: LogEvent, line: LogcatLine, stamp: Timestamp) -> Record:
    timestamps = [stamp]
    if found.seen:
        try:
            when = datetime.fromisoformat(found.seen)
        except ValueError:
            when = None
        aware = when is not None and when.tzinfo is not None
        timestamp = int(when.timestamp()) * 1_000_000 if when is not None and aware and when.year > 2009 else None
        timestamps.append(Timestamp("Last Seen Time", found.seen, Clock.DEVICE, timestamp, _SEEN))
    fields: dict[str, Value] = {"tag": line.tag.decode("utf-8", "backslashreplace"), **found.fields}
    return Record(
        data_type=found.data_type,
        message=found.message,
        locator=at_line(line.number),
        timestamps=tuple(timestamps),
        person=found.person,
        utterance_id=found.utterance,
        fields=fields,
    )
