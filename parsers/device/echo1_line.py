"""A line of a first-generation Echo's main system log.

``YYYYMMDD:HHMMSS program[pid]: L component:function:key=value,...:text``, UTC, to the second.

References:
    Measured on messages_00003921 .. 00003924 of Mich21050/EchoSystemFiles: the line's second is 0.05 to 0.98 s
    before epoch milliseconds written inside the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from parsers.times import utc

#: A longer line is cut; the cut is an Issue.
MAX_LINE = 65_536
#: A clock that reads an earlier year has not been set.
FIRST_YEAR = 2010

_STAMP = re.compile(rb"(\d{4})(\d\d)(\d\d):(\d\d)(\d\d)(\d\d) ")
_LINE = re.compile(
    rb"\d{8}:\d{6} (?P<program>[^\s:\[\]]{1,64})(?:\[(?P<pid>\d{1,7})\])?: (?:(?P<level>[A-Z]) )?(?P<text>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A line as it stands.

    Attributes:
        number: counted from 1.
        content: without its line end, at most :data:`MAX_LINE` bytes.
        cut: whether it was longer.
    """

    number: int
    content: bytes
    cut: bool


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line taken apart.

    Attributes:
        number: counted from 1.
        stamp: the time as written.
        timestamp: microseconds since 1970 UTC, or None where there is no such date or the clock was not set.
        program: who wrote it.
        text: what stands after the program and the level.
    """

    number: int
    stamp: str
    timestamp: int | None
    program: str
    text: str


def raw_lines(stream: BinaryIO) -> Iterator[Raw]:
    """The lines of a file, read one by one."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        cut = len(line) > MAX_LINE and not line.endswith(b"\n")
        if cut:
            line = line[:MAX_LINE]
            while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
        yield Raw(number, line.rstrip(b"\r\n"), cut)


def take_apart(raw: Raw) -> LogLine | None:
    """A line's parts; None where it is not of the form."""
    match = _LINE.match(raw.content)
    if match is None:
        return None
    return LogLine(
        raw.number,
        raw.content[:15].decode("ascii"),
        stamp_time(raw.content),
        match["program"].decode("utf-8", "backslashreplace"),
        match["text"].decode("utf-8", "backslashreplace"),
    )


def is_line(content: bytes) -> bool:
    """Whether a line is of the form."""
    return _LINE.match(content) is not None


def stamp_time(content: bytes) -> int | None:
    """The time of a line, microseconds since 1970 UTC; None where there is none, or the clock was not set."""
    match = _STAMP.match(content)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    return utc(year, month, day, hour, minute, second) if year >= FIRST_YEAR else None


def seconds_of(content: bytes) -> int | None:
    """The same as whole seconds, for clocks that were not set too; for comparing neighbours only."""
    match = _STAMP.match(content)
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    stamp = utc(year, month, day, hour, minute, second)
    return None if stamp is None else stamp // 1_000_000
