"""Parse system log lines in every format of syslog daemons, journalctl and routers.

``Dec 29 14:10:36 host program[pid]: text`` (RFC 3164; the year omitted, or before or after the time); the same with
a leading priority, with facility and level in a column, or without the host; RFC 5424; and ISO 8601 times, with
or without a zone, before host and program.

References:
    RFC 3164; RFC 5424; RFC 3339. rsyslog's RSYSLOG_FileFormat; BusyBox syslogd and OpenWrt's logread (facility.level);
    journalctl(1): short, short-full, short-iso, short-iso-precise, short-precise, short-unix, short-monotonic,
    short-delta.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from parsers.formats.lazy_pattern import lazy
from parsers.formats.logs import yearless, zones
from parsers.formats.logs.dating import Stamp, StampReader, microseconds, of_parts
from parsers.formats.logs.lines import OtherLine
from parsers.formats.logs.text import RawLine, encoding_of, first_lines, raw_lines

#: A longer line is cut at this length.
MAX_LINE = 16384
#: Number of lines examined in the head.
_LOOK = 100
#: A time of day, or seconds with a fraction. No log lacks both.
TIME_OF_DAY = rb"\d\d:\d\d:\d|\d\.\d\d\d"
#: The same, in up to four bytes per character.
_MAYBE = lazy(rb"\d\0{0,3}\d\0{0,3}:\0{0,3}\d\0{0,3}\d\0{0,3}:\0{0,3}\d|\d\0{0,3}\.\0{0,3}\d\0{0,3}\d\0{0,3}\d")
_PRIORITY = rb"(?:<\d{1,3}>[ \t]?)?"
_CLOCK = rb"\d\d:\d\d:\d\d(?:[.,](?P<fraction>\d{1,9}))?"
#: A host. A year after the time is not a host.
_HOST = rb"(?P<host>(?!(?:19|20)\d\d )\S{0,254}[^\s:])"
_ZONE = rb"[+-]\d\d(?::?\d\d)?|Z|" + zones.FROM_UTC + rb"|" + zones.LETTERS
_LAST = rb"(?: ?(?:" + _ZONE + rb")(?=[ \t]))?)[ \t]"
_DAY_NAME = rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_WHO = rb"(?:" + _HOST + rb"[ \t])?(?P<program>[^\s:\[\]{}<>=\"]{1,80})(?:\[(?P<pid>\d{1,10})\])?:[ \t]?(?P<text>.*)"
_LEVEL = rb"(?:[a-z]{2,9}[0-7]?\.[a-z]{2,7} )?"
_BEHIND_HOST = (
    _HOST + rb" [a-z]{2,9}[0-7]?\.[a-z]{2,7}"
    rb" (?P<program>[^\s:\[\]{}<>=\"]{1,80})(?:\[(?P<pid>\d{1,10})\])?: ?(?P<text>.*)"
)  # fmt: skip
#: Messages of the daemon itself.
_REMARK = (
    rb"(?:(?P<host>\S{0,254}[^\s:]) )?(?P<program>)(?P<pid>)"
    rb"(?P<text>-- MARK --.{0,40}|(?:last )?message (?:repeated|buffered) .{0,200})"
)


def _form(*parts: bytes) -> re.Pattern[bytes]:
    return lazy(b"".join(parts), re.DOTALL)


_CLASSIC = (
    rb"(?P<stamp>", _DAY_NAME, _MONTH, rb" [ \d]?\d (?:\d{4} )?", _CLOCK, rb"(?: (?:19|20)\d\d(?=[ \t]))?", _LAST,
)  # fmt: skip
_ISO = rb"(?P<stamp>", _DAY_NAME, rb"\d{4}(?:-\d\d-|/\d\d/)\d\d[T ]", _CLOCK, _LAST
#: The text before the time of day, and after it.
_DAY = _form(
    _DAY_NAME, rb"(?:(?P<name>", _MONTH, rb") (?P<day>[ \d]?\d) (?:(?P<year>\d{4}) )?",
    rb"|(?P<iso_year>\d{4})[-/](?P<month>\d\d)[-/](?P<iso_day>\d\d)[T ])",
)  # fmt: skip
_BEHIND = _form(rb"(?: (?P<later>(?:19|20)\d\d))?(?: ?(?P<zone>", _ZONE, rb"))?")
#: How lines of any format begin.
_HEADED = _form(
    rb"<\d|\[ {0,12}\d{1,8}\.\d{6}|", _DAY_NAME, rb"(?:", _MONTH, rb" [ \d]|\d{4}[-/]\d\d[-/])|\d{9,11}\.\d"
)
_UNIX = _form(rb"(?P<stamp>\d{9,11}\.(?P<fraction>\d{1,9}))[ \t]", _WHO)
#: Seconds since boot, and since the previous line. Lines of the kernel alone do not have this format.
_MONOTONIC = _form(
    rb"\[ {0,12}(?P<stamp>\d{1,8}\.(?P<fraction>\d{6}))(?: <[ \d.]{1,20}>)?\] ", _HOST,
    rb" (?P<program>[^\s:\[\]]{1,80}(?=\[\d)|kernel(?=:))(?:\[(?P<pid>\d{1,10})\])?: (?P<text>.*)",
)  # fmt: skip
_FORMS = (
    _form(
        rb"<\d{1,3}>[1-9]\d? (?:(?P<stamp>\d{4}-\d\d-\d\dT", _CLOCK, rb"(?:[+-]\d\d:\d\d|Z))|-)",
        rb" (?P<host>\S{1,255}) (?P<program>\S{1,48}) (?P<pid>\S{1,128}) \S{1,32}",
        rb" (?:-|(?:\[(?:[^\]\\\"]|\\.|\"(?:[^\"\\]|\\.){0,4096}\"){1,4096}\]){1,40})(?: (?P<text>.*))?",
    ),
    _form(_PRIORITY, *_CLASSIC, _BEHIND_HOST),
    _form(_PRIORITY, *_CLASSIC, _LEVEL, _WHO),
    _form(_PRIORITY, *_ISO, _BEHIND_HOST),
    _form(_PRIORITY, *_ISO, _LEVEL, _WHO),
    _UNIX,
    _MONOTONIC,
    _form(_PRIORITY, *_CLASSIC, _REMARK),
    _form(_PRIORITY, *_ISO, _REMARK),
)  # fmt: skip
_PARTS = ("stamp", "fraction", "host", "program", "pid", "text")
_BOM = b"\xef\xbb\xbf"


class SyslogLine(NamedTuple):
    """A parsed line.

    Attributes:
        locator: where the line is.
        stamp: its time as written; None for the nil value of RFC 5424.
        host, program, pid: as written; empty if omitted.
        text: the message.
        cut: whether the line was cut at the length limit.
        stamp_locator: where the time is, if not in the line itself.
    """

    locator: str
    stamp: Stamp | None
    host: str
    program: bytes
    pid: str
    text: bytes
    cut: bool = False
    stamp_locator: str = ""


class SyslogReader:
    """Parses lines in order. The format of the previous line is tried first."""

    def __init__(self) -> None:
        self._form = 0
        self._stamps = StampReader(_of_day)

    def read(self, line: RawLine) -> SyslogLine | OtherLine:
        """Parse a line."""
        form = _FORMS[self._form]
        if (found := form.fullmatch(line.content)) and (made := self._line(form, found, line)):
            return made
        if _HEADED.match(line.content):
            for index, form in enumerate(_FORMS):
                if (
                    index != self._form
                    and (found := form.fullmatch(line.content))
                    and (made := self._line(form, found, line))
                ):
                    self._form = index
                    return made
        return OtherLine(line.locator, line.content, line.cut)

    def _line(self, form: re.Pattern[bytes], found: re.Match[bytes], line: RawLine) -> SyslogLine | None:
        written, fraction, host, program, pid, text = found.group(*_PARTS)
        stamp = None
        if form is _UNIX:
            whole = written[: -1 - len(fraction)]
            stamp = Stamp(written.decode("ascii"), microsecond=microseconds(fraction), epoch=int(whole))
        elif form is _MONOTONIC:
            stamp = Stamp(written.decode("ascii"), microsecond=int(fraction), uptime=True)
        elif written is not None:
            stamp = self._stamps.read(written, fraction)
            if stamp is None:
                return None
        return SyslogLine(
            line.locator,
            stamp,
            host.decode("utf-8", "backslashreplace") if host else "",
            program,
            pid.decode("ascii", "backslashreplace") if pid else "",
            (text or b"").removeprefix(_BOM),
            line.cut,
        )


def _of_day(before: bytes, behind: bytes) -> Stamp | None:
    """Parse a day from the text before and after the time of day."""
    date, last = _DAY.fullmatch(before), _BEHIND.fullmatch(behind)
    if date is None or last is None:
        return None
    month = yearless.month(date["name"]) if date["name"] else int(date["month"])
    year = int(date["year"] or last["later"] or date["iso_year"] or 0)
    zone = (last["zone"] or b"").decode("ascii")
    return of_parts((month, int(date["day"] or date["iso_day"]), 0, 0, 0), text="", year=year, zone=zone)


def is_monotonic(content: bytes) -> bool:
    """Whether a line is journalctl's with seconds since boot as its time, which resembles kernel messages."""
    return _MONOTONIC.fullmatch(content) is not None


def begins(head: bytes, least: int = 2) -> bool:
    """Whether a file begins like a system log.

    A banner, or lines of other programs, may come first.

    Args:
        head: the file's first bytes.
        least: how many of the first lines must match; all of them if there are fewer.
    """
    if encoding_of(head) is None or not _MAYBE.search(head):
        return False
    first = first_lines(head, _LOOK, MAX_LINE)
    reader = SyslogReader()
    found = sum(isinstance(reader.read(RawLine(1, "", content)), SyslogLine) for content in first)
    return found >= min(least, max(1, len(first)))


def lines(stream: BinaryIO) -> Iterator[SyslogLine | OtherLine]:
    """Yield every line that is not empty, in order."""
    reader = SyslogReader()
    for line in raw_lines(stream, MAX_LINE):
        yield reader.read(line)
