"""Read a system log, in any form of syslog, from start to end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from parsers.avs_sdk.event import AvsFinder
from parsers.avs_sdk.line import has_time
from parsers.formats.logs.dating import Dates, Stamp, Survey
from parsers.formats.logs.lines import MAX_LINES, LogSummary, OtherLine
from parsers.formats.logs.syslog import SyslogLine, lines
from parsers.formats.logs.yearless import Years
from parsers.formats.logs.zones import Zone
from parsers.linux import system_event
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.secret import masked
from parsers.service_names import NamedLines, is_device_program
from parsers.times import from_milliseconds
from parsers.utterance import UtteranceId

METRIC_TYPE, UTTERANCE_TYPE = "echo:metric", "echo:log:utterance"
_METRIC = re.compile(
    rb"metric_(?P<channel>\w{1,40}),(?P<seconds>\d{9,11}),(?P<kind>\w{1,40}),(?P<program>[^,]{1,80}),(?P<source>[^,]{1,80}),"
    rb"(?P<name>[^,]{1,200}),(?P<value>[^,]{1,80})"
)
#: Names of the logs of a first-generation Echo other than the main one.
_ECHO_NAME = re.compile(
    r"(?:auth|kern|daemon|bluetooth|cron|user|syslog|crash_dumptrace|metrics_\w{1,40}?)(?:\.log)?"
    r"(?:_\d{8}_\d{14})?(?:\.dmld_temp|\.\d{1,3})?(?:\.txt)?"
)
_INSIDE = "The device's clock, epoch seconds (UTC), as written inside the line."


def is_echo_name(name: str) -> bool:
    """Whether a file has the name of a first-generation Echo's log."""
    return _ECHO_NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class SystemLog:
    """What is known about a log before it is read.

    Attributes:
        zone: the zone of lines that state none.
        counted: the text after the note on a year that was inferred backwards.
        rotated: when the log was rotated; None if unknown.
        device: whether it is known to be a device's own log. If not, its lines decide.
    """

    zone: Zone
    counted: str
    rotated: datetime | None
    device: bool


def read(source: Source, log: SystemLog) -> Iterator[Record | Issue]:
    """Yield a record for each event in a text log, and one for the file. See :func:`read_lines`."""

    def text_lines() -> Iterator[SyslogLine | OtherLine]:
        with source.open() as stream:
            yield from lines(stream)

    return read_lines(text_lines, log)


def read_lines(given: Callable[[], Iterator[SyslogLine | OtherLine]], log: SystemLog) -> Iterator[Record | Issue]:
    """Yield a record for each event, and one for the file.

    If nothing shows that the log is a device's, only lines about the service are reported, if any.

    Args:
        given: returns an iterator over all lines; it is called twice.
        log: what is known about the log.
    """
    years, shown = _survey(given(), log)
    device = log.device or shown
    reader = _SyslogReader(Dates(years, log.zone, log.counted), device=device, names=not log.device)
    for line in given():
        if (found := reader.line(line)) is not None:
            yield found
    yield from reader.end(years, device=device)


def _survey(given: Iterator[SyslogLine | OtherLine], log: SystemLog) -> tuple[Years, bool]:
    """First pass: when each line was written, where the clock was stepped, whether a device of the service wrote it."""
    survey, steps, shown, count = Survey(), dict[int, float](), False, 0
    avs = AvsFinder()
    for line in given:
        if not isinstance(line, SyslogLine) or count >= MAX_LINES:
            continue
        count += 1
        if (stamp := _stamp(line)) and stamp.dated and not has_time(line.text):
            if (step := system_event.step(line.program, line.text)) is not None:
                steps[len(survey.walls)] = step
            survey.add(stamp)
        if not (log.device or shown):
            shown = is_device_program(line.program) or avs.find(line.text, None, "") is not None
    return survey.years(log.rotated, steps), shown


