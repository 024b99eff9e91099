"""Parse Android log lines in every format of ``logcat`` and of the tools that save its output.

Each format may be written with or without year, zone, microseconds, nanoseconds, user IDs and colours, and with
seconds since 1970 or since boot in place of the date.

References:
    AOSP system/logging/liblog/logprint.cpp (``android_log_formatLogLine``: brief, process, tag, thread, raw, time,
    threadtime, long, and the modifiers), logcat.cpp (dividers). Android Studio and DDMS for what they save.
    Crasselt and Pugliese, DFRWS USA 2024 (jcrasselt/amazon-echo-show-15): logs of an Echo Show 15.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from parsers.formats.lazy_pattern import lazy
from parsers.formats.logs import zones
from parsers.formats.logs.dating import Stamp, StampReader, microseconds, of_parts
from parsers.formats.logs.lines import OtherLine
from parsers.formats.logs.text import RawLine, raw_lines

#: A longer line is cut at this length.
MAX_LINE = 65536
#: Formats without a time, by the parts that they omit.
TIMELESS = ("brief", "process", "tag", "thread")

_STAMP = (
    rb"(?P<stamp>(?:\d{4}-)?\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,](?P<fraction>\d{1,9}))?"
    rb"(?: ?(?:[+-]\d\d:?\d\d|Z(?=[ \t])|" + zones.FROM_UTC + rb"|(?:" + zones.LETTERS + rb")(?=[ \t])))?"
    rb"|(?P<since>\d{1,12})\.(?P<part>\d{3,9}))"
)
#: The text before and after the time of day.
_DAY = lazy(rb"(?:(?P<year>\d{4})-)?(?P<month>\d\d)-(?P<day>\d\d)[ T]")
_GAP, _SPACE = rb"[ \t]{0,64}", rb"[ \t]{1,64}"
_LEVEL = rb"[VDIWEFSA]"
_USER = rb"(?:(?:[A-Za-z]\w{0,30}|\d{1,9})[ \t]{0,64}:[ \t]{0,64})?"
_PID, _TID = rb"\d{1,7}", rb"(?:0x[0-9A-Fa-f]{1,8}|\d{1,7})"


def _form(pattern: bytes) -> re.Pattern[bytes]:
    return lazy(pattern, re.DOTALL)


#: Each format with a time has the groups of the time, then ``tag`` and ``text``, in this order.
_FORMS: dict[str, re.Pattern[bytes]] = {
    "threadtime": _form(
        _GAP + _STAMP + _SPACE + rb"(?:(?:[A-Za-z]\w{0,30}|\d{1,9})[ \t]{1,64})?" + _PID + _SPACE + _TID
        + rb"[ \t]" + _LEVEL + rb"[ \t](?P<tag>[^:]{0,164}): ?(?P<text>.*)"
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
        _STAMP + _SPACE + _PID + rb"-" + _TID + rb"(?:/[\w.:?-]{1,200})?[ \t]{1,64}" + _LEVEL
        + rb"/(?P<tag>[^:]{0,100}?)[ \t]{0,64}: ?(?P<text>.*)"
    ),
    "studio columns": _form(
        _STAMP + _SPACE + _PID + rb"-" + _TID + rb"[ \t]{1,64}(?P<tag>\S.{0,100}?)[ \t]{1,64}[\w.:-]{1,200}"
        + _SPACE + _LEVEL + rb"(?:[ \t]{2}(?P<text>.*))?"
    ),
    "brief": _form(_LEVEL + rb"/(?P<tag>.{0,200}?)[ \t]{0,64}\([ \t]{0,64}" + _USER + _PID + rb"\): ?(?P<text>.*)"),
    "thread": _form(_LEVEL + rb"\(" + _GAP + _USER + _PID + rb":" + _GAP + _TID + rb"\) (?P<text>.*?)(?P<tag>)"),
    "process": _form(
        _LEVEL + rb"\(" + _GAP + _USER + _PID + rb"\) (?P<text>.*)  \((?P<tag>[^()]{0,100}?)[ \t]{0,64}\)" + _GAP
    ),
    "tag": _form(_LEVEL + rb"/(?P<tag>[^:(]{1,100}?)[ \t]{0,64}: (?P<text>.*)"),
}  # fmt: skip
#: Formats that cannot be confused with any other.
STRONG = ("threadtime", "time", "long", "studio", "studio columns")
DIVIDER = lazy(rb"-{5,} (?:beginning of|switch to) [\w/.]+.*", re.DOTALL)
_DIGITS, _BLANKS, _LEVELS = frozenset(b"0123456789"), frozenset(b" \t"), frozenset(b"VDIWEFSA")
#: How lines of a format begin.
_STARTS = {
    "threadtime": _DIGITS | _BLANKS, "time": _DIGITS | _BLANKS, "long": frozenset(b"["), "studio": _DIGITS,
    "studio columns": _DIGITS, **dict.fromkeys(TIMELESS, _LEVELS),
}  # fmt: skip
_STRONG_STARTS = frozenset(bytes([byte]) for form in STRONG for byte in _STARTS[form])
#: Formats by the byte after the level.
_LEVELLED: dict[int, tuple[str, ...]] = {ord("/"): ("brief", "tag"), ord("("): ("thread", "process")}
#: What may be a time, with the text before it.
_HEADED = lazy(rb"[ \t]{0,64}+(?:(?:\d{4}-)?\d\d-\d\d[ T]|\d{1,12}\.\d{3})")


class LogcatLine(NamedTuple):
    """A parsed line.

    Attributes:
        locator: where the line is.
        stamp: its time as written; None if the format has no time.
        stamp_locator: where the time is, if not in the line itself.
        tag: the writer; empty if the format omits it.
        text: the message.
        form: name of the format.
        cut: whether the line was cut at the length limit.
    """

    locator: str
    stamp: Stamp | None
    tag: bytes
    text: bytes
    form: str
    stamp_locator: str = ""
    cut: bool = False


def form_of(content: bytes, forms: tuple[str, ...] = tuple(_FORMS)) -> str:
    """The name of a line's format; empty if none matches."""
    possible = [form for form in _possible(content) if form in forms]
    if not possible:
        return ""
    stamps = StampReader(_of_day)
    return next((form for form in possible if _match(content, form, stamps)), "")


