"""The log's own clock: what the log says about it, where it jumps, and where it was not yet set.

References:
    Mich21050/EchoSystemFiles: etc/init/openntpd.conf, etc/syslog-ng.conf (which lines of ntpd and ntpdate go to this
    log), var/local/log/daemon.log (the words of ntpd and ntpdate).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.echo1.log.line import FIRST_YEAR, STAMP_SIZE, LogLine, seconds_of, take_apart
from parsers.echo1.log.state import verbatim
from parsers.echo1.log.timestamps import line_timestamp
from parsers.formats.lazy_pattern import lazy
from parsers.locator import at_line
from parsers.record import Record, Timestamp, Value

#: The smallest backward step, and forward step between neighbouring lines, in seconds, that make a record.
STEP_BACK = 2
STEP_ON = 15 * 60

_TIME_SERVER = (
    r"(?:step|adjust) time server \S{1,60} offset [-+\d]|updateTimeFrom\w{1,40}Success\b"
    r"|clock is now synced|set local clock to"
)
_REACHED = lazy(_TIME_SERVER)
_CHANGED = lazy(
    _TIME_SERVER + r"|clock is now unsynced|adjusting local clock by|IMSG_HTTPTIME received"
    r"|[Ss]etting system (?:clock|time) to|[Ss]ystem (?:clock|time) (?:was |has been |is )?(?:set|stepped|changed)"
    r"|name=\w{0,40}[tT]imeChanged,"
)
_OFFSET = lazy(r"time server (?P<server>\S{1,60}) offset (?P<offset>[-+]?\d{1,12}(?:\.\d{1,12})?) sec")
_ADJUSTED = lazy(r"adjusting local clock by (?P<offset>[-+]?\d{1,12}(?:\.\d{1,12})?)s")
#: How many periods with an unset clock are kept: interactions are reported soon after their lines.
_MAX_STRETCHES = 4


def clock_line(line: LogLine) -> Record | None:
    """The record of a line that says that the clock was set, stepped or synchronised; None for other lines."""
    if line.program == "last_kmsg" or not _CHANGED.search(line.text):
        return None
    fields: dict[str, Value] = {}
    if found := _OFFSET.search(line.text) or _ADJUSTED.search(line.text):
        fields = {"server": found.groupdict().get("server"), "offset_seconds": found["offset"]}
    return verbatim(line, "echo:log:clock_change", "The device's log records of its clock", fields)


@dataclass(slots=True)
class _Stretch:
    first: int
    end: int | None = None


class Trust:
    """Tracks the parts of the log between a device start and the first contact with a time server."""

    def __init__(self) -> None:
        self._stretches: list[_Stretch] = []

    def started(self, line: LogLine) -> None:
        """Note that a device start begins with this line."""
        self._reached(line.number)
        self._stretches = [*self._stretches[1 - _MAX_STRETCHES :], _Stretch(line.number)]

    def feed(self, line: LogLine) -> None:
        """Process a line, which may say that a time server was reached."""
        if _REACHED.search(line.text) and line.program != "last_kmsg":
            self._reached(line.number)

    def marked(self, record: Record) -> Record:
        """Add a note to the record's times if they were made before a time server was reached."""
        if not self._stretches or record.data_type in ("echo:log:boot", "echo:log:clock_change"):
            return record
        return replace(record, timestamps=tuple(self._with_note(timestamp) for timestamp in record.timestamps))

    def _reached(self, number: int) -> None:
        if self._stretches and self._stretches[-1].end is None:
            self._stretches[-1].end = number

    def _with_note(self, timestamp: Timestamp) -> Timestamp:
        number = int(timestamp.locator.removeprefix("line:"))
        for stretch in self._stretches:
            if stretch.first <= number and (stretch.end is None or number < stretch.end):
                more = f" No time server had been reached since the start at line {stretch.first}: it may lag."
                return replace(timestamp, note=timestamp.note + more)
        return timestamp


class Steps:
    """Checks the stamps of neighbouring lines for backward steps and long gaps."""

    def __init__(self) -> None:
        self._stamp = b""
        #: The seconds of the last line with a time.
        self.seconds: int | None = None

    def check(self, number: int, content: bytes, last_number: int) -> Iterator[Record]:
        """Process a line whose stamp differs from the previous line's; yields a record if the clock steps.

        Args:
            number: the line's number, from 1.
            content: the line, which has a stamp.
            last_number: the number of the last previous line with a stamp.
        """
        seconds = seconds_of(content)
        if seconds is None:
            return
        last, before = self._stamp, self.seconds
        self._stamp, self.seconds = content[:STAMP_SIZE], seconds
        if before is not None and not -STEP_BACK < seconds - before < STEP_ON:
            yield _step(take_apart(last_number, last), take_apart(number, content), seconds - before)

    def passed(self, content: bytes) -> None:
        """Process a line that is known to follow without a clock step."""
        seconds = seconds_of(content)
        if seconds is not None:
            self._stamp, self.seconds = content[:STAMP_SIZE], seconds


def _step(last: LogLine, line: LogLine, seconds: int) -> Record:
    how = f"goes back by {-seconds} s" if seconds < 0 else f"goes on by {seconds} s"
    message = (
        f"The log's clock {how} between neighbouring lines: from {last.stamp} (line {last.number})"
        f" to {line.stamp} (line {line.number})."
    )
    if line.timestamp is None:
        message += f" A time before {FIRST_YEAR} is that of a clock that has not been set, as at a start of the device."
    elif last.timestamp is None:
        message += " The clock had not been set before."
    else:
        message += " The device may have been without power, its clock may have been changed, or lines may be missing."
    fields: dict[str, Value] = {
        "before": last.stamp, "before_line": last.number, "after": line.stamp, "after_line": line.number,
        "seconds": seconds,
    }  # fmt: skip
    timestamps = (line_timestamp(last), line_timestamp(line))
    return Record("echo:log:clock_change", message, at_line(line.number), timestamps, fields=fields)
