"""The other logs of a first-generation Echo: kernel, daemons, Bluetooth, authentication, cron, metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import ClassVar

from parsers.avs_sdk import event as avs_event
from parsers.formats.logs import yearless
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES
from parsers.formats.logs.syslog import MAX_LINE, TIME_OF_DAY, begins
from parsers.formats.logs.zones import Zone
from parsers.linux import system_event
from parsers.linux.syslog_reading import METRIC_TYPE, UTTERANCE_TYPE, SystemLog, is_echo_name, read
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_UTC = Zone("UTC", UTC, "The device's clock, to the second; UTC, as the clock of these devices is.")
_COUNTED = " The line writes no year; it was counted back from when the log was rotated."


@register
class EchoSyslog(Parser):
    """Reads these logs, after decompression."""

    name: ClassVar[str] = "echo_syslog"
    version: ClassVar[str] = "3"
    needs: ClassVar[tuple[bytes, ...]] = (TIME_OF_DAY,)
    needs_in_text: ClassVar[bool] = True
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Kernel, daemon, Bluetooth, authentication, cron and metrics logs of a first-generation Echo",
        data_types=tuple(sorted({*system_event.TYPES, *avs_event.TYPES, FILE_TYPE, METRIC_TYPE, UTTERANCE_TYPE})),
        known_by=(
            "lines of syslog (Mon DD HH:MM:SS host program[pid]: text, and its other forms), in a file named auth,"
            " kern, daemon, bluetooth, cron, user, syslog, crash_dumptrace or metrics_..., with or without .log and a"
            " rotation's stamp",
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
            "Most lines write no year. It is counted back from the stamp in the rotated file's name, and not beyond a"
            f" silence of {yearless.MAX_SILENCE // 86400} days or a leap of the clock that no line explains.",
            "Lines that write no zone are read as UTC, which the clock of this device keeps; a zone that a line writes"
            " is used.",
            "Between a start and the line that sets the clock, the device's clock goes on from a date kept on disk.",
            "Lines about none of the listed events are counted in the file's own record, by program.",
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
        ),
        references=("github.com/Mich21050/EchoSystemFiles: var/local/log; etc/syslog-ng.conf",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name matches and one of the first lines has the form."""
        return is_echo_name(source.name) and begins(source.head, 1)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        return read(source, SystemLog(_UTC, _COUNTED, yearless.stamp_of(source.name), device=True))
