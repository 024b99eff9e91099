"""System logs of other devices: soundbars, televisions, routers, and anything else that mentions the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.avs_sdk import event as avs_event
from parsers.formats.logs import yearless, zones
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES
from parsers.formats.logs.logcat import STRONG, form_of
from parsers.formats.logs.syslog import MAX_LINE, TIME_OF_DAY, begins
from parsers.formats.logs.text import first_lines
from parsers.linux import system_event
from parsers.linux.kept_log import holds_device_log
from parsers.linux.syslog_reading import METRIC_TYPE, UTTERANCE_TYPE, SystemLog, is_echo_name, read
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.service_names import DATA_TYPE as NAMED_TYPE

#: How many lines of the head are checked, to leave Android logs to their own parser.
_LOOK = 100
_COUNTED = " The line writes no year; it was counted back from the time in the file's name."


@register
class SystemLogs(Parser):
    """Reads what any system log says about the service; reads all of it if a device of the service wrote it."""

    name: ClassVar[str] = "syslog"
    version: ClassVar[str] = "3"
    reads_lines: ClassVar[bool] = True
    needs: ClassVar[tuple[bytes, ...]] = (TIME_OF_DAY,)
    needs_in_text: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="System logs (syslog) of devices with Alexa, and of others that name the service",
        data_types=tuple(
            sorted({*system_event.TYPES, *avs_event.TYPES, FILE_TYPE, METRIC_TYPE, UTTERANCE_TYPE, NAMED_TYPE})
        ),
        known_by=(
            "lines of syslog: Mon DD HH:MM:SS host program[pid]: text, with or without a priority, a year, a zone, a"
            " facility, the host; RFC 5424; ISO 8601 times before host and program (journalctl, rsyslog)",
        ),
        shows=(
            "What a device's log says of its wake word, its turns with the service, its network, its Bluetooth and its"
            " starts; and that a log of any device or router names the service, and when."
        ),
        does_not_show=(
            "Which device wrote it, unless a line says so. That nothing happened where the log is silent. A router's"
            " line that names the service's address does not show that anybody spoke."
        ),
        validated_on=("Made files only; the wrapped lines as published in issue 974 of alexa/avs-device-sdk.",),
        limits=(
            "A zone that a line writes is used. Without one the time stays without UTC; a line of the AVS Device SDK"
            " writes UTC itself.",
            "A log in which nothing shows a device of the service and nothing names the service gives no record.",
            "Lines that name the service and are of no kind that is read are counted by program, with their places.",
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
        ),
        references=("RFC 3164", "RFC 5424", "journalctl(1)", "https://github.com/alexa/avs-device-sdk/issues/974"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the first lines have the form, and the name is not that of a first-generation Echo's log."""
        if is_echo_name(source.name) or not begins(source.head) or holds_device_log(source):
            return False
        return not any(form_of(line, STRONG) for line in first_lines(source.head, _LOOK, MAX_LINE))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield what the log says about the service; for a device's log, each event and a record for the file."""
        return read(source, SystemLog(zones.UNKNOWN, _COUNTED, yearless.stamp_of(source.name), device=False))