def may_be_strong(content: bytes) -> bool:
    """Whether a line begins like those of the strong formats. Quick, with false positives."""
    return content[:1] in _STRONG_STARTS and (content[:1] == b"[" or _HEADED.match(content) is not None)


def _possible(content: bytes) -> tuple[str, ...]:
    """The formats that are possible given how a line begins."""
    if not content:
        return ()
    first = content[0]
    if first in _LEVELS:
        return _LEVELLED.get(content[1], ()) if len(content) > 1 else ()
    if first in _STARTS["long"]:
        return ("long",)
    if first not in _STARTS["time"] or not _HEADED.match(content):
        return ()
    return STRONG if first in _DIGITS else ("threadtime", "time")


def _match(content: bytes, form: str, stamps: StampReader) -> tuple[Stamp | None, bytes, bytes] | None:
    """The time, tag and text of a line; None if it does not match the format."""
    found = _FORMS[form].fullmatch(content)
    if found is None:
        return None
    if form in TIMELESS:
        return None, found["tag"].strip(), found["text"]
    text, fraction, since, part, tag, message = found.groups()
    if since is None:
        stamp = stamps.read(text, fraction)
    else:
        # No device runs for thirty years: this many seconds count from 1970.
        counted = len(since) >= 9
        epoch = int(since) if counted else None
        stamp = Stamp(text.decode("ascii"), microsecond=microseconds(part), epoch=epoch, uptime=not counted)
    return (stamp, tag.strip(), message or b"") if stamp else None


def _of_day(before: bytes, behind: bytes) -> Stamp | None:
    """Parse a day from the text before and after the time of day."""
    found = _DAY.fullmatch(before)
    if found is None:
        return None
    zone = behind.strip().decode("ascii")
    return of_parts((int(found["month"]), int(found["day"]), 0, 0, 0), text="", year=int(found["year"] or 0), zone=zone)


class LogcatReader:
    """Parses lines in order: in the ``long`` format a line takes its time and tag from an earlier line."""

    def __init__(self) -> None:
        self._form = "threadtime"
        self._above: LogcatLine | None = None
        self._stamps = StampReader(_of_day)

    def read(self, line: RawLine) -> LogcatLine | OtherLine | None:
        """Parse a line; None for dividers and headings."""
        content, above = line.content, self._above
        if content.startswith(b"-----") and DIVIDER.fullmatch(content):
            self._above = None
            return None
        form = self._form
        match = _match(content, form, self._stamps) if content[0] in _STARTS[form] else None
        if match is None:
            form, match = self._find(content)
        if match is None:
            if above is not None:
                return LogcatLine(line.locator, above.stamp, above.tag, content, "long", above.locator, line.cut)
            return OtherLine(line.locator, content, line.cut)
        self._form = form
        stamp, tag, text = match
        made = LogcatLine(line.locator, stamp, tag, text, form, "", line.cut)
        self._above = made if form == "long" else None
        return None if form == "long" else made

    def _find(self, content: bytes) -> tuple[str, tuple[Stamp | None, bytes, bytes] | None]:
        """The first format that matches, trying that of the previous line first."""
        # In the "long" format, everything below a heading is text, whatever it looks like.
        if self._above is None or content[0] not in _LEVELS:
            for form in _possible(content):
                if form != self._form and (match := _match(content, form, self._stamps)):
                    return form, match
        return "", None


def lines(stream: BinaryIO) -> Iterator[LogcatLine | OtherLine]:
    """Yield every line that is neither empty nor a divider, in order."""
    reader = LogcatReader()
    for line in raw_lines(stream, MAX_LINE):
        found = reader.read(line)
        if found is not None:
            yield found
