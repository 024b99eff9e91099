"""Read an Android log from start to end twice: first its times, then its events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from parsers.avs_sdk.event import AvsFinder
from parsers.avs_sdk.line import has_time
from parsers.fireos import android_property, log_zone
from parsers.fireos.log_event import EventFinder, LogEvent
from parsers.fireos.report_sections import ReportSections
from parsers.formats.logs import zones
from parsers.formats.logs.dating import Dates, Stamp, Survey
from parsers.formats.logs.lines import MAX_LINES, LogPlaces, LogSummary, OtherLine
from parsers.formats.logs.logcat import DIVIDER, MAX_LINE, TIMELESS, LogcatLine, LogcatReader
from parsers.formats.logs.text import RawLine, raw_lines
from parsers.formats.logs.yearless import Years
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.service_names import NamedLines

#: Two lines of one event of the event service within this many seconds are one event.
_ONE_EVENT = 1.0
#: Device starts this close together are one: a line is written some time after the instant it counts from.
_ONE_START = 5
_SEEN = "When the face was last seen, as the report in the line says."
_STARTED = (
    "When the device was started, told from the line: its time, less the milliseconds since the start that it gives."
)
_NO_START = " The line's own time is not known in UTC."
_TIMELESS = (
    "The log is in logcat's form {form}, which writes no time: its {lines} without one. Ask for the log in the"
    " form threadtime, with its year and zone, if the device still has it."
)
_RAW = (
    "The log is in logcat's form raw, which writes neither times nor the names of programs: its {lines} not read. Ask"
    " for the log in the form threadtime, with its year and zone, if the device still has it."
)


@dataclass(slots=True)
class _First:
    """The results of the first pass."""

    survey: Survey = field(default_factory=Survey)
    made: datetime | None = None
    zone: str = ""


def read(source: Source) -> Iterator[Record | Issue]:
    """Yield a record for each event, for lines that name the service, and for the file."""
    first = _first(source)
    end, counted = log_zone.ended(source, first.made)
    years = first.survey.years(end, {}, "neither its name nor that of the zip it lies in says when it was written")
    zone = log_zone.zone_of(source, first.zone, end, first.survey)
    reader = _LogReader(Dates(years, zone, counted))
    with source.open() as stream:
        for line in raw_lines(stream, MAX_LINE):
            if found := reader.line(line):
                yield from found
    yield from reader.end(years)


def read_entries(given: Iterable[LogcatLine]) -> Iterator[Record | Issue]:
    """Like :func:`read`, for lines with times in UTC."""
    years = Years()
    reader = _LogReader(Dates(years, zones.UNKNOWN, ""))
    for line in given:
        if found := reader.entry(line):
            yield from found
    yield from reader.end(years)


def _first(source: Source) -> _First:
    found, sections, reader, count = _First(), ReportSections(), LogcatReader(), 0
    with source.open() as stream:
        for raw in raw_lines(stream, MAX_LINE):
            if sections.takes(raw.content):
                if sections.of_properties and (listed := android_property.property_of_line(raw.content, "")):
                    found.zone = listed[1] if listed[0] == log_zone.PROPERTY else found.zone
                continue
            line = reader.read(raw)
            if isinstance(line, LogcatLine) and count < MAX_LINES:
                count += 1
                if line.stamp is not None and not has_time(line.text):
                    found.survey.add(line.stamp)
    found.made = sections.made
    return found


class _LogReader:
    """The second pass."""

    def __init__(self, dates: Dates) -> None:
        self._dates = dates
        self._sections, self._lines = ReportSections(), LogcatReader()
        self._summary, self._named = LogSummary(), NamedLines()
        self._events, self._avs = EventFinder(), AvsFinder()
        self._seen: dict[str, float] = {}
        self._timeless: dict[str, LogPlaces] = {}
        self._dividers, self._raw = 0, LogPlaces()
        self._started: int | None = None

    def line(self, raw: RawLine) -> Iterable[Record]:
        """Return the records of a line."""
        if self._sections.takes(raw.content):
            return self._of_report(raw)
        line = self._lines.read(raw)
        if line is None:
            self._dividers += raw.content.startswith(b"-----") and DIVIDER.fullmatch(raw.content) is not None
        elif isinstance(line, OtherLine):
            self._other(line)
        else:
            return self.entry(line)
        return ()

    def entry(self, line: LogcatLine) -> Iterable[Record]:
        """Return the records of a line of a known form."""
        if self._summary.of_form < MAX_LINES:
            return self._of_form(line)
        self._summary.beyond += 1
        return ()

    def _other(self, line: OtherLine) -> None:
        """Process an unrecognised line: in a log without any recognised line so far, it may have the raw form."""
        if self._dividers and not self._summary.of_form:
            self._raw.add(line.locator)
            self._named.add("", line.content, line.locator, None)
        else:
            self._summary.other(line)

    def _of_report(self, raw: RawLine) -> Iterator[Record]:
        """Yield the records of a report line outside its logs."""
        if self._sections.of_properties and (listed := android_property.property_of_line(raw.content, raw.locator)):
            if listed[2]:
                yield listed[2]
        elif not raw.content.startswith(b"------ "):
            self._named.add(f"section {self._sections.title}", raw.content, raw.locator, None)

    def _of_form(self, line: LogcatLine) -> Iterable[Record]:
        timestamp, timed = None, has_time(line.text)
        if line.stamp is None and line.form in TIMELESS:
            self._timeless.setdefault(line.form, LogPlaces()).add(line.locator)
        elif line.stamp is None:
            pass
        elif timed:
            timestamp = self._dates.wrapped(line.stamp)
        else:
            timestamp = self._dates.timestamp(line.stamp, line.stamp_locator)
        tag = line.tag.decode("utf-8", "backslashreplace")
        avs = self._avs.find(line.text, timestamp, line.locator, timed=timed)
        self._summary.line(tag, avs.timestamp if avs else timestamp)
        if line.cut:
            self._summary.cut(line.locator)
        if avs is not None:
            return [replace(avs.record, fields={"tag": tag, **avs.record.fields})] if avs.record else ()
        found = self._events.find(line.tag, line.text)
        if found is None:
            self._named.add(tag, line.text, line.locator, timestamp)
        elif not self._repeats(found, line.stamp):
            return [_record(found, tag, line.locator, timestamp), *self._start(found, line, timestamp)]
        return ()

    def _repeats(self, found: LogEvent, stamp: Stamp | None) -> bool:
        """Whether the line repeats the event of a recent line."""
        if not found.event or stamp is None:
            return False
        now = (stamp.epoch if stamp.epoch is not None else stamp.wall) + stamp.microsecond / 1e6
        before = self._seen.get(found.event)
        self._seen[found.event] = now
        return before is not None and 0 <= now - before <= _ONE_EVENT and "handled" in found.message

    def _start(self, found: LogEvent, line: LogcatLine, timestamp: Timestamp | None) -> Iterator[Record]:
        """Yield the device start if a line counts from it; once per start."""
        if found.since_start is None or line.stamp is None or timestamp is None:
            return
        known = timestamp.timestamp
        at = known if known is not None else (line.stamp.wall * 1_000_000 + line.stamp.microsecond)
        started = (at - found.since_start * 1000) // 1_000_000
        if self._started is not None and abs(started - self._started) <= _ONE_START:
            return
        self._started = started
        yield _start_record(found.since_start, line, timestamp)

    def end(self, years: Years) -> Iterator[Record | Issue]:
        """Yield the results that are known only at the end of the file."""
        yield from self._named.records()
        if self._sections.lines:
            self._summary.more["sections"] = self._sections.lines
            self._summary.remarks.append(f"{len(self._sections.lines)} other sections of the report were searched only")
        if zone := self._dates.zone.name:
            self._summary.more["zone"] = zone
        for form, places in sorted(self._timeless.items()):
            lines = f"{places.count} lines were read" if places.count > 1 else "one line was read"
            yield Issue(_TIMELESS.format(form=form, lines=lines), places.first[0])
        if self._raw.count and not self._summary.of_form:
            lines = f"{self._raw.count} lines were" if self._raw.count > 1 else "one line was"
            yield Issue(_RAW.format(lines=lines), self._raw.first[0])
        yield from self._summary.end(years)


def _record(found: LogEvent, tag: str, locator: str, timestamp: Timestamp | None) -> Record:
    timestamps = [timestamp] if timestamp else []
    if found.seen:
        try:
            when = datetime.fromisoformat(found.seen)
        except ValueError:
            when = None
        aware = when is not None and when.tzinfo is not None
        seen = int(when.timestamp()) * 1_000_000 if when is not None and aware and when.year > 2009 else None
        timestamps.append(Timestamp("Last Seen Time", found.seen, Clock.DEVICE, seen, _SEEN))
    fields: dict[str, Value] = {"tag": tag, **found.fields}
    return Record(
        data_type=found.data_type,
        message=found.message,
        locator=locator,
        timestamps=(*timestamps, *found.times),
        account=found.account,
        person=found.person,
        utterance_id=found.utterance,
        fields=fields,
        keys=found.keys,
    )


def _start_record(since: int, line: LogcatLine, timestamp: Timestamp) -> Record:
    duration = timedelta(milliseconds=since)
    hours, minutes, seconds = duration.seconds // 3600, duration.seconds // 60 % 60, duration.seconds % 60
    ran = f"{duration.days} days, {hours:02}:{minutes:02}:{seconds:02}"
    message = f"The log records {since} ms since the device was started: it had been running for {ran}"
    recorded, value, note = f"{timestamp.recorded} less {since} ms", None, _STARTED
    if timestamp.timestamp is not None:
        value = timestamp.timestamp - since * 1000
        message += f", since {datetime.fromtimestamp(value // 1_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC by its own clock"
    else:
        note += _NO_START
        if line.stamp is not None and (wall := _earlier(line.stamp, duration)):
            message += f", since {wall} by its own clock"
    fields: dict[str, Value] = {"since_start_ms": since, "line_time": timestamp.recorded}
    times = (Timestamp("Start Time", recorded, Clock.DEVICE, value, note),)
    return Record("echo:event:boot", message + ".", line.locator, times, fields=fields)


def _earlier(stamp: Stamp, duration: timedelta) -> str:
    """An earlier time without a year; empty if the result depends on the year."""
    days, seconds = divmod(stamp.wall, 86400)
    found = set()
    for year in (stamp.year,) if stamp.year else (2023, 2024):
        try:
            when = datetime(year, days // 32, days % 32, tzinfo=UTC) + timedelta(seconds=seconds) - duration
        except (ValueError, OverflowError):
            return ""
        found.add(f"{when:%Y-%m-%d %H:%M:%S}" if stamp.year else f"{when:%m-%d %H:%M:%S}")
    return found.pop() if len(found) == 1 else ""
