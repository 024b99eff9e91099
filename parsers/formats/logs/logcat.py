"""Lines of Android's log in every form that ``logcat`` writes, and in those of the tools that save it.

Of each form: with or without year, zone, microseconds, nanoseconds, user ids and colours; seconds since 1970 or since
the device was started in the place of the date.

References:
    AOSP system/logging/liblog/logprint.cpp (``android_log_formatLogLine``: brief, process, tag, thread, raw, time,
    threadtime, long, and the modifiers), logcat.cpp (dividers). Android Studio and DDMS for what they save.
    Crasselt and Pugliese, DFRWS USA 2024 (jcrasselt/amazon-echo-show-15): logs of an Echo Show 15.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.logs.dating import Stamp, of_parts
from parsers.formats.logs.lines import OtherLine
from parsers.formats.logs.text import RawLine, raw_lines

#: A longer line is read up to here.
MAX_LINE = 65536
#: Forms that write no time, by what they leave out.
TIMELESS = ("brief", "process", "tag", "thread")

_STAMP = (
    rb"(?P<stamp>(?:(?:(?P<year>\d{4})-)?(?P<month>\d\d)-(?P<day>\d\d)[ T]"
    rb"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    rb"(?: ?(?P<zone>[+-]\d\d:?\d\d|Z(?=[ \t])|UTC|GMT))?"
    rb"|(?P<since>\d{1,12})\.(?P<part>\d{3,9})))"
)
_GAP, _SPACE = rb"[ \t]{0,64}", rb"[ \t]{1,64}"
_LEVEL = rb"(?P<level>[VDIWEFSA])"
_USER = rb"(?:(?P<user>[A-Za-z]\w{0,30}|\d{1,9})[ \t]{0,64}:[ \t]{0,64})?"
_PID, _TID = rb"(?P<pid>\d{1,7})", rb"(?P<tid>0x[0-9A-Fa-f]{1,8}|\d{1,7})"


def _form(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


_FORMS: dict[str, re.Pattern[bytes]] = {
    "threadtime": _form(
        _GAP + _STAMP + _SPACE + rb"(?:(?P<user>[A-Za-z]\w{0,30}|\d{1,9})[ \t]{1,64})?" + _PID + _SPACE + _TID
        + rb" " + _LEVEL + rb" (?P<tag>[^:]{0,100}?)[ \t]{0,64}: ?(?P<text>.*)"
    ),
    "time": _form(
        _GAP + _STAMP + rb":?[ \t]{1,64}" + _LEVEL + rb"/(?P<tag>.{0,200}?)[ \t]{0,64}\([ \t]{0,64}" + _USER + _PID
        + rb"\): ?(?P<text>.*)"
    ),
    "long": _form(
        rb"\[[ \t]{1,64}" + _STAMP + _SPACE + _USER + _PID + rb":[ \t]{0,64}" + _TID + rb" " + _LEVEL
        + rb"/(?P<tag>.{0,200}?)[ \t]{0,64}\][ \t]{0,64}(?P<text>)"
    ),
    "studio": _form(
        _STAMP + _SPACE + _PID + rb"-" + _TID + rb"(?:/(?P<user>[\w.:?-]{1,200}))?[ \t]{1,64}" + _LEVEL
        + rb"/(?P<tag>[^:]{0,100}?)[ \t]{0,64}: ?(?P<text>.*)"
    ),
    "studio columns": _form(
        _STAMP + _SPACE + _PID + rb"-" + _TID + rb"[ \t]{1,64}(?P<tag>\S.{0,100}?)[ \t]{1,64}(?P<user>[\w.:-]{1,200})"
        + _SPACE + _LEVEL + rb"(?:[ \t]{2}(?P<text>.*))?"
    ),
    "brief": _form(_LEVEL + rb"/(?P<tag>.{0,200}?)[ \t]{0,64}\([ \t]{0,64}" + _USER + _PID + rb"\): ?(?P<text>.*)"),
    "thread": _form(_LEVEL + rb"\(" + _GAP + _USER + _PID + rb":" + _GAP + _TID + rb"\) (?P<text>.*?)(?P<tag>)"),
    "process": _form(
        _LEVEL + rb"\(" + _GAP + _USER + _PID + rb"\) (?P<text>.*)  \((?P<tag>[^()]{0,100}?)[ \t]{0,64}\)" + _GAP
    ),
    "tag": _form(_LEVEL + rb"/(?P<tag>[^:(]{1,100}?)[ \t]{0,64}: (?P<text>.*)"),
}  # fmt: skip
#: Forms that nothing else looks like.
STRONG = ("threadtime", "time", "long", "studio", "studio columns")
DIVIDER = re.compile(rb"-{5,} (?:beginning of|switch to) [\w/.]+.*", re.DOTALL)
#: A first group of digits decides which forms can be meant.
_DIGITS = frozenset(b"0123456789 \t")


@dataclass(frozen=True, slots=True)
class LogcatLine:
    """One line.

    Attributes:
        locator: where it stands.
        stamp: its time as written; None in a form that writes none.
        stamp_locator: where the time stands, if not in the line itself.
        tag: who wrote it; empty in a form that leaves it out.
        text: what it says.
        form: the name of its form.
        cut: whether it was longer than what was read.
    """

    locator: str
    stamp: Stamp | None
    tag: bytes
    text: bytes
    form: str
    stamp_locator: str = ""
    cut: bool = False


def form_of(content: bytes, forms: tuple[str, ...] = tuple(_FORMS)) -> str:
    """The name of a line's form; empty where it is of none."""
    return next((form for form in forms if _match(content, form)), "")