class _SyslogReader:
    """The second pass."""

    def __init__(self, dates: Dates, *, device: bool, names: bool) -> None:
        self._dates, self._device, self._names = dates, device, names
        self._summary, self._named, self._avs = LogSummary(), NamedLines(), AvsFinder()
        self._events = system_event.SystemEventFinder()
        self._records = 0

    def line(self, line: SyslogLine | OtherLine) -> Record | None:
        """Return the record of a line, if any."""
        if isinstance(line, OtherLine):
            self._summary.other(line)
            return None
        if self._summary.of_form >= MAX_LINES:
            self._summary.beyond += 1
            return None
        timestamp, timed = None, has_time(line.text)
        if (stamp := _stamp(line)) is not None:
            timestamp = self._dates.wrapped(stamp) if timed else self._dates.timestamp(stamp, line.stamp_locator)
        avs = self._avs.find(line.text, timestamp, line.locator, timed=timed)
        self._summary.line(_text(line.program), avs.timestamp if avs else timestamp)
        if line.cut:
            self._summary.cut(line.locator)
        found = avs.record if avs else self._found(line, timestamp)
        self._records += found is not None
        return found

    def end(self, years: Years, *, device: bool) -> Iterator[Record | Issue]:
        """Yield the results that are known only at the end of the file."""
        yield from self._named.records()
        if device or self._records or self._named.count:
            yield from self._summary.end(years)

    def _found(self, line: SyslogLine, timestamp: Timestamp | None) -> Record | None:
        found = self._of_device(line, timestamp) if self._device else None
        found = found or _utterance(line, timestamp)
        if found is None and self._names:
            self._named.add(_text(line.program), line.text, line.locator, timestamp)
        return found

    def _of_device(self, line: SyslogLine, timestamp: Timestamp | None) -> Record | None:
        if metric := _METRIC.match(line.text):
            return _metric(line, timestamp, {name: _text(value) for name, value in metric.groupdict().items()})
        found = self._events.find(line.program, line.text)
        if found is None:
            return None
        event, groups = found
        program = _text(line.program)
        fields: dict[str, Value] = {
            "host": line.host, "program": program, "pid": line.pid, "text": masked(_text(line.text)[:1000]),
        }  # fmt: skip
        address = groups.get("address", "").replace("-", ":").upper()
        return Record(
            data_type=event.data_type,
            message=event.sentence.format(**{**groups, "program": program}).strip(),
            locator=line.locator,
            timestamps=(timestamp,) if timestamp else (),
            fields={**fields, **groups},
            keys=(f"bluetooth:{address}",) if address and "X" not in address and "bluetooth" in event.data_type else (),
        )


def _stamp(line: SyslogLine) -> Stamp | None:
    """A line's time, with the year from a metric's own time in the same line."""
    stamp = line.stamp
    if stamp is None or stamp.year or not stamp.dated or (metric := _METRIC.match(line.text)) is None:
        return stamp
    if from_milliseconds(int(metric["seconds"]) * 1000) is None:
        return stamp
    inside = datetime.fromtimestamp(int(metric["seconds"]), UTC)
    same_day = stamp.wall // 86400 == inside.month * 32 + inside.day
    return stamp._replace(year=inside.year) if same_day else stamp


def _metric(line: SyslogLine, stamp: Timestamp | None, groups: dict[str, str]) -> Record:
    timestamp = from_milliseconds(int(groups["seconds"]) * 1000)
    inside = Timestamp("Recorded Time", groups["seconds"], Clock.DEVICE, timestamp, _INSIDE)
    times = (inside,) if timestamp is not None or stamp is None else (stamp,)
    return Record(
        data_type=METRIC_TYPE,
        message=(
            f"The device counted for itself: {groups['name']} of {groups['program']}, {groups['kind']}"
            f" {groups['value']}."
        ),
        locator=line.locator,
        timestamps=times,
        fields={**groups, "line_time": line.stamp.text if line.stamp else ""},
    )


def _utterance(line: SyslogLine, timestamp: Timestamp | None) -> Record | None:
    """The record of a line that names an utterance id."""
    if b"::TNIH" not in line.text or (spoken := UtteranceId.find(_text(line.text))) is None:
        return None
    fields: dict[str, Value] = {"program": _text(line.program), "text": masked(_text(line.text)[:500])}
    message = f"The log of {_text(line.program)} names an utterance."
    times = (timestamp,) if timestamp else ()
    return Record(UTTERANCE_TYPE, message, line.locator, times, utterance_id=spoken.text, fields=fields)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")
