"""Logs of Fire OS devices (Echo Show, Spot, Dot): what was heard, touched, seen, switched on and off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.avs_sdk import event as avs_event
from parsers.definition.log_lines import DESCRIBED, SEEN, known_as, line_kinds
from parsers.fireos import android_property
from parsers.fireos import log_event as fireos_event
from parsers.fireos.log_reading import read
from parsers.fireos.report_sections import is_report
from parsers.formats.logs import yearless
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES
from parsers.formats.logs.logcat import DIVIDER, MAX_LINE, STRONG, TIMELESS, form_of, may_be_strong
from parsers.formats.logs.syslog import TIME_OF_DAY
from parsers.formats.logs.text import encoding_of, first_lines
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register
from parsers.service_names import DATA_TYPE as NAMED_TYPE
from parsers.service_names import names_service

_PATH = re.compile(
    r"(?:^|/)(?:Log\.\w{1,40}(?:_\d{1,4}|[@_]\d{13})|logd/|logcat|dropbox/|main_log|system\.log)", re.IGNORECASE
)
#: How many lines of the head are checked, and how many lines without a time identify the form.
_LOOK, _FEW = 400, 32
_TIMELESS = rb"[VDIWEFS][/(]|beginning of"


@register
class FireOsLog(Parser):
    """Reads one log, after unpacking."""

    name: ClassVar[str] = "fireos_log"
    version: ClassVar[str] = "4"
    needs: ClassVar[tuple[bytes, ...]] = (TIME_OF_DAY, _TIMELESS)
    needs_in_text: ClassVar[bool] = True
    reads_neighbours: ClassVar[bool] = True
    reads_lines: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Logs of Fire OS and Android devices: Echo Show, Spot, Dot, and whatever runs an Alexa app",
        data_types=tuple(
            sorted({
                *fireos_event.TYPES, *avs_event.TYPES, fireos_event.UTTERANCE_TYPE, android_property.DATA_TYPE,
                NAMED_TYPE, FILE_TYPE,
            })
        ),
        known_by=(
            "lines of logcat in any of its forms (threadtime, time, long, brief, process, tag, thread), with or without"
            " year, zone, user ids and colours, in ASCII, UTF-8 or UTF-16, whatever the file's name",
            "--------- beginning of main, and the other dividers of logcat",
            "== dumpstate: an Android bug report with such logs in it",
            "Log.{buffer}@{epoch milliseconds}.txt.zip, whole or broken off (.tmp, .corrupt)",
        ),
        shows=(
            "When, by the device's own clock, its event service took note of a wake word, a touch, a button, the"
            " privacy switch, the camera, motion or presence, and when it reported a face; who started a turn with the"
            " service, which states the speech client went through, and when the device began and ceased to speak."
        ),
        does_not_show=(
            "Who spoke, touched or was seen: a face is taken for a person by the device. What was said. That the"
            " detector was right, or that the service took what was sent. That nothing happened where the log is"
            " silent."
        ),
        validated_on=(
            "Made files only.",
            f"Lines seen in logs or programs of others: {known_as(line_kinds(fireos_event.TABLE), SEEN)}; the"
            " events of the event service (Echo Show 15).",
            f"Lines that are only described: {known_as(line_kinds(fireos_event.TABLE), DESCRIBED)}.",
        ),
        limits=(
            "A zone that a line writes is used. Else that of persist.sys.timezone, where the report itself or the"
            " evidence beside the log holds it. Else a log in Fire OS's own folders is read as UTC, as the published"
            " logs of an Echo Show 15 are; of other models that is not known. Any other log's times stay without UTC.",
            "Most lines write no year. It is counted back from the time in the name of the zip or file, from the time"
            " of the report, or from a date in the file's name, and not beyond a silence of"
            f" {yearless.MAX_SILENCE // 86400} days.",
            "Before something sets it, the clock of a device that was without power shows a wrong date; its lines do"
            " not tell.",
            "The forms brief, process, tag and thread write no time, the form raw nothing but text: an issue says so.",
            "Lines about none of the listed events are counted in the file's own record, by program; of"
            " those that name the service, the places too.",
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
        ),
        references=(
            "https://github.com/jcrasselt/amazon-echo-show-15",
            "https://github.com/bboe/overdub (docs; internal/alexa tests): lines of an Echo Dot 2",
            "https://github.com/kdkavanagh/EchoMuse, ygelfand/echolocal: programs of an Echo Dot 2",
            "AOSP system/logging/liblog/logprint.cpp",
        ),
    )  # fmt: skip

    def claims(self, source: Source) -> bool:
        """Whether the lines have the form; in a log folder or under a log's name, one line is enough."""
        head = source.head
        if encoding_of(head) is None:
            return False
        first = first_lines(head, _LOOK, MAX_LINE)
        if any(form_of(line, STRONG) for line in filter(may_be_strong, first)) or (first and is_report(head)):
            return True
        if any(DIVIDER.fullmatch(line) for line in first[:_FEW]):
            return True
        few = [line for line in first[:_FEW] if line]
        timeless = sum(bool(form_of(line, TIMELESS)) for line in few)
        if _PATH.search(source.path):
            return timeless > 0
        return timeless * 2 > len(few) and (timeless > 1 or names_service("", few[0]) or b"ECS_" in few[0])

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        return read(source)
