"""Lines of a first-generation Echo's main system log.

``YYYYMMDD:HHMMSS program[pid]: L component:function:key=value,...:text``, UTC, to the second. The device's own
log daemon configuration defines the form: stamp, a blank, the program with its process id if any, the text.

References:
    Mich21050/EchoSystemFiles: etc/syslog-ng.conf (the destination of ``/var/log/messages``), and measured on
    messages_00003921 .. 00003924: the line's second is 0.05 to 0.98 s before epoch milliseconds in the same line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from parsers.times import utc

#: An earlier year means that the clock was not set: the device starts at the hardware's initial year.
FIRST_YEAR = 2010
#: The length of the stamp and the blank after it, in bytes.
STAMP_SIZE = 16

_STAMP = re.compile(rb"\d{8}:\d{6} ")
_MESSAGE = re.compile(rb"(?:(?P<program>[^\s:\[\]]{1,64})(?:\[\d{1,10}\])?: )?(?:[A-Z] )?(?P<text>.*)", re.DOTALL)
_ORDERLY = re.compile(rb"(?:(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d:(?:[01]\d|2[0-3])[0-5]\d[0-5]\d )+")
_WHOLE = re.compile(rb"\d{8}:\d{6} [^\s:\[\]]{1,64}(?:\[\d{1,10}\])?: ")


class LogLine(NamedTuple):
    """A parsed line.

    Attributes:
        number: counted from 1.
        stamp: the time as written.
        seconds: the time as whole seconds since 1970 UTC, for comparing lines; None if the date is invalid.
        timestamp: microseconds since 1970 UTC; None if the date is invalid or the clock was not set.
        program: the program that wrote it; empty if the line does not say.
        text: what follows the program and the level.
    """

    number: int
    stamp: str
    seconds: int | None
    timestamp: int | None
    program: str
    text: str


def has_stamp(content: bytes) -> bool:
    """Whether a line starts with a stamp."""
    return _STAMP.match(content) is not None


def in_order(stamps: Sequence[bytes], most: int) -> bool:
    """Whether all stamps are valid dates in ascending order, without large gaps.

    It may return False for ordered stamps: it checks many at once to avoid comparing neighbours one by one.

    Args:
        stamps: the first :data:`STAMP_SIZE` bytes of consecutive lines.
        most: the most seconds between neighbours; at least a quarter of an hour.
    """
    distinct = list(dict.fromkeys(stamps))
    if _ORDERLY.fullmatch(b"".join(distinct)) is None or any(len(stamp) != STAMP_SIZE for stamp in distinct):
        return False
    if list(stamps) != sorted(stamps):
        return False
    midnights = {day: _midnight(day) for day in {stamp[:8] for stamp in distinct}}
    if None in midnights.values():
        return False
    minutes = [
        (midnights[minute[:8]] or 0) // 60 + int(minute[9:11]) * 60 + int(minute[11:])
        for minute in dict.fromkeys(stamp[:13] for stamp in distinct)
    ]
    far = most // 60 - 1
    return all(after - before <= far for before, after in pairwise(minutes))


def is_whole(content: bytes) -> bool:
    """Whether a line starts with a stamp and a program, as nearly every line does."""
    return _WHOLE.match(content) is not None


def take_apart(number: int, content: bytes) -> LogLine:
    """Parse a line that has a stamp."""
    match = _MESSAGE.match(content.rstrip(b"\r"), STAMP_SIZE)
    program, text = match.groups(b"") if match else (b"", b"")
    stamp, seconds, timestamp = _time(content[: STAMP_SIZE - 1])
    return LogLine(
        number,
        stamp,
        seconds,
        timestamp,
        program.decode("utf-8", "backslashreplace"),
        text.decode("utf-8", "backslashreplace"),
    )


def seconds_of(stamp: bytes) -> int | None:
    """Convert a stamp to whole seconds since 1970 UTC; None if the date or time is invalid."""
    return _time(stamp[: STAMP_SIZE - 1])[1]


# Lines with one of the words come in groups of a second.
@lru_cache(maxsize=256)
def _time(stamp: bytes) -> tuple[str, int | None, int | None]:
    """A stamp as text, in seconds, and in microseconds (see :class:`LogLine`)."""
    midnight = _midnight(stamp[:8])
    hour, minute, second = int(stamp[9:11]), int(stamp[11:13]), int(stamp[13:15])
    if midnight is None or hour > 23 or minute > 59 or second > 59:
        return stamp.decode("ascii"), None, None
    seconds = midnight + hour * 3600 + minute * 60 + second
    return stamp.decode("ascii"), seconds, seconds * 1_000_000 if int(stamp[:4]) >= FIRST_YEAR else None


@lru_cache(maxsize=64)
def _midnight(day: bytes) -> int | None:
    start = utc(int(day[:4]), int(day[4:6]), int(day[6:]))
    return None if start is None else start // 1_000_000
