"""The kernel's own log: ``dmesg``, ``last_kmsg``, ``console-ramoops``, ``/proc/kmsg``. Its times are uptime.

References:
    Linux, printk (``[    0.943043] text``, ``<6>`` before it; ``/dev/kmsg``: ``6,1234,943043,-;text``). An Echo Show
    15's ``last_kmsg`` (jcrasselt/amazon-echo-show-15, docs/emmc.md), which adds ``@0``, the processor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.definition.log_lines import DESCRIBED, SEEN, LineKind, known_as, line_kinds
from parsers.formats.logs.dating import Dates, Stamp
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogSummary, OtherLine
from parsers.formats.logs.text import RawLine, first_lines, raw_lines
from parsers.formats.logs.yearless import Years
from parsers.formats.logs.zones import UNKNOWN
from parsers.linux import system_event
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.secret import masked
from parsers.times import from_milliseconds

TABLE = "kernel"
#: A longer line is read up to here.
MAX_LINE = 16384
_LOOK = 100
_LINE = re.compile(
    rb"(?:<\d{1,3}>)?\[ {0,12}(?P<seconds>\d{1,8})\.(?P<part>\d{6})(?:@\d{1,3})?\]"
    rb"(?:\[ {0,4}[TC]?\d{1,7}\])?[ \t]?(?P<text>.*)"
    rb"|\d{1,3},\d{1,12},(?P<micro>\d{1,16}),[^;]{0,40};(?P<raw>.*)",
    re.DOTALL,
)
_NAME = re.compile(r"(?:^|/)(?:[\w.-]{0,40}last_kmsg|console-ramoops|SYSTEM_LAST_KMSG@|dmesg-ramoops)[\w.-]{0,40}$")
_DEVICE = re.compile(
    rb"androidboot\.|\bidme\b|(?i:amazon|biscuit|doppler|mt81[67]\d|amlogic|meson-|fireos|mtk-msdc|echo\b.{0,20}(?:dot|show))"
)
_SERIAL = re.compile(r"androidboot\.serialno=(?P<serial>[A-Za-z0-9]{8,32})\b")
_MAYBE = re.compile(rb"\[ {0,12}\d{1,8}\.\d{6}|\d,\d{1,12},\d{1,16},|\.\0\d\0\d\0\d\0\d\0\d\0\d\0")


@register
class KernelLog(Parser):
    """Reads the kernel log of a device."""

    name: ClassVar[str] = "kernel_log"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About(
        title="The kernel's log of a device (last_kmsg, dmesg, console-ramoops)",
        data_types=tuple(sorted({*system_event.TYPES, *(kind.data_type for kind in line_kinds(TABLE)), FILE_TYPE})),
        known_by=(
            "lines [seconds.microseconds] text, in a file named last_kmsg or console-ramoops, or with words of an"
            " Echo's kernel in its first lines (androidboot, idme, amazon, mt8163, amlogic)",
        ),
        shows="Starts of the device, its serial number where it was started with it, its storage and partitions.",
        does_not_show="When: times are seconds since the start; only a line that sets the clock gives a date.",
        validated_on=(
            "Made files only.",
            f"Lines seen in a published log (Echo Show 15): {known_as(line_kinds(TABLE), SEEN)}.",
            f"Lines known from the kernel's source: {known_as(line_kinds(TABLE), DESCRIBED)}.",
        ),
        limits=(
            "Kernel logs in which nothing shows a device of Amazon's are not claimed.",
            f"Lines are read up to {MAX_LINE} bytes, and {MAX_LINES} lines of a file.",
        ),
        references=("Linux, Documentation/ABI/testing/dev-kmsg", "https://github.com/jcrasselt/amazon-echo-show-15"),
    )

    def claims(self, source: Source) -> bool:
        """By the first lines, and by the name or words of such a device."""
        if not _MAYBE.search(source.head):
            return False
        if not (_NAME.search(source.path) or _DEVICE.search(source.head.replace(b"\0", b""))):
            return False
        first = first_lines(source.head, _LOOK, MAX_LINE)
        found = sum(_LINE.fullmatch(line) is not None for line in first)
        return found >= min(3, max(1, len(first))) and found * 2 >= len(first)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        summary, dates, events = LogSummary(), Dates(Years(), UNKNOWN, ""), system_event.SystemEventFinder()
        with source.open() as stream:
            for raw in raw_lines(stream, MAX_LINE):
                found = _LINE.fullmatch(raw.content)
                if found is None:
                    summary.other(OtherLine(raw.locator, raw.content, raw.cut))
                elif summary.of_form >= MAX_LINES:
                    summary.beyond += 1
                else:
                    timestamp = dates.timestamp(_stamp(found))
                    summary.line("kernel", timestamp)
                    if raw.cut:
                        summary.cut(raw.locator)
                    yield from _records(
                        found["text"] if found["micro"] is None else found["raw"], timestamp, raw, events
                    )
        yield from summary.end(None)


def _stamp(found: re.Match[bytes]) -> Stamp:
    if found["micro"] is not None:
        return Stamp(found["micro"].decode("ascii"), uptime=True)
    return Stamp(f"{found['seconds'].decode('ascii')}.{found['part'].decode('ascii')}", uptime=True)


def _records(
    text: bytes, timestamp: Timestamp, raw: RawLine, events: system_event.SystemEventFinder
) -> Iterator[Record]:
    for kind in line_kinds(TABLE):
        if kind.word in text and (match := kind.text.search(text)):
            yield _declared(kind, match, timestamp, raw)
            return
    found = events.find(b"kernel", text)
    if found is None:
        return
    event, groups = found
    written = text.decode("utf-8", "backslashreplace")
    serial = _SERIAL.search(written)
    fields: dict[str, Value] = {"text": masked(written[:1000]), **groups}
    yield Record(
        event.data_type,
        event.sentence.format(**{**groups, "program": "kernel"}).strip(),
        raw.locator,
        (timestamp,),
        device_serial=serial["serial"] if serial else None,
        fields=fields,
    )


def _declared(kind: LineKind, match: re.Match[bytes], timestamp: Timestamp, raw: RawLine) -> Record:
    groups = {name: value.decode("utf-8", "backslashreplace") for name, value in match.groupdict(b"").items() if value}
    times = [timestamp]
    if kind.time and (recorded := groups.get(kind.time.group)):
        value = from_milliseconds(int(recorded) * kind.time.factor // 1000)
        times.append(Timestamp(kind.time.description, recorded, Clock.DEVICE, value, kind.time.note))
    return Record(kind.data_type, kind.sentence(groups), raw.locator, tuple(times), fields={**groups})
