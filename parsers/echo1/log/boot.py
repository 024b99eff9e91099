"""Starts of the device, recognised by the traces they leave in the log.

The log daemon starts first, with the clock still at the hardware's initial year, and writes the
kernel's lines. A script then sets the clock from a date kept on disk, saved every five minutes; the boot script writes
its line; a time server is queried once Wi-Fi is up. After a restart without loss of power, the kernel's log from
before the restart is written too, under the name ``last_kmsg``.

References:
    Mich21050/EchoSystemFiles: etc/init/pseudo-rcS.conf, syslog-ng.conf, last-kmsg.conf, boot-begins.conf,
    openntpd.conf; etc/init.d/set-the-date; the kernel's lines as in var/local/log/kern.log_00003480.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers.echo1.log.line import LogLine
from parsers.echo1.log.timestamps import line_timestamp
from parsers.locator import at_line
from parsers.record import Record, Value

_KERNEL = re.compile(r"\[ *0\.0+\] Linux version (?P<version>\S{1,60})")
_RESTARTING = "Restarting system"
#: The traces of one start are within this many lines of each other.
_MAX_LINES = 20_000
_MARKS = {
    "kernel": "the kernel's first line",
    "log_daemon": "the start of the log daemon",
    "boot_script": "the line of the boot script",
    "kernel_log_before": "the kernel's log from before a restart",
}


@dataclass(slots=True)
class _Start:
    marks: dict[str, LogLine] = field(default_factory=dict)
    kernel: str | None = None
    orderly: LogLine | None = None
    last: int = 0


class Boots:
    """Combines the traces of each start. Pass lines to :meth:`feed` in order."""

    def __init__(self) -> None:
        self._start: _Start | None = None

    def feed(self, line: LogLine) -> tuple[bool, list[Record]]:
        """Process a line; returns whether a start begins with it, and the records of completed starts."""
        mark = _mark(line)
        if mark is None:
            return False, []
        done, begins = [], self._begins(mark, line)
        if begins:
            done = self.end()
            self._start = _Start()
        if self._start is not None:
            self._start.marks.setdefault(mark, line)
            self._start.last = line.number
            if mark == "kernel" and (found := _KERNEL.search(line.text)):
                self._start.kernel = found["version"]
            if mark == "kernel_log_before" and _RESTARTING in line.text:
                self._start.orderly = line
        return begins, done

    def end(self) -> list[Record]:
        """Return the record of the start in progress, if any."""
        start, self._start = self._start, None
        return [_record(start)] if start is not None else []

    def _begins(self, mark: str, line: LogLine) -> bool:
        start = self._start
        if start is None or line.number - start.last > _MAX_LINES:
            return True
        if mark == "boot_script":
            return mark in start.marks
        if mark == "kernel_log_before":
            return False
        # The boot script follows the kernel and the log daemon; the log daemon may start twice before it.
        return "boot_script" in start.marks or (mark == "kernel" and mark in start.marks)


def _mark(line: LogLine) -> str | None:
    if line.program == "kernel" and _KERNEL.match(line.text):
        return "kernel"
    if line.program == "syslog-ng" and line.text.startswith("syslog-ng starting up"):
        return "log_daemon"
    if line.text.startswith("bootbegins:reinitializing"):
        return "boot_script"
    return "kernel_log_before" if line.program == "last_kmsg" else None


def _record(start: _Start) -> Record:
    lines = sorted(start.marks.values(), key=lambda line: line.number)
    marks = ", ".join(_MARKS[name] for name in _MARKS if name in start.marks)
    message = f"The device's log records a start of the device ({marks})."
    if set(start.marks) == {"log_daemon"}:
        message = "The device's log records a start of its log daemon; the device itself may not have been restarted."
    if "kernel_log_before" in start.marks:
        message += " The firmware writes the kernel's log from before only where power was not lost."
    message += " Until a time server is reached, the clock may lag: it goes on from a date kept on disk."
    fields: dict[str, Value] = {"marks": [name for name in _MARKS if name in start.marks]}
    if start.kernel is not None:
        fields["kernel_version"] = start.kernel
    if "kernel_log_before" in start.marks:
        fields["restarting_line"] = start.orderly.number if start.orderly else None
    fields["lines"] = [line.number for line in lines]
    timestamps = tuple(line_timestamp(line) for line in lines)
    return Record("echo:log:boot", message, at_line(lines[0].number), timestamps, fields=fields)
