"""The other logs of a first-generation Echo: kernel, daemons, Bluetooth, authentication, cron, metrics."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import ClassVar

from parsers.echo1 import syslog_event
from parsers.formats.logs import yearless
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogSummary, OtherLine
from parsers.formats.logs.syslog import MAX_LINE, SyslogLine, lines, take_apart
from parsers.formats.logs.yearless import Years
from parsers.locator import at_line
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.times import from_milliseconds, utc

METRIC_TYPE = "echo:metric"
_NAME = re.compile(
    r"(?:auth|kern|daemon|bluetooth|cron|user|syslog|crash_dumptrace|metrics_\w{1,40}?)(?:\.log)?"
    r"(?:_\d{8}_\d{14})?(?:\.dmld_temp|\.\d{1,3})?(?:\.txt)?"
)
_METRIC = re.compile(
    rb"metric_(?P<channel>\w{1,40}),(?P<seconds>\d{9,11}),(?P<kind>\w{1,40}),(?P<program>[^,]{1,80}),(?P<source>[^,]{1,80}),"
    rb"(?P<name>[^,]{1,200}),(?P<value>[^,]{1,80})"
)
_UTC = "The device's clock, to the second; UTC, as the clock of these devices is."
_COUNTED = " The line writes no year; it was counted back from when the log was rotated."
_NO_YEAR = "The line writes no year, and it cannot be told from the file: {why}."
_NOT_SET = "The device's clock had not been set when the line was written; the value is not a date."
_INSIDE = "The device's clock, epoch seconds (UTC), as written inside the line."


@register
class EchoSyslog(Parser):
    """Reads these logs, once they are decompressed."""

    name: ClassVar[str] = "echo_syslog"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About(
        title="Kernel, daemon, Bluetooth, authentication, cron and metrics logs of a first-generation Echo",
        data_types=(*sorted({event.data_type for event in syslog_event.EVENTS}), FILE_TYPE, METRIC_TYPE),
        known_by=(
            "lines of the form Mon DD HH:MM:SS host program[pid]: text, in a file named auth, kern, daemon, bluetooth,"
            " cron, user, syslog, crash_dumptrace or metrics_..., with or without .log and a rotation's stamp",
        ),
        shows=(
            "When, by the device's own clock, it was started, its clock was set, it had a network address, its"
            " Bluetooth changed, somebody or something logged in, a process was killed, or a memory card was found."
        ),
        does_not_show=(
            "That nothing happened where the log is silent: it is rotated and can be incomplete. A line's year, where"
            " the record says that it is not known."
        ),
        validated_on=(
            "Echo 1st generation (AB72C64C86AW2), 2018-22: 19 logs of Mich21050/EchoSystemFiles, some 45,000 lines",
        ),
        limits=(
            "A line writes no year. It is counted back from the stamp in the rotated file's name, and not beyond a"
            f" silence of {yearless.MAX_SILENCE // 86400} days or a leap of the clock that no line explains.",
            "Between a start and the line that sets the clock, the device's clock goes on from a date kept on disk.",
            "Lines that tell of nothing in the list of events are counted in the file's own record, by program.",
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
        ),
        references=("github.com/Mich21050/EchoSystemFiles: var/local/log; etc/syslog-ng.conf",),
    )

    def claims(self, source: Source) -> bool:
        """By the name, and by a first line of the form."""
        if not _NAME.fullmatch(source.name):
            return False
        first = [line for line in source.head.split(b"\n")[:8] if line.strip(b"\0 \t\r")]
        return any(take_apart(line.rstrip(b"\r"), 1) for line in first)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        years = _years(source)
        summary = LogSummary()
        with source.open() as stream:
            for line in lines(stream):
                if isinstance(line, OtherLine):
                    yield from summary.other(line)
                elif summary.of_form < MAX_LINES:
                    timestamp = _timestamp(line, summary.of_form, years)
                    summary.line(_text(line.program), timestamp)
                    yield from _records(line, timestamp)
        yield from summary.end(years)


def _years(source: Source) -> Years:
    """First reading: when each line was written, without a year, and where the clock was stepped."""
    keys, steps = array("l"), dict[int, float]()
    with source.open() as stream:
        for line in lines(stream):
            if isinstance(line, SyslogLine) and len(keys) < MAX_LINES:
                if (step := syslog_event.step(line.program, line.text)) is not None:
                    steps[len(keys)] = step
                keys.append(line.key)
    return yearless.count_back(keys, yearless.stamp_of(source.name), steps)


def _timestamp(line: SyslogLine, index: int, years: Years) -> Timestamp:
    timestamp, note = None, _NOT_SET
    if not years.unset[index]:
        year = years.of[index]
        note = _UTC + _COUNTED if year else _NO_YEAR.format(why=years.why)
        when = yearless.at(year, line.key) if year else None
        if when:
            timestamp = utc(when.year, when.month, when.day, when.hour, when.minute, when.second)
    return Timestamp("Recorded Time", line.stamp, Clock.DEVICE, timestamp, note)


def _records(line: SyslogLine, timestamp: Timestamp) -> Iterator[Record]:
    if metric := _METRIC.match(line.text):
        yield _metric(line, timestamp, {name: _text(value) for name, value in metric.groupdict().items()})
        return
    found = syslog_event.find(line.program, line.text)
    if found is None:
        return
    event, groups = found
    program = _text(line.program)
    fields: dict[str, Value] = {"host": line.host, "program": program, "pid": line.pid, "text": _text(line.text)[:1000]}
    address = groups.get("address", "").replace("-", ":").upper()
    yield Record(
        data_type=event.data_type,
        message=event.sentence.format(**{**groups, "program": program}).strip(),
        locator=at_line(line.number),
        timestamps=(timestamp,),
        fields={**fields, **groups},
        keys=(f"bluetooth:{address}",) if address and "X" not in address and "bluetooth" in event.data_type else (),
    )


def _metric(line: SyslogLine, stamp: Timestamp, groups: dict[str, str]) -> Record:
    timestamp = from_milliseconds(int(groups["seconds"]) * 1000)
    inside = Timestamp("Recorded Time", groups["seconds"], Clock.DEVICE, timestamp, _INSIDE)
    return Record(
        data_type=METRIC_TYPE,
        message=(
            f"The device counted for itself: {groups['name']} of {groups['program']}, {groups['kind']}"
            f" {groups['value']}."
        ),
        locator=at_line(line.number),
        timestamps=(inside,) if timestamp is not None else (stamp,),
        fields={**groups, "line_time": line.stamp},
    )


def _text(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")
