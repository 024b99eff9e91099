"""The sections of an Android bug report: which lines are logs, properties or other data.

References:
    AOSP frameworks/native/cmds/dumpstate: ``== dumpstate: {local time}``, ``------ TITLE (command) ------``,
    ``------ 0.123s was the duration of 'TITLE' ------``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from parsers.record import Value

_TITLE = re.compile(rb"------ (?P<title>[^(]{1,100}?)(?: \((?P<command>.{1,300})\))? ------")
_DURATION = re.compile(rb"------ [\d.]{1,12}s was the duration of .{0,200}------")
_MADE = re.compile(rb"== dumpstate: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
_LOGS = re.compile(rb"logcat|LAST LOG|LAST LOGCAT|[A-Z]+ LOG\b")
_OTHER_LOGS = re.compile(rb"KERNEL LOG|dmesg|LAST KMSG|/proc/kmsg")
_MAX_SECTIONS = 500


def is_report(head: bytes) -> bool:
    """Whether a file begins like a bug report."""
    return _MADE.search(head, 0, 4096) is not None


@dataclass(slots=True)
class ReportSections:
    """Follows the sections of a report, line by line.

    Attributes:
        made: when the report was made, by the device's clock in its own zone; only used for inferring years backwards.
        title: the title of the current section; empty before the first.
        of_logcat: whether the current section is an Android log; also true for files that are not reports.
        of_properties: whether the current section is a list of properties.
        lines: the number of lines of each section that is not a log.
    """

    made: datetime | None = None
    title: str = ""
    of_logcat: bool = True
    of_properties: bool = False
    lines: dict[str, Value] = field(default_factory=dict)
    _is_report: bool = False

    def takes(self, content: bytes) -> bool:
        """Process a line; returns whether it is part of the report itself: a heading, or a line outside the logs."""
        if content.startswith(b"== dumpstate: "):
            self._begin(content)
            return True
        if not self._is_report:
            return False
        if content.startswith(b"------ "):
            if _DURATION.fullmatch(content):
                return True
            if found := _TITLE.fullmatch(content):
                self._enter(found["title"], found["command"] or b"")
                return True
        if self.of_logcat:
            return False
        if self.title in self.lines or len(self.lines) < _MAX_SECTIONS:
            count = self.lines.get(self.title, 0)
            self.lines[self.title] = (count if isinstance(count, int) else 0) + 1
        return True

    def _begin(self, content: bytes) -> None:
        self._is_report, self.of_logcat = True, False
        if found := _MADE.match(content):
            try:
                made = datetime.strptime(found[1].decode("ascii"), "%Y-%m-%d %H:%M:%S")
            except ValueError:
                return
            self.made = made.replace(tzinfo=UTC)

    def _enter(self, title: bytes, command: bytes) -> None:
        self.title = title.decode("utf-8", "backslashreplace")
        log = _LOGS.search(command or title)
        self.of_logcat = log is not None and not _OTHER_LOGS.search(title + b" " + command)
        self.of_properties = b"getprop" in command or b"SYSTEM PROPERTIES" in title
