"""Kernel logs: ``dmesg``, ``last_kmsg``, ``console-ramoops``, ``/proc/kmsg``. Their times are uptime.

References:
    Linux, printk (``[    0.943043] text``, ``<6>`` before it; ``/dev/kmsg``: ``6,1234,943043,-;text``). An Echo Show
    15's ``last_kmsg`` (jcrasselt/amazon-echo-show-15, docs/emmc.md), which adds ``@0``, the processor. util-linux,
    dmesg(1): ``-T``, ``-x``, ``--time-format``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from parsers.definition.log_lines import DESCRIBED, SEEN, LineKind, known_as, line_kinds
from parsers.formats.lazy_pattern import lazy
from parsers.formats.logs.dating import Dates, Stamp
from parsers.formats.logs.lines import FILE_TYPE, MAX_LINES, LogSummary, OtherLine
from parsers.formats.logs.syslog import SyslogLine, SyslogReader, is_monotonic
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
#: Longer lines are cut at this length.
MAX_LINE = 16384
_LOOK = 100
_SINCE = "As dmesg writes it: a minute without a year, or the seconds since the line before. It gives no date."
_WORKED_OUT = (
    " dmesg worked it out from the seconds since the start; where the device has slept since, it is too early."
)
_LINE = lazy(
    rb"(?:<\d{1,3}>|[a-z]{2,8} {0,4}:[a-z]{2,7} {0,4}: )?(?:"
    rb"\[ {0,12}(?P<stamp>\d{1,8}\.\d{6})(?:@\d{1,3}| <[ \d.]{1,20}>)?\](?:\[ {0,4}[TC]?\d{1,7}\])?"
    rb"|\[(?P<date>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\]"
    rb"|(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,(?P<fraction>\d{6})[+-]\d\d:\d\d)"
    rb"|\[(?P<since>[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d| {0,4}\+\d{1,8}\.\d{6})\]"
    rb")[ \t]?(?P<text>.*)"
    rb"|\d{1,3},\d{1,12},(?P<micro>\d{1,16}),[^;]{0,40};(?P<raw>.*)",
    re.DOTALL,
)
_NAME = lazy(r"(?:^|/)(?:[\w.-]{0,40}last_kmsg|console-ramoops|SYSTEM_LAST_KMSG@|dmesg-ramoops)[\w.-]{0,40}$")
_DEVICE = lazy(
    rb"androidboot\.|\bidme\b|(?i:amazon|biscuit|doppler|mt81[67]\d|amlogic|meson-|fireos|mtk-msdc|echo\b.{0,20}(?:dot|show))"
)
_SERIAL = lazy(r"androidboot\.serialno=(?P<serial>[A-Za-z0-9]{8,32})\b")
_MAYBE = lazy(
    rb"\[ {0,12}\+?\d{1,8}\.\d{6}|\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:|\d:\d\d,\d{6}[+-]|\d,\d{1,12},\d{1,16},"
    rb"|\[[A-Z][a-z]{2} ?\d{1,2} \d\d:\d\d\]|\.\0\d\0\d\0\d\0\d\0\d\0\d\0"
)
#: A part of the time of each of these lines, simple enough to be compiled at once.
_TIME_PART = rb"\d\.\d{6}|[a-z] [ \d]\d \d\d:|:\d\d,\d{6}[+-]|\d,\d+,\d+,|\d \d\d:\d\d\]"


@register
class KernelLog(Parser):
    """Reads the kernel log of a device."""

    name: ClassVar[str] = "kernel_log"
    version: ClassVar[str] = "2"
    needs: ClassVar[tuple[bytes, ...]] = (_TIME_PART,)
    needs_in_text: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="The kernel's log of a device (last_kmsg, dmesg, console-ramoops)",
        data_types=tuple(sorted({*system_event.TYPES, *(kind.data_type for kind in line_kinds(TABLE)), FILE_TYPE})),
        known_by=(
            "lines [seconds.microseconds] text, or with the times that dmesg writes instead, in a file named last_kmsg"
            " or console-ramoops, or with words of an Echo's kernel in its first lines (androidboot, idme, amazon,"
            " mt8163, amlogic)",
        ),
        shows="Starts of the device, its serial number where it was started with it, its storage and partitions.",
        does_not_show="When: times are seconds since the start, but for those that dmesg -T or a set clock gives.",
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
        """Whether the first lines match, and the name or words indicate such a device."""
        first = first_lines(source.head, _LOOK, MAX_LINE)
        found = sum(_LINE.fullmatch(line) is not None and not is_monotonic(line) for line in first)
        if found < min(3, max(1, len(first))) or found * 2 < len(first) or not _MAYBE.search(source.head):
            return False
        return bool(_NAME.search(source.path) or _DEVICE.search(source.head.replace(b"\0", b"")))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each event, and one for the file."""
        summary, clock, events = LogSummary(), _KernelClock(), system_event.SystemEventFinder()
        with source.open() as stream:
            for raw in raw_lines(stream, MAX_LINE):
                found = _LINE.fullmatch(raw.content)
                timestamp = clock.timestamp(found) if found else None
                if found is None or timestamp is None:
                    summary.other(OtherLine(raw.locator, raw.content, raw.cut))
                elif summary.of_form >= MAX_LINES:
                    summary.beyond += 1
                else:
                    summary.line("kernel", timestamp)
                    if raw.cut:
                        summary.cut(raw.locator)
                    yield from _records(
                        found["text"] if found["micro"] is None else found["raw"], timestamp, raw, events
                    )
        yield from summary.end(None)


class _KernelClock:
    """Determines the time of each line."""

    def __init__(self) -> None:
        self._years = Years()
        self._dates = Dates(self._years, UNKNOWN, "")
        self._stamps = SyslogReader()

    def timestamp(self, found: re.Match[bytes]) -> Timestamp | None:
        """The time of a line; None if the date or time is invalid."""
        if found["since"] is not None:
            recorded = found["since"].decode("ascii").strip()
            return Timestamp("Recorded Time", recorded, Clock.DEVICE, None, _SINCE)
        if (uptime := found["micro"] or found["stamp"]) is not None:
            return self._dates.timestamp(Stamp(uptime.decode("ascii"), uptime=True))
        written = found["date"] or found["iso"]
        line = self._stamps.read(RawLine(0, "", written + b" kernel: "))
        if not isinstance(line, SyslogLine) or line.stamp is None:
            return None
        self._years.of.append(line.stamp.year)
        self._years.unset.append(0)
        made = self._dates.timestamp(line.stamp)
        return replace(made, note=made.note + _WORKED_OUT)


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
