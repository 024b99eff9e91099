"""Lines of Android's log, as ``logcat -v threadtime`` writes them: with a year, or, most often, without.

References:
    Crasselt and Pugliese, DFRWS USA 2024 (jcrasselt/amazon-echo-show-15): logs of an Echo Show 15. AOSP
    system/core/logcat for the columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.logs.lines import OtherLine, raw_lines

#: A longer line is read up to here.
MAX_LINE = 65536
_DAY = 86400
_LINE = re.compile(
    rb"(?P<stamp>(?:(?P<year>\d{4})-)?(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rb"\.(?P<fraction>\d{3,6}))(?: [+-]\d{4})?[ \t]+(?:(?P<uid>[A-Za-z]\w{0,30}|\d{1,6})[ \t]+)?(?P<pid>\d{1,7})[ \t]+"
    rb"(?P<tid>\d{1,7}) (?P<level>[VDIWEFS]) (?P<tag>[^:]{0,100}?)[ \t]*: ?(?P<text>.*)",
    re.DOTALL,
)
_SEPARATOR = re.compile(rb"-{5,} (?:beginning of|switch to) [\w/]+.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LogcatLine:
    """One line. ``wall`` is its time without a year, as :func:`yearless.key` gives it; ``year`` 0 if absent."""

    number: int
    stamp: str
    year: int
    wall: int
    microsecond: int
    tag: bytes
    text: bytes


def take_apart(content: bytes, number: int) -> LogcatLine | None:
    """A line's parts; None where it is not of the form."""
    found = _LINE.fullmatch(content)
    if found is None:
        return None
    month, day, hour, minute, second = (int(part) for part in found.group("month", "day", "hour", "minute", "second"))
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60):
        return None
    wall = (month * 32 + day) * _DAY + hour * 3600 + minute * 60 + min(second, 59)
    micro = int(found["fraction"].ljust(6, b"0"))
    stamp = found["stamp"].decode("ascii")
    return LogcatLine(number, stamp, int(found["year"] or 0), wall, micro, found["tag"].strip(), found["text"])


def lines(stream: BinaryIO) -> Iterator[LogcatLine | OtherLine]:
    """Every line that holds something and is not a separator of buffers, from line 1."""
    for number, content in raw_lines(stream, MAX_LINE):
        if not _SEPARATOR.fullmatch(content):
            yield take_apart(content, number) or OtherLine(number, content)