def _match(content: bytes, form: str) -> tuple[re.Match[bytes], Stamp | None] | None:
    found = _FORMS[form].fullmatch(content)
    if found is None:
        return None
    if form in TIMELESS:
        return found, None
    stamp = _stamp(found)
    return (found, stamp) if stamp else None


def _stamp(found: re.Match[bytes]) -> Stamp | None:
    text = found["stamp"].decode("ascii")
    if found["since"] is not None:
        seconds, micro = int(found["since"]), int(found["part"][:6].ljust(6, b"0"))
        # A device is not started for thirty years: so many seconds are counted from 1970.
        if len(found["since"]) >= 9:
            return Stamp(text, microsecond=micro, epoch=seconds)
        return Stamp(text, microsecond=micro, uptime=True)
    month, day, hour, minute, second = (int(part) for part in found.group("month", "day", "hour", "minute", "second"))
    return of_parts(
        (month, day, hour, minute, second),
        text=text,
        year=int(found["year"] or 0),
        microsecond=int((found["fraction"] or b"")[:6].ljust(6, b"0")),
        zone=(found["zone"] or b"").decode("ascii"),
    )


class LogcatReader:
    """Takes lines apart, one after the other: in the form ``long`` a line has its time and tag from one before it."""

    def __init__(self) -> None:
        self._form = "threadtime"
        self._above: LogcatLine | None = None

    def read(self, line: RawLine) -> LogcatLine | OtherLine | None:
        """A line's parts; None for dividers and for lines that only head others."""
        content = line.content
        if content.startswith(b"-----") and DIVIDER.fullmatch(content):
            self._above = None
            return None
        form, match = self._find(content)
        if match is None:
            above = self._above
            if above is not None:
                return LogcatLine(line.locator, above.stamp, above.tag, content, "long", above.locator, cut=line.cut)
            return OtherLine(line.locator, content, line.cut)
        self._form = form
        found, stamp = match
        made = LogcatLine(line.locator, stamp, found["tag"].strip(), found["text"] or b"", form, cut=line.cut)
        self._above = made if form == "long" else None
        return None if form == "long" else made

    def _find(self, content: bytes) -> tuple[str, tuple[re.Match[bytes], Stamp | None] | None]:
        """The form that fits: the one of the line before, else the first."""
        if match := _match(content, self._form):
            return self._form, match
        # In the form "long" what stands below a heading is text, whatever it looks like.
        forms = STRONG if self._above or content[:1] in b"[" or content[0] in _DIGITS else _FORMS
        for form in forms:
            if form != self._form and (match := _match(content, form)):
                return form, match
        return "", None


def lines(stream: BinaryIO) -> Iterator[LogcatLine | OtherLine]:
    """Every line that holds something and is no divider, in its order."""
    reader = LogcatReader()
    for line in raw_lines(stream, MAX_LINE):
        found = reader.read(line)
        if found is not None:
            yield found
